import { decodeName } from '../../../bytes/byteName.ts';
import { separatorsOf } from '../expansion/expandWord.ts';
import type { Separators } from '../expansion/fields.ts';
import { assign } from '../execution/assign.ts';
import type { Builtin } from '../execution/builtin.ts';
import { writeError } from '../execution/complain.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { asList } from '../state/variables.ts';
import type { Pty } from '../../kernel/pty.ts';
import { LineReader, type ReadLine } from '../execution/lineReader.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import type { Process } from '../../kernel/process.ts';
import { InputError, LineReader as BufferedLines, TextInput } from '../../utilities/textInput.ts';
import { IDENTIFIER, readOptions } from './options.ts';

const TIMED_OUT = 128 + 14;

export const read: Builtin = (shell, argv) => {
  const { flags, values, operands } = readOptions(
    shell,
    argv,
    shell.isBash ? 'ersa:d:i:n:N:p:t:u:' : shell.dialect === 'dash' ? 'rp:' : 'rsd:n:p:t:u:',
  );
  for (const name of operands) {
    if (IDENTIFIER.test(name) || (shell.isBash && /^[A-Za-z_]\w*\[.*\]$/s.test(name))) continue;
    const words = shell.isBash
      ? `\`${name}': not a valid identifier`
      : shell.dialect === 'ash'
        ? `'${name}': bad variable name`
        : `${name}: bad variable name`;
    throw new ShellError('command', words, shell.dialect === 'dash' ? 2 : 1);
  }
  if (operands.length === 0 && !shell.isBash && shell.dialect === 'dash')
    throw new ShellError('command', 'arg count', 2);
  const fd = Number(values.get('u') ?? 0);
  const file = shell.process.files.get(fd);
  if (!file)
    throw new ShellError(
      'command',
      shell.isBash ? `${fd}: invalid file descriptor: Bad file descriptor` : 'Bad file descriptor',
    );
  const prompt = values.get('p');
  const prompting = prompt !== undefined && (file.isTerminal || !shell.isBash) ? writeError(shell, prompt) : undefined;
  const { terminal } = file;
  const count = values.get('N') ?? values.get('n');
  const timeoutSec = values.get('t');
  const wanted = (): Wanted => {
    if (timeoutSec !== undefined && !/^\d*\.?\d*$/.test(timeoutSec))
      throw new ShellError('command', `${timeoutSec}: invalid timeout specification`);
    return {
      delimiter: values.has('N') ? undefined : (values.get('d') ?? '\n').slice(0, 1),
      isRaw: flags.has('r'),
      count: count === undefined ? undefined : Number(count),
      timeoutMs: timeoutSec === undefined ? timeoutOf(shell) : Number(timeoutSec) * 1000,
    };
  };
  const store = (input: Input): number => {
    storeInput(shell, input, operands, values.get('a'), values.has('N'));
    return input.isTimedOut ? TIMED_OUT : input.isEnded ? 1 : 0;
  };
  if (!terminal && !prompting) return then(readInput(shell, fd, wanted()), store);
  return withTerminal(terminal, { isSilent: flags.has('s'), isRaw: count !== undefined }, async () => {
    await prompting;
    return store(await readInput(shell, fd, wanted()));
  });
};

/** What a terminal shows and how it gives lines while it is read from. */
async function withTerminal(
  terminal: Pty | undefined,
  form: { readonly isSilent: boolean; readonly isRaw: boolean },
  run: () => Promise<number>,
): Promise<number> {
  const echoes = terminal?.mode.echo;
  if (terminal && form.isSilent) terminal.mode.echo = false;
  if (terminal && form.isRaw) terminal.mode.canonical = false;
  try {
    return await run();
  } finally {
    if (terminal) {
      if (echoes !== undefined) terminal.mode.echo = echoes;
      if (form.isRaw) terminal.mode.canonical = true;
    }
  }
}

function timeoutOf(shell: Shell): number | undefined {
  const seconds = shell.isBash ? shell.variables.get('TMOUT') : undefined;
  return seconds !== undefined && Number(seconds) > 0 ? Number(seconds) * 1000 : undefined;
}

interface Wanted {
  /** Undefined: none ends the input. '': a NUL does. */
  readonly delimiter: string | undefined;
  readonly isRaw: boolean;
  readonly count: number | undefined;
  readonly timeoutMs: number | undefined;
}

interface Input {
  readonly characters: readonly { readonly text: string; readonly isQuoted: boolean }[];
  readonly isEnded: boolean;
  readonly isTimedOut: boolean;
}

const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

function readInput(shell: Shell, fd: number, wanted: Wanted): Soon<Input> {
  const reader = new LineReader(shell.process, fd, wanted.timeoutMs);
  const delimiter = wanted.delimiter === undefined ? -1 : wanted.delimiter === '' ? 0 : wanted.delimiter.charCodeAt(0);
  if (wanted.count !== undefined || delimiter < 0 || delimiter >= 0x80)
    return readCharacters(reader, wanted, delimiter);
  return then(reader.until(delimiter), (line) => {
    if (wanted.isRaw || !line.bytes.includes(BACKSLASH)) return whole(line, delimiter);
    return readEscaped(reader, line, delimiter);
  });
}

function whole({ bytes, isEnded, isTimedOut }: ReadLine, delimiter: number): Input {
  return { characters: [{ text: withoutNul(decodeName(bytes), delimiter), isQuoted: false }], isEnded, isTimedOut };
}

/** A line with backslashes: one before a newline joins the next line to it, any other quotes a character. */
async function readEscaped(reader: LineReader, first: ReadLine, delimiter: number): Promise<Input> {
  const characters: { text: string; isQuoted: boolean }[] = [];
  let line = first;
  for (;;) {
    let isQuoted = false;
    for (const text of decodeName(line.bytes)) {
      if (isQuoted) {
        isQuoted = false;
        if (text !== '\n') characters.push({ text, isQuoted: true });
      } else if (text === '\\') isQuoted = true;
      else if (text !== '\0') characters.push({ text, isQuoted: false });
    }
    if (!isQuoted || line.isEnded) return { characters, isEnded: line.isEnded, isTimedOut: line.isTimedOut };
    if (delimiter !== NEWLINE) characters.push({ text: String.fromCharCode(delimiter), isQuoted: true });
    line = await reader.until(delimiter);
  }
}

async function readCharacters(reader: LineReader, wanted: Wanted, delimiter: number): Promise<Input> {
  const characters: { text: string; isQuoted: boolean }[] = [];
  let isQuoted = false;
  for (;;) {
    if (wanted.count !== undefined && characters.length >= wanted.count)
      return { characters, isEnded: false, isTimedOut: false };
    const bytes = await reader.character();
    if (bytes === undefined) return { characters, isEnded: true, isTimedOut: reader.isTimedOut };
    const code = bytes[0] as number;
    if (isQuoted) {
      isQuoted = false;
      if (code !== NEWLINE) characters.push({ text: decodeName(bytes), isQuoted: true });
    } else if (code === BACKSLASH && !wanted.isRaw) isQuoted = true;
    else if (code === delimiter && bytes.length === 1) return { characters, isEnded: false, isTimedOut: false };
    else if (code !== 0) characters.push({ text: decodeName(bytes), isQuoted: false });
  }
}

function withoutNul(text: string, delimiter: number): string {
  return delimiter !== 0 && text.includes('\0') ? text.replaceAll('\0', '') : text;
}

function storeInput(
  shell: Shell,
  input: Input,
  names: readonly string[],
  array: string | undefined,
  isExact: boolean,
): void {
  const { variables } = shell;
  const put = (name: string, value: string): void => {
    const match = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(name);
    if (match) assign(shell, { name: match[1] as string, key: match[2], appends: false, value });
    else assign(shell, { name, key: undefined, appends: false, value });
  };
  const separators = separatorsOf(shell);
  if (array !== undefined) {
    const fields = splitFields(input, separators, Number.POSITIVE_INFINITY);
    const variable = variables.forAssignment(array);
    const list = asList(variable);
    list.length = 0;
    list.push(...fields);
    return;
  }
  if (isExact) {
    put(names[0] ?? 'REPLY', textOf(input));
    for (const name of names.slice(1)) put(name, '');
    return;
  }
  if (names.length === 0) {
    put('REPLY', textOf(input));
    return;
  }
  const fields = splitFields(input, separators, names.length);
  for (const [i, name] of names.entries()) put(name, fields[i] ?? '');
}

function textOf(input: Input): string {
  return input.characters.map(({ text }) => text).join('');
}

/** The fields for so many names: the last takes the rest, without the separators at its end. */
function splitFields(input: Input, separators: Separators, limit: number): string[] {
  const plain = input.characters.length === 1 && !input.characters[0]?.isQuoted;
  const characters = plain ? [...textOf(input)].map((text) => ({ text, isQuoted: false })) : input.characters;
  const isBlank = (i: number): boolean =>
    i < characters.length && !characters[i]?.isQuoted && separators.isBlank(characters[i]?.text ?? '\0');
  const isSeparator = (i: number): boolean =>
    i < characters.length && !characters[i]?.isQuoted && separators.has(characters[i]?.text ?? '\0');
  const fields: string[] = [];
  let i = 0;
  while (isBlank(i)) i++;
  while (i < characters.length) {
    if (fields.length === limit - 1) {
      fields.push(lastField(i));
      return fields;
    }
    let field = '';
    while (i < characters.length && !isSeparator(i)) field += characters[i++]?.text;
    fields.push(field);
    while (isBlank(i)) i++;
    if (isSeparator(i)) i++;
    while (isBlank(i)) i++;
  }
  return fields;

  function lastField(start: number): string {
    let end = characters.length;
    while (end > start && isBlank(end - 1)) end--;
    // One separator that is no blank goes, too, if it is the only one.
    let stop = start;
    while (stop < end && !isSeparator(stop)) stop++;
    let after = stop;
    while (isBlank(after)) after++;
    if (isSeparator(after) && !isBlank(after)) after++;
    while (isBlank(after)) after++;
    if (after >= end) end = stop;
    return characters
      .slice(start, end)
      .map(({ text }) => text)
      .join('');
  }
}

export const mapfile: Builtin = async (shell, argv) => {
  const { flags, values, operands } = readOptions(shell, argv, 'd:n:O:s:tu:C:c:');
  const name = operands[0] ?? 'MAPFILE';
  if (!IDENTIFIER.test(name)) throw new ShellError('command', `\`${name}': not a valid identifier`);
  const fd = Number(values.get('u') ?? 0);
  if (!shell.process.files.has(fd))
    throw new ShellError('command', `${fd}: invalid file descriptor: Bad file descriptor`);
  const delimiter = values.get('d');
  const code = delimiter === undefined ? 10 : delimiter === '' ? 0 : delimiter.charCodeAt(0);
  const limit = Number(values.get('n') ?? 0) || Number.POSITIVE_INFINITY;
  const skips = Number(values.get('s') ?? 0);
  const quantum = Number(values.get('c') ?? 5000);
  const callback = values.get('C');
  // Fetched anew after each wait: a fork shares it.
  const list = () => asList(shell.variables.forAssignment(name));
  const before = list();
  if (!values.has('O')) before.length = 0;
  let at = Number(values.get('O') ?? 0);
  const next = linesOf(shell.process, fd, code, limit);
  for (let i = 0, taken = 0; taken < limit; i++) {
    const reading = next();
    const { text: line, isEnded } = reading instanceof Promise ? await reading : reading;
    if (isEnded && line === '') break;
    if (i >= skips) {
      const value = flags.has('t') || isEnded || code === 0 ? line : line + String.fromCharCode(code);
      taken++;
      if (callback !== undefined && taken % quantum === 0) {
        await shell.interpreter.runCommand(shell, ['eval', `${callback} ${at} ${JSON.stringify(value)}`], 0, true);
      }
      list()[at++] = value;
    }
    if (isEnded) break;
    if (shell.process.isDue) await shell.process.pause();
  }
  return 0;
};

interface TextLine {
  readonly text: string;
  /** Nothing ended it. */
  readonly isEnded: boolean;
}

/** Gives line after line. With a limit no further is read than the lines that are asked for. */
function linesOf(process: Process, fd: number, delimiter: number, limit: number): () => Soon<TextLine> {
  if (limit !== Number.POSITIVE_INFINITY) {
    const reader = new LineReader(process, fd, undefined);
    return () => then(reader.until(delimiter), ({ bytes, isEnded }) => ({ text: decodeName(bytes), isEnded }));
  }
  const input = new TextInput(process, '-', process.file(fd));
  const reader = new BufferedLines(input, { delimiter });
  const failed = (error: unknown): never => {
    throw error instanceof InputError ? error.fault : error;
  };
  const lineOf = (text: string | undefined): TextLine =>
    text === undefined ? { text: '', isEnded: true } : { text, isEnded: !reader.wasTerminated };
  return () => {
    try {
      const reading = reader.next();
      return reading instanceof Promise ? reading.then(lineOf, failed) : lineOf(reading);
    } catch (error) {
      return failed(error);
    }
  };
}

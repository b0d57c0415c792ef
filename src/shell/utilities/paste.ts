import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { InputError, LineReader, openInput, type TextInput } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { utility } from './utility.ts';

/** paste(1). */
export const paste: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: { delimiters: '-d --delimiters=LIST', serial: '-s --serial', zero: '-z --zero-terminated' },
  },
  async (process, options) => {
    const delimiters = parseDelimiters(options.value('delimiters') ?? '\t');
    const end = options.has('zero') ? '\0' : '\n';
    const operands = options.operands.length > 0 ? options.operands : ['-'];
    const output = new TextOutput(process);
    const inputs = new Map<string, LineReader>();
    const opened: TextInput[] = [];
    const readers: LineReader[] = [];
    let status = 0;
    try {
      for (const operand of operands) {
        // Standard input that is named twice gives each its turn.
        let reader = operand === '-' ? inputs.get('-') : undefined;
        if (!reader) {
          const input = await openInput(process, operand);
          opened.push(input);
          reader = new LineReader(input, { delimiter: end.charCodeAt(0), beforeWait: () => output.flush() });
          inputs.set(operand, reader);
        }
        readers.push(reader);
      }
      const turn = () => (process.isDue ? process.pause() : undefined);
      if (options.has('serial')) await serial(readers, delimiters, end, output, turn);
      else await parallel(readers, delimiters, end, output, turn);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await output.flush();
      await process.complain(`${quotedIfNeeded(error.operand)}: ${error.words}`);
      status = 1;
    } finally {
      for (const input of opened) input.close();
    }
    await output.flush();
    return status;
  },
);

type Turn = () => undefined | Promise<void>;

async function serial(
  readers: readonly LineReader[],
  delimiters: readonly string[],
  end: string,
  output: TextOutput,
  turn: Turn,
) {
  for (const reader of readers) {
    let i = 0;
    for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
      await output.put((i > 0 ? (delimiters[(i - 1) % delimiters.length] as string) : '') + line);
      i++;
      await turn();
    }
    await output.put(end);
  }
}

async function parallel(
  readers: readonly LineReader[],
  delimiters: readonly string[],
  end: string,
  output: TextOutput,
  turn: Turn,
) {
  for (;;) {
    const lines: (string | undefined)[] = [];
    for (const reader of readers) lines.push(await reader.next());
    if (lines.every((line) => line === undefined)) return;
    const text = lines
      .map((line, i) => (i > 0 ? (delimiters[(i - 1) % delimiters.length] as string) : '') + (line ?? ''))
      .join('');
    await output.put(text + end);
    await turn();
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

function parseDelimiters(text: string): string[] {
  if (text.endsWith('\\') && !text.endsWith('\\\\'))
    throw new UsageError(
      'operand',
      `delimiter list ends with an unescaped backslash: ${quoted(text)}`.replace(/'/g, ''),
      { bare: true },
    );
  const list: string[] = [];
  const characters = [...text];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character !== '\\') list.push(character);
    else {
      const next = characters[++i] ?? '\\';
      list.push(ESCAPES[next] ?? next);
    }
  }
  return list.length > 0 ? list : [''];
}

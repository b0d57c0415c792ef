import type { Process } from '../kernel/process.ts';
import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { loadEdited, saveEdited } from './editedFile.ts';
import { runShell } from './shellCommand.ts';
import { parseReplacement, expandReplacement } from './sedReplacement.ts';
import { TextBuffer } from './textBuffer.ts';

/** What ex commands work on. */
export interface ViState {
  buffer: TextBuffer;
  path: string | undefined;
  message: string;
  readonly settings: { numbers: boolean; ignoreCase: boolean; isReadOnly: boolean };
  register: { readonly lines: readonly string[]; readonly isWhole: boolean };
}

/** Runs a command of the line below. Gives whether to leave the editor. */
export async function runEx(process: Process, state: ViState, command: string): Promise<boolean> {
  const { buffer } = state;
  const match = /^\s*(?:(%)|([.$\d'][-+\d]*|)(?:,([.$\d][-+\d]*))?)\s*(.*)$/s.exec(command) as RegExpExecArray;
  const [, whole, from, to, rest = ''] = match;
  const line = (text: string) => lineNumber(buffer, text);
  const first = whole ? 0 : from ? line(from) : buffer.row;
  const last = whole ? buffer.lines.length - 1 : to ? line(to) : first;
  if (rest === '') {
    if (from) buffer.moveTo(first, 0);
    return false;
  }
  if (/^s[^a-z]/.test(rest)) {
    substitute(state, rest, first, last);
    return false;
  }
  const word = /^([a-z]+)(!?)\s*(.*)$/s.exec(rest) ?? /^()(!)(.*)$/s.exec(rest);
  const [, name = rest, bang = '', argument = ''] = word ?? [];
  switch (name) {
    case 'w':
    case 'write':
    case 'wq':
    case 'x':
    case 'xit':
      if ((name === 'x' || name === 'xit') && !buffer.isModified) return true;
      if (state.settings.isReadOnly && bang === '' && (argument === '' || argument === state.path)) {
        state.message = "E45: 'readonly' option is set (add ! to override)";
        return false;
      }
      return (
        (await save(process, state, argument, from || whole ? { first, last } : undefined)) &&
        !name.startsWith('wr') &&
        name !== 'w'
      );
    case 'q':
    case 'quit':
    case 'qa':
      if (bang === '' && buffer.isModified) {
        state.message = 'E37: No write since last change (add ! to override)';
        return false;
      }
      return true;
    case 'e':
    case 'edit':
      await edit(process, state, argument || state.path, bang !== '');
      return false;
    case 'r':
    case 'read': {
      const file = await loadEdited(process, argument);
      if (file.kind !== 'text') {
        state.message = `E484: Can't open file ${argument}`;
        return false;
      }
      buffer.mark();
      buffer.replaceLines(buffer.row + 1, 0, new TextBuffer(file.text).lines);
      return false;
    }
    case 'd':
    case 'delete':
      buffer.mark();
      state.register = { lines: buffer.lines.slice(first, last + 1), isWhole: true };
      buffer.replaceLines(first, last - first + 1, []);
      buffer.moveTo(first, 0);
      return false;
    case 'y':
    case 'yank':
      state.register = { lines: buffer.lines.slice(first, last + 1), isWhole: true };
      return false;
    case 'set':
    case 'se':
      set(state, argument);
      return false;
    case 'noh':
    case 'nohlsearch':
      return false;
    case '':
      if (bang === '!') {
        const status = await runShell(process, argument);
        state.message = status === 0 ? '' : `shell returned ${status}`;
        return false;
      }
      break;
    default:
      break;
  }
  state.message = `E492: Not an editor command: ${command}`;
  return false;
}

function lineNumber(buffer: TextBuffer, text: string): number {
  const match = /^([.$]|\d+)?([-+]\d*)?/.exec(text);
  const base =
    match?.[1] === '$'
      ? buffer.lines.length - 1
      : match?.[1] === '.' || !match?.[1]
        ? buffer.row
        : Number(match[1]) - 1;
  const offset = match?.[2] ? Number(match[2].length === 1 ? `${match[2]}1` : match[2]) : 0;
  return Math.max(0, Math.min(buffer.lines.length - 1, base + offset));
}

async function save(
  process: Process,
  state: ViState,
  argument: string,
  range: { first: number; last: number } | undefined,
): Promise<boolean> {
  const path = argument || state.path;
  if (!path) {
    state.message = 'E32: No file name';
    return false;
  }
  const { buffer } = state;
  const lines = range ? buffer.lines.slice(range.first, range.last + 1) : buffer.lines;
  const text = range ? lines.map((line) => `${line}\n`).join('') : buffer.text;
  const fault = await saveEdited(process, path, text);
  if (fault !== undefined) {
    state.message = `"${path}" E212: Can't open file for writing: ${fault}`;
    return false;
  }
  state.path ??= path;
  if (!range) buffer.isModified = false;
  const count = text === '' ? 0 : lines.length;
  state.message = `"${path}" ${count}L, ${new TextEncoder().encode(text).length}B written`;
  return true;
}

async function edit(process: Process, state: ViState, path: string | undefined, force: boolean): Promise<void> {
  if (state.buffer.isModified && !force) {
    state.message = 'E37: No write since last change (add ! to override)';
    return;
  }
  if (!path) {
    state.message = 'E32: No file name';
    return;
  }
  const file = await loadEdited(process, path);
  if (file.kind === 'fault') {
    state.message = `"${path}" ${file.words}`;
    return;
  }
  state.path = path;
  state.buffer = new TextBuffer(file.kind === 'text' ? file.text : '');
  const count = file.kind === 'text' && file.text !== '' ? state.buffer.lines.length : 0;
  state.message =
    file.kind === 'new' ? `"${path}" [New]` : `"${path}" ${count}L, ${new TextEncoder().encode(file.text).length}B`;
}

function set(state: ViState, argument: string): void {
  switch (argument) {
    case 'nu':
    case 'number':
      state.settings.numbers = true;
      break;
    case 'nonu':
    case 'nonumber':
      state.settings.numbers = false;
      break;
    case 'ic':
    case 'ignorecase':
      state.settings.ignoreCase = true;
      break;
    case 'noic':
    case 'noignorecase':
      state.settings.ignoreCase = false;
      break;
    default:
      state.message = `E518: Unknown option: ${argument}`;
  }
}

function substitute(state: ViState, command: string, first: number, last: number): void {
  const delimiter = command[1] as string;
  const parts: string[] = [''];
  for (let at = 2; at < command.length; at++) {
    const character = command[at] as string;
    if (character === '\\' && at + 1 < command.length) {
      const next = command[++at] as string;
      parts[parts.length - 1] += next === delimiter ? next : `\\${next}`;
    } else if (character === delimiter && parts.length < 3) parts.push('');
    else parts[parts.length - 1] += character;
  }
  const [source = '', replacement = '', flags = ''] = parts;
  const { buffer } = state;
  try {
    const regex = new Regex(source, {
      syntax: 'basic',
      ignoreCase: flags.includes('i') || state.settings.ignoreCase,
      escapes: 'sed',
    });
    const by = parseReplacement(replacement.replace(/\\r/g, '\\n'));
    let count = 0;
    let lastRow = buffer.row;
    const changed: string[] = [];
    for (let row = first; row <= last; row++) {
      const line = buffer.lines[row] as string;
      let out = '';
      let from = 0;
      let kept = 0;
      while (from <= line.length) {
        const slots = regex.exec(line, from);
        if (!slots) break;
        const [start, end] = [slots[0] as number, slots[1] as number];
        count++;
        lastRow = row;
        const group = (n: number) => ((slots[n * 2] ?? -1) < 0 ? '' : line.slice(slots[n * 2], slots[n * 2 + 1]));
        out += line.slice(kept, start) + expandReplacement(by, group);
        kept = end;
        from = end > start ? end : end + 1;
        if (!flags.includes('g')) break;
      }
      changed.push(...(out + line.slice(kept)).split('\n'));
    }
    if (count === 0) {
      state.message = `E486: Pattern not found: ${source}`;
      return;
    }
    buffer.mark();
    buffer.replaceLines(first, last - first + 1, changed);
    buffer.moveTo(lastRow, 0);
    if (count > 2) state.message = `${count} substitutions`;
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    state.message = `E486: ${error.message}`;
  }
}

import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import { RegexError } from '../regex/regexError.ts';
import { chunksOf } from './codecStreams.ts';
import { readFromShell, runShell } from './shellCommand.ts';
import { linesOf } from './textBuffer.ts';
import { readAddresses } from './viAddress.ts';
import { editText, insertLines, mayLeave, readText, writeText } from './viFiles.ts';
import { joinLines, linesRange, removeRange, shiftLines, textIn } from './viRange.ts';
import { viRegex } from './viSearch.ts';
import type { ViState } from './viState.ts';
import { substitute } from './viSubstitute.ts';

/** A command of `:` with its rows. */
interface Call {
  readonly process: Process;
  readonly state: ViState;
  readonly isForced: boolean;
  readonly argument: string;
  /** The line of the cursor where none were given. */
  readonly first: number;
  readonly last: number;
  readonly hasRange: boolean;
}

/** Gives whether to leave the editor. */
type Command = (call: Call) => boolean | Promise<boolean>;

/** Runs a command of the line below. Gives whether to leave the editor. */
export async function runEx(process: Process, state: ViState, command: string): Promise<boolean> {
  const addressed = readAddresses(state, command);
  if (typeof addressed === 'string') {
    state.fail(addressed);
    return false;
  }
  const { buffer } = state;
  const { first = buffer.row, last = first, rest } = addressed;
  const hasRange = addressed.first !== undefined;
  if (rest === '') {
    if (hasRange) buffer.moveTo(last, 0);
    return false;
  }
  if (/^(?:s(?:ubstitute)?(?=$|[^a-z]|[giI&]+$)|&&?$)/.test(rest) && !/^(?:sil|set?$|set? )/.test(rest)) {
    substitute(state, rest, Math.max(0, first), Math.max(0, last));
    return false;
  }
  const [, word = '', bang = '', argument = ''] =
    /^(k)()([a-zA-Z])$/.exec(rest) ??
    /^([a-z]+)(!?)\s*(.*)$/s.exec(rest) ??
    /^(<+|>+|=)()\s*(.*)$/s.exec(rest) ??
    /^()(!)(.*)$/s.exec(rest) ??
    [];
  const name = /^[<>]/.test(word) ? (word[0] as string) : word;
  const found = word === '' && bang === '' ? undefined : commandOf(name);
  if (!found) {
    state.fail(`E492: Not an editor command: ${command}`);
    return false;
  }
  const steps = /^[<>]/.test(word) ? String(word.length) : argument;
  return found({ process, state, isForced: bang === '!', argument: steps, first, last, hasRange });
}

function commandOf(name: string): Command | undefined {
  if (name === '') return COMMANDS['!'];
  const spelling = Object.keys(SPELLINGS).find((whole) => {
    const least = SPELLINGS[whole] as number;
    return name.length >= least && whole.startsWith(name);
  });
  return spelling === undefined ? COMMANDS[name] : COMMANDS[spelling];
}

/** Commands by their whole name, and how many letters of it are enough. */
const SPELLINGS: Readonly<Record<string, number>> = {
  write: 1,
  wq: 2,
  xit: 1,
  quit: 1,
  edit: 1,
  read: 1,
  delete: 1,
  yank: 1,
  put: 2,
  move: 1,
  copy: 2,
  join: 1,
  normal: 4,
  global: 1,
  vglobal: 1,
  undo: 1,
  redo: 3,
  set: 2,
  nohlsearch: 3,
  mark: 2,
  registers: 3,
};

async function save(call: Call): Promise<boolean> {
  const { process, state, argument, hasRange, first, last } = call;
  if (state.settings.isReadOnly && !call.isForced && (argument === '' || argument === state.path)) {
    state.fail("E45: 'readonly' option is set (add ! to override)");
    return false;
  }
  return writeText(process, state, argument, hasRange ? { first, last } : undefined);
}

function cut({ state, first, last, argument }: Call): void {
  const { buffer } = state;
  const range = linesRange(Math.max(0, first), last);
  state.registers.cut(argument[0], textIn(buffer, range));
  buffer.mark();
  removeRange(buffer, range);
  tellLines(state, last - first + 1, 'fewer');
}

function tellLines(state: ViState, count: number, word: 'fewer' | 'more' | 'yanked'): void {
  if (count > 2) state.message = word === 'yanked' ? `${count} lines yanked` : `${count} ${word} lines`;
}

/** The row behind which lines go: `0` is before all. */
function targetRow({ state, argument }: Call): number | undefined {
  if (argument.trim() === '0') return -1;
  const addressed = readAddresses(state, argument);
  if (typeof addressed === 'string') state.fail(addressed);
  else if (addressed.last === undefined) state.fail('E14: Invalid address');
  else return addressed.last;
  return undefined;
}

function move(call: Call): void {
  const { state, first, last } = call;
  const { buffer } = state;
  const to = targetRow(call);
  if (to === undefined) return;
  if (to >= first && to < last) {
    state.fail('E134: Cannot move a range of lines into itself');
    return;
  }
  const count = last - first + 1;
  const lines = buffer.lines.slice(first, last + 1);
  buffer.mark();
  const rest = [...buffer.lines.slice(0, first), ...buffer.lines.slice(last + 1)];
  const at = to >= last ? to + 1 - count : to + 1;
  buffer.replaceLines(0, buffer.lines.length, [...rest.slice(0, at), ...lines, ...rest.slice(at)]);
  buffer.moveTo(at + count - 1, 0);
}

function copy(call: Call): void {
  const { state, first, last } = call;
  const to = targetRow(call);
  if (to === undefined) return;
  const lines = state.buffer.lines.slice(first, last + 1);
  insertLines(state, to + 1, lines);
  state.buffer.moveTo(to + lines.length, 0);
  tellLines(state, lines.length, 'more');
}

/** Where lines are that a command has pushed away: found again by how many it added or removed, or by their text near
 *  there. Those that are gone are left out. */
function rowsAfter(rows: readonly number[], before: readonly string[], after: readonly string[]): number[] {
  const added = after.length - before.length;
  return rows.flatMap((row) => {
    const text = before[row];
    const place = [added, added - 1, added + 1].find((offset) => after[row + offset] === text);
    if (place === undefined && added < 0) return [];
    return [Math.min(after.length - 1, row + (place ?? added))];
  });
}

async function global(call: Call, wants: boolean): Promise<boolean> {
  const { process, state, argument, hasRange } = call;
  const [, delimiter = '', typed = '', , command = 'p'] =
    /^([^a-zA-Z0-9\s"|\\])((?:\\.|(?!\1)[^\\])*)(\1(.*))?$/s.exec(argument) ?? [];
  if (delimiter === '') {
    state.fail('E148: Regular expression missing from global');
    return false;
  }
  if (typed !== '') state.pattern = typed.replaceAll(`\\${delimiter}`, delimiter);
  const { buffer } = state;
  const [first, last] = hasRange ? [call.first, call.last] : [0, buffer.lines.length - 1];
  let rows: number[];
  try {
    const regex = viRegex(state.pattern, { ignoreCase: state.settings.ignoreCase });
    rows = buffer.lines.flatMap((line, row) =>
      row >= first && row <= last && (regex.find(line, 0) !== undefined) === wants ? [row] : [],
    );
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    state.fail(`E486: ${error.message}`);
    return false;
  }
  if (rows.length === 0) {
    state.fail(`E486: Pattern not found: ${state.pattern}`);
    return false;
  }
  if (/^[gv](?:lobal|global)?\b/.test(command)) {
    state.fail('E147: Cannot do :global recursive with a range');
    return false;
  }
  let leaves = false;
  await buffer.grouped(async () => {
    while (rows.length > 0 && !leaves) {
      const [row = 0, ...others] = rows;
      const { lines } = buffer;
      buffer.moveTo(row, 0);
      leaves = await runEx(process, state, command);
      rows = rowsAfter(others, lines, state.buffer.lines);
      if (process.isDue) await process.pause();
    }
  });
  state.hasFailed = false;
  return leaves;
}

/** `:r !COMMAND`, `:!COMMAND`, and with rows the command as a filter of them. */
async function shell({ process, state, argument, hasRange, first, last }: Call): Promise<void> {
  if (!hasRange) {
    const status = await runShell(process, argument);
    state.message = status === 0 ? '' : `shell returned ${status}`;
    return;
  }
  const { buffer } = state;
  const given = buffer.lines.slice(first, last + 1).map((line) => `${line}\n`);
  const word = `'${given.join('').replaceAll("'", "'\\''")}'`;
  const lines = await outputLines(process, `printf %s ${word} | { ${argument}\n}`);
  buffer.mark();
  buffer.replaceLines(first, last - first + 1, lines);
  buffer.moveTo(first, 0);
}

async function outputLines(process: Process, command: string): Promise<string[]> {
  const { file, child } = await readFromShell(process, command);
  let text = '';
  for await (const piece of chunksOf(process, file)) text += decodeName(piece);
  file.close();
  if (child) {
    await process.waitFor(child.wait());
    process.reap(child);
  }
  return text === '' ? [] : linesOf(text);
}

const stay =
  (body: (call: Call) => unknown): Command =>
  async (call) => {
    await body(call);
    return false;
  };

const COMMANDS: Readonly<Record<string, Command>> = {
  write: stay(save),
  wq: save,
  xit: (call) => (call.state.buffer.isModified || call.argument !== '' ? save(call) : true),
  wall: stay(save),
  wa: stay(save),
  wqa: save,
  xa: (call) => (call.state.buffer.isModified ? save(call) : true),
  quit: ({ state, isForced }) => mayLeave(state, isForced ? 'forced' : 'careful'),
  qa: ({ state, isForced }) => mayLeave(state, isForced ? 'forced' : 'careful'),
  qall: ({ state, isForced }) => mayLeave(state, isForced ? 'forced' : 'careful'),
  edit: stay(({ process, state, argument, isForced }) =>
    editText(process, state, argument || state.path, isForced ? 'forced' : 'careful'),
  ),
  read: stay(async ({ process, state, argument, isForced, first, last, hasRange }) => {
    const row = hasRange ? last : first;
    const shellText = isForced ? argument : /^!(.*)$/s.exec(argument)?.[1];
    if (shellText === undefined) await readText(process, state, argument, row);
    else insertLines(state, row + 1, await outputLines(process, shellText));
  }),
  delete: stay(cut),
  yank: stay(({ state, first, last, argument }) => {
    state.registers.copy(argument[0], textIn(state.buffer, linesRange(Math.max(0, first), last)));
    tellLines(state, last - first + 1, 'yanked');
  }),
  put: stay(({ state, last, argument, isForced }) => {
    const { lines } = state.registers.get(argument[0]);
    insertLines(state, isForced ? last : last + 1, lines);
    state.buffer.moveTo((isForced ? last : last + 1) + lines.length - 1, 0);
  }),
  move: stay(move),
  copy: stay(copy),
  t: stay(copy),
  join: stay(({ state, first, last, hasRange, isForced }) => {
    state.buffer.mark();
    joinLines(state.buffer, first, hasRange && last > first ? last - first + 1 : 2, isForced ? 'asIs' : 'blank');
  }),
  normal: stay(async ({ state, argument, first, last, hasRange }) => {
    await state.buffer.grouped(async () => {
      for (let row = first; row <= Math.min(last, state.buffer.lines.length - 1); row++) {
        if (hasRange) state.buffer.moveTo(row, 0);
        await state.runKeys(argument);
      }
    });
  }),
  global: (call) => global(call, !call.isForced),
  vglobal: (call) => global(call, false),
  undo: stay(({ state }) => {
    if (!state.buffer.undo()) state.message = 'Already at oldest change';
  }),
  redo: stay(({ state }) => {
    if (!state.buffer.redo()) state.message = 'Already at newest change';
  }),
  '>': stay(({ state, first, last, argument }) => shift(state, first, last, '>', Number(argument))),
  '<': stay(({ state, first, last, argument }) => shift(state, first, last, '<', Number(argument))),
  '=': stay(({ state, last, hasRange }) => {
    state.message = String(hasRange ? last + 1 : state.buffer.lines.length);
  }),
  p: stay(({ state, last }) => state.buffer.moveTo(last, 0)),
  print: stay(({ state, last }) => state.buffer.moveTo(last, 0)),
  set: stay(({ state, argument }) => set(state, argument)),
  nohlsearch: stay(() => undefined),
  mark: stay(({ state, argument, last }) => state.marks.set(argument[0] ?? '', { row: last, column: 0 })),
  k: stay(({ state, argument, last }) => state.marks.set(argument[0] ?? '', { row: last, column: 0 })),
  registers: stay(({ state, argument }) => {
    const { lines } = state.registers.get(argument[0]);
    state.message = `"${argument[0] ?? '"'}   ${lines.join('^J')}`;
  }),
  '!': stay(shell),
};

function shift(state: ViState, first: number, last: number, sign: '>' | '<', steps: number): void {
  state.buffer.mark();
  shiftLines(state.buffer, first, last, sign, Math.max(1, Math.min(steps, 20)));
  state.buffer.moveTo(last, 0);
}

function set(state: ViState, argument: string): void {
  for (const word of argument.split(/\s+/)) {
    const [, no = '', name = ''] = /^(no)?(.*)$/.exec(word) ?? [];
    if (/^(?:nu|number)$/.test(name)) state.settings.numbers = no === '';
    else if (/^(?:ic|ignorecase)$/.test(name)) state.settings.ignoreCase = no === '';
    else if (/^(?:ro|readonly)$/.test(name)) state.settings.isReadOnly = no === '';
    else state.fail(`E518: Unknown option: ${word}`);
  }
}

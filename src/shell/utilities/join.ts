import type { Program } from '../kernel/program.ts';
import { compareNames } from './nameOrder.ts';
import { UsageError } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { InputError, LineReader, openInput, type TextInput } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { twoOperands } from './twoOperands.ts';
import { utility } from './utility.ts';

interface Row {
  readonly line: string;
  readonly fields: readonly string[];
  readonly key: string;
}

/** Which fields are shown: `0` the key, `M.N`. */
type Shown = { readonly file: 0 | 1 | 2; readonly field: number };

/** join(1): the rows of two sorted files that have a key in common. */
export const join: Program = utility(
  {
    usage: '[OPTION]... FILE1 FILE2',
    options: {
      unpaired: '-a=FILENUM',
      empty: '-e=STRING',
      ignoreCase: '-i --ignore-case',
      field: '-j=FIELD',
      format: '-o=FORMAT',
      separator: '-t=CHAR',
      only: '-v=FILENUM',
      field1: '-1=FIELD',
      field2: '-2=FIELD',
      check: '--check-order',
      nocheck: '--nocheck-order',
      header: '--header',
      zero: '-z --zero-terminated',
    },
  },
  async (process, options) => {
    const [first, second] = twoOperands(options);
    const fieldNumber = (text: string | undefined) => {
      if (text === undefined) return 1;
      if (!/^[1-9]\d*$/.test(text))
        throw new UsageError('operand', `invalid field number: ${quoted(text)}`, { bare: true });
      return Number(text);
    };
    const both = options.value('field');
    const keys = [fieldNumber(options.value('field1') ?? both), fieldNumber(options.value('field2') ?? both)] as const;
    const separator = options.value('separator');
    const sides = new Set(options.values('unpaired'));
    const only = new Set(options.values('only'));
    const end = options.has('zero') ? '\0' : '\n';
    const output = new TextOutput(process);
    const fold = (text: string) => (options.has('ignoreCase') ? text.toLowerCase() : text);
    const opened: TextInput[] = [];
    try {
      const rows: Row[][] = [];
      for (const [i, operand] of [first, second].entries()) {
        const input = await openInput(process, operand);
        opened.push(input);
        const reader = new LineReader(input, { delimiter: end.charCodeAt(0) });
        const list: Row[] = [];
        for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
          const fields =
            separator === undefined ? line.trim().split(/[ \t]+/) : separator === '' ? [line] : line.split(separator);
          list.push({ line, fields, key: fold(fields[(keys[i] as number) - 1] ?? '') });
          if (process.isDue) await process.pause();
        }
        rows.push(list);
      }
      const [left, right] = rows as [Row[], Row[]];
      const shown =
        options.value('format') === 'auto'
          ? autoFormat(left[0], right[0], keys)
          : parseFormat(options.values('format'));
      const printer = new Printer(output, {
        separator: separator || ' ',
        empty: options.value('empty') ?? '',
        end,
        shown,
        keys,
      });
      if (options.has('header')) await printer.pair(left.shift(), right.shift());
      let [i, j] = [0, 0];
      let unpaired: readonly [number, number] | undefined;
      const order = options.last('check', 'nocheck');
      const ends = rows.map((list) => (order === 'check' ? firstDisorder(list, 1) : undefined));
      // Rows are read up to the first that has another key than those at hand.
      const isDisordered = (...read: readonly [number, number]) =>
        ends.some((end, side) => end !== undefined && (read[side] as number) >= end);
      while ((i < left.length || j < right.length) && !isDisordered(i, j)) {
        const [a, b] = [left[i], right[j]];
        const way = !a ? 1 : !b ? -1 : compareNames(a.key, b.key);
        if (way !== 0) {
          unpaired ??= [i, j];
          const side = way < 0 ? '1' : '2';
          if (sides.has(side) || only.has(side)) await printer.pair(way < 0 ? a : undefined, way < 0 ? undefined : b);
          if (way < 0) i++;
          else j++;
        } else {
          const key = (a as Row).key;
          let [iEnd, jEnd] = [i, j];
          while (iEnd < left.length && (left[iEnd] as Row).key === key) iEnd++;
          while (jEnd < right.length && (right[jEnd] as Row).key === key) jEnd++;
          if (isDisordered(iEnd, jEnd)) break;
          for (let x = i; x < iEnd && only.size === 0; x++) {
            for (let y = j; y < jEnd; y++) {
              await printer.pair(left[x], right[y]);
              if (process.isDue) await process.pause();
            }
          }
          [i, j] = [iEnd, jEnd];
        }
        if (process.isDue) await process.pause();
      }
      await output.flush();
      if (order === 'nocheck') return 0;
      if (order === 'check') return await tellFirstDisorder(process, [first, second], rows, ends);
      return await tellDisorder(process, [first, second], rows, unpaired);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await output.flush();
      await process.complain(`${quotedIfNeeded(error.operand)}: ${error.words}`);
      return 1;
    } finally {
      for (const input of opened) input.close();
    }
  },
);

/** The first row from `least` on that belongs before the one above it. */
function firstDisorder(rows: readonly Row[], least: number): number | undefined {
  const at = rows.findIndex((row, i) => i >= least && compareNames((rows[i - 1] as Row).key, row.key) > 0);
  return at < 0 ? undefined : at;
}

function disorderText(name: string, rows: readonly Row[], at: number): string {
  return `${quotedIfNeeded(name)}:${at + 1}: is not sorted: ${(rows[at] as Row).line}`;
}

/** `--check-order`: any row counts, and nothing comes behind it. */
async function tellFirstDisorder(
  process: Parameters<Program>[0],
  names: readonly string[],
  rows: readonly Row[][],
  ends: readonly (number | undefined)[],
): Promise<number> {
  const side = ends.findIndex((end) => end !== undefined);
  if (side < 0) return 0;
  await process.complain(disorderText(names[side] as string, rows[side] as Row[], ends[side] as number));
  return 1;
}

/** Rows that are out of order count only behind the first that found no partner. */
async function tellDisorder(
  process: Parameters<Program>[0],
  names: readonly string[],
  rows: readonly Row[][],
  unpaired: readonly [number, number] | undefined,
): Promise<number> {
  if (!unpaired) return 0;
  let status = 0;
  for (const [side, list] of rows.entries()) {
    const at = firstDisorder(list, (unpaired[side] as number) + 1);
    if (at === undefined) continue;
    await process.complain(disorderText(names[side] as string, list, at));
    status = 1;
  }
  if (status !== 0) await process.complain('input is not in sorted order');
  return status;
}

function parseFormat(texts: readonly string[]): Shown[] | undefined {
  if (texts.length === 0) return undefined;
  return texts
    .flatMap((text) => text.split(/[ ,]/))
    .map((part) => {
      if (part === '0') return { file: 0 as const, field: 0 };
      const match = /^([12])\.([1-9]\d*)$/.exec(part);
      if (!match) {
        const file = /^([^.]*)/.exec(part)?.[1];
        if (file !== undefined && file !== '1' && file !== '2')
          throw new UsageError('operand', `invalid file number in field spec: ${quoted(part)}`, { bare: true });
        throw new UsageError('operand', `invalid field specifier: ${quoted(part)}`, { bare: true });
      }
      return { file: Number(match[1]) as 1 | 2, field: Number(match[2]) };
    });
}

function autoFormat(left: Row | undefined, right: Row | undefined, keys: readonly [number, number]): Shown[] {
  const rest = (row: Row | undefined, file: 1 | 2) =>
    (row?.fields ?? []).flatMap((_, i) => (i + 1 === keys[file - 1] ? [] : [{ file, field: i + 1 }]));
  return [{ file: 0, field: 0 }, ...rest(left, 1), ...rest(right, 2)];
}

class Printer {
  readonly #output: TextOutput;
  readonly #form: {
    separator: string;
    empty: string;
    end: string;
    shown: readonly Shown[] | undefined;
    keys: readonly [number, number];
  };

  constructor(
    output: TextOutput,
    form: {
      separator: string;
      empty: string;
      end: string;
      shown: readonly Shown[] | undefined;
      keys: readonly [number, number];
    },
  ) {
    this.#output = output;
    this.#form = form;
  }

  pair(a: Row | undefined, b: Row | undefined): undefined | Promise<void> {
    const { separator, empty, end, shown, keys } = this.#form;
    const key = (a?.fields[keys[0] - 1] ?? b?.fields[keys[1] - 1] ?? '') || empty;
    const parts = shown
      ? shown.map(({ file, field }) => (file === 0 ? key : (file === 1 ? a : b)?.fields[field - 1] || empty))
      : [key, ...without(a, keys[0]).map((part) => part || empty), ...without(b, keys[1]).map((part) => part || empty)];
    return this.#output.put(parts.join(separator) + end);
  }
}

function without(row: Row | undefined, field: number): string[] {
  return (row?.fields ?? []).filter((_, i) => i + 1 !== field);
}

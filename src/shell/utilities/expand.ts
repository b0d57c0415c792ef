import type { Program } from '../kernel/program.ts';
import { filterLines } from './lineFilter.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

/** Places of tabs: every so many columns, or a list of them, behind which blanks stand alone. */
interface TabStops {
  readonly every: number;
  readonly list: readonly number[];
}

function parseStops(text: string | undefined): TabStops {
  if (text === undefined) return { every: 8, list: [] };
  const numbers = text.split(/[ ,]+/).filter((part) => part !== '');
  for (const part of numbers) {
    if (!/^[/+]?\d+$/.test(part))
      throw new UsageError('operand', `tab size contains invalid character(s): ${quoted(part.replace(/^\d+/, ''))}`, {
        bare: true,
      });
  }
  const last = numbers.at(-1) ?? '8';
  if (numbers.length === 1 && /^\d+$/.test(last)) {
    if (Number(last) === 0) throw new UsageError('operand', 'tab size cannot be 0', { bare: true });
    return { every: Number(last), list: [] };
  }
  const list = numbers.filter((part) => /^\d/.test(part)).map(Number);
  if (list.some((stop, i) => i > 0 && stop <= (list[i - 1] as number)))
    throw new UsageError('operand', 'tab sizes must be ascending', { bare: true });
  return { every: /^[/+]/.test(last) ? Number(last.slice(1)) : 0, list };
}

/** The next stop behind a column; one column further where there is none. */
function nextStop(column: number, { every, list }: TabStops): number {
  const stop = list.find((one) => one > column);
  if (stop !== undefined) return stop;
  return every > 0 ? column + every - (column % every) : column + 1;
}

const OLD_FORM = (given: readonly string[]) =>
  given.map((argument) => (/^-\d[\d,]*$/.test(argument) ? `-t${argument.slice(1)}` : argument));

/** expand(1). */
export const expand: Program = utility(
  { usage: '[OPTION]... [FILE]...', options: { initial: '-i --initial', tabs: '-t --tabs=N' }, rewrite: OLD_FORM },
  (process, options) => {
    const stops = parseStops(options.value('tabs'));
    const initial = options.has('initial');
    return filterLines(process, options.operands, (line) => {
      if (!line.includes('\t')) return line;
      let out = '';
      let column = 0;
      let isBlank = true;
      for (const character of line) {
        if (character === '\t' && (isBlank || !initial)) {
          const next = nextStop(column, stops);
          out += ' '.repeat(next - column);
          column = next;
          continue;
        }
        if (character !== ' ') isBlank = false;
        out += character;
        column = character === '\b' ? Math.max(0, column - 1) : column + 1;
      }
      return out;
    });
  },
);

/** unexpand(1). */
export const unexpand: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: { all: '-a --all', first: '--first-only', tabs: '-t --tabs=N' },
    rewrite: OLD_FORM,
  },
  (process, options) => {
    const stops = parseStops(options.value('tabs'));
    const isAll = (options.has('all') || options.has('tabs')) && !options.has('first');
    return filterLines(process, options.operands, (line) => unexpanded(line, stops, isAll));
  },
);

function unexpanded(line: string, stops: TabStops, isAll: boolean): string {
  let out = '';
  let column = 0;
  let pending = '';
  let pendingStart = 0;
  let isBlank = true;
  for (const character of line) {
    if ((character === ' ' || character === '\t') && (isBlank || isAll)) {
      if (pending === '') pendingStart = column;
      const stop = nextStop(column, stops);
      column = character === '\t' ? stop : column + 1;
      pending += character;
      if (column === stop) {
        // One blank alone before a stop stays a blank, where others do not follow.
        out += pending === ' ' && column - pendingStart === 1 ? '\u0000' : '\t';
        pending = '';
      }
      continue;
    }
    out = settled(out, pending !== '') + pending;
    pending = '';
    isBlank = false;
    out += character;
    column++;
  }
  return settled(out, pending !== '') + pending;
}

/** A single blank that stood right before a stop becomes a tab only when more blanks follow. */
function settled(text: string, isFollowed: boolean): string {
  if (!text.includes('\u0000')) return text;
  return text
    .replace(/\u0000(?=[\t\u0000])/g, '\t')
    .replace(/\u0000$/, isFollowed ? '\t' : ' ')
    .replace(/\u0000/g, ' ');
}

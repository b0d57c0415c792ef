import { type Change, diffLines } from './lineDiff.ts';

/** A text as lines; the last may lack its newline. */
export interface DiffText {
  readonly lines: readonly string[];
  readonly lacksEnd: boolean;
}

export function diffTextOf(text: string): DiffText {
  if (text === '') return { lines: [], lacksEnd: false };
  const lines = text.split('\n');
  const lacksEnd = lines.at(-1) !== '';
  if (!lacksEnd) lines.pop();
  return { lines, lacksEnd };
}

export interface Comparing {
  readonly ignoreCase: boolean;
  /** `-b`: runs of blanks are alike; `-w`: blanks do not count. */
  readonly blanks: 'count' | 'alike' | 'ignored' | 'trailing';
  readonly ignoreBlankLines: boolean;
}

/** What differs. Lines are the same where their comparable forms are; a lacking newline at the end differs. */
export function compareTexts(a: DiffText, b: DiffText, how: Comparing): Change[] {
  const numbers = new Map<string, number>();
  const numbered = ({ lines, lacksEnd }: DiffText) =>
    Int32Array.from(lines, (line, i) => {
      const key = comparable(line, how) + (lacksEnd && i === lines.length - 1 && how.blanks === 'count' ? '\n' : '');
      let number = numbers.get(key);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(key, number);
      }
      return number;
    });
  const changes = diffLines(numbered(a), numbered(b));
  if (!how.ignoreBlankLines) return changes;
  const isBlank = (line: string | undefined) => (line ?? '').trim() === '';
  return changes.filter(
    ({ aStart, aEnd, bStart, bEnd }) =>
      !a.lines.slice(aStart, aEnd).every(isBlank) || !b.lines.slice(bStart, bEnd).every(isBlank),
  );
}

function comparable(line: string, { ignoreCase, blanks }: Comparing): string {
  let text = line;
  if (blanks === 'alike') text = text.replace(/[ \t\r\v\f]+/g, ' ').replace(/ $/, '');
  else if (blanks === 'ignored') text = text.replace(/[ \t\r\v\f]+/g, '');
  else if (blanks === 'trailing') text = text.replace(/[ \t\r\v\f]+$/, '');
  return ignoreCase ? text.toLowerCase() : text;
}

const NO_NEWLINE = '\\ No newline at end of file';

function marked(text: DiffText, from: number, to: number, mark: string): string {
  let out = '';
  for (let i = from; i < to; i++) {
    out += `${mark}${text.lines[i]}\n`;
    if (text.lacksEnd && i === text.lines.length - 1) out += `${NO_NEWLINE}\n`;
  }
  return out;
}

/** `N`, `N,M`; of nothing, the line before. */
function range(start: number, end: number): string {
  if (end <= start) return String(start);
  return end === start + 1 ? String(end) : `${start + 1},${end}`;
}

export function normalDiff(a: DiffText, b: DiffText, changes: readonly Change[]): string {
  return changes
    .map(({ aStart, aEnd, bStart, bEnd }) => {
      const letter = aStart === aEnd ? 'a' : bStart === bEnd ? 'd' : 'c';
      const between = letter === 'c' ? '---\n' : '';
      const head = `${range(aStart, aEnd)}${letter}${range(bStart, bEnd)}\n`;
      return head + marked(a, aStart, aEnd, '< ') + between + marked(b, bStart, bEnd, '> ');
    })
    .join('');
}

export function edScript(b: DiffText, changes: readonly Change[]): string {
  return [...changes]
    .reverse()
    .map(({ aStart, aEnd, bStart, bEnd }) => {
      const letter = aStart === aEnd ? 'a' : bStart === bEnd ? 'd' : 'c';
      const text =
        bStart === bEnd
          ? ''
          : `${b.lines
              .slice(bStart, bEnd)
              .map((line) => `${line}\n`)
              .join('')}.\n`;
      return `${range(aStart, aEnd)}${letter}\n${text}`;
    })
    .join('');
}

/** Changes that are so near that their context meets, together. */
function hunksOf(changes: readonly Change[], context: number): Change[][] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last && change.aStart - last.aEnd <= 2 * context) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

export interface HunkForm {
  readonly context: number;
  /** `-p`: shows the line of a C function above a hunk. */
  readonly functionLine: ((line: string) => boolean) | undefined;
  /** How much of that line is shown; 40 unless told. */
  readonly functionCharacters?: number;
}

export function unifiedDiff(a: DiffText, b: DiffText, changes: readonly Change[], form: HunkForm): string {
  const { context } = form;
  return hunksOf(changes, context)
    .map((hunk) => {
      const [first, last] = [hunk[0] as Change, hunk.at(-1) as Change];
      const aFrom = Math.max(0, first.aStart - context);
      const bFrom = Math.max(0, first.bStart - context);
      const aTo = Math.min(a.lines.length, last.aEnd + context);
      const bTo = Math.min(b.lines.length, last.bEnd + context);
      let body = '';
      let at = aFrom;
      for (const { aStart, aEnd, bStart, bEnd } of hunk) {
        body += marked(a, at, aStart, ' ') + marked(a, aStart, aEnd, '-') + marked(b, bStart, bEnd, '+');
        at = aEnd;
      }
      body += marked(a, at, aTo, ' ');
      return `@@ -${unifiedRange(aFrom, aTo)} +${unifiedRange(bFrom, bTo)} @@${functionText(a, first.aStart - context, form)}\n${body}`;
    })
    .join('');
}

function unifiedRange(from: number, to: number): string {
  if (to === from) return `${from},0`;
  return to === from + 1 ? String(to) : `${from + 1},${to - from}`;
}

function functionText(a: DiffText, before: number, { functionLine, functionCharacters = 40 }: HunkForm): string {
  if (!functionLine) return '';
  for (let i = Math.min(before, a.lines.length) - 1; i >= 0; i--) {
    const line = a.lines[i] as string;
    if (functionLine(line)) return ` ${line.slice(0, functionCharacters).trimEnd()}`;
  }
  return '';
}

export function contextDiff(a: DiffText, b: DiffText, changes: readonly Change[], form: HunkForm): string {
  const { context } = form;
  return hunksOf(changes, context)
    .map((hunk) => {
      const [first, last] = [hunk[0] as Change, hunk.at(-1) as Change];
      const sides = [
        {
          text: a,
          from: Math.max(0, first.aStart - context),
          to: Math.min(a.lines.length, last.aEnd + context),
          mark: '- ',
        },
        {
          text: b,
          from: Math.max(0, first.bStart - context),
          to: Math.min(b.lines.length, last.bEnd + context),
          mark: '+ ',
        },
      ] as const;
      const bodies = sides.map(({ text, from, to, mark }, side) => {
        const ranges = hunk.map(
          (one) => (side === 0 ? [one.aStart, one.aEnd] : [one.bStart, one.bEnd]) as [number, number],
        );
        if (ranges.every(([start, end]) => start === end)) return '';
        let body = '';
        let at = from;
        for (const [i, [start, end]] of ranges.entries()) {
          const { aStart, aEnd, bStart, bEnd } = hunk[i] as Change;
          const both = aStart !== aEnd && bStart !== bEnd;
          body += marked(text, at, start, '  ') + marked(text, start, end, both ? '! ' : mark);
          at = end;
        }
        return body + marked(text, at, to, '  ');
      });
      const [left, right] = sides;
      return `***************${functionText(a, first.aStart - context, form)}\n*** ${contextRange(left.from, left.to)} ****\n${bodies[0]}--- ${contextRange(right.from, right.to)} ----\n${bodies[1]}`;
    })
    .join('');
}

function contextRange(from: number, to: number): string {
  if (to <= from) return String(from);
  return to === from + 1 ? String(to) : `${from + 1},${to}`;
}

/** `-y`: two columns. Tabs are as they stand in the texts. */
export function sideBySide(
  a: DiffText,
  b: DiffText,
  changes: readonly Change[],
  form: { readonly width: number; readonly suppressCommon: boolean; readonly leftColumn: boolean },
): string {
  // Where the second column begins: at a tab stop, about the middle (GNU's sdiff.c).
  const middle = (form.width >> 1) + 5 + (form.width & 1);
  const second = middle - (middle % 8);
  const half = Math.max(0, Math.min(second - 3, form.width - second));
  const gutter = (half + second - 1) >> 1;
  let out = '';
  const row = (left: string | undefined, mark: string, right: string | undefined) => {
    const shown = expanded(left ?? '', half);
    const other = right ? expanded(right, half) : '';
    if (mark === ' ') {
      if (form.suppressCommon) return;
      if (form.leftColumn) out += `${padded(shown, 0, gutter)}(\n`;
      else out += other === '' ? `${shown}\n` : `${padded(shown, 0, second)}${other}\n`;
      return;
    }
    const marked = padded(shown, 0, gutter) + mark;
    out += other === '' ? `${marked}\n` : `${padded(marked, gutter + 1 - marked.length, second)}${other}\n`;
  };
  let [i, j] = [0, 0];
  for (const change of [
    ...changes,
    { aStart: a.lines.length, aEnd: a.lines.length, bStart: b.lines.length, bEnd: b.lines.length },
  ]) {
    while (i < change.aStart) row(a.lines[i++], ' ', b.lines[j++]);
    while (i < change.aEnd && j < change.bEnd) row(a.lines[i++], '|', b.lines[j++]);
    while (i < change.aEnd) row(a.lines[i++], '<', undefined);
    while (j < change.bEnd) row(undefined, '>', b.lines[j++]);
  }
  return out;
}

function expanded(line: string, width: number): string {
  let out = '';
  for (const character of line) {
    if (character === '\t') out += ' '.repeat(8 - (out.length % 8));
    else out += character;
    if (out.length >= width) return out.slice(0, width);
  }
  return out;
}

/** Filled to a column with tabs, then blanks. The text ends `extra` columns behind its length. */
function padded(text: string, extra: number, column: number): string {
  let out = text;
  let at = text.length + extra;
  while (at < column) {
    const stop = at + 8 - (at % 8);
    const isTab = stop <= column;
    out += isTab ? '\t' : ' '.repeat(column - at);
    at = isTab ? stop : column;
  }
  return out;
}

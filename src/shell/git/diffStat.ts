import { decodeName } from '../../bytes/byteName.ts';
import { compareTexts, diffTextOf } from '../utilities/diffText.ts';
import type { FileChange } from './fileChanges.ts';
import type { Paint } from './paint.ts';
import { isBinary } from './patchText.ts';
import { quotePath } from './quotePath.ts';

/** How much of one file changed: lines, or bytes where it is binary. */
export interface FileStat {
  readonly change: FileChange;
  readonly added: number;
  readonly removed: number;
  readonly binary: { readonly before: number; readonly after: number } | undefined;
}

export async function fileStats(changes: readonly FileChange[]): Promise<FileStat[]> {
  const stats: FileStat[] = [];
  for (const change of changes) stats.push(await fileStat(change));
  return stats;
}

async function fileStat(change: FileChange): Promise<FileStat> {
  const { before, after } = change;
  if (before?.oid === after?.oid) return { change, added: 0, removed: 0, binary: undefined };
  const [old, now] = [(await before?.read()) ?? new Uint8Array(), (await after?.read()) ?? new Uint8Array()];
  if (isBinary(old) || isBinary(now))
    return { change, added: 0, removed: 0, binary: { before: old.length, after: now.length } };
  const found = compareTexts(diffTextOf(decodeName(old)), diffTextOf(decodeName(now)), {
    ignoreCase: false,
    blanks: 'count',
    ignoreBlankLines: false,
  });
  const added = found.reduce((sum, { bStart, bEnd }) => sum + bEnd - bStart, 0);
  const removed = found.reduce((sum, { aStart, aEnd }) => sum + aEnd - aStart, 0);
  return { change, added, removed, binary: undefined };
}

/** ` 2 files changed, 3 insertions(+), 1 deletion(-)`. */
export function shortStat(stats: readonly FileStat[]): string {
  if (stats.length === 0) return '';
  const added = stats.reduce((sum, one) => sum + one.added, 0);
  const removed = stats.reduce((sum, one) => sum + one.removed, 0);
  const counted = (count: number, word: string, sign: string) => `, ${count} ${word}${count === 1 ? '' : 's'}(${sign})`;
  return (
    ` ${stats.length} file${stats.length === 1 ? '' : 's'} changed` +
    (added > 0 || removed === 0 ? counted(added, 'insertion', '+') : '') +
    (removed > 0 || added === 0 ? counted(removed, 'deletion', '-') : '') +
    '\n'
  );
}

const LEAST_GRAPH = 6;
/** Blanks, the bar and such between the columns. */
const FRAME = 6;

/** `--stat`, in so many columns (diff.c, show_stats). */
export function statTable(stats: readonly FileStat[], columns: number, paint: Paint): string {
  const names = stats.map(({ change }) => statName(change));
  const most = Math.max(0, ...stats.map(({ added, removed }) => added + removed));
  const hasBinary = stats.some(({ binary }) => binary);
  const digits = Math.max(String(most).length, hasBinary ? 3 : 0);
  let nameWidth = Math.max(0, ...names.map(widthOf));
  let graphWidth = most;
  const binaryWidth = Math.max(
    0,
    ...stats.map(({ binary }) => (binary ? `${binary.before} -> ${binary.after} bytes`.length + 1 : 0)),
  );
  const wanted = Math.max(graphWidth, binaryWidth);
  if (nameWidth + digits + FRAME + wanted > columns) {
    const share = Math.floor((columns * 3) / 8) - digits - FRAME;
    if (graphWidth > share) graphWidth = Math.max(share, LEAST_GRAPH);
    if (nameWidth > columns - digits - FRAME - Math.max(graphWidth, binaryWidth))
      nameWidth = columns - digits - FRAME - Math.max(graphWidth, binaryWidth);
    else graphWidth = columns - digits - FRAME - nameWidth;
  }
  const rows = stats.map(({ added, removed, binary }, i) => {
    const name = fitted(names[i] as string, nameWidth);
    if (binary) {
      const sizes = binary.before === binary.after && binary.before === 0 ? '' : bytesText(binary, paint);
      return ` ${name} | ${'Bin'.padStart(digits)}${sizes}\n`;
    }
    const [plus, minus] = scaled(added, removed, graphWidth, most);
    const graph = added + removed > 0 ? ' ' : '';
    return ` ${name} | ${String(added + removed).padStart(digits)}${graph}${paint('added', '+'.repeat(plus))}${paint('removed', '-'.repeat(minus))}\n`;
  });
  return rows.join('') + shortStat(stats);
}

function bytesText({ before, after }: { before: number; after: number }, paint: Paint): string {
  return ` ${paint('removed', String(before))} -> ${paint('added', String(after))} bytes`;
}

function scaled(added: number, removed: number, width: number, most: number): [number, number] {
  if (most <= width) return [added, removed];
  const scale = (count: number) => (count === 0 ? 0 : 1 + Math.floor((count * (width - 1)) / most));
  let total = scale(added + removed);
  if (total < 2 && added > 0 && removed > 0) total = 2;
  if (added < removed) {
    const plus = scale(added);
    return [plus, total - plus];
  }
  const minus = scale(removed);
  return [total - minus, minus];
}

function widthOf(name: string): number {
  return [...name].length;
}

/** Too long names lose their beginning, whole directories where that is enough. */
function fitted(name: string, width: number): string {
  const characters = [...name];
  if (characters.length <= width) return name + ' '.repeat(width - characters.length);
  const tail = characters.slice(characters.length - Math.max(0, width - 3)).join('');
  const slash = tail.indexOf('/');
  return `...${slash >= 0 ? tail.slice(slash) : tail}`.padEnd(width);
}

function statName({ before, after, path }: FileChange): string {
  if (!before || !after || before.path === after.path) return quotePath(path);
  return renameName(before.path, after.path);
}

/** `a/{b => c}/d`: what both names share stands outside of the braces. */
export function renameName(from: string, to: string): string {
  let start = 0;
  for (let i = 0; i < from.length && from[i] === to[i]; i++) if (from[i] === '/') start = i + 1;
  let end = 0;
  const most = Math.min(from.length, to.length) - Math.max(0, start - 1);
  for (let i = 1; i <= most && from.at(-i) === to.at(-i); i++) if (from.at(-i) === '/') end = i;
  if (start === 0 && end === 0) return `${quotePath(from)} => ${quotePath(to)}`;
  const middle = (name: string) => name.slice(start, Math.max(start, name.length - end));
  return `${from.slice(0, start)}{${middle(from)} => ${middle(to)}}${from.slice(from.length - end)}`;
}

/** `create mode`, `delete mode`, `rename` and `mode change` lines, as a commit tells them. */
export function summaryLines(stats: readonly FileStat[]): string {
  return stats
    .map(({ change: { kind, before, after, path, similarity } }) => {
      const octal = (mode = 0) => mode.toString(8).padStart(6, '0');
      if (kind === 'A') return ` create mode ${octal(after?.mode)} ${quotePath(path)}\n`;
      if (kind === 'D') return ` delete mode ${octal(before?.mode)} ${quotePath(path)}\n`;
      const isOther = before && after && before.mode !== after.mode;
      const mode = isOther ? ` mode change ${octal(before.mode)} => ${octal(after.mode)}` : '';
      if (kind === 'R' && before && after) {
        const rename = ` rename ${renameName(before.path, after.path)} (${similarity}%)\n`;
        return rename + (mode === '' ? '' : `${mode}\n`);
      }
      return mode === '' ? '' : `${mode} ${quotePath(path)}\n`;
    })
    .join('');
}

import type { ComparisonEntry } from '../../../client/protocol.ts';
import { TimeSlices } from '../parts/timeSlices.ts';

export type ComparisonStatus = ComparisonEntry['status'];
export const COMPARISON_STATUSES: readonly ComparisonStatus[] = ['onlyLeft', 'onlyRight', 'content', 'metadata'];

/** A row of the folded tree: a directory on the way, or a path that differs (which can be both). */
export interface ComparisonRow {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly entry: ComparisonEntry | undefined;
  /** Differing paths at or below. */
  readonly count: number;
  /** Right minus left, at or below. */
  readonly deltaBytes: number;
  /** One past the last row of the subtree. */
  readonly end: number;
}

/** All rows in pre-order, from entries in tree order (a directory before what lies in it, nothing in between), as
 *  the service gives them. In slices of time: 100,000 entries take some 100 ms. Undefined when `isStale` says so. */
export async function comparisonTree(
  entries: readonly ComparisonEntry[],
  isStale: () => boolean = () => false,
): Promise<ComparisonRow[] | undefined> {
  const builder = new TreeBuilder();
  const slices = new TimeSlices();
  for (const entry of entries) {
    builder.add(entry);
    if (!slices.step()) continue;
    await slices.rest();
    if (isStale()) return undefined;
  }
  return builder.finish();
}

type GrowingRow = { -readonly [K in keyof ComparisonRow]: ComparisonRow[K] };

class TreeBuilder {
  readonly #rows: GrowingRow[] = [];
  /** The row of the last entry and the directories above it, topmost first. */
  readonly #open: GrowingRow[] = [];

  add(entry: ComparisonEntry): void {
    const names = entry.path.split('/');
    let shared = 0;
    while (shared < this.#open.length && this.#open[shared]?.name === names[shared]) shared++;
    this.#close(shared);
    for (let depth = shared; depth < names.length; depth++) {
      const name = names[depth] as string;
      const parent = this.#open.at(-1);
      const path = parent ? `${parent.path}/${name}` : name;
      const row = { path, name, depth, entry: undefined, count: 0, deltaBytes: 0, end: 0 };
      this.#rows.push(row);
      this.#open.push(row);
    }
    const row = this.#open.at(-1) as GrowingRow;
    row.entry = entry;
    row.count++;
    row.deltaBytes += entry.rightBytes - entry.leftBytes;
  }

  finish(): ComparisonRow[] {
    this.#close(0);
    return this.#rows;
  }

  #close(depth: number): void {
    while (this.#open.length > depth) {
      const row = this.#open.pop() as GrowingRow;
      row.end = this.#rows.length;
      const parent = this.#open.at(-1);
      if (!parent) continue;
      parent.count += row.count;
      parent.deltaBytes += row.deltaBytes;
    }
  }
}

/** Positions of the rows that show while directories are folded. */
export function openRows(rows: readonly ComparisonRow[], folded: ReadonlySet<string>): number[] {
  const shown: number[] = [];
  for (let i = 0; i < rows.length;) {
    const row = rows[i] as ComparisonRow;
    shown.push(i);
    i = folded.has(row.path) ? row.end : i + 1;
  }
  return shown;
}

/** Directories that start folded: those below which more differs than a reader takes in at once. */
export function foldedAtFirst(rows: readonly ComparisonRow[], most: number): Set<string> {
  return new Set(rows.filter((row) => row.depth > 0 && row.count > most).map((row) => row.path));
}

export function filterComparison(
  entries: readonly ComparisonEntry[],
  statuses: ReadonlySet<ComparisonStatus>,
  text: string,
): readonly ComparisonEntry[] {
  const wanted = text.toLowerCase();
  return entries.filter(
    (entry) =>
      (statuses.size === 0 || statuses.has(entry.status)) &&
      (wanted === '' || entry.path.toLowerCase().includes(wanted)),
  );
}

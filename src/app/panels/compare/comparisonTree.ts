import type { ComparisonEntry } from '../../../client/protocol.ts';

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

interface Node {
  readonly name: string;
  readonly path: string;
  readonly depth: number;
  entry: ComparisonEntry | undefined;
  readonly children: Map<string, Node>;
}

/** All rows in pre-order, names sorted. Paths may be as deep as they like: no recursion. */
export function comparisonTree(entries: readonly ComparisonEntry[]): ComparisonRow[] {
  const root: Node = { name: '', path: '', depth: -1, entry: undefined, children: new Map() };
  for (const entry of entries) {
    let node = root;
    for (const name of entry.path.split('/')) node = childOf(node, name);
    node.entry = entry;
  }
  return preOrder(root);
}

function childOf(node: Node, name: string): Node {
  let child = node.children.get(name);
  if (!child) {
    const path = node.depth < 0 ? name : `${node.path}/${name}`;
    child = { name, path, depth: node.depth + 1, entry: undefined, children: new Map() };
    node.children.set(name, child);
  }
  return child;
}

function preOrder(root: Node): ComparisonRow[] {
  const rows: { -readonly [K in keyof ComparisonRow]: ComparisonRow[K] }[] = [];
  const stack = sortedChildren(root);
  const open: number[] = [];
  const close = (depth: number) => {
    while (open.length > depth) {
      const at = open.pop() as number;
      const row = rows[at];
      const parent = rows[open.at(-1) ?? -1];
      if (!row) continue;
      row.end = rows.length;
      if (parent) {
        parent.count += row.count;
        parent.deltaBytes += row.deltaBytes;
      }
    }
  };
  for (let node = stack.pop(); node; node = stack.pop()) {
    close(node.depth);
    const { entry } = node;
    const deltaBytes = entry ? entry.rightBytes - entry.leftBytes : 0;
    open.push(rows.length);
    rows.push({ path: node.path, name: node.name, depth: node.depth, entry, count: entry ? 1 : 0, deltaBytes, end: 0 });
    for (const child of sortedChildren(node)) stack.push(child);
  }
  close(0);
  return rows;
}

/** Last name first, as a stack wants them. */
function sortedChildren(node: Node): Node[] {
  return [...node.children.values()].sort((a, b) => (a.name < b.name ? 1 : -1));
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

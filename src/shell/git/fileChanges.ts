import { compareBytes, decodeName, encodeName } from '../../bytes/byteName.ts';
import type { FileSide, FileSides } from './fileSides.ts';

/** What happened to one file: added, modified, deleted, renamed, of another type. */
export interface FileChange {
  readonly kind: 'A' | 'M' | 'D' | 'R' | 'T';
  /** Where it is now, or was. */
  readonly path: string;
  readonly before: FileSide | undefined;
  readonly after: FileSide | undefined;
  /** Of a rename: how alike the contents are, in percent. */
  readonly similarity: number;
}

/** More pairs than this are not compared by content (`diff.renameLimit`). */
const MAX_PAIRS = 40_000;
const LEAST_SIMILARITY = 0.5;

/** What differs, sorted by path. */
export async function changesBetween(
  before: FileSides,
  after: FileSides,
  rules: { readonly renames: boolean },
): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const [path, old] of before) {
    const now = after.get(path);
    if (!now) changes.push({ kind: 'D', path, before: old, after: undefined, similarity: 0 });
    else if (now.oid !== old.oid || now.mode !== old.mode) {
      const kind = now.mode >> 12 === old.mode >> 12 ? 'M' : 'T';
      changes.push({ kind, path, before: old, after: now, similarity: 0 });
    }
  }
  for (const [path, now] of after)
    if (!before.has(path)) changes.push({ kind: 'A', path, before: undefined, after: now, similarity: 0 });
  const found = rules.renames ? await withRenames(changes) : changes;
  return sortByPath(found);
}

export function sortByPath<T extends { readonly path: string }>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: encodeName(item.path) }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ item }) => item);
}

interface Pair {
  readonly from: FileSide;
  readonly to: FileSide;
  readonly score: number;
}

async function withRenames(changes: readonly FileChange[]): Promise<FileChange[]> {
  const gone = new Map(changes.flatMap(({ kind, before }) => (kind === 'D' && before ? [[before.path, before]] : [])));
  const fresh = new Map(changes.flatMap(({ kind, after }) => (kind === 'A' && after ? [[after.path, after]] : [])));
  const renames: Pair[] = [];
  const take = (pair: Pair) => {
    renames.push(pair);
    gone.delete(pair.from.path);
    fresh.delete(pair.to.path);
  };
  for (const to of [...fresh.values()]) {
    const same = [...gone.values()].filter((from) => from.oid === to.oid && from.mode >> 12 === to.mode >> 12);
    const from = same.find((one) => nameOf(one.path) === nameOf(to.path)) ?? same[0];
    if (from) take({ from, to, score: 1 });
  }
  if (gone.size * fresh.size <= MAX_PAIRS) {
    const pairs = await similarPairs([...gone.values()], [...fresh.values()]);
    for (const pair of pairs) if (gone.has(pair.from.path) && fresh.has(pair.to.path)) take(pair);
  }
  const renamedFrom = new Set(renames.map(({ from }) => from.path));
  const renamedTo = new Set(renames.map(({ to }) => to.path));
  const rest = changes.filter(
    ({ kind, path }) => !(kind === 'D' && renamedFrom.has(path)) && !(kind === 'A' && renamedTo.has(path)),
  );
  return [
    ...rest,
    ...renames.map(({ from, to, score }): FileChange => ({
      kind: 'R',
      path: to.path,
      before: from,
      after: to,
      similarity: Math.floor(score * 100),
    })),
  ];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The most alike first; those of the same name among equals. */
async function similarPairs(gone: readonly FileSide[], fresh: readonly FileSide[]): Promise<Pair[]> {
  const isFile = ({ mode }: FileSide) => mode >> 12 === 0o10;
  const [from, to] = [await chunked(gone.filter(isFile)), await chunked(fresh.filter(isFile))];
  const pairs: Pair[] = [];
  for (const target of to) {
    for (const source of from) {
      const score = similarity(source, target);
      if (score >= LEAST_SIMILARITY) pairs.push({ from: source.side, to: target.side, score });
    }
  }
  const sameName = ({ from: a, to: b }: Pair) => (nameOf(a.path) === nameOf(b.path) ? 1 : 0);
  return pairs.sort((a, b) => b.score - a.score || sameName(b) - sameName(a));
}

interface Chunked {
  readonly side: FileSide;
  readonly sizeBytes: number;
  /** Bytes in each distinct piece: a line, or 64 bytes of one. */
  readonly chunks: ReadonlyMap<string, number>;
}

const CHUNK_BYTES = 64;

async function chunked(sides: readonly FileSide[]): Promise<Chunked[]> {
  const result: Chunked[] = [];
  for (const side of sides) {
    const bytes = await side.read();
    const chunks = new Map<string, number>();
    for (let at = 0; at < bytes.length;) {
      const newline = bytes.indexOf(10, at);
      const end = Math.min(newline < 0 ? bytes.length : newline + 1, at + CHUNK_BYTES);
      const key = decodeName(bytes.subarray(at, end));
      chunks.set(key, (chunks.get(key) ?? 0) + end - at);
      at = end;
    }
    result.push({ side, sizeBytes: bytes.length, chunks });
  }
  return result;
}

/** Bytes that both have, of the longer one's. */
function similarity(a: Chunked, b: Chunked): number {
  const longest = Math.max(a.sizeBytes, b.sizeBytes);
  if (longest === 0 || Math.min(a.sizeBytes, b.sizeBytes) < longest * LEAST_SIMILARITY) return 0;
  let shared = 0;
  for (const [key, count] of a.chunks) shared += Math.min(count, b.chunks.get(key) ?? 0);
  return shared / longest;
}

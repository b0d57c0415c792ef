import { decodeName, encodeName } from '../bytes/byteName.ts';
import type { Work } from '../bytes/platform.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { type ContentPiece, passContents, type VisitResult } from './contentPass.ts';
import type { LayerContents } from './layerContents.ts';
import { lastSeenNames } from './lastSeenNames.ts';
import { compileNameMatcher } from './nameMatcher.ts';
import { Pace } from './pace.ts';
import { storedBytes } from './storedBytes.ts';
import { NO_LAYER, type StackTimeline } from './timeline.ts';

export interface SearchQuery {
  /** For names as in TreeFilter; for contents the bytes of the text in UTF-8, in its own case. */
  readonly text: string;
  readonly in: 'names' | 'contents';
  readonly limit: number;
}

export interface SearchHit {
  readonly layer: number;
  readonly entry: number;
  readonly path: string;
  readonly kind: EntryKind;
  readonly sizeBytes: number;
  /** In sight in the union of the whole stack. */
  readonly visible: boolean;
  /** For contents: byte offset and the line around it, shortened. */
  readonly offset?: number;
  readonly line?: string;
}

/** Hits at most, whatever is asked. */
const MAX_HITS = 10_000;

/** Searches all layers, the newest first: names in tree order; contents in tar order, the first place in a file. */
export async function searchStack(
  stack: StackTimeline,
  contents: LayerContents,
  query: SearchQuery,
  work: Work,
): Promise<readonly SearchHit[]> {
  const limit = Math.min(Math.max(0, Math.floor(query.limit)), MAX_HITS);
  const hits = new HitList(stack, limit);
  if (query.in === 'names') await searchNames(stack, query.text, hits, work.signal);
  else await searchContents(stack, contents, encodeName(query.text), hits, work);
  return hits.hits;
}

class HitList {
  readonly hits: SearchHit[] = [];
  readonly #stack: StackTimeline;
  readonly #limit: number;

  constructor(stack: StackTimeline, limit: number) {
    this.#stack = stack;
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.hits.length >= this.#limit;
  }

  add(layer: number, entry: number, place?: { readonly offset: number; readonly line: string }): void {
    const tree = this.#stack.layers[layer] as LayerTree;
    const hiddenBy = this.#stack.timelines[layer]?.hiddenBy[entry];
    this.hits.push({
      layer,
      entry,
      path: tree.path(entry),
      kind: tree.kind(entry),
      sizeBytes: tree.sizeBytes(entry),
      visible: hiddenBy === NO_LAYER && !tree.isWhiteout(entry),
      ...place,
    });
  }
}

async function searchNames(
  stack: StackTimeline,
  text: string,
  hits: HitList,
  signal: AbortSignal | undefined,
): Promise<void> {
  const matcher = compileNameMatcher(text);
  if (!matcher) return;
  const pace = new Pace(signal);
  for (let layer = stack.layers.length - 1; layer >= 0; layer--) {
    const tree = stack.layers[layer];
    if (!tree) continue;
    for (let entry = 1; entry < tree.length && !hits.isFull; entry++) {
      if (matcher.matches(tree, entry)) hits.add(layer, entry);
      if (pace.step()) await pace.rest();
    }
  }
}

async function searchContents(
  stack: StackTimeline,
  contents: LayerContents,
  needle: Uint8Array,
  hits: HitList,
  work: Work,
): Promise<void> {
  if (needle.length === 0) return;
  const wanted = stack.layers.map((tree) => (tree ? filesOf(tree, needle.length) : []));
  let totalBytes = 0;
  wanted.forEach((entries, layer) => {
    for (const entry of entries) totalBytes += storedBytes(stack.layers[layer] as LayerTree, entry);
  });
  let before = 0;
  for (let layer = stack.layers.length - 1; layer >= 0 && !hits.isFull; layer--) {
    const tree = stack.layers[layer];
    const entries = wanted[layer] as number[];
    if (!tree || entries.length === 0) continue;
    const timeline = stack.timelines[layer];
    const names = timeline ? lastSeenNames(tree, timeline) : new Map<number, number>();
    const finder = new ContentFinder(needle, (inode, offset, line) => {
      hits.add(layer, names.get(inode) ?? inode, { offset, line });
      return hits.isFull ? 'stop' : 'enough';
    });
    let layerBytes = 0;
    const onBytes = (doneBytes: number) => {
      layerBytes = doneBytes;
      work.onProgress?.({ phase: 'search', doneBytes: before + doneBytes, totalBytes });
    };
    const request = { layer, tree, entries, maxBytesPerFile: Number.MAX_SAFE_INTEGER };
    await passContents(contents, request, (piece) => finder.take(piece), { signal: work.signal, onBytes });
    before += layerBytes;
  }
}

function filesOf(tree: LayerTree, minBytes: number): number[] {
  const entries: number[] = [];
  for (let entry = 1; entry < tree.length; entry++) {
    if (tree.kind(entry) !== EntryKind.file || tree.isHardLink(entry)) continue;
    if (storedBytes(tree, entry) >= minBytes) entries.push(entry);
  }
  return entries;
}

/** Bytes shown before and after a place that was found. */
const LINE_BEFORE_BYTES = 80;
const LINE_AFTER_BYTES = 160;

/** Looks for a run of bytes in the pieces of one file after another, also across two pieces. */
class ContentFinder {
  readonly #needle: Uint8Array;
  readonly #found: (entry: number, offset: number, line: string) => VisitResult;
  #tail = new Uint8Array();

  constructor(needle: Uint8Array, found: (entry: number, offset: number, line: string) => VisitResult) {
    this.#needle = needle;
    this.#found = found;
  }

  take(piece: ContentPiece): VisitResult {
    const { entry, offset, bytes } = piece;
    const needle = this.#needle;
    if (offset === 0) this.#tail = new Uint8Array();
    const kept = this.#tail.length;
    if (kept > 0) {
      const seam = joinBytes(this.#tail, bytes.subarray(0, needle.length - 1 + LINE_AFTER_BYTES));
      const at = indexOfBytes(seam, needle);
      if (at >= 0 && at < kept) return this.#found(entry, offset - kept + at, lineAround(seam, at));
    }
    const at = indexOfBytes(bytes, needle);
    if (at >= 0) return this.#found(entry, offset + at, lineAround(bytes, at));
    const keep = needle.length - 1;
    this.#tail = bytes.length >= keep ? bytes.slice(bytes.length - keep) : joinBytes(this.#tail, bytes).slice(-keep);
    if (keep === 0) this.#tail = new Uint8Array();
    return 'more';
  }
}

/** Position of `needle` in `bytes`, or -1. The native search for its first byte does most of the work. */
export function indexOfBytes(bytes: Uint8Array, needle: Uint8Array): number {
  const first = needle[0] as number;
  const last = bytes.length - needle.length;
  for (let at = bytes.indexOf(first); at >= 0 && at <= last; at = bytes.indexOf(first, at + 1)) {
    let i = 1;
    while (i < needle.length && bytes[at + i] === needle[i]) i++;
    if (i === needle.length) return at;
  }
  return -1;
}

function lineAround(bytes: Uint8Array, at: number): string {
  let start = at;
  while (start > 0 && at - start < LINE_BEFORE_BYTES && bytes[start - 1] !== NEWLINE) start--;
  let end = at;
  while (end < bytes.length && end - at < LINE_AFTER_BYTES && bytes[end] !== NEWLINE) end++;
  return decodeName(bytes.subarray(start, end)).trim();
}

const NEWLINE = 0x0a;

function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

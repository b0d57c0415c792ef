import type { Work } from '../bytes/platform.ts';
import type { ImageConfig } from '../image/config.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { sameAttributes, sameSpecial } from './changes.ts';
import { compareConfigs, type ConfigDifference } from './compareConfigs.ts';
import { digestFiles } from './contentDigests.ts';
import { toHex } from '../bytes/hex.ts';
import { DirectoryMerge, type LayerStack } from './directoryMerge.ts';
import type { LayerContents } from './layerContents.ts';
import { Pace } from './pace.ts';
import { sameParticipants, supplierOf, type ComparedStack, type Supplier } from './comparedStack.ts';

export type { ComparedStack } from './comparedStack.ts';

export interface ComparisonEntry {
  readonly path: string;
  readonly status: ComparisonStatus;
  readonly leftBytes: number;
  readonly rightBytes: number;
  /** Positions in the two stacks of the layers that supply the path. */
  readonly leftLayer: number | undefined;
  readonly rightLayer: number | undefined;
  /** Set where files of equal size were told apart by their times, since contents were not read. */
  readonly assumed?: true;
}

export type ComparisonStatus =
  | 'onlyLeft'
  | 'onlyRight'
  | 'content' // other content, target, device or kind
  | 'metadata'; // same content, other mode, owner, time or xattrs

export interface Comparison {
  /** Layers from the base up that both have, by diffID. */
  readonly sharedLayers: number;
  /** In tree order: at most MAX_COMPARED_ENTRIES. */
  readonly entries: readonly ComparisonEntry[];
  /** Differences in all, by status. */
  readonly counts: Readonly<Record<ComparisonStatus, number>>;
  readonly config: readonly ConfigDifference[];
}

/** Differences listed at most; the counts are of all. */
const MAX_COMPARED_ENTRIES = 100_000;

export interface ComparedImage extends ComparedStack {
  readonly config: ImageConfig | undefined;
  /** Where files of equal size are read to tell whether they differ; without it their times decide. */
  readonly contents?: LayerContents | undefined;
}

/** Compares two images by what their unions show. Subtrees that come from the same layers are not entered, so two
 *  images of one base cost what sets them apart. A directory's time is not compared. */
export async function compareImages(left: ComparedImage, right: ComparedImage, work: Work): Promise<Comparison> {
  const walk = new ComparisonWalk(left, right, 'apply');
  const comparison = await finishWalk(walk, left, right, work);
  return { ...comparison, config: compareConfigs(left.config, right.config) };
}

/** Compares two layers as what they are, changesets: whiteouts are entries like others. */
export async function compareLayers(left: ComparedImage, right: ComparedImage, work: Work): Promise<Comparison> {
  const walk = new ComparisonWalk(left, right, 'show');
  return { ...(await finishWalk(walk, left, right, work)), config: [] };
}

async function finishWalk(
  walk: ComparisonWalk,
  left: ComparedImage,
  right: ComparedImage,
  work: Work,
): Promise<Omit<Comparison, 'config'>> {
  const pace = new Pace(work.signal);
  while (walk.advance()) if (pace.step()) await pace.rest();
  const leftDigests = await digestSide(left, walk.undecided, 'left', work);
  const rightDigests = await digestSide(right, walk.undecided, 'right', work);
  const counts = { ...walk.counted };
  const entries: ComparisonEntry[] = [];
  for (const found of walk.found) {
    const status = statusOf(found, left.layers, right.layers, leftDigests, rightDigests);
    if (!status) continue;
    counts[status.status]++;
    if (entries.length < MAX_COMPARED_ENTRIES) entries.push(describePair(found, status, left.layers, right.layers));
    if (pace.step()) await pace.rest();
  }
  return { sharedLayers: countShared(left, right), entries, counts };
}

/** A path that differs, or may. */
interface FoundPair {
  readonly left: Supplier | undefined;
  readonly right: Supplier | undefined;
  readonly status: ComparisonStatus | 'undecided';
}

class ComparisonWalk {
  readonly found: FoundPair[] = [];
  /** Differences that were counted without being kept. */
  readonly counted = { onlyLeft: 0, onlyRight: 0, content: 0, metadata: 0 };
  readonly #left: ComparedStack;
  readonly #right: ComparedStack;
  readonly #both: LayerStack;
  readonly #whiteouts: 'apply' | 'show';
  readonly #frames: DirectoryMerge[] = [];

  constructor(left: ComparedStack, right: ComparedStack, whiteouts: 'apply' | 'show') {
    this.#left = left;
    this.#right = right;
    this.#whiteouts = whiteouts;
    this.#both = [...left.layers, ...right.layers];
    const roots = (layers: LayerStack): Supplier => {
      const present = layers.flatMap((tree, layer) => (tree ? [layer] : []));
      return { layer: present.at(-1) ?? 0, entry: 0, layers: present, entries: present.map(() => 0) };
    };
    this.#open(roots(left.layers), roots(right.layers));
  }

  get undecided(): readonly FoundPair[] {
    return this.found.filter((pair) => pair.status === 'undecided');
  }

  advance(): boolean {
    const merge = this.#frames.at(-1);
    if (!merge) return false;
    if (!merge.next()) {
      this.#frames.pop();
      return true;
    }
    const offset = this.#left.layers.length;
    let split = 0;
    while (split < merge.slots.length && (merge.layers[merge.slots[split] as number] as number) < offset) split++;
    const left = supplierOf(this.#left.layers, merge, 0, split, 0, this.#whiteouts);
    const right = supplierOf(this.#right.layers, merge, split, merge.slots.length, offset, this.#whiteouts);
    if (left || right) this.#compare(left, right);
    return true;
  }

  #compare(left: Supplier | undefined, right: Supplier | undefined): void {
    if (left && right && sameParticipants(this.#left, left, this.#right, right)) return;
    const status = !right ? 'onlyLeft' : !left ? 'onlyRight' : this.#judge(left, right);
    if (status) this.#keep(left, right, status);
    this.#open(left, right);
  }

  /** What is decided, and beyond what is listed, is only counted. */
  #keep(left: Supplier | undefined, right: Supplier | undefined, status: FoundPair['status']): void {
    if (status !== 'undecided' && this.found.length >= MAX_COMPARED_ENTRIES) this.counted[status]++;
    else this.found.push({ left, right, status });
  }

  #judge(left: Supplier, right: Supplier): FoundPair['status'] | undefined {
    const a = this.#left.layers[left.layer] as LayerTree;
    const b = this.#right.layers[right.layer] as LayerTree;
    const kind = a.kind(left.entry);
    if (kind !== b.kind(right.entry)) return 'content';
    if (kind === EntryKind.whiteout) return undefined;
    if (kind === EntryKind.directory) {
      const isSame = sameAttributes(a, left.entry, b, right.entry);
      const sameMark = this.#whiteouts === 'apply' || a.isOpaque(left.entry) === b.isOpaque(right.entry);
      return isSame && sameMark ? undefined : 'metadata';
    }
    if (kind === EntryKind.file) {
      if (a.sizeBytes(left.entry) !== b.sizeBytes(right.entry)) return 'content';
      return a.sizeBytes(left.entry) === 0 ? metadataStatus(a, left.entry, b, right.entry) : 'undecided';
    }
    if (!sameSpecial(a, left.entry, b, right.entry)) return 'content';
    return metadataStatus(a, left.entry, b, right.entry);
  }

  #open(left: Supplier | undefined, right: Supplier | undefined): void {
    const offset = this.#left.layers.length;
    const layers = [...(left?.layers ?? []), ...(right?.layers ?? []).map((layer) => layer + offset)];
    const entries = [...(left?.entries ?? []), ...(right?.entries ?? [])];
    if (layers.length > 0) this.#frames.push(new DirectoryMerge(this.#both, layers, entries));
  }
}

function metadataStatus(a: LayerTree, entryA: number, b: LayerTree, entryB: number): 'metadata' | undefined {
  const sameTime = a.mtimeSec(entryA) === b.mtimeSec(entryB) && a.mtimeNsec(entryA) === b.mtimeNsec(entryB);
  return sameTime && sameAttributes(a, entryA, b, entryB) ? undefined : 'metadata';
}

function statusOf(
  { left, right, status }: FoundPair,
  leftLayers: LayerStack,
  rightLayers: LayerStack,
  leftDigests: FileDigests,
  rightDigests: FileDigests,
): { readonly status: ComparisonStatus; readonly assumed: boolean } | undefined {
  if (status !== 'undecided') return { status, assumed: false };
  if (!left || !right) return undefined;
  const a = leftLayers[left.layer] as LayerTree;
  const b = rightLayers[right.layer] as LayerTree;
  const digestA = leftDigests.get(fileKey(left.layer, a.inode(left.entry)));
  const digestB = rightDigests.get(fileKey(right.layer, b.inode(right.entry)));
  const isRead = digestA !== undefined && digestB !== undefined;
  const sameTime = a.mtimeSec(left.entry) === b.mtimeSec(right.entry);
  if (isRead ? digestA !== digestB : !sameTime) return { status: 'content', assumed: !isRead };
  const metadata = metadataStatus(a, left.entry, b, right.entry);
  return metadata && { status: metadata, assumed: !isRead };
}

function describePair(
  { left, right }: FoundPair,
  { status, assumed }: { readonly status: ComparisonStatus; readonly assumed: boolean },
  leftLayers: LayerStack,
  rightLayers: LayerStack,
): ComparisonEntry {
  const a = left && (leftLayers[left.layer] as LayerTree);
  const b = right && (rightLayers[right.layer] as LayerTree);
  return {
    path: left && a ? a.path(left.entry) : right && b ? b.path(right.entry) : '',
    status,
    leftBytes: left && a ? a.sizeBytes(left.entry) : 0,
    rightBytes: right && b ? b.sizeBytes(right.entry) : 0,
    leftLayer: left?.layer,
    rightLayer: right?.layer,
    ...(assumed && { assumed }),
  };
}

type FileDigests = ReadonlyMap<number, string>;

function fileKey(layer: number, inode: number): number {
  return layer * 2 ** 32 + inode;
}

async function digestSide(
  image: ComparedImage,
  pairs: readonly FoundPair[],
  side: 'left' | 'right',
  work: Work,
): Promise<FileDigests> {
  const digests = new Map<number, string>();
  if (!image.contents) return digests;
  const wanted = image.layers.map(() => new Set<number>());
  for (const pair of pairs) {
    const supplier = pair[side];
    if (!supplier) continue;
    const tree = image.layers[supplier.layer] as LayerTree;
    if (!tree.sparse(supplier.entry)) wanted[supplier.layer]?.add(tree.inode(supplier.entry));
  }
  for (const [layer, entries] of wanted.entries()) {
    const tree = image.layers[layer];
    if (!tree || entries.size === 0) continue;
    const onBytes = (doneBytes: number) => work.onProgress?.({ phase: 'compare', doneBytes, totalBytes: undefined });
    const onDigest = (inode: number, sha256: Uint8Array) => digests.set(fileKey(layer, inode), toHex(sha256));
    await digestFiles(image.contents, { layer, tree, entries: [...entries] }, work, onDigest, onBytes);
  }
  return digests;
}

function countShared(left: ComparedStack, right: ComparedStack): number {
  let shared = 0;
  while (shared < Math.min(left.layers.length, right.layers.length)) {
    const sameTree = left.layers[shared] !== undefined && left.layers[shared] === right.layers[shared];
    const sameId = left.diffIds[shared] !== undefined && left.diffIds[shared] === right.diffIds[shared];
    if (!sameTree && !sameId) break;
    shared++;
  }
  return shared;
}

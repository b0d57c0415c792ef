import { toHex } from '../bytes/hex.ts';
import type { IncrementalHash, Platform, Work } from '../bytes/platform.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import type { SameContent } from './changes.ts';
import { type ContentPiece, passContents } from './contentPass.ts';
import { lastSeenNames } from './lastSeenNames.ts';
import type { LayerContents } from './layerContents.ts';
import { Counterparts } from './counterparts.ts';
import { storedBytes } from './storedBytes.ts';
import { HideHow, NO_LAYER, type StackTimeline } from './timeline.ts';

/** Which files of a stack hold the same bytes, as far as that has been looked at. */
export class ContentDigests {
  readonly #layers: readonly (LayerTree | undefined)[];
  /** By layer, by inode: position in `#hex`. */
  readonly #ids: readonly Map<number, number>[];
  readonly #hex: string[] = [];
  readonly #known = new Map<string, number>();

  constructor(layers: readonly (LayerTree | undefined)[]) {
    this.#layers = layers;
    this.#ids = layers.map(() => new Map());
  }

  set(layer: number, inode: number, sha256: Uint8Array): void {
    const hex = toHex(sha256);
    let id = this.#known.get(hex);
    if (id === undefined) {
      id = this.#hex.length;
      this.#hex.push(hex);
      this.#known.set(hex, id);
    }
    this.#ids[layer]?.set(inode, id);
  }

  /** Equal for equal contents; undefined where the content has not been read. */
  id(layer: number, entry: number): number | undefined {
    return this.#ids[layer]?.get((this.#layers[layer] as LayerTree).inode(entry));
  }

  /** Hex sha256 of a content that has been read. */
  sha256(layer: number, entry: number): string | undefined {
    const id = this.id(layer, entry);
    return id === undefined ? undefined : this.#hex[id];
  }

  readonly sameContent: SameContent = (lowerLayer, lowerEntry, upperLayer, upperEntry) => {
    const lower = this.#layers[lowerLayer] as LayerTree;
    const upper = this.#layers[upperLayer] as LayerTree;
    if (lower.sizeBytes(lowerEntry) === 0 && upper.sizeBytes(upperEntry) === 0) return true;
    if (lower === upper && lower.inode(lowerEntry) === upper.inode(upperEntry)) return true;
    const a = this.id(lowerLayer, lowerEntry);
    const b = this.id(upperLayer, upperEntry);
    return a === undefined || b === undefined ? undefined : a === b;
  };
}

/** Reads and hashes the files whose contents could be a waste: a version that was replaced by one of equal size,
 *  with that one, and visible files of equal size. Sparse files are left out. One pass a layer, in tar order. */
export async function digestContents(
  stack: StackTimeline,
  contents: LayerContents,
  work: Work,
): Promise<ContentDigests> {
  const wanted = candidates(stack);
  const digests = new ContentDigests(stack.layers);
  let totalBytes = 0;
  wanted.forEach((entries, layer) => {
    for (const entry of entries) totalBytes += storedBytes(stack.layers[layer] as LayerTree, entry);
  });
  let before = 0;
  for (const [layer, entries] of wanted.entries()) {
    const tree = stack.layers[layer];
    if (!tree || entries.size === 0) continue;
    let layerBytes = 0;
    const onBytes = (doneBytes: number) => {
      layerBytes = doneBytes;
      work.onProgress?.({ phase: 'compareContents', doneBytes: before + doneBytes, totalBytes });
    };
    const onDigest = (entry: number, sha256: Uint8Array) => digests.set(layer, entry, sha256);
    await digestFiles(contents, { layer, tree, entries: [...entries] }, work, onDigest, onBytes);
    before += layerBytes;
  }
  return digests;
}

/** Reads and hashes chosen inodes of one layer, in one pass, in tar order. Files that the layer ends before get no
 *  digest. */
export async function digestFiles(
  contents: LayerContents,
  files: { readonly layer: number; readonly tree: LayerTree; readonly entries: readonly number[] },
  work: Work,
  onDigest: (inode: number, sha256: Uint8Array) => void,
  onBytes?: (doneBytes: number) => void,
): Promise<void> {
  const hasher = new FileHasher(files.tree, work.platform, onDigest);
  const request = { ...files, maxBytesPerFile: Number.MAX_SAFE_INTEGER };
  await passContents(contents, request, (piece) => hasher.take(piece), { signal: work.signal, onBytes });
}

/** By layer, the inodes to read. */
function candidates(stack: StackTimeline): readonly Set<number>[] {
  const wanted = stack.layers.map(() => new Set<number>());
  const visibleBySize = new Map<number, { layer: number; entry: number }[]>();
  const counterparts = new Counterparts(stack.layers);
  stack.layers.forEach((tree, layer) => {
    const timeline = stack.timelines[layer];
    if (!tree || !timeline) return;
    const lastNames = lastSeenNames(tree, timeline);
    for (let entry = 1; entry < tree.length; entry++) {
      if (tree.kind(entry) !== EntryKind.file || tree.sizeBytes(entry) === 0 || tree.sparse(entry)) continue;
      const hiddenBy = timeline.hiddenBy[entry] as number;
      if (hiddenBy !== NO_LAYER && timeline.how[entry] === HideHow.superseded) {
        const upper = stack.layers[hiddenBy] as LayerTree;
        const other = counterparts.find(layer, entry, hiddenBy);
        if (isEqualFile(tree, entry, upper, other)) {
          wanted[layer]?.add(tree.inode(entry));
          wanted[hiddenBy]?.add(upper.inode(other));
        }
      }
      if (tree.inode(entry) !== entry || timeline.hiddenBy[lastNames.get(entry) ?? entry] !== NO_LAYER) continue;
      const size = tree.sizeBytes(entry);
      const group = visibleBySize.get(size);
      if (group) group.push({ layer, entry });
      else visibleBySize.set(size, [{ layer, entry }]);
    }
  });
  for (const group of visibleBySize.values()) {
    if (group.length > 1) for (const { layer, entry } of group) wanted[layer]?.add(entry);
  }
  return wanted;
}

function isEqualFile(tree: LayerTree, entry: number, upper: LayerTree, other: number): boolean {
  return (
    other >= 0 &&
    upper.kind(other) === EntryKind.file &&
    upper.sizeBytes(other) === tree.sizeBytes(entry) &&
    upper.sparse(other) === undefined
  );
}

/** Files up to this size are gathered and hashed in one call, which is ten times as fast in a browser. */
const ONE_SHOT_BYTES = 16 * 1024 * 1024;

/** Hashes one file after the other as their pieces come. */
class FileHasher {
  readonly #tree: LayerTree;
  readonly #platform: Platform;
  readonly #done: (entry: number, sha256: Uint8Array) => void;
  #gathered: Uint8Array | undefined;
  #hash: IncrementalHash | undefined;

  constructor(tree: LayerTree, platform: Platform, done: (entry: number, sha256: Uint8Array) => void) {
    this.#tree = tree;
    this.#platform = platform;
    this.#done = done;
  }

  async take(piece: ContentPiece): Promise<'more'> {
    const { entry, bytes, offset, isLast } = piece;
    const size = this.#tree.sizeBytes(entry);
    if (offset === 0) {
      this.#gathered = undefined;
      this.#hash = undefined;
      if (isLast && size <= ONE_SHOT_BYTES) {
        this.#done(entry, await this.#platform.sha256(bytes));
        return 'more';
      }
      if (size <= ONE_SHOT_BYTES) this.#gathered = new Uint8Array(size);
      else this.#hash = this.#platform.createHash('sha256');
    }
    this.#gathered?.set(bytes, offset);
    this.#hash?.update(bytes);
    if (!isLast) return 'more';
    if (this.#hash) this.#done(entry, this.#hash.digest());
    else if (this.#gathered) this.#done(entry, await this.#platform.sha256(this.#gathered));
    this.#gathered = undefined;
    return 'more';
  }
}

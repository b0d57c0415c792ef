import type { ByteSource } from '../bytes/byteSource.ts';
import type { IncrementalHash, Spool } from '../bytes/platform.ts';
import { runSpool } from '../bytes/runSpool.ts';
import { digestHex, digestOf, toDigest, type Digest } from '../image/digest.ts';
import { scanTarStream } from '../tar/scanTarStream.ts';
import { TarError } from '../tar/tarEntry.ts';
import type { TarScan } from '../tar/tarScan.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { LayerTreeBuilder } from '../vfs/layerTreeBuilder.ts';
import { LayerTreeLayer } from '../vfs/overlay/layerTreeLayer.ts';
import { requireLayerRoom } from './diskRoom.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { type EngineState, withEntry } from './engineState.ts';
import type { LayerRecord } from './imageRecord.ts';
import { layerFault } from './layerFault.ts';
import { streamFault, tarFault } from './messages.ts';

/** Bytes that an image may hold unpacked in one layer: a decompressed bomb stops here. */
const MAX_LAYER_BYTES = 16 * 2 ** 30;

/** Layers that one stack may have (moby layer, maxLayerDepth). */
const MAX_DEPTH = 125;

const encoder = new TextEncoder();

/** A layer that was read once through, and belongs to no stack yet. */
export interface ReadLayer {
  readonly diffId: Digest;
  readonly tree: LayerTree;
  readonly tar: ByteSource;
  /** As docker counts it where it is not said. */
  readonly sizeBytes?: number;
}

/** Reads an uncompressed tar: keeps its bytes, hashes them, and makes the tree. No bytes at all are an empty layer.
 *  Throws EngineError `archive` with the daemon's words for a tar that it cannot unpack, and what the stream throws. */
export async function readLayer(
  core: EngineCore,
  tar: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<ReadLayer> {
  const intake = new Intake(core);
  const builder = new LayerTreeBuilder();
  try {
    const scan = await scanned(intake.pass(tar), builder, intake, signal);
    const { tree, findings } = builder.finish(scan?.totalBytes ?? 0);
    const fault = layerFault([...(scan?.findings ?? []), ...findings]);
    if (fault) throw (fault.from === 'unpack' ? tarFault : streamFault)(core.vintage, fault.words);
    return { diffId: toDigest('sha256', intake.hash.digest()), tree, tar: await intake.spool.finish() };
  } catch (error) {
    await intake.spool.dispose();
    throw error instanceof TarError ? tarFault(core.vintage, tarWords(error, intake.sizeBytes), error) : error;
  }
}

async function scanned(
  chunks: AsyncIterable<Uint8Array>,
  builder: LayerTreeBuilder,
  intake: Intake,
  signal: AbortSignal | undefined,
): Promise<TarScan | undefined> {
  try {
    return await scanTarStream(chunks, builder.add.bind(builder), { signal });
  } catch (error) {
    if (error instanceof TarError && intake.sizeBytes === 0) return undefined;
    throw error;
  }
}

/** Keeps and hashes what passes. */
class Intake {
  readonly spool: Spool;
  readonly hash: IncrementalHash;
  sizeBytes = 0;

  readonly #vintage: EngineCore['vintage'];

  constructor({ platform, vintage }: EngineCore) {
    this.#vintage = vintage;
    this.spool = runSpool(platform.createSpool());
    this.hash = platform.createHash('sha256');
  }

  async *pass(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      this.sizeBytes += chunk.length;
      if (this.sizeBytes > MAX_LAYER_BYTES) throw tarFault(this.#vintage, 'no space left on device');
      this.hash.update(chunk);
      await this.spool.write(chunk);
      yield chunk;
    }
  }
}

const BLOCK_BYTES = 512;

/** What Go's archive/tar says of it. */
export function tarWords(error: TarError, totalBytes: number): string {
  if (error.code === 'truncated' || totalBytes < BLOCK_BYTES) return 'unexpected EOF';
  return `archive/tar: ${error.code === 'tooLong' ? 'header field too long' : 'invalid tar header'}`;
}

/** The identity of a layer on top of another (image-spec config.md, "Layer ChainID"). */
export function chainIdOn(parent: LayerRecord | undefined, diffId: Digest, core: EngineCore): Digest {
  return parent ? digestOf(encoder.encode(`${parent.chainId} ${diffId}`), core.platform) : diffId;
}

/** The layer of the store on top of `parent`, made of what was read where it was not there. Throws EngineError for a
 *  stack that gets too deep, and where the disk is full. */
export function placeLayer(core: EngineCore, parent: LayerRecord | undefined, read: ReadLayer): LayerRecord {
  const chainId = chainIdOn(parent, read.diffId, core);
  const known = core.state.layers.get(chainId);
  if (known) return known;
  requireLayerRoom(core, read);
  if (stackOf(parent).length >= MAX_DEPTH) throw new EngineError('system', 'other', 'max depth exceeded');
  const record: LayerRecord = {
    chainId,
    diffId: read.diffId,
    parent,
    tree: read.tree,
    tar: read.tar,
    sizeBytes: read.sizeBytes ?? layerSizeBytes(read.tree),
    cacheId: core.newId(),
  };
  core.update({ layers: withEntry(core.state.layers, chainId, record) });
  return record;
}

/** Base first. */
export function stackOf(top: LayerRecord | undefined): readonly LayerRecord[] {
  const stack: LayerRecord[] = [];
  for (let layer = top; layer; layer = layer.parent) stack.push(layer);
  return stack.reverse();
}

/** What docker counts (moby pkg/directory): regular files once an inode, apparent sizes, and symlinks' texts. */
export function layerSizeBytes(tree: LayerTree): number {
  return sizeOf(tree, [EntryKind.file, EntryKind.symlink]);
}

/** What BuildKit counts of its own layers: what their tar holds of files. */
export function payloadSizeBytes(tree: LayerTree): number {
  return sizeOf(tree, [EntryKind.file]);
}

function sizeOf(tree: LayerTree, counted: readonly number[]): number {
  const { kind, size, inode } = tree.columns;
  let sum = 0;
  for (let entry = 0; entry < tree.length; entry++) {
    if (counted.includes(kind[entry] as number) && inode[entry] === entry) sum += size[entry] as number;
  }
  return sum;
}

/** Layers as a mount takes them, top first. */
export function lowerLayers(stack: readonly LayerRecord[]): LayerTreeLayer[] {
  return stack.map(lowerLayer).reverse();
}

const lowers = new WeakMap<LayerTree, LayerTreeLayer>();

/** One object for a tree, so that what it has looked up serves all mounts. */
function lowerLayer({ tree, tar, chainId }: LayerRecord): LayerTreeLayer {
  const known = lowers.get(tree);
  if (known) return known;
  const layer = new LayerTreeLayer(tree, tar, idOf(chainId));
  lowers.set(tree, layer);
  return layer;
}

/** Drops those of some layers (base first) that neither an image, a container nor the build cache needs, nor a layer above. Gives their
 *  chainIDs, the uppermost first. What others are still making is not touched. */
export function releaseLayers(
  state: EngineState,
  candidates: readonly LayerRecord[],
): { state: EngineState; released: Digest[] } {
  const needed = new Set<Digest>();
  for (const { layers } of state.images.values()) for (const { chainId } of layers) needed.add(chainId);
  for (const { layers } of state.containers.values()) for (const { chainId } of layers) needed.add(chainId);
  for (const { chainId } of state.buildCache.values()) if (chainId !== undefined) needed.add(chainId);
  const layers = new Map(state.layers);
  const released: Digest[] = [];
  const parents = new Map<Digest, number>();
  for (const { parent } of layers.values())
    if (parent) parents.set(parent.chainId, (parents.get(parent.chainId) ?? 0) + 1);
  for (const { chainId, parent } of [...candidates].reverse()) {
    if (needed.has(chainId) || (parents.get(chainId) ?? 0) > 0 || !layers.delete(chainId)) continue;
    if (parent) parents.set(parent.chainId, (parents.get(parent.chainId) ?? 1) - 1);
    released.push(chainId);
  }
  return { state: { ...state, layers }, released };
}

/** 16 bytes that stand for the layer. */
function idOf(chainId: Digest): Uint8Array {
  const hex = digestHex(chainId);
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

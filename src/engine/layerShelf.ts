import type { ByteSource } from '../bytes/byteSource.ts';
import { Pacer } from '../bytes/pacer.ts';
import { areZeros } from '../bytes/zeros.ts';
import type { Digest } from '../image/digest.ts';
import { scanTar } from '../tar/scanTar.ts';
import { LayerTreeBuilder } from '../vfs/layerTreeBuilder.ts';
import type { EngineCore } from './engineCore.ts';
import type { ReadLayer } from './layerStore.ts';

/** Layers that are at hand as uncompressed tars, by diffID: whoever set the engine up answers for their digests, so
 *  that nothing of them is hashed or kept a second time. */
export type LayerShelf = (diffId: Digest) => ByteSource | undefined;

const read = new WeakMap<ByteSource, Promise<ReadLayer>>();

/** A layer from the shelf; where `bytes` are given, only if it has these. Cost: nothing is hashed; long runs of zeros
 *  on both sides are not even looked at. `onBytes` is told how many have been compared. */
export async function shelvedLayer(
  { shelf }: EngineCore,
  diffId: Digest,
  bytes?: ByteSource,
  onBytes?: (doneBytes: number) => void,
): Promise<ReadLayer | undefined> {
  const tar = shelf?.(diffId);
  if (!tar || (bytes && !(await isSame(bytes, tar, onBytes)))) return undefined;
  let layer = read.get(tar);
  if (!layer) {
    layer = readTree(diffId, tar);
    read.set(tar, layer);
  }
  return layer;
}

async function readTree(diffId: Digest, tar: ByteSource): Promise<ReadLayer> {
  const builder = new LayerTreeBuilder(tar.sizeBytes);
  const { totalBytes } = await scanTar(tar, builder.add.bind(builder));
  return { diffId, tree: builder.finish(totalBytes).tree, tar };
}

async function isSame(a: ByteSource, b: ByteSource, onBytes?: (doneBytes: number) => void): Promise<boolean> {
  if (a.sizeBytes !== b.sizeBytes) return false;
  let offset = 0;
  const pacer = new Pacer(undefined);
  for await (const chunk of a.stream()) {
    const other = await b.read(offset, chunk.length);
    if (!(areZeros(chunk) ? areZeros(other) : areEqual(chunk, other))) return false;
    offset += chunk.length;
    onBytes?.(offset);
    if (pacer.isDue) await pacer.pause();
  }
  return offset === b.sizeBytes;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

import { configFromV1 } from '../image/configFromV1.ts';
import type { Digest } from '../image/digest.ts';
import { ImageError } from '../image/imageError.ts';
import { asObject, textField } from '../image/jsonFields.ts';
import { parseReference, isReference } from '../image/reference.ts';
import { parseRepositories } from '../image/repositories.ts';
import type { EngineCore } from './engineCore.ts';
import { readGoJson } from './goJson.ts';
import type { LayerRecord } from './imageRecord.ts';
import { storeImage } from './imageStore.ts';
import { placeLayer } from './layerStore.ts';
import { type Load, readStoredLayer, setLoadedTag } from './loadedParts.ts';
import { archiveFault } from './messages.ts';

/** Longer chains are no images: docker's own bound was 127 layers. */
const MAX_CHAIN = 1000;

interface LoadedV1 {
  readonly id: Digest;
  readonly top: LayerRecord;
  /** The JSON of each image of the chain, base first. */
  readonly chain: readonly Uint8Array[];
}

/** Archives from before 1.10 (moby image/tarexport, legacyLoad): every top-level directory is taken for a v1 image, each
 *  becomes an image on its parent; `repositories` has the tags. */
export async function loadLegacy(load: Load): Promise<void> {
  const { core, archive, onProgress } = load;
  const loaded = new Map<string, LoadedV1>();
  for (const directory of archive.directories()) await loadChain(load, directory, loaded);
  const repositories = readRepositories(await archive.read('repositories'));
  for (const { reference, target } of repositories) {
    const image = loaded.get(target);
    if (!image) throw archiveFault(`invalid target ID: ${target}`);
    if (!isReference(reference)) throw archiveFault('invalid reference format');
    setLoadedTag(core, parseReference(reference), image.id, onProgress);
  }
}

function readRepositories(bytes: Uint8Array) {
  readGoJson(bytes);
  try {
    return parseRepositories(bytes);
  } catch (error) {
    if (error instanceof ImageError) throw archiveFault(error.message, error);
    throw error;
  }
}

/** Loads a v1 image after its parents. */
async function loadChain(load: Load, directory: string, loaded: Map<string, LoadedV1>): Promise<void> {
  const { core, archive, signal, placed } = load;
  const waiting: { readonly v1Id: string; readonly json: Uint8Array; readonly parent: string | undefined }[] = [];
  const seen = new Set<string>();
  for (let v1Id: string | undefined = directory; v1Id !== undefined && !loaded.has(v1Id);) {
    if (seen.has(v1Id) || seen.size >= MAX_CHAIN) throw archiveFault(`invalid image chain at ${v1Id}`);
    seen.add(v1Id);
    const json = await archive.read(`${v1Id}/json`);
    const object = asObject(readGoJson(json));
    const parent: string | undefined = object && textField(object, 'parent');
    waiting.push({ v1Id, json, parent });
    v1Id = parent;
  }
  for (const { v1Id, json, parent } of waiting.reverse()) {
    signal?.throwIfAborted();
    const below = parent === undefined ? undefined : loaded.get(parent);
    const read = await readStoredLayer(load, `${v1Id}/layer.tar`, v1Id);
    const top = placeLayer(core, below?.top, read);
    placed.push(top);
    const chain = [...(below?.chain ?? []), json];
    const diffIds: Digest[] = [];
    for (let layer: LayerRecord | undefined = top; layer; layer = layer.parent) diffIds.unshift(layer.diffId);
    loaded.set(v1Id, { id: storeV1(core, chain, diffIds, below?.id), top, chain });
  }
}

function storeV1(
  core: EngineCore,
  chain: readonly Uint8Array[],
  diffIds: readonly Digest[],
  parent: Digest | undefined,
): Digest {
  try {
    return storeImage(core, configFromV1(chain, diffIds), parent).id;
  } catch (error) {
    if (error instanceof ImageError) throw archiveFault(error.message, error);
    throw error;
  }
}

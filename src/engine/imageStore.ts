import { parseConfig } from '../image/config.ts';
import { digestOf, type Digest } from '../image/digest.ts';
import type { JsonObject } from '../image/json.ts';
import { asObject, objectField } from '../image/jsonFields.ts';
import { familiarForm, withDefaultTag } from '../image/reference.ts';
import type { EngineCore } from './engineCore.ts';
import { type EngineState, withEntry } from './engineState.ts';
import { readWholeGoJson } from './goJson.ts';
import { timeSec } from './goTime.ts';
import type { ImageRecord, LayerRecord } from './imageRecord.ts';
import { chainIdOn } from './layerStore.ts';
import { archiveFault, noSuchDigest, noSuchImage } from './messages.ts';
import { lookUp, readAnyReference } from './references.ts';

/** The image that a person means: a reference, an ID, or the beginning of an ID that only one image has.
 *  Throws EngineError `reference`, `noSuchImage`. */
export function findImage(core: EngineCore, name: string): ImageRecord {
  const { state } = core;
  const reference = readAnyReference(name, core.vintage);
  if ('id' in reference) {
    const image = state.images.get(reference.id);
    if (!image) throw noSuchImage(reference.id);
    return image;
  }
  const id = lookUp(state, reference) ?? searchImage(state, name);
  const image = id && state.images.get(id);
  if (!image) throw noSuchImage(familiarForm(withDefaultTag(reference)));
  return image;
}

/** By ID, as the stores ask. Throws EngineError `noSuchImage`. */
export function imageById(core: EngineCore, id: Digest): ImageRecord {
  const image = core.state.images.get(id);
  if (!image) throw noSuchDigest(id);
  return image;
}

/** The only image whose ID begins so. */
export function searchImage(state: EngineState, beginning: string): Digest | undefined {
  const hex = beginning.startsWith('sha256:') ? beginning.slice('sha256:'.length) : beginning;
  if (!/^[0-9a-f]+$/.test(hex)) return undefined;
  let found: Digest | undefined;
  for (const id of state.images.keys()) {
    if (!id.startsWith(`sha256:${hex}`)) continue;
    if (found !== undefined) return undefined;
    found = id;
  }
  return found;
}

/** Whether what was typed is the ID, or its beginning. */
export function isIdBeginning(id: Digest, typed: string): boolean {
  return id.startsWith(typed) || id.slice('sha256:'.length).startsWith(typed);
}

/** Stores an image whose layers are all there. One that is there already stays as it is. Throws EngineError `archive`
 *  for a config that is none, or layers that are not here. */
export function storeImage(core: EngineCore, configBytes: Uint8Array, parent?: Digest): ImageRecord {
  const id = digestOf(configBytes, core.platform);
  const known = core.state.images.get(id);
  if (known) {
    if (parent === undefined || known.parent === parent) return known;
    return replaceImage(core, { ...known, parent });
  }
  const { config, document } = readConfig(configBytes);
  const layers = layersOf(core, config.diffIds);
  const record: ImageRecord = {
    id,
    configBytes,
    config,
    document,
    parent,
    layers,
    sizeBytes: layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
    createdSec: timeSec(config.created),
    lastTaggedAt: undefined,
  };
  return replaceImage(core, record);
}

export function replaceImage(core: EngineCore, record: ImageRecord): ImageRecord {
  core.update({ images: withEntry(core.state.images, record.id, record) });
  return record;
}

/** Throws EngineError `archive` with the daemon's words (moby image, NewFromJSON). */
export function readConfig(bytes: Uint8Array): {
  readonly config: ReturnType<typeof parseConfig>;
  readonly document: JsonObject;
} {
  const document = asObject(readWholeGoJson(bytes));
  if (!document || !objectField(document, 'rootfs')) throw archiveFault('invalid image JSON, no RootFS key');
  return { config: parseConfig(bytes), document };
}

/** The layers of the store with these diffIDs, base first. Throws EngineError `archive` where one is missing. */
export function layersOf(core: EngineCore, diffIds: readonly Digest[]): readonly LayerRecord[] {
  const layers: LayerRecord[] = [];
  for (const diffId of diffIds) {
    const chainId = chainIdOn(layers.at(-1), diffId, core);
    const layer = core.state.layers.get(chainId);
    if (!layer) throw archiveFault(`layer does not exist: ${chainId}`);
    layers.push(layer);
  }
  return layers;
}

export function childrenOf(state: EngineState, id: Digest): readonly ImageRecord[] {
  return [...state.images.values()].filter(({ parent }) => parent === id);
}

export function hasChildren(state: EngineState, id: Digest): boolean {
  for (const { parent } of state.images.values()) if (parent === id) return true;
  return false;
}

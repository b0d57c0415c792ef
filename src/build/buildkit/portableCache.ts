// Steps that were carried out as they travel: BuildKit's cache config (solver/cache ... cacheconfig.v0), layers by their
// place in a list, records that name them.
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { BuildCacheRecord } from '../../engine/buildCacheRecord.ts';
import type { ImageCalls } from '../../engine/imageCalls.ts';
import { type Digest, isDigest } from '../../image/digest.ts';
import { parseJson } from '../../image/json.ts';
import { arrayField, asObject, field, numberField, objectField, stringField } from '../../image/jsonFields.ts';
import { jsonBytes } from '../../image/writeJson.ts';
import { BuildError } from '../buildError.ts';

export const CACHE_CONFIG_TYPE = 'application/vnd.buildkit.cacheconfig.v0';
/** The field of an image's config that holds the cache of its own steps. */
export const INLINE_CACHE_FIELD = 'moby.buildkit.cache.v0';

const MAX_LAYERS = 20_000;
const MAX_RECORDS = 50_000;
/** As deep as a stack of layers gets. */
const MAX_DEPTH = 1000;
const KEY_PATTERN = /^sha256:[0-9a-f]{64}$/;

export interface PackedLayer {
  /** Of the uncompressed tar. */
  readonly diffId: Digest;
  /** Place in the list of the layer below; -1 for none. */
  readonly parent: number;
  readonly createdAt: string;
}

export interface PackedRecord {
  readonly key: string;
  /** Place of its uppermost layer in the list. */
  readonly layer: number;
  readonly createdAt: string;
  readonly description: string;
}

export interface PortableCache {
  /** Each behind the one below it. */
  readonly layers: readonly PackedLayer[];
  readonly records: readonly PackedRecord[];
}

/** Records as a cache. Those that are the same to the builder are there once. */
export function packCache(records: Iterable<BuildCacheRecord>): PortableCache {
  const layers: PackedLayer[] = [];
  const places = new Map<string, number>();
  const packed = new Map<string, PackedRecord>();
  for (const { key, layers: stack, createdAt, description } of records) {
    let below = -1;
    for (const diffId of stack) {
      const name = `${below} ${diffId}`;
      const known = places.get(name);
      if (known === undefined) {
        places.set(name, layers.length);
        layers.push({ diffId, parent: below, createdAt });
        below = layers.length - 1;
      } else below = known;
    }
    if (below >= 0) packed.set(key, { key, layer: below, createdAt, description });
  }
  return { layers, records: [...packed.values()] };
}

/** The config's bytes. `blobs`: size of each layer's blob, which is the tar itself. */
export function cacheConfig({ layers, records }: PortableCache, sizesBytes: readonly number[]): Uint8Array {
  return jsonBytes({
    layers: layers.map(({ diffId, parent, createdAt }, i) => ({
      blob: diffId,
      parent,
      annotations: { mediaType: LAYER_TYPE, diffID: diffId, size: sizesBytes[i] ?? 0, createdAt },
    })),
    records: records.map(({ key, layer, createdAt, description }) => ({
      layers: [{ layer, createdAt }],
      digest: `sha256:${key}`,
      description,
    })),
  });
}

export const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

/** Reads a config, which may come from anywhere; records that make no sense are left out. Throws BuildError `limit`,
 *  `context`. */
export function readCacheConfig(bytes: Uint8Array): PortableCache {
  const document = asObject(parseJson(bytes).value);
  if (!document) throw new BuildError('context', 'the cache config is no JSON object');
  const given = arrayField(document, 'layers') ?? [];
  const told = arrayField(document, 'records') ?? [];
  if (given.length > MAX_LAYERS || told.length > MAX_RECORDS)
    throw new BuildError('limit', `the cache has more than ${MAX_LAYERS} layers or ${MAX_RECORDS} records`);
  const layers = given.map((value, i): PackedLayer => {
    const layer = asObject(value);
    const annotations = layer && objectField(layer, 'annotations');
    const diffId = (annotations && stringField(annotations, 'diffID')) ?? (layer && stringField(layer, 'blob')) ?? '';
    const parent = (layer && numberField(layer, 'parent')) ?? -1;
    if (!isDigest(diffId) || !Number.isInteger(parent) || parent >= i || parent < -1)
      throw new BuildError('context', `layer ${i} of the cache is none`);
    return { diffId, parent, createdAt: (annotations && stringField(annotations, 'createdAt')) ?? '' };
  });
  const records = told.flatMap((value): PackedRecord[] => {
    const record = asObject(value);
    const result = asObject(record && (arrayField(record, 'layers') ?? [])[0]);
    const key = (record && stringField(record, 'digest')) ?? '';
    const layer = result && numberField(result, 'layer');
    if (!record || !result || !KEY_PATTERN.test(key) || layer === undefined || !layers[layer]) return [];
    const createdAt = stringField(result, 'createdAt') ?? '';
    return [
      { key: key.slice('sha256:'.length), layer, createdAt, description: stringField(record, 'description') ?? '' },
    ];
  });
  return { layers, records };
}

/** The cache that an image's config tells of; undefined where it tells of none. Throws BuildError. */
export function inlineCacheOf(configBytes: Uint8Array): PortableCache | undefined {
  const document = asObject(parseJson(configBytes).value);
  const text = document && field(document, INLINE_CACHE_FIELD);
  if (typeof text !== 'string') return undefined;
  try {
    return readCacheConfig(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
  } catch (error) {
    if (error instanceof BuildError) throw error;
    throw new BuildError('context', 'the cache in the image is not readable');
  }
}

/** Diff IDs of a layer and those below it, base first. Throws BuildError `limit`. */
export function stackAt({ layers }: PortableCache, place: number): readonly Digest[] {
  const stack: Digest[] = [];
  for (let at = place; at >= 0;) {
    const layer = layers[at];
    if (!layer) break;
    stack.push(layer.diffId);
    if (stack.length > MAX_DEPTH)
      throw new BuildError('limit', `the cache has stacks of more than ${MAX_DEPTH} layers`);
    at = layer.parent;
  }
  return stack.reverse();
}

/** Takes records in that the store lacks, with their layers. `open`: the uncompressed tar of a layer of the list.
 *  Throws BuildError `context` for a layer that is not what it is said to be, EngineError. */
export async function importCache(
  images: ImageCalls,
  cache: PortableCache,
  open: (place: number) => Promise<AsyncIterable<Uint8Array>>,
): Promise<void> {
  const there = new Set<number>([-1]);
  const bring = async (place: number): Promise<void> => {
    const path: number[] = [];
    for (let at = place; !there.has(at); at = (cache.layers[at] as PackedLayer).parent) path.push(at);
    for (const at of path.reverse()) {
      const stack = stackAt(cache, at);
      const diffId = await images.addLayer(stack.slice(0, -1), await open(at));
      if (diffId !== stack.at(-1)) throw new BuildError('context', `layer ${at} of the cache is not ${stack.at(-1)}`);
      there.add(at);
    }
  };
  for (const { key, layer, createdAt, description } of cache.records) {
    if (images.cachedStep(key)) continue;
    await bring(layer);
    images.keepStep({ key, layers: stackAt(cache, layer), createdAt, description });
  }
}

/** Tars of a cache's layers, in their order. */
export function layerTars(images: ImageCalls, cache: PortableCache): readonly ByteSource[] {
  return cache.layers.map((_, place) => images.layerTar(stackAt(cache, place)));
}

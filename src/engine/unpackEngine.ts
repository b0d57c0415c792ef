import type { ByteSource } from '../bytes/byteSource.ts';
import type { Platform } from '../bytes/platform.ts';
import { digestOf, type Digest } from '../image/digest.ts';
import { LayerTree } from '../vfs/layerTree.ts';
import type { ContainerRecord } from './containerRecord.ts';
import { isCachePlace } from './cacheMounts.ts';
import { EngineError } from './engineError.ts';
import type { ContainerSnapshot, EngineSnapshot } from './engineSnapshot.ts';
import type { ImageRecord, LayerRecord } from './imageRecord.ts';
import { timeSec } from './goTime.ts';
import { readConfig } from './imageStore.ts';
import { layerSizeBytes, stackOf } from './layerStore.ts';
import { PACKED_VERSION, type PackedLayer, type PackedState } from './packedEngine.ts';
import { openUpper } from './packEngine.ts';

const encoder = new TextEncoder();

/** Finds a blob that `packEngine` named; undefined where it was lost. */
export type FindBlob = (name: string) => Promise<ByteSource | undefined>;

/** An engine's state out of what was kept, to be restored. Throws EngineError `archive` for another version, and where a
 *  blob is lost. */
export async function unpackEngine(
  plain: PackedState,
  findBlob: FindBlob,
  platform: Platform,
): Promise<EngineSnapshot> {
  if (plain.version !== PACKED_VERSION) throw lost(`the state has version ${plain.version}, not ${PACKED_VERSION}`);
  const find = async (name: string) => {
    const blob = await findBlob(name);
    if (!blob) throw lost(`the blob ${name} is lost`);
    return blob;
  };
  const layers = new Map<Digest, LayerRecord>();
  for (const packed of plain.layers) {
    const layer = await unpackLayer(packed, layers, find, platform);
    layers.set(layer.chainId, layer);
  }
  const images = new Map<Digest, ImageRecord>();
  for (const { configBytes, parent, lastTaggedAt } of plain.images) {
    const image = unpackImage(configBytes, layers, platform);
    images.set(image.id, { ...image, parent, lastTaggedAt });
  }
  const containers = new Map<string, ContainerRecord>();
  const snapshots = new Map<string, ContainerSnapshot>();
  for (const { record, top, initLayer, upper, log } of plain.containers) {
    const stack = top === undefined ? [] : stackOf(requireLayer(layers, top));
    containers.set(record.id, { ...record, layers: stack });
    snapshots.set(record.id, {
      initLayer: await openUpper(initLayer, await find(initLayer)),
      upper: await openUpper(upper, await find(upper)),
      log,
    });
  }
  return {
    state: {
      images,
      references: new Map(plain.references),
      layers,
      containers,
      volumes: new Map(plain.volumes.map((volume) => [volume.name, volume])),
      networks: new Map(plain.networks.map((network) => [network.id, network])),
      knownBlobs: new Map(plain.knownBlobs),
      buildCache: new Map((plain.buildCache ?? []).map((record) => [record.key, record])),
      cacheMounts: new Map(
        (plain.cacheMounts ?? []).filter(({ place }) => isCachePlace(place)).map((record) => [record.id, record]),
      ),
    },
    containers: snapshots,
  };
}

async function unpackLayer(
  packed: PackedLayer,
  layers: ReadonlyMap<Digest, LayerRecord>,
  find: (name: string) => Promise<ByteSource>,
  platform: Platform,
): Promise<LayerRecord> {
  const parent = packed.parent === undefined ? undefined : requireLayer(layers, packed.parent);
  const tree = new LayerTree(packed.columns);
  const chainId = parent ? digestOf(encoder.encode(`${parent.chainId} ${packed.diffId}`), platform) : packed.diffId;
  return {
    chainId,
    diffId: packed.diffId,
    parent,
    tree,
    tar: await find(packed.tar),
    sizeBytes: packed.sizeBytes ?? layerSizeBytes(tree),
    cacheId: packed.cacheId,
  };
}

function unpackImage(
  configBytes: Uint8Array,
  layers: ReadonlyMap<Digest, LayerRecord>,
  platform: Platform,
): Omit<ImageRecord, 'parent' | 'lastTaggedAt'> {
  const { config, document } = readConfig(configBytes);
  const stack: LayerRecord[] = [];
  for (const diffId of config.diffIds) {
    const below = stack.at(-1);
    const chainId = below ? digestOf(encoder.encode(`${below.chainId} ${diffId}`), platform) : diffId;
    stack.push(requireLayer(layers, chainId));
  }
  return {
    id: digestOf(configBytes, platform),
    configBytes,
    config,
    document,
    layers: stack,
    sizeBytes: stack.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    createdSec: timeSec(config.created),
  };
}

function requireLayer(layers: ReadonlyMap<Digest, LayerRecord>, chainId: Digest): LayerRecord {
  const layer = layers.get(chainId);
  if (!layer) throw lost(`the layer ${chainId} is lost`);
  return layer;
}

function lost(message: string): EngineError {
  return new EngineError('system', 'archive', message);
}

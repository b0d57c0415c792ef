import type { ByteSource } from '../bytes/byteSource.ts';
import { toHex } from '../bytes/hex.ts';
import type { Platform } from '../bytes/platform.ts';
import { writeTar } from '../tar/writeTar.ts';
import { LayerTreeBuilder } from '../vfs/layerTreeBuilder.ts';
import { applyLayer } from '../vfs/overlay/applyLayer.ts';
import { LayerTreeLayer } from '../vfs/overlay/layerTreeLayer.ts';
import { sealLayer } from '../vfs/overlay/seal.ts';
import { Upper } from '../vfs/overlay/upper.ts';
import { type UpperState, UpperView } from '../vfs/overlay/upperView.ts';
import { scanTar } from '../tar/scanTar.ts';
import type { ContainerSnapshot, EngineSnapshot } from './engineSnapshot.ts';
import {
  PACKED_VERSION,
  type PackedBlob,
  type PackedContainer,
  type PackedEngine,
  type PackedLayer,
} from './packedEngine.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { LayerRecord } from './imageRecord.ts';

/** Names of uppers' states: what did not change keeps its name, and so need not be written again. */
const upperNames = new WeakMap<object, string>();

/** An engine's state as plain data and blobs. Cost: references only; uppers are written out when their blobs are asked
 *  for. */
export function packEngine({ state, containers }: EngineSnapshot, platform: Platform): PackedEngine {
  const blobs = new Map<string, PackedBlob>();
  const layers = inOrder(state.layers.values()).map((layer): PackedLayer => {
    const tar = `layer/${layer.diffId}`;
    blobs.set(tar, { open: async () => layer.tar });
    return {
      diffId: layer.diffId,
      parent: layer.parent?.chainId,
      cacheId: layer.cacheId,
      columns: layer.tree.columns,
      sizeBytes: layer.sizeBytes,
      tar,
    };
  });
  const packed: PackedContainer[] = [];
  for (const record of state.containers.values()) {
    const snapshot = containers.get(record.id);
    if (snapshot) packed.push(packContainer(record, snapshot, blobs, platform));
  }
  return {
    plain: {
      version: PACKED_VERSION,
      images: [...state.images.values()].map(({ configBytes, parent, lastTaggedAt }) => ({
        configBytes,
        parent,
        lastTaggedAt,
      })),
      references: [...state.references],
      layers,
      containers: packed,
      volumes: [...state.volumes.values()],
      networks: [...state.networks.values()],
      knownBlobs: [...state.knownBlobs],
      buildCache: [...state.buildCache.values()],
      cacheMounts: [...state.cacheMounts.values()],
    },
    blobs,
  };
}

/** Each after its parent. */
function inOrder(layers: Iterable<LayerRecord>): readonly LayerRecord[] {
  const ordered = new Set<LayerRecord>();
  for (const layer of layers) {
    const chain: LayerRecord[] = [];
    for (let at: LayerRecord | undefined = layer; at && !ordered.has(at); at = at.parent) chain.push(at);
    for (const one of chain.reverse()) ordered.add(one);
  }
  return [...ordered];
}

function packContainer(
  { layers, ...record }: ContainerRecord,
  snapshot: ContainerSnapshot,
  blobs: Map<string, PackedBlob>,
  platform: Platform,
): PackedContainer {
  const nameOf = (upper: UpperState) => {
    const name = upperName(upper);
    blobs.set(name, { open: () => sealed(upper, platform) });
    return name;
  };
  return {
    record,
    top: layers.at(-1)?.chainId,
    initLayer: nameOf(snapshot.initLayer),
    upper: nameOf(snapshot.upper),
    log: snapshot.log,
  };
}

function upperName(upper: UpperState): string {
  let name = upperNames.get(upper.inodes);
  if (name === undefined) {
    name = `upper/${toHex(crypto.getRandomValues(new Uint8Array(16)))}`;
    upperNames.set(upper.inodes, name);
  }
  return name;
}

async function sealed(upper: UpperState, platform: Platform): Promise<ByteSource> {
  const spool = platform.createSpool();
  for await (const chunk of writeTar(sealLayer(new UpperView(new Uint8Array(16), upper), 'exact')))
    await spool.write(chunk);
  return spool.finish();
}

/** An upper's state out of the blob of that name. */
export async function openUpper(name: string, tar: ByteSource): Promise<UpperState> {
  const builder = new LayerTreeBuilder(tar.sizeBytes);
  const { totalBytes } = await scanTar(tar, builder.add.bind(builder));
  const layer = new LayerTreeLayer(builder.finish(totalBytes).tree, tar, new Uint8Array(16));
  const upper = new Upper();
  applyLayer(layer, upper);
  const state = upper.snapshot();
  upperNames.set(state.inodes, name);
  return state;
}

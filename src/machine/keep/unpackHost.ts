import type { ByteSource } from '../../bytes/byteSource.ts';
import type { Platform } from '../../bytes/platform.ts';
import { RunSource } from '../../bytes/runSource.ts';
import { EMPTY_CONFIG } from '../../engine/containerConfig.ts';
import type { ContainerRecord } from '../../engine/containerRecord.ts';
import { EngineError } from '../../engine/engineError.ts';
import type { ContainerSnapshot, EngineSnapshot } from '../../engine/engineSnapshot.ts';
import { DEFAULT_HOST_CONFIG } from '../../engine/hostConfigDefaults.ts';
import { stackOf } from '../../engine/layerStore.ts';
import type { PackedState } from '../../engine/packedEngine.ts';
import { unpackEngine } from '../../engine/unpackEngine.ts';
import { ImageError } from '../../image/imageError.ts';
import { digestOf, digestParts, isDigest, type Digest } from '../../image/digest.ts';
import { TarError } from '../../tar/tarEntry.ts';
import { scanTar } from '../../tar/scanTar.ts';
import type { LayerColumns } from '../../vfs/layerTree.ts';
import { LayerTreeBuilder } from '../../vfs/layerTreeBuilder.ts';
import type { HostState } from '../machine.ts';
import { KeepError } from './keepError.ts';
import { type KeptParts, openPart, readPart } from './keptMachine.ts';
import { unpackRuns } from './keptRuns.ts';
import { configPart, type PackedEngineHead, type PackedHost, type PackedOther, RUNS, runsPart } from './packHost.ts';
import { unpackLog } from './packLog.ts';
import { unpackUpper } from './unpackUpper.ts';

/** Whether parts come from where we put them, or from a file that anybody may have made: its digests are computed. */
export type Trust = 'kept' | 'foreign';

export interface Unpacking {
  readonly parts: KeptParts;
  readonly platform: Platform;
  readonly trust: Trust;
  /** The digests of some layers, that need not be computed then. */
  readonly knownDigest?: (tar: RunSource) => Promise<string | undefined>;
}

/** Layers of a foreign machine, unpacked: runs of zeros cost its file nothing, and are hashed all the same. */
const MAX_HASHED_BYTES = 16 * 2 ** 30;

/** A host's state out of what was kept. Contents and layers are referred to, and read when they are asked for. Throws
 *  KeepError, EngineError, TarError, ImageError. */
export async function unpackHost(packed: PackedHost, unpacking: Unpacking): Promise<HostState> {
  const disk = await unpackUpper(packed.disk, unpacking.parts);
  return { disk, diskUsedBytes: packed.diskUsedBytes, engine: await unpackEngineHead(packed, unpacking) };
}

/** Throws KeepError where two have one name. */
export async function unpackOthers(
  packed: readonly PackedOther[],
  unpacking: Unpacking,
): Promise<ReadonlyMap<string, HostState>> {
  const others = new Map<string, HostState>();
  for (const other of packed) {
    if (others.has(other.name)) throw new KeepError('corrupt', '', `two hosts are named ${other.name}`);
    others.set(other.name, await unpackHost(other, unpacking));
  }
  return others;
}

/** What the engine, a tar or an image says of what was kept. */
export async function asKeepErrors<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof EngineError || error instanceof TarError || error instanceof ImageError)
      throw new KeepError('corrupt', '', error.message, error);
    throw error;
  }
}

async function unpackEngineHead(head: PackedHost, unpacking: Unpacking): Promise<EngineSnapshot> {
  const { parts, platform } = unpacking;
  const tars = await openLayers(head.engine, unpacking);
  const plain = await plainState(head.engine, tars, unpacking);
  const { state } = await unpackEngine(plain, async (name) => tars.get(name), platform);
  const containers = new Map<string, ContainerRecord>();
  const snapshots = new Map<string, ContainerSnapshot>();
  for (const { record, top, initLayer, upper, log } of head.containers) {
    const layer = top === undefined ? undefined : state.layers.get(top);
    if (!/^[0-9a-f]{64}$/.test(record.id) || containers.has(record.id) || (top !== undefined && !layer))
      throw new KeepError('corrupt', '', `the container ${record.id.slice(0, 12)} has no ID or no layers`);
    containers.set(record.id, {
      ...record,
      config: { ...EMPTY_CONFIG, ...record.config },
      hostConfig: { ...DEFAULT_HOST_CONFIG, ...record.hostConfig },
      layers: stackOf(layer),
    });
    snapshots.set(record.id, {
      initLayer: await unpackUpper(initLayer, parts),
      upper: await unpackUpper(upper, parts),
      log: await unpackLog(log, parts),
    });
  }
  return { state: { ...state, containers }, containers: snapshots };
}

/** What the engine's own unpacking reads. */
async function plainState(engine: PackedEngineHead, tars: Tars, unpacking: Unpacking): Promise<PackedState> {
  const images: PackedState['images'][number][] = [];
  const ids = new Set<Digest>();
  for (const { id, parent, lastTaggedAt } of engine.images) {
    const configBytes = await readPart(unpacking.parts, configPart(id));
    if (digestOf(configBytes, unpacking.platform) !== id)
      throw new KeepError('digest', configPart(id), 'its bytes have another digest');
    images.push({ configBytes, parent, lastTaggedAt });
    ids.add(id);
  }
  for (const [reference, id] of engine.references)
    if (!ids.has(id)) throw new KeepError('corrupt', '', `${reference} names an image that is not there`);
  const layers: PackedState['layers'][number][] = [];
  for (const { diffId, parent, cacheId, tar } of engine.layers) {
    const columns = await columnsOf(tar, tars, diffId, unpacking);
    layers.push({ diffId, parent, cacheId, tar, columns });
  }
  return { ...engine, images, layers, containers: [] };
}

/** A layer's tree as it was kept, or out of its tar. */
async function columnsOf(
  tar: string,
  tars: Tars,
  diffId: Digest,
  { parts, platform, trust, knownDigest }: Unpacking,
): Promise<LayerColumns> {
  const kept = trust === 'kept' ? await parts.tree(tar) : undefined;
  if (kept) return kept;
  const source = tars.get(tar) as ByteSource;
  const known = source instanceof RunSource ? await knownDigest?.(source) : undefined;
  if (known !== diffId) await requireDigest(source, diffId, tar, platform);
  const builder = new LayerTreeBuilder(source.sizeBytes);
  const { totalBytes } = await scanTar(source, builder.add.bind(builder));
  return builder.finish(totalBytes).tree.columns;
}

type Tars = ReadonlyMap<string, ByteSource>;

/** The layers' tars by the names of their parts: at once, since each may take a turn of the disk. */
async function openLayers({ layers }: PackedEngineHead, { parts, trust }: Unpacking): Promise<Tars> {
  const opened = await Promise.all(
    layers.map(async ({ diffId, tar }) => {
      if (!isDigest(diffId) || (tar !== `layer/${diffId}` && tar !== runsPart(diffId)))
        throw new KeepError('corrupt', '', `no layer is ${diffId}`);
      const part = await openPart(parts, tar);
      return [tar, tar.startsWith(RUNS) ? await unpackRuns(part, tar) : part] as const;
    }),
  );
  const tars = new Map(opened);
  const sizeBytes = [...tars.values()].reduce((sum, tar) => sum + tar.sizeBytes, 0);
  if (trust === 'foreign' && sizeBytes > MAX_HASHED_BYTES)
    throw new KeepError('corrupt', '', `its layers have ${sizeBytes} bytes`);
  return tars;
}

export async function requireDigest(
  source: ByteSource,
  digest: Digest,
  part: string,
  platform: Platform,
): Promise<void> {
  const { algorithm } = digestParts(digest) ?? {};
  const hash = platform.createHash(algorithm === 'sha512' ? 'sha512' : 'sha256');
  for await (const chunk of source.stream()) hash.update(chunk);
  const hex = Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (!digest.endsWith(`:${hex}`)) throw new KeepError('digest', part, 'its bytes have another digest');
}

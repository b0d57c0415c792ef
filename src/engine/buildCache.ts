import type { BuildCacheRecord } from './buildCacheRecord.ts';
import type { EngineCore } from './engineCore.ts';
import type { EngineState } from './engineState.ts';
import { layersOf } from './imageStore.ts';
import { releaseLayers, stackOf } from './layerStore.ts';

/** The record of a step, while its layers are there. */
export function cachedStep(core: EngineCore, key: string): BuildCacheRecord | undefined {
  const record = core.state.buildCache.get(key);
  if (!record || (record.chainId !== undefined && !core.state.layers.has(record.chainId))) return undefined;
  return record;
}

/** Keeps what a step made; the latest counts. Throws EngineError for layers that are not here. */
export function keepStep(core: EngineCore, step: Omit<BuildCacheRecord, 'chainId' | 'sizeBytes'>): BuildCacheRecord {
  const top = layersOf(core, step.layers).at(-1);
  const record = { ...step, chainId: top?.chainId, sizeBytes: top?.sizeBytes ?? 0 };
  const buildCache = new Map(core.state.buildCache);
  buildCache.delete(step.key);
  core.update({ buildCache: buildCache.set(step.key, record) });
  return record;
}

/** Forgets what is kept (`docker builder prune`), and lets go of layers that nothing else needs. `dangling` spares what
 *  images are made of. */
export function pruneSteps(
  core: EngineCore,
  which: 'all' | 'dangling',
): { readonly ids: readonly string[]; readonly reclaimedBytes: number } {
  const inImages = new Set<string>();
  for (const { layers } of core.state.images.values()) for (const { chainId } of layers) inImages.add(chainId);
  const isShared = ({ chainId }: BuildCacheRecord) => chainId !== undefined && inImages.has(chainId);
  const kept = [...core.state.buildCache].filter(([, record]) => which === 'dangling' && isShared(record));
  const records = [...core.state.buildCache.values()].filter((record) => which === 'all' || !isShared(record));
  const before = core.state.layers;
  let state: EngineState = { ...core.state, buildCache: new Map(kept) };
  for (const { chainId } of records) {
    const top = chainId === undefined ? undefined : before.get(chainId);
    if (top) ({ state } = releaseLayers(state, stackOf(top)));
  }
  core.replace(state);
  let reclaimedBytes = 0;
  for (const [chainId, { sizeBytes }] of before) if (!state.layers.has(chainId)) reclaimedBytes += sizeBytes;
  return { ids: records.map(({ key }) => key.slice(0, ID_LENGTH)), reclaimedBytes };
}

/** As long as BuildKit's own IDs of records. */
const ID_LENGTH = 25;

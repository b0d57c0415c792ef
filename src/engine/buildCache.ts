import type { BuildCacheRecord } from './buildCacheRecord.ts';
import type { EngineCore } from './engineCore.ts';
import { layersOf } from './imageStore.ts';

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

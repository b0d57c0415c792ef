import type { BuildCacheRecord, KeptStep } from './buildCacheRecord.ts';
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
export function keepStep(core: EngineCore, step: KeptStep): BuildCacheRecord {
  const top = layersOf(core, step.layers).at(-1);
  const record = { ...step, chainId: top?.chainId, sizeBytes: step.sizeBytes ?? top?.sizeBytes ?? 0 };
  const buildCache = new Map(core.state.buildCache);
  buildCache.delete(step.key);
  core.update({ buildCache: buildCache.set(step.key, record) });
  return record;
}

/** Notes that something was worked with: keeps it the first time, and counts from then on. */
export function noteUse(core: EngineCore, step: KeptStep): BuildCacheRecord {
  const known = cachedStep(core, step.key);
  if (!known) return keepStep(core, step);
  const sizeBytes = known.isMeasured ? known.sizeBytes : (step.sizeBytes ?? known.sizeBytes);
  const record = { ...known, sizeBytes, usageCount: (known.usageCount ?? 1) + 1, lastUsedAt: step.createdAt };
  core.update({ buildCache: new Map(core.state.buildCache).set(step.key, record) });
  return record;
}

/** Sizes of what the client sent are measured once (buildkit cache, cacheRecord.Size). */
export function measureSteps(core: EngineCore): void {
  const { buildCache } = core.state;
  const isNew = ({ kind, isMeasured }: BuildCacheRecord) => kind !== undefined && !isMeasured;
  if (![...buildCache.values()].some(isNew)) return;
  const measured = [...buildCache].map(([key, record]) => [key, { ...record, isMeasured: true }] as const);
  core.update({ buildCache: new Map(measured) });
}

/** What is to go. */
export interface PruneRules {
  /** `dangling` spares what images are made of. */
  readonly which: 'all' | 'dangling';
  /** What was used after this moment stays: seconds since 1970. */
  readonly untilSec?: number | undefined;
  /** What was used last stays as far as it takes no more than this. */
  readonly keepBytes?: number | undefined;
}

/** Which of these go, those that were used longest ago first. */
export function prunable<T extends Prunable>(records: readonly T[], rules: PruneRules): readonly T[] {
  const { which, untilSec = Number.POSITIVE_INFINITY, keepBytes = 0 } = rules;
  const may = records.filter(
    ({ isShared, lastUsedSec }) => (which === 'all' || !isShared) && (lastUsedSec ?? 0) <= untilSec,
  );
  if (keepBytes <= 0) return may;
  let totalBytes = records.reduce((sum, { sizeBytes, isShared }) => sum + (isShared ? 0 : sizeBytes), 0);
  return may.filter(({ sizeBytes }) => {
    if (totalBytes <= keepBytes) return false;
    totalBytes -= sizeBytes;
    return true;
  });
}

interface Prunable {
  readonly isShared: boolean;
  readonly lastUsedSec?: number | undefined;
  readonly sizeBytes: number;
}

/** Forgets steps (`docker builder prune`) by the IDs that usage shows, and lets go of layers that nothing else needs. */
export function forgetSteps(core: EngineCore, ids: ReadonlySet<string>): void {
  const isGone = ({ key }: BuildCacheRecord) => ids.has(key.slice(0, ID_LENGTH));
  const records = [...core.state.buildCache.values()].filter(isGone);
  const kept = [...core.state.buildCache].filter(([, record]) => !isGone(record));
  let state: EngineState = { ...core.state, buildCache: new Map(kept) };
  for (const { chainId } of records) {
    const top = chainId === undefined ? undefined : core.state.layers.get(chainId);
    if (top) ({ state } = releaseLayers(state, stackOf(top)));
  }
  core.replace(state);
}

/** As long as BuildKit's own IDs of records. */
export const ID_LENGTH = 25;

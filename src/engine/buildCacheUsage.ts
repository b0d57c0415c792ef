import { ID_LENGTH, measureSteps } from './buildCache.ts';
import { cacheMountBytes } from './cacheMounts.ts';
import type { EngineCore } from './engineCore.ts';
import { timeSec } from './goTime.ts';
import type { BuildCacheUsage } from './systemCalls.ts';

/** What BuildKit keeps, what was used longest ago first: steps and their sources, directories of cache mounts. Nothing is in use between builds;
 *  what an image has too is shared. */
export function buildCacheUsage(core: EngineCore): readonly BuildCacheUsage[] {
  measureSteps(core);
  const { state } = core;
  const inImages = new Set<string>();
  for (const { layers } of state.images.values()) for (const { chainId } of layers) inImages.add(chainId);
  const steps = [...state.buildCache.values()].map((record) => ({
    id: record.key.slice(0, ID_LENGTH),
    kind: record.kind ?? 'regular',
    description: record.description,
    sizeBytes: record.sizeBytes,
    createdSec: timeSec(record.createdAt),
    lastUsedSec: timeSec(record.lastUsedAt ?? record.createdAt),
    usageCount: record.usageCount ?? 1,
    isInUse: false,
    isShared: record.chainId !== undefined && inImages.has(record.chainId),
  }));
  const mounts = [...state.cacheMounts.values()].map((record) => ({
    id: record.place,
    kind: 'exec.cachemount',
    description: record.description,
    sizeBytes: cacheMountBytes(core, record),
    createdSec: timeSec(record.createdAt),
    lastUsedSec: timeSec(record.lastUsedAt),
    usageCount: record.usageCount,
    isInUse: false,
    isShared: false,
  }));
  return [...steps, ...mounts].sort((a, b) => a.lastUsedSec - b.lastUsedSec);
}

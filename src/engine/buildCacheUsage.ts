import { cacheMountBytes } from './cacheMounts.ts';
import type { EngineCore } from './engineCore.ts';
import { timeSec } from './goTime.ts';
import type { BuildCacheUsage } from './systemCalls.ts';

/** As long as BuildKit's own IDs of records. */
const ID_LENGTH = 25;

/** What BuildKit keeps, the oldest first: steps, then the directories of cache mounts. Nothing is in use between builds;
 *  what an image has too is shared. */
export function buildCacheUsage(core: EngineCore): readonly BuildCacheUsage[] {
  const { state } = core;
  const inImages = new Set<string>();
  for (const { layers } of state.images.values()) for (const { chainId } of layers) inImages.add(chainId);
  const steps = [...state.buildCache.values()].map(({ key, chainId, sizeBytes, createdAt, description }) => ({
    id: key.slice(0, ID_LENGTH),
    kind: 'regular',
    description,
    sizeBytes,
    createdSec: timeSec(createdAt),
    lastUsedSec: timeSec(createdAt),
    usageCount: 1,
    isInUse: false,
    isShared: chainId !== undefined && inImages.has(chainId),
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
  return [...steps, ...mounts];
}

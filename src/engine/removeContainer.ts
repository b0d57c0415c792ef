import { cannotRemoveRunning } from './containerMessages.ts';
import { logContainerEvent } from './containerEvents.ts';
import { containerDirectory } from './containerNamespace.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { killContainer } from './stopContainer.ts';
import type { EngineCore } from './engineCore.ts';
import { withoutEntry } from './engineState.ts';
import { type Filters, fitsLabels, requireKnownFilters } from './filters.ts';
import { timeSec } from './goTime.ts';
import { releaseLayers } from './layerStore.ts';
import { isRunning } from './removeImage.ts';
import { removeTree } from './removeTree.ts';
import { grownBytes, sizeRwBytes } from './containerSize.ts';
import { untilSec } from './untilFilter.ts';
import { deleteVolumeFiles, usersOf } from './volumeStore.ts';

/** `docker rm` (moby daemon, ContainerRm). */
export async function removeContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  { isForced, removesVolumes }: { readonly isForced: boolean; readonly removesVolumes: boolean },
): Promise<void> {
  if (isRunning(record)) {
    if (!isForced) throw cannotRemoveRunning(core.vintage, record.name, record.id, record.state.status);
    await killContainer(core, runtimes, record);
  }
  const current = core.state.containers.get(record.id);
  if (current) deleteContainer(core, runtimes, current, { removesVolumes });
}

/** Takes a container that does not run out of the world: its layer, its files, and, if asked, its unnamed volumes. */
export function deleteContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  { removesVolumes }: { readonly removesVolumes: boolean },
): void {
  const runtime = runtimes.of(record);
  runtime.restartDelay?.abort();
  core.kernel.disk.free(grownBytes(core, record, runtime));
  const { state } = releaseLayers(
    { ...core.state, containers: withoutEntry(core.state.containers, record.id) },
    record.layers,
  );
  core.replace(state);
  removeTree(core.daemon, containerDirectory(record.id));
  if (removesVolumes) for (const name of anonymousVolumes(core, record)) deleteVolume(core, name);
  logContainerEvent(core, record, 'destroy');
  for (const listener of [...runtime.removalListeners]) listener(record.state.exitCode);
  runtimes.delete(record.id);
}

function anonymousVolumes(core: EngineCore, record: ContainerRecord): readonly string[] {
  return record.mounts.flatMap(({ type, name }) => {
    const volume = type === 'volume' && name !== undefined ? core.state.volumes.get(name) : undefined;
    return volume?.isAnonymous && usersOf(core, volume.name).length === 0 ? [volume.name] : [];
  });
}

export function deleteVolume(core: EngineCore, name: string): void {
  core.update({ volumes: withoutEntry(core.state.volumes, name) });
  deleteVolumeFiles(core, name);
  core.events.log('volume', 'destroy', name, { driver: 'local' });
}

/** `docker container prune`: all that do not run. */
export function pruneContainers(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  filters: Filters,
): { readonly ids: readonly string[]; readonly reclaimedBytes: number } {
  requireKnownFilters(filters, ['label', 'label!', 'until']);
  const until = untilSec(core, filters);
  const ids: string[] = [];
  let reclaimedBytes = 0;
  // The newest first.
  for (const record of [...core.state.containers.values()].reverse()) {
    if (isRunning(record)) continue;
    if (until !== undefined && timeSec(record.createdAt) > until) continue;
    const { Labels: labels } = record.config;
    if (!fitsLabels(filters, 'label', labels)) continue;
    if (filters.has('label!') && fitsLabels(filters, 'label!', labels)) continue;
    reclaimedBytes += sizeRwBytes(runtimes.of(record).upper);
    deleteContainer(core, runtimes, record, { removesVolumes: false });
    ids.push(record.id);
  }
  return { ids, reclaimedBytes };
}

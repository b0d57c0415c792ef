import type { JsonWritable } from '../image/writeJson.ts';
import { lstat, readdir } from '../shell/kernel/calls.ts';
import { isDirectory } from '../vfs/overlay/fileMode.ts';
import { noSuchVolume, volumeInUse } from './containerMessages.ts';
import type { EngineCore } from './engineCore.ts';
import { type Filters, booleanFilter, fitsLabels, NO_FILTERS, requireKnownFilters } from './filters.ts';
import { deleteVolume } from './removeContainer.ts';
import type { VolumeCalls, VolumeSummary } from './volumeCalls.ts';
import type { VolumeRecord } from './volumeRecord.ts';
import { ensureVolume, usersOf, volumeDirectory } from './volumeStore.ts';

/** The calls about volumes. */
export function volumeCalls(core: EngineCore): VolumeCalls {
  return {
    list: (filters) => listVolumes(core, filters ?? NO_FILTERS),
    create: ({ name, driver, labels, driverOptions }) =>
      summarizeVolume(
        ensureVolume(core, {
          name: name === '' ? core.newId() : name,
          labels: labels ?? null,
          options: driverOptions && Object.keys(driverOptions).length > 0 ? driverOptions : null,
          isAnonymous: name === '',
          ...(driver !== undefined && { driver }),
        }),
      ),
    inspect: (name) => inspectVolume(findVolume(core, name)),
    remove: (name, options = {}) => removeVolume(core, name, options.isForced === true),
    prune: (filters) => pruneVolumes(core, filters),
  };
}

function findVolume(core: EngineCore, name: string): VolumeRecord {
  const volume = core.state.volumes.get(name);
  if (!volume) throw noSuchVolume(name);
  return volume;
}

function listVolumes(core: EngineCore, filters: Filters): VolumeSummary[] {
  requireKnownFilters(filters, ['dangling', 'name', 'driver', 'label']);
  const isDangling = booleanFilter(filters, 'dangling');
  const names = filters.get('name') ?? [];
  const drivers = filters.get('driver') ?? [];
  return [...core.state.volumes.values()]
    .filter(
      (volume) =>
        (isDangling === undefined || (usersOf(core, volume.name).length === 0) === isDangling) &&
        (names.length === 0 || names.some((name) => fitsPattern(name, volume.name))) &&
        (drivers.length === 0 || drivers.includes(volume.driver)) &&
        fitsLabels(filters, 'label', volume.labels),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(summarizeVolume);
}

/** A Go regular expression of a person's; what is none fits nothing. */
function fitsPattern(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return false;
  }
}

export function summarizeVolume({ name, driver, labels, createdAt }: VolumeRecord): VolumeSummary {
  return { name, driver, mountpoint: volumeDirectory(name), labels, scope: 'local', createdAt };
}

function inspectVolume({ name, driver, labels, options, createdAt }: VolumeRecord): Record<string, JsonWritable> {
  return {
    CreatedAt: createdAt,
    Driver: driver,
    Labels: labels,
    Mountpoint: volumeDirectory(name),
    Name: name,
    Options: options && Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))),
    Scope: 'local',
  };
}

function removeVolume(core: EngineCore, name: string, isForced: boolean): void {
  if (!core.state.volumes.has(name)) {
    if (isForced) return;
    throw noSuchVolume(name);
  }
  const users = usersOf(core, name);
  if (users.length > 0) throw volumeInUse(name, users);
  deleteVolume(core, name);
}

/** Unnamed ones that nothing uses; before API 1.42, and with `all`, named ones, too. */
function pruneVolumes(core: EngineCore, filters: Filters): { names: readonly string[]; reclaimedBytes: number } {
  requireKnownFilters(filters, core.vintage === '20.10' ? ['label', 'label!'] : ['label', 'label!', 'all']);
  const takesNamed = core.vintage === '20.10' || booleanFilter(filters, 'all') === true;
  const names: string[] = [];
  let reclaimedBytes = 0;
  for (const { name, labels, options, isAnonymous } of core.state.volumes.values()) {
    // What a driver mounts is not the daemon's to clear (moby volume/service, LocalVolumesPrune).
    if (Object.keys(options ?? {}).length > 0) continue;
    if ((!takesNamed && !isAnonymous) || usersOf(core, name).length > 0) continue;
    if (!fitsLabels(filters, 'label', labels)) continue;
    if (filters.has('label!') && fitsLabels(filters, 'label!', labels)) continue;
    reclaimedBytes += volumeBytes(core, name);
    deleteVolume(core, name);
    names.push(name);
  }
  return { names, reclaimedBytes };
}

/** Bytes of all files in a volume. */
export function volumeBytes(core: EngineCore, name: string): number {
  let sum = 0;
  const waiting = [volumeDirectory(name)];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const { name: child } of readdir(core.daemon, directory)) {
      const path = `${directory}/${child}`;
      const stat = lstat(core.daemon, path);
      if (isDirectory(stat.mode)) waiting.push(path);
      else sum += stat.sizeBytes;
    }
  }
  return sum;
}

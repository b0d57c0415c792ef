import { makeDirectories } from '../shell/kernel/calls.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { EngineCore } from './engineCore.ts';
import { withEntry } from './engineState.ts';
import { other } from './messages.ts';
import { checkVolumeOptions } from './volumeOptions.ts';
import type { VolumeRecord } from './volumeRecord.ts';
import { removeTree } from './removeTree.ts';

export const VOLUMES_DIRECTORY = '/var/lib/docker/volumes';
const NAME_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

export function volumeDirectory(name: string): string {
  return `${VOLUMES_DIRECTORY}/${name}/_data`;
}

/** The volume of that name, made where there is none: a directory of the host. */
export function ensureVolume(
  core: EngineCore,
  given: Pick<VolumeRecord, 'name' | 'labels' | 'options' | 'isAnonymous'> & { readonly driver?: string },
): VolumeRecord {
  const known = core.state.volumes.get(given.name);
  if (known) return known;
  const { driver = 'local' } = given;
  if (driver !== 'local')
    throw other(
      'notFound',
      `create ${given.name}: error looking up volume plugin ${driver}: plugin "${driver}" not found`,
    );
  if (given.name.length === 1)
    throw other(
      'invalidParameter',
      `create ${given.name}: volume name is too short, names should be at least two alphanumeric characters`,
    );
  if (!NAME_PATTERN.test(given.name))
    throw other(
      'invalidParameter',
      `create ${given.name}: "${given.name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    );
  if (given.options) checkVolumeOptions(given.name, given.options);
  const record: VolumeRecord = {
    name: given.name,
    driver,
    labels: given.labels,
    options: given.options,
    createdAt: core.now().replace(/\.\d+/, ''),
    isAnonymous: given.isAnonymous,
  };
  makeVolumeDirectory(core, given.name);
  core.update({ volumes: withEntry(core.state.volumes, record.name, record) });
  core.events.log('volume', 'create', record.name, { driver });
  return record;
}

function makeVolumeDirectory(core: EngineCore, name: string): void {
  const path = `${VOLUMES_DIRECTORY}/${name}`;
  try {
    makeDirectories(core.daemon, volumeDirectory(name), 0o755);
  } catch (error) {
    if (!(error instanceof VfsError) || error.code !== 'ENAMETOOLONG') throw error;
    throw other(
      'system',
      `create ${name}: error while creating volume root path '${path}': mkdir ${path}: file name too long`,
    );
  }
}

/** Its directory with all that is in it. */
export function deleteVolumeFiles(core: EngineCore, name: string): void {
  removeTree(core.daemon, `${VOLUMES_DIRECTORY}/${name}`);
}

/** IDs of containers that have it, running or not. */
export function usersOf(core: EngineCore, name: string): readonly string[] {
  return [...core.state.containers.values()]
    .filter(({ mounts }) => mounts.some((mount) => mount.type === 'volume' && mount.name === name))
    .map(({ id }) => id);
}

import type { ContainerRecord } from './containerRecord.ts';
import type { EngineCore } from './engineCore.ts';

/** As a container starts: its volumes are mounted (moby daemon/volumes_unix.go, setupMounts). */
export function logVolumeMounts(core: EngineCore, { id, mounts }: ContainerRecord): void {
  for (const { type, name, driver, destination, isWritable, propagation } of mounts) {
    if (type !== 'volume' || name === undefined) continue;
    core.events.log('volume', 'mount', name, {
      container: id,
      destination,
      driver: driver ?? 'local',
      propagation,
      'read/write': String(isWritable),
    });
  }
}

/** After it has ended, or could not be started (moby container, UnmountVolumes). */
export function logVolumeUnmounts(core: EngineCore, { id, mounts }: ContainerRecord): void {
  for (const { type, name, driver } of mounts)
    if (type === 'volume' && name !== undefined)
      core.events.log('volume', 'unmount', name, { container: id, driver: driver ?? 'local' });
}

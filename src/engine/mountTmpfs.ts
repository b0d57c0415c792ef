import { makeDirectories, statIfThere } from '../shell/kernel/calls.ts';
import type { MountNamespace } from '../shell/kernel/mountNamespace.ts';
import type { Process } from '../shell/kernel/process.ts';
import { MACHINE } from '../shell/kernel/procfs.ts';
import { makeTmpfs, readTmpfsOptions } from '../shell/kernel/tmpfs.ts';
import type { MountPoint } from './containerCalls.ts';
import type { MountSpec } from './containerConfig.ts';
import type { EngineCore } from './engineCore.ts';
import { other } from './messages.ts';

const DIRECTORY_MODE = 0o755;
/** Before those that were asked for (moby daemon/oci_linux.go, withMounts). */
const DEFAULT_OPTIONS = ['noexec', 'nosuid', 'nodev'];

/** Mounts a new tmpfs in a container. Throws EngineError for an option that tmpfs does not have. */
export function mountTmpfs(core: EngineCore, mounts: MountNamespace, helper: Process, point: MountPoint): void {
  const typed = point.tmpfsOptions ?? point.tmpfsData ?? '';
  const asked = readTmpfsOptions([...DEFAULT_OPTIONS, ...typed.split(',')], MACHINE.memoryBytes);
  if (typeof asked === 'string') throw other('invalidParameter', `invalid tmpfs option ["${asked}"]`);
  const before = statIfThere(helper, point.destination);
  makeDirectories(helper, point.destination, DIRECTORY_MODE);
  const target = mounts.resolve(helper, point.destination, 'follow').path;
  // runc, mountToRootfs: as the directory was below, else as asked for, else as tmpfs has it.
  const { filesystem, options } = makeTmpfs(
    () => core.kernel.clock.now(),
    asked,
    before ? { modeBefore: before.mode & 0o7777 } : {},
  );
  mounts.mount(target, filesystem, {
    type: 'tmpfs',
    source: 'tmpfs',
    isReadOnly: asked.isReadOnly || !point.isWritable,
    options,
  });
}

/** What `--mount type=tmpfs` asks for, as options (moby volume/mounts, ConvertTmpfsOptions). */
export function tmpfsData({ TmpfsOptions: options }: MountSpec): string {
  const { SizeBytes: sizeBytes = 0, Mode: mode = 0 } = options ?? {};
  return [...(mode === 0 ? [] : [`mode=${mode.toString(8)}`]), ...(sizeBytes === 0 ? [] : [`size=${sizeBytes}`])].join(
    ',',
  );
}

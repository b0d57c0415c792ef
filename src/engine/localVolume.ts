// What the local driver mounts for a volume that was made with options (moby volume/local, local_unix.go).
import { statIfThere } from '../shell/kernel/calls.ts';
import type { Filesystem } from '../shell/kernel/filesystem.ts';
import { MACHINE } from '../shell/kernel/procfs.ts';
import { makeTmpfs, readTmpfsOptions } from '../shell/kernel/tmpfs.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { notSimulated } from './messages.ts';
import { volumeDirectory } from './volumeStore.ts';

type Options = Readonly<Record<string, string>>;

/** Real filesystems of devices and networks: a machine without either has none to mount. */
const ELSEWHERE = new Set([
  'nfs',
  'nfs4',
  'cifs',
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'vfat',
  'iso9660',
  'overlay',
]);
/** Of mount(2). */
const FLAG_BITS: Readonly<Record<string, number>> = {
  ro: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  noatime: 0x400,
  bind: 0x1000,
  rbind: 0x5000,
};

/** Where a volume's files are. */
type VolumeContent =
  | { readonly kind: 'directory'; readonly path: string; readonly isReadOnly: boolean }
  | { readonly kind: 'tmpfs'; readonly filesystem: Filesystem; readonly options: string; readonly isReadOnly: boolean };

type Tmpfs = Extract<VolumeContent, { kind: 'tmpfs' }>;

/** Volumes in memory, each with the containers that have it mounted: it is gone with the last of them. */
const inMemory = new WeakMap<EngineCore, Map<string, { readonly content: Tmpfs; readonly users: Set<string> }>>();

/** Throws EngineError `startNotFound` and others where it cannot be mounted. `container`: keeps what is in memory until
 *  it is released; without one, what nothing has mounted is empty. */
export function volumeContent(core: EngineCore, name: string, container?: string): VolumeContent {
  const options = core.state.volumes.get(name)?.options ?? {};
  if (options.type === undefined) return { kind: 'directory', path: volumeDirectory(name), isReadOnly: false };
  const words = wordsOf(options);
  if (words.includes('bind') || words.includes('rbind')) return boundDirectory(core, name, options);
  if (options.type === 'tmpfs') return tmpfsOf(core, name, options, container);
  if (ELSEWHERE.has(options.type)) throw notSimulated(`a volume of type ${options.type}`);
  throw cannotMount(name, options, 'no such device', 'other');
}

/** The same for a container that starts, in the daemon's words. */
export function mountedVolume(core: EngineCore, name: string, container: string | undefined): VolumeContent {
  try {
    return volumeContent(core, name, container);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === 'notSimulated') throw error;
    const message = `error while mounting volume '${volumeDirectory(name)}': ${error.message}`;
    throw new EngineError(error.kind, error.code, message);
  }
}

/** A container has ended. */
export function releaseVolumes(core: EngineCore, container: string): void {
  const all = inMemory.get(core);
  for (const [name, { users }] of all ?? []) if (users.delete(container) && users.size === 0) all?.delete(name);
}

/** As `-o o=` has them. */
function wordsOf({ o = '' }: Options): readonly string[] {
  return o.split(',');
}

function boundDirectory(core: EngineCore, name: string, options: Options): VolumeContent {
  const { device = '' } = options;
  if (!device.startsWith('/') || !statIfThere(core.daemon, device))
    throw cannotMount(name, options, 'no such file or directory', 'startNotFound');
  return { kind: 'directory', path: device, isReadOnly: wordsOf(options).includes('ro') };
}

function tmpfsOf(core: EngineCore, name: string, options: Options, container: string | undefined): Tmpfs {
  const all = inMemory.get(core) ?? new Map<string, { readonly content: Tmpfs; readonly users: Set<string> }>();
  inMemory.set(core, all);
  const known = all.get(name);
  if (known) {
    if (container !== undefined) known.users.add(container);
    return known.content;
  }
  const asked = readTmpfsOptions(wordsOf(options), MACHINE.memoryBytes);
  if (typeof asked === 'string') throw cannotMount(name, options, 'invalid argument', 'other');
  const content: Tmpfs = {
    kind: 'tmpfs',
    ...makeTmpfs(() => core.kernel.clock.now(), asked),
    isReadOnly: asked.isReadOnly,
  };
  if (container !== undefined) all.set(name, { content, users: new Set([container]) });
  return content;
}

/** What moby/sys/mount tells of a mount that failed. */
function cannotMount(name: string, options: Options, why: string, code: 'startNotFound' | 'other') {
  const { device = '' } = options;
  const words = wordsOf(options).filter((word) => word !== '');
  const bits = words.reduce((sum, word) => sum | (FLAG_BITS[word] ?? 0), 0);
  const data = words.filter((word) => FLAG_BITS[word] === undefined).join(',');
  const told = [
    `mount ${device}:${volumeDirectory(name)}`,
    ...(bits === 0 ? [] : [`flags: 0x${bits.toString(16)}`]),
    ...(data === '' ? [] : [`data: ${data}`]),
  ];
  return new EngineError('system', code, `failed to mount local volume: ${told.join(', ')}: ${why}`);
}

import type { Cgroup } from '../shell/kernel/cgroup.ts';
import { CgroupFilesystem } from '../shell/kernel/cgroupFilesystem.ts';
import { devFilesystem, PtsFilesystem } from '../shell/kernel/devFilesystem.ts';
import type { Kernel } from '../shell/kernel/kernel.ts';
import { memoryFilesystem } from '../shell/kernel/memoryFilesystem.ts';
import type { MountNamespace } from '../shell/kernel/mountNamespace.ts';
import { ProcFilesystem } from '../shell/kernel/procfs.ts';
import type { Timestamp } from '../vfs/overlay/layer.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';

export const SHARED_MEMORY = '/dev/shm';
/** Of a container that asks for none (moby daemon/config, DefaultShmSize). */
const SHARED_MEMORY_BYTES = 64 << 20;

const DIRECTORY_MODE = 0o755;
/** How /proc, /sys, /sys/fs/cgroup and /dev/shm are mounted (containerd oci/mounts.go). */
const SAFE = 'nosuid,nodev,noexec,relatime';

interface KernelMountsSetup {
  readonly kernel: Kernel;
  /** Whose terminals /dev/pts shows. */
  readonly terminals: ConstructorParameters<typeof PtsFilesystem>[0];
  /** How large /dev/shm is; 0 where something else is mounted there. */
  readonly sharedMemoryBytes?: number;
  /** Network interfaces besides the loopback. */
  readonly interfaces?: readonly string[];
  /** Shown below /sys/fs/cgroup, where there is one. */
  readonly cgroup?: Cgroup;
  /** What may be changed of the kernel: nothing by usual containers, by privileged ones all. */
  readonly access?: 'restricted' | 'all';
}

/** Mounts what the kernel shows to those who run on a root of their own. */
export function mountKernelFilesystems(
  mounts: MountNamespace,
  {
    kernel,
    terminals,
    sharedMemoryBytes = SHARED_MEMORY_BYTES,
    interfaces = [],
    cgroup,
    access = 'restricted',
  }: KernelMountsSetup,
): void {
  const now = () => kernel.clock.now();
  const isReadOnly = access === 'restricted';
  mounts.mount('/proc', new ProcFilesystem(kernel), { type: 'proc', options: SAFE });
  mounts.mount('/dev', devFilesystem(now), { type: 'tmpfs' });
  mounts.mount('/dev/pts', new PtsFilesystem(terminals), { type: 'devpts' });
  if (sharedMemoryBytes > 0)
    mounts.mount(SHARED_MEMORY, memoryFilesystem(now, sharedMemoryBytes), {
      type: 'tmpfs',
      source: 'shm',
      options: `${SAFE},size=${Math.ceil(sharedMemoryBytes / 1024)}k`,
    });
  mounts.mount('/sys', systemFilesystem(now, ['lo', ...interfaces]), { type: 'sysfs', isReadOnly, options: SAFE });
  if (cgroup)
    mounts.mount('/sys/fs/cgroup', new CgroupFilesystem(cgroup), {
      type: 'cgroup2',
      source: 'cgroup',
      isReadOnly,
      options: SAFE,
    });
}

/** Of all that sysfs shows: the network's interfaces, and where control groups are mounted. */
function systemFilesystem(now: () => Timestamp, interfaces: readonly string[]): OverlayMount {
  const filesystem = memoryFilesystem(now);
  for (const path of [
    '/class',
    '/class/net',
    '/devices',
    '/devices/virtual',
    '/devices/virtual/net',
    '/fs',
    '/fs/cgroup',
  ])
    filesystem.mkdir(path, DIRECTORY_MODE);
  for (const name of interfaces) {
    filesystem.mkdir(`/devices/virtual/net/${name}`, DIRECTORY_MODE);
    filesystem.symlink(`../../devices/virtual/net/${name}`, `/class/net/${name}`);
  }
  return filesystem;
}

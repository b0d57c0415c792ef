import { devFilesystem, PtsFilesystem } from '../shell/kernel/devFilesystem.ts';
import type { Kernel } from '../shell/kernel/kernel.ts';
import { memoryFilesystem } from '../shell/kernel/memoryFilesystem.ts';
import type { MountNamespace } from '../shell/kernel/mountNamespace.ts';
import { ProcFilesystem } from '../shell/kernel/procfs.ts';

export const SHARED_MEMORY = '/dev/shm';
/** containerd oci/mounts.go. */
const SHARED_MEMORY_OPTIONS = 'nosuid,nodev,noexec,relatime,size=65536k';

interface KernelMountsSetup {
  readonly kernel: Kernel;
  /** Whose terminals /dev/pts shows. */
  readonly terminals: ConstructorParameters<typeof PtsFilesystem>[0];
  /** Whether /dev/shm is a filesystem of its own. */
  readonly hasSharedMemory?: boolean;
}

/** Mounts what the kernel shows to those who run on a root of their own. */
export function mountKernelFilesystems(
  mounts: MountNamespace,
  { kernel, terminals, hasSharedMemory = false }: KernelMountsSetup,
): void {
  const now = () => kernel.clock.now();
  mounts.mount('/proc', new ProcFilesystem(kernel), { type: 'proc' });
  mounts.mount('/dev', devFilesystem(now), { type: 'tmpfs' });
  mounts.mount('/dev/pts', new PtsFilesystem(terminals), { type: 'devpts' });
  if (hasSharedMemory)
    mounts.mount(SHARED_MEMORY, memoryFilesystem(now), {
      type: 'tmpfs',
      source: 'shm',
      options: SHARED_MEMORY_OPTIONS,
    });
  mounts.mount('/sys', memoryFilesystem(now), { type: 'sysfs', isReadOnly: true });
}

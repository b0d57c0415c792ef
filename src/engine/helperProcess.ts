import type { Kernel } from '../shell/kernel/kernel.ts';
import type { MountNamespace } from '../shell/kernel/mountNamespace.ts';
import { PidNamespace } from '../shell/kernel/namespaces.ts';
import { Process } from '../shell/kernel/process.ts';
import { ROOT } from '../vfs/overlay/permission.ts';

/** A process that makes the engine's calls on the files of a tree, and stands in nobody's table. */
export function helperProcess(kernel: Kernel, mounts: MountNamespace): Process {
  return new Process({
    kernel,
    parent: undefined,
    namespaces: {
      mounts,
      pids: new PidNamespace(undefined),
      uts: { hostname: '' },
      network: { host: '', isIsolated: true },
    },
    argv: ['dockerd'],
    env: new Map(),
    cwd: '/',
    credentials: { ...ROOT, umask: 0 },
    files: new Map(),
  });
}

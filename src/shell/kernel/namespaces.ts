import type { Cgroup } from './cgroup.ts';
import type { MountNamespace } from './mountNamespace.ts';
import type { Process } from './process.ts';

/** What containers have apart and a host shares (namespaces(7)). */
export interface Namespaces {
  mounts: MountNamespace;
  readonly pids: PidNamespace;
  readonly uts: { hostname: string };
  /** The host's name in the lab network. */
  readonly network: { readonly host: string; readonly isIsolated: boolean };
  /** Whose limits count; undefined: none do. */
  readonly cgroup?: Cgroup | undefined;
  /** Where its control group shows in its cgroup namespace: `/` where it has one of its own. */
  readonly cgroupPath?: string | undefined;
  /** Of /proc/sys, by their paths there: what was set for these namespaces alone. */
  readonly sysctls?: ReadonlyMap<string, string> | undefined;
  /** System calls are filtered (seccomp(2)). */
  readonly isFiltered?: boolean | undefined;
}

/** Numbers processes from 1. A process is also known in the namespaces outside its own. */
export class PidNamespace {
  readonly parent: PidNamespace | undefined;
  readonly processes = new Map<number, Process>();
  #next = 1;

  constructor(parent: PidNamespace | undefined, firstPid = 1) {
    this.parent = parent;
    this.#next = firstPid;
  }

  add(process: Process): number {
    const pid = this.#next++;
    this.processes.set(pid, process);
    return pid;
  }

  remove(process: Process): void {
    for (const pid of [process.pid, process.hostPid]) {
      if (this.processes.get(pid) !== process) continue;
      this.processes.delete(pid);
      return;
    }
    // Neither its own namespace nor the host's.
    for (const [pid, other] of this.processes) if (other === process) this.processes.delete(pid);
  }

  /** Numbers that nobody gets. */
  skip(count: number): void {
    this.#next += count;
  }
}

import { VfsError } from '../../vfs/vfsError.ts';
import type { Clock } from './clock.ts';
import type { Disk } from './disk.ts';
import { errnoText } from './errnoText.ts';
import { findProgram, type ProgramImage } from './findProgram.ts';
import type { Network } from './network.ts';
import type { Namespaces } from './namespaces.ts';
import { Process } from './process.ts';
import type { ProcessSetup } from './processSetup.ts';
import type { WaitStatus } from './waitStatus.ts';
import type { Program, ProgramTable } from './program.ts';
import { Pty } from './pty.ts';
import { SIGNALS } from './signals.ts';

/** Processes at a time: a fork bomb gets EAGAIN, and the machine stays usable. */
const MAX_PROCESSES = 400;
/** Processes that run on the native stack of the one that started them. */
const MAX_NESTING = 6;

export interface KernelSetup {
  readonly clock: Clock;
  /** That many random bytes; seeded where a machine shall repeat itself. */
  readonly random: (length: number) => Uint8Array;
  readonly programs: ProgramTable;
  readonly network: Network;
  readonly disk: Disk;
  /** Told of faults of programs of ours, which are bugs. */
  readonly onFault?: ((error: unknown, process: Process) => void) | undefined;
}

/** What all processes of a machine, in whatever container, share. */
export class Kernel {
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  readonly programs: ProgramTable;
  readonly network: Network;
  readonly disk: Disk;
  readonly onFault: ((error: unknown, process: Process) => void) | undefined;
  /** By the pid in the host's namespace. */
  readonly processes = new Map<number, Process>();
  readonly terminals = new Set<Pty>();
  /** Told by the shell of a terminal when a command line is done, before the next prompt. */
  onCommandLine: ((line: string, process: Process) => void) | undefined;
  /** Told when a process has begun or ended. */
  onProcess: ((event: 'started' | 'ended', process: Process) => void) | undefined;
  #nesting = 0;

  constructor(setup: KernelSetup) {
    this.clock = setup.clock;
    this.random = setup.random;
    this.programs = setup.programs;
    this.network = setup.network;
    this.disk = setup.disk;
    this.onFault = setup.onFault;
  }

  /** A process that no other started: a login shell, a container's first. Runs at once. */
  launch(setup: Omit<ProcessSetup, 'kernel' | 'parent'>, program: Program): Process {
    this.requireRoom();
    const process = new Process({ ...setup, kernel: this, parent: undefined });
    this.start(process, program);
    return process;
  }

  /** Runs it at once, as far as it does not wait; one that many others started this way within each other a little
   *  later, on a native stack of its own. */
  start(process: Process, program: Program): void {
    this.processes.set(process.hostPid, process);
    this.onProcess?.('started', process);
    if (this.#nesting >= MAX_NESTING) {
      void Promise.resolve().then(() => process.run(program));
      return;
    }
    this.#nesting++;
    try {
      process.run(program);
    } finally {
      this.#nesting--;
    }
  }

  findProgram(
    process: Process,
    path: string,
    argv: readonly string[],
    cwd: string,
  ): ProgramImage | Promise<ProgramImage> {
    return findProgram(process, path, argv, cwd);
  }

  /** Throws EAGAIN when there are too many processes. */
  requireRoom(): void {
    if (this.processes.size >= MAX_PROCESSES) throw new VfsError('EAGAIN', 'fork', '');
  }

  /** Processes of a user. */
  countOf(uid: number): number {
    let count = 0;
    for (const process of this.processes.values()) if (process.realUid === uid && !process.hasEnded) count++;
    return count;
  }

  /** `number`: as its devpts counts; counted by the machine where it is not given. */
  newTerminal(columns: number, rows: number, number?: number): Pty {
    const pty = new Pty(columns, rows, number);
    pty.sendSignal = (group, signal) => this.killGroup(group, signal);
    this.terminals.add(pty);
    return pty;
  }

  /** Sends a signal to all of a group. Whether there was one. */
  killGroup(group: number, signal: number): boolean {
    const members = [...this.processes.values()].filter((process) => process.group === group && !process.hasEnded);
    for (const process of members) process.kill(signal);
    return members.length > 0;
  }

  /** All processes of a namespace, by pid there. */
  processesIn(namespaces: Namespaces): readonly Process[] {
    return [...namespaces.pids.processes.values()].sort((a, b) => pidIn(namespaces, a) - pidIn(namespaces, b));
  }

  processEnded(process: Process): void {
    const { parent } = process;
    // A container ends with its first process.
    if (process.pid === 1 && process.namespaces.pids.parent) {
      for (const other of process.namespaces.pids.processes.values()) if (other !== process) other.kill(SIGNALS.KILL);
    }
    for (const child of process.children) {
      child.parent = undefined;
      if (child.hasEnded) this.forget(child);
    }
    process.children.clear();
    process.namespaces.cgroup?.release(process);
    this.onProcess?.('ended', process);
    if (!parent || parent.hasEnded || parent.handlerOf(SIGNALS.CHLD) === 'ignore') {
      parent?.children.delete(process);
      this.forget(process);
    } else parent.kill(SIGNALS.CHLD);
  }

  /** Takes an ended process out of the tables. */
  forget(process: Process): void {
    this.processes.delete(process.hostPid);
    process.namespaces.cgroup?.leave(process);
    for (let pids: Namespaces['pids'] | undefined = process.namespaces.pids; pids; pids = pids.parent)
      pids.remove(process);
  }

  /** Ends everything, as a machine that is switched off; resolves when all have gone. */
  async halt(): Promise<void> {
    const all = [...this.processes.values()];
    for (const process of all) process.kill(SIGNALS.KILL);
    await Promise.all(all.map((process): Promise<WaitStatus> => process.wait()));
  }

  /** `PATH: WORDS`, or the words alone where there is no path. */
  describeError(error: VfsError): string {
    return error.path === '' ? errnoText(error.code) : `${error.path}: ${errnoText(error.code)}`;
  }
}

function pidIn(namespaces: Namespaces, process: Process): number {
  for (const [pid, other] of namespaces.pids.processes) if (other === process) return pid;
  return 0;
}

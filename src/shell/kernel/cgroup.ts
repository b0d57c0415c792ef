import { VfsError } from '../../vfs/vfsError.ts';
import type { Filesystem } from './filesystem.ts';
import type { Process } from './process.ts';
import { ProcessorTime } from './processorTime.ts';
import { SIGNALS } from './signals.ts';

/** What the processes of a control group may use together. Undefined: as much as there is. */
export interface CgroupLimits {
  readonly memoryBytes?: number | undefined;
  readonly swapBytes?: number | undefined;
  /** What is reclaimed down to first (`memory.low`). */
  readonly reservedBytes?: number | undefined;
  readonly processes?: number | undefined;
  /** Numbers of the processors that it may use. */
  readonly processors?: readonly number[] | undefined;
  /** Processor time of all processors in each period. */
  readonly quotaUs?: number | undefined;
  readonly periodUs?: number | undefined;
  /** Against other groups, when there is not enough: 1 to 10000. */
  readonly weight?: number | undefined;
  /** The same of the disk. */
  readonly ioWeight?: number | undefined;
}

export const DEFAULT_PERIOD_US = 100_000;
/** What a process that has nothing yet takes: its stack, its tables. */
const BASE_BYTES = 128 * 1024;

/** A control group (cgroup v2): who is in it, what they hold, and what happens when it is too much. */
export class Cgroup {
  limits: CgroupLimits;
  /** Told when somebody was killed for the memory that there was not. */
  onOutOfMemory: ((victim: Process) => void) | undefined;
  outOfMemoryCount = 0;
  /** Forks that were refused. */
  refusedForks = 0;
  peakBytes = 0;
  readonly time = new ProcessorTime();
  /** Those that are not reaped yet, and what each holds. */
  readonly members = new Map<Process, number>();
  #heldBytes = 0;
  /** Filesystems in memory that its members have written to. */
  readonly #pages = new Set<Filesystem>();

  constructor(limits: CgroupLimits) {
    this.limits = limits;
  }

  get usedBytes(): number {
    let sizeBytes = this.#heldBytes;
    for (const { room } of this.#pages) sizeBytes += room?.usedBytes ?? 0;
    return sizeBytes;
  }

  /** Throws EAGAIN where one process more would be too many. */
  requireRoom(): void {
    const { processes } = this.limits;
    if (processes === undefined || this.members.size < processes) return;
    this.refusedForks++;
    throw new VfsError('EAGAIN', 'fork', '');
  }

  join(process: Process): void {
    this.members.set(process, 0);
    this.#add(process, BASE_BYTES);
  }

  /** It has ended: nothing is held any more, but its number is taken until it is reaped. */
  release(process: Process): void {
    this.#add(process, -(this.members.get(process) ?? 0));
  }

  leave(process: Process): void {
    this.release(process);
    this.members.delete(process);
  }

  /** A member holds so much more, or less. Whoever holds most is killed where it is too much. */
  hold(process: Process, sizeBytes: number): void {
    if (!this.members.has(process)) return;
    this.#add(process, sizeBytes);
    if (sizeBytes > 0) this.#enforce();
  }

  /** A member is about to write so much to a filesystem that lies in memory. */
  holdPages(filesystem: Filesystem, sizeBytes: number): void {
    this.#pages.add(filesystem);
    this.#enforce(sizeBytes);
  }

  /** A member ran so long: how long it waits before it goes on, in ms. */
  spend(ranMs: number): number {
    this.time.usedMs += ranMs;
    const { quotaUs, periodUs = DEFAULT_PERIOD_US } = this.limits;
    return quotaUs === undefined ? 0 : this.time.use(ranMs, quotaUs / 1000, periodUs / 1000);
  }

  #add(process: Process, sizeBytes: number): void {
    const before = this.members.get(process);
    if (before === undefined) return;
    const after = Math.max(0, before + sizeBytes);
    this.members.set(process, after);
    this.#heldBytes += after - before;
  }

  #enforce(moreBytes = 0): void {
    const usedBytes = this.usedBytes + moreBytes;
    // The machine has no swap: what may go there has nowhere to go.
    const mostBytes = this.limits.memoryBytes ?? Number.POSITIVE_INFINITY;
    this.peakBytes = Math.max(this.peakBytes, Math.min(usedBytes, mostBytes));
    if (usedBytes <= mostBytes) return;
    let victim: Process | undefined;
    for (const [process, heldBytes] of this.members)
      if (!process.hasEnded && heldBytes > (victim ? (this.members.get(victim) as number) : -1)) victim = process;
    if (!victim || victim.isKilled) return;
    this.outOfMemoryCount++;
    victim.kill(SIGNALS.KILL);
    this.onOutOfMemory?.(victim);
  }
}

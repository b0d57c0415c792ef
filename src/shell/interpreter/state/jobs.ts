import type { Process } from '../../kernel/process.ts';

/** A pipeline that runs in the background, or was stopped. */
export interface Job {
  readonly number: number;
  readonly processes: readonly Process[];
  /** Of the last stage, by pid: what `$!` is. */
  readonly pid: number;
  readonly group: number;
  readonly text: string;
  readonly usesJobControl: boolean;
  isNotified: boolean;
  wasStopped: boolean;
}

export function isDone(job: Job): boolean {
  return job.processes.every((process) => process.hasEnded);
}

export function isStopped(job: Job): boolean {
  return !isDone(job) && job.processes.every((process) => process.hasEnded || process.isStopped);
}

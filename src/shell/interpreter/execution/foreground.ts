import { VfsError } from '../../../vfs/vfsError.ts';
import type { Process } from '../../kernel/process.ts';
import { exitCode } from '../../kernel/waitStatus.ts';
import { SIGNALS } from '../../kernel/signals.ts';
import { Jump } from '../shellError.ts';
import type { Job } from '../state/jobs.ts';
import type { Shell } from '../state/shell.ts';
import { writeError } from './complain.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import { tellSignal } from './signalWords.ts';

/** Status of a job that was stopped: 128 and SIGTSTP. */
const STOPPED = 128 + SIGNALS.TSTP;

/** The group of a child: with job control each pipeline has its own, which its first process leads. */
export function groupForChild(shell: Shell, leader: Process | undefined): number | 'new' | undefined {
  if (!shell.options.has('monitor')) return undefined;
  return leader ? leader.group : 'new';
}

/** Waits for a pipeline in the foreground; the status of its last stage. A pipeline that is stopped becomes a job. */
export function waitForeground(shell: Shell, stages: readonly Process[], text: string | (() => string)): Soon<number> {
  return then(waitForAll(shell, stages, text), (statuses) => statuses.at(-1) ?? 0);
}

/** The status of each stage. Most are over when they are asked for. */
export function waitForAll(shell: Shell, stages: readonly Process[], text: string | (() => string)): Soon<number[]> {
  const statuses: number[] = [];
  for (const { status } of stages) {
    if (!status || 'signal' in status) return waitLonger(shell, stages, text);
    statuses.push(status.code);
  }
  for (const child of stages) shell.process.reap(child);
  return statuses;
}

async function waitLonger(shell: Shell, stages: readonly Process[], text: string | (() => string)): Promise<number[]> {
  const { terminal } = shell.process;
  const usesTerminal = shell.options.has('monitor') && terminal !== undefined;
  const first = stages[0] as Process;
  if (usesTerminal) terminal.foregroundGroup = first.group;
  try {
    const stopped = await untilEnded(shell, stages);
    if (stopped) {
      await becomeJob(shell, stages, typeof text === 'string' ? text : text());
      return stages.map(() => STOPPED);
    }
  } finally {
    if (usesTerminal) terminal.foregroundGroup = shell.process.group;
  }
  const last = stages.at(-1) as Process;
  const statuses = stages.map((child) => (child.status ? exitCode(child.status) : 0));
  await tellSignal(shell, last, text);
  for (const child of stages) shell.process.reap(child);
  interruptWith(shell, last);
  return statuses;
}

/** A program that an interrupt ended takes an interactive shell's list with it. */
function interruptWith(shell: Shell, child: Process): void {
  const status = child.status;
  if (!status || !('signal' in status) || status.signal !== SIGNALS.INT || !shell.isInteractive) return;
  throw new Jump('interrupt', 128 + SIGNALS.INT);
}

/** Whether they were stopped instead. Signals that are trapped wait until they have ended. */
async function untilEnded(shell: Shell, stages: readonly Process[]): Promise<boolean> {
  for (;;) {
    const usesJobs = shell.options.has('monitor');
    const running = stages.filter((child) => !child.hasEnded);
    if (running.length === 0) return false;
    if (usesJobs && running.every((child) => child.isStopped)) return true;
    try {
      await shell.process.waitFor(usesJobs ? endOrStop(running) : (running[0] as Process).wait());
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
    }
  }
}

/** Ends as soon as one of them has ended, or has been stopped. */
function endOrStop(running: readonly Process[]): Promise<unknown> {
  return Promise.race(running.flatMap((child) => [child.wait(), ...(child.isStopped ? [] : [child.whenStopped()])]));
}

async function becomeJob(shell: Shell, stages: readonly Process[], text: string): Promise<void> {
  const job = addJob(shell, stages, text);
  job.wasStopped = true;
  await writeError(shell, `\n[${job.number}]+  Stopped                 ${text}\n`);
}

export function addJob(shell: Shell, stages: readonly Process[], text: string): Job {
  const number = Math.max(0, ...shell.jobs.map((job) => job.number)) + 1;
  const job: Job = {
    number,
    processes: stages,
    pid: (stages.at(-1) as Process).pid,
    group: (stages[0] as Process).group,
    text,
    usesJobControl: shell.options.has('monitor'),
    isNotified: false,
    wasStopped: false,
  };
  shell.jobs.push(job);
  return job;
}

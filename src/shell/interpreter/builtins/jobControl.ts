import { VfsError } from '../../../vfs/vfsError.ts';
import type { Process } from '../../kernel/process.ts';
import { exitCode } from '../../kernel/waitStatus.ts';
import { SIGNALS } from '../../kernel/signals.ts';
import { complain, writeError } from '../execution/complain.ts';
import type { Builtin } from '../execution/builtin.ts';
import { waitForeground } from '../execution/foreground.ts';
import { SIGNAL_WORDS } from '../execution/signalWords.ts';
import { runPendingTraps } from '../execution/traps.ts';
import { ShellError } from '../shellError.ts';
import { isDone, isStopped, type Job } from '../state/jobs.ts';
import type { Shell } from '../state/shell.ts';
import { andThen as then } from '../waiting.ts';
import { readOptions } from './options.ts';

/** `%1`, `%+`, `%name`, or a pid; undefined for none. */
export function findJob(shell: Shell, text: string): Job | undefined {
  const { jobs } = shell;
  if (!text.startsWith('%')) return jobs.find((job) => job.processes.some(({ pid }) => String(pid) === text));
  const name = text.slice(1);
  if (name === '' || name === '+' || name === '%') return current(shell);
  if (name === '-') return jobs.at(-2) ?? jobs.at(-1);
  if (/^\d+$/.test(name)) return jobs.find(({ number }) => number === Number(name));
  return name.startsWith('?')
    ? jobs.find((job) => job.text.includes(name.slice(1)))
    : jobs.find((job) => job.text.startsWith(name));
}

function current(shell: Shell): Job | undefined {
  return [...shell.jobs].reverse().find(isStopped) ?? shell.jobs.at(-1);
}

export function noJob(shell: Shell, text: string): ShellError {
  return new ShellError(
    'command',
    shell.isBash ? `${text}: no such job` : `No such job: ${text}`,
    shell.isBash ? 1 : 2,
  );
}

function statusOf(job: Job): number {
  const { status } = job.processes.at(-1) as Process;
  return status ? exitCode(status) : 0;
}

function forgetJob(shell: Shell, job: Job): void {
  shell.jobs = shell.jobs.filter((other) => other !== job);
  for (const process of job.processes) {
    if (process.status) shell.endedStatuses.set(process.pid, exitCode(process.status));
    shell.process.reap(process);
  }
  // Old ones are not asked for: keep the last few.
  for (const pid of shell.endedStatuses.keys()) {
    if (shell.endedStatuses.size <= 1000) break;
    shell.endedStatuses.delete(pid);
  }
}

export const wait: Builtin = async (shell, argv) => {
  const { flags, values, operands } = readOptions(shell, argv, shell.isBash ? 'fnp:' : '');
  if (flags.has('n')) return waitForNext(shell, operands, values.get('p'));
  if (operands.length === 0) {
    for (const job of [...shell.jobs]) {
      const interrupted = await untilDone(shell, job);
      if (interrupted !== undefined) return interrupted;
      if (shell.isInteractive) await writeError(shell, jobLine(shell, job));
      forgetJob(shell, job);
    }
    return 0;
  }
  let status = 0;
  for (const text of operands) {
    const job = findJob(shell, text);
    if (!job) {
      const known = shell.endedStatuses.get(Number(text));
      if (known !== undefined) {
        status = known;
        continue;
      }
      if (text.startsWith('%')) await complain(shell, noJob(shell, text).message, 'wait');
      else if (!/^\d+$/.test(text))
        await complain(
          shell,
          shell.isBash ? `\`${text}': not a pid or valid job spec` : `Illegal number: ${text}`,
          'wait',
        );
      else if (shell.isBash) await complain(shell, `pid ${text} is not a child of this shell`, 'wait');
      status = /^\d+$|^%/.test(text) ? 127 : shell.isBash ? 1 : 2;
      continue;
    }
    const interrupted = await untilDone(shell, job);
    if (interrupted !== undefined) return interrupted;
    status = statusOf(job);
    if (values.has('p')) shell.variables.set(values.get('p') as string, String(job.pid));
    forgetJob(shell, job);
  }
  return status;
};

/** Waits for a job; the status of a signal that came and has a trap, which ends the wait. */
async function untilDone(shell: Shell, job: Job): Promise<number | undefined> {
  while (!isDone(job)) {
    try {
      await shell.process.waitFor(Promise.all(job.processes.map((process) => process.wait())));
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
      const signal = shell.pendingSignals[0];
      if (signal === undefined || signal === SIGNALS.CHLD) continue;
      await runPendingTraps(shell);
      return 128 + signal;
    }
  }
  return undefined;
}

async function waitForNext(shell: Shell, operands: readonly string[], variable: string | undefined): Promise<number> {
  const jobs =
    operands.length === 0
      ? shell.jobs
      : operands.map((text) => findJob(shell, text)).filter((job) => job !== undefined);
  if (jobs.length === 0) return 127;
  for (;;) {
    const done = jobs.find(isDone);
    if (done) {
      if (variable !== undefined) shell.variables.set(variable, String(done.pid));
      const status = statusOf(done);
      forgetJob(shell, done);
      return status;
    }
    try {
      await shell.process.waitFor(
        Promise.race(jobs.map((job) => Promise.all(job.processes.map((process) => process.wait())))),
      );
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
      const signal = shell.pendingSignals[0];
      if (signal === undefined || signal === SIGNALS.CHLD) continue;
      await runPendingTraps(shell);
      return 128 + signal;
    }
  }
}

export const jobs: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, shell.isBash ? 'lnprsx' : 'lp');
  const wanted =
    operands.length === 0
      ? [...(shell.jobs.length > 0 ? shell.jobs : shell.inheritedJobs)]
      : operands.map((text) => {
          const found = findJob(shell, text);
          if (!found) throw noJob(shell, text);
          return found;
        });
  let text = '';
  for (const job of wanted) {
    if (flags.has('r') && (isDone(job) || isStopped(job))) continue;
    if (flags.has('s') && !isStopped(job)) continue;
    text += flags.has('p') ? `${job.processes[0]?.pid}\n` : jobLine(shell, job, flags.has('l'));
    job.isNotified = true;
  }
  for (const job of wanted) if (isDone(job) && shell.jobs.includes(job)) forgetJob(shell, job);
  return then(shell.print(text), () => 0);
};

export function jobLine(shell: Shell, job: Job, withPid = false): string {
  const mark =
    job === (current(shell) ?? shell.inheritedJobs.at(-1))
      ? '+'
      : job === shell.jobs.filter((other) => other !== current(shell)).at(-1)
        ? '-'
        : ' ';
  const state = stateOf(job);
  const text = state === 'Running' ? `${job.text} &` : job.text;
  if (!shell.isBash) return `[${job.number}] ${mark} ${withPid ? `${job.pid} ` : ''}${state.padEnd(26)} ${job.text}\n`;
  return `[${job.number}]${mark}  ${withPid ? `${job.pid} ` : ''}${state.padEnd(23)} ${text}\n`;
}

function stateOf(job: Job): string {
  if (isStopped(job)) return 'Stopped';
  if (!isDone(job)) return 'Running';
  const { status } = job.processes.at(-1) as Process;
  if (!status) return 'Done';
  if ('signal' in status) return SIGNAL_WORDS[status.signal] ?? `Signal ${status.signal}`;
  return status.code === 0 ? 'Done' : `Exit ${status.code}`;
}

/** Tells an interactive user of jobs that ended, and forgets them. */
export async function notifyJobs(shell: Shell): Promise<void> {
  for (const job of [...shell.jobs]) {
    if (!isDone(job)) continue;
    if (shell.isInteractive && !job.isNotified) await writeError(shell, jobLine(shell, job));
    forgetJob(shell, job);
  }
}

export const fg: Builtin = async (shell, argv) => {
  const job = resumable(shell, argv[1] ?? '%+', argv[0] as string);
  shell.jobs = shell.jobs.filter((other) => other !== job);
  const { terminal } = shell.process;
  if (terminal) terminal.foregroundGroup = job.group;
  await shell.print(`${job.text}\n`);
  for (const process of job.processes) process.kill(SIGNALS.CONT);
  return waitForeground(shell, job.processes, job.text);
};

export const bg: Builtin = async (shell, argv) => {
  const job = resumable(shell, argv[1] ?? '%+', argv[0] as string);
  for (const process of job.processes) process.kill(SIGNALS.CONT);
  await shell.print(`[${job.number}]+ ${job.text} &\n`);
  return 0;
};

function resumable(shell: Shell, text: string, name: string): Job {
  if (!shell.options.has('monitor'))
    throw new ShellError('command', shell.isBash ? 'no job control' : `job ${text} not created under job control`);
  const job = findJob(shell, text);
  if (!job)
    throw text === '%+'
      ? new ShellError('command', shell.isBash ? 'current: no such job' : 'No current job')
      : noJob(shell, text);
  void name;
  return job;
}

export const disown: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, 'ahr');
  if (flags.has('h')) return 0;
  const gone = flags.has('a')
    ? [...shell.jobs]
    : operands.length === 0
      ? [current(shell)]
      : operands.map((text) => findJob(shell, text));
  for (const job of gone) {
    if (!job) throw new ShellError('command', `${operands[0] ?? 'current'}: no such job`);
    shell.jobs = shell.jobs.filter((other) => other !== job);
  }
  return 0;
};

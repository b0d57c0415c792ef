import { parseSignal, SIGNALS } from '../shell/kernel/signals.ts';
import type { Process } from '../shell/kernel/process.ts';
import { cannotKill, notRunning } from './containerMessages.ts';
import { logContainerEvent } from './containerEvents.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { RunningContainer } from './containerRuntime.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { changeContainer, changeState } from './containerState.ts';
import type { EngineCore } from './engineCore.ts';
import { watchHealth } from './healthCheck.ts';
import { other } from './messages.ts';

const DEFAULT_TIMEOUT_SEC = 10;
const LAST_SIGNAL = 64;

export interface StopOptions {
  readonly timeoutSec: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the container's own. */
  readonly stopSignal?: string | undefined;
}

/** `docker stop`: the stop signal, and after a time KILL. Nothing happens where it does not run. A negative time waits
 *  without end. */
export async function stopContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  { timeoutSec, signal, stopSignal }: StopOptions,
): Promise<void> {
  const asked = stopSignal === undefined ? stopSignalOf(record) : parseSignal(stopSignal);
  if (!asked) throw other('invalidParameter', `Invalid signal: ${stopSignal ?? ''}`);
  const runtime = runtimes.of(record);
  runtime.restartDelay?.abort();
  const { running } = runtime;
  changeContainer(core, record.id, (current) => ({ ...current, wasStopped: true }));
  if (!running) {
    if (record.state.status === 'restarting') changeState(core, record.id, { status: 'exited' });
    return;
  }
  running.isStopping = true;
  if (record.state.status === 'paused') thaw(core, record, running);
  sendSignal(running.process, asked);
  const waitSec = timeoutSec ?? record.config.StopTimeout ?? DEFAULT_TIMEOUT_SEC;
  if (waitSec < 0) await abortable(running.ended, signal);
  else if (!(await endsWithin(core, running, waitSec, signal))) {
    running.process.kill(SIGNALS.KILL);
    await running.ended;
  }
  const stopped = core.state.containers.get(record.id) ?? record;
  logContainerEvent(core, stopped, 'stop');
}

function stopSignalOf(record: ContainerRecord): number {
  return parseSignal(record.config.StopSignal ?? 'TERM') ?? SIGNALS.TERM;
}

/** Process 1 of a namespace ignores what it has no handler for, but for KILL and STOP (pid_namespaces(7)). */
function sendSignal(process: Process, signal: number): void {
  const isForced = signal === SIGNALS.KILL || signal === SIGNALS.STOP || signal === SIGNALS.CONT;
  if (process.pid === 1 && !isForced && process.handlerOf(signal) === 'default') return;
  process.kill(signal);
}

async function endsWithin(
  core: EngineCore,
  running: RunningContainer,
  waitSec: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  // A process that heeds the signal ends without the clock being asked.
  const timer = new AbortController();
  const timeUp = core.kernel.clock.sleep(waitSec * 1000, timer.signal).then(
    () => false,
    () => false,
  );
  try {
    return await abortable(Promise.race([running.ended.then(() => true), timeUp]), signal);
  } finally {
    timer.abort();
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Ends a container at once. */
export async function killContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
): Promise<void> {
  const runtime = runtimes.of(record);
  runtime.restartDelay?.abort();
  const { running } = runtime;
  if (!running) {
    changeState(core, record.id, { status: 'exited' });
    return;
  }
  running.isStopping = true;
  if (record.state.status === 'paused') thaw(core, record, running);
  running.process.kill(SIGNALS.KILL);
  await running.ended;
}

/** Throws EngineError for what names no signal, whatever the container. */
export function checkSignal(signalText: string): void {
  const signal = parseSignal(signalText);
  if (signal === undefined && Number(signalText) > LAST_SIGNAL) return;
  if (signal === undefined || signal === 0) throw other('invalidParameter', `Invalid signal: ${signalText}`);
}

/** `docker kill`, with what `checkSignal` takes. */
export async function signalContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  typed: string,
  signalText: string,
): Promise<void> {
  const signal = parseSignal(signalText);
  if (signal === undefined)
    throw cannotKill(typed, `The linux daemon does not support signal ${signalText}`, 'invalidParameter', 'other');
  const { running } = runtimes.of(record);
  if (!running) throw cannotKill(typed, `Container ${record.id} is not running`, 'conflict', 'notRunning');
  logContainerEvent(core, record, 'kill', { signal: String(signal) });
  if (signal === SIGNALS.KILL) {
    changeContainer(core, record.id, (current) => ({ ...current, wasStopped: true }));
    await killContainer(core, runtimes, record);
    return;
  }
  // A stop signal by hand counts as a stop (moby daemon/kill.go).
  if (signal === stopSignalOf(record)) running.isStopping = true;
  sendSignal(running.process, signal);
}

export function pauseContainer(core: EngineCore, runtimes: ContainerRuntimes, record: ContainerRecord): void {
  const { running } = runtimes.of(record);
  if (!running) throw notRunning(record.id);
  if (record.state.status === 'paused') throw other('conflict', `Container ${record.id} is already paused`);
  for (const process of running.namespaces.pids.processes.values()) process.stop();
  running.stopHealthChecks?.();
  const paused = changeState(core, record.id, { status: 'paused' });
  logContainerEvent(core, paused ?? record, 'pause');
}

export function unpauseContainer(core: EngineCore, runtimes: ContainerRuntimes, record: ContainerRecord): void {
  const { running } = runtimes.of(record);
  if (!running || record.state.status !== 'paused') throw other('conflict', `Container ${record.id} is not paused`);
  thaw(core, record, running);
}

function thaw(core: EngineCore, record: ContainerRecord, running: RunningContainer): void {
  for (const process of running.namespaces.pids.processes.values()) process.kill(SIGNALS.CONT);
  const thawed = changeState(core, record.id, { status: 'running' });
  running.stopHealthChecks = watchHealth(core, record, running, 'unpaused');
  logContainerEvent(core, thawed ?? record, 'unpause');
}

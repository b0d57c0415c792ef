import type { Process } from './process.ts';
import { SIGNALS } from './signals.ts';

/** kill(2): what one process sends another. Process 1 takes from its own namespace only what it has a handler for, and so
 *  neither KILL nor STOP (pid_namespaces(7)). */
export function signalFrom(sender: Process, target: Process, signal: number): void {
  const isInit = target.pid === 1 && target.namespaces.pids === sender.namespaces.pids;
  if (isInit && signal !== SIGNALS.CONT && target.handlerOf(signal) === 'default') return;
  target.kill(signal);
}

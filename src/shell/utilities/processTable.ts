import type { Process } from '../kernel/process.ts';
import { maySignal as mayBeSignalled } from '../kernel/processCredentials.ts';
import { signalName } from '../kernel/signals.ts';

/** A process as one of its namespace sees it. */
export interface SeenProcess {
  readonly pid: number;
  /** 0 where the parent is in another namespace, or gone. */
  readonly parentPid: number;
  readonly process: Process;
}

/** In the order of pids. */
export function seenProcesses(by: Process): SeenProcess[] {
  const { processes } = by.namespaces.pids;
  const pids = new Map<Process, number>();
  for (const [pid, process] of processes) pids.set(process, pid);
  return [...processes]
    .map(([pid, process]) => ({ pid, parentPid: (process.parent && pids.get(process.parent)) ?? 0, process }))
    .sort((a, b) => a.pid - b.pid);
}

/** The name of its program, cut as the kernel cuts it. */
export function commandName({ argv }: Process): string {
  const first = (argv[0] ?? '').replace(/^-/, '');
  return first.slice(first.lastIndexOf('/') + 1).slice(0, 15);
}

export function commandLine(process: Process): string {
  return process.hasEnded ? `[${commandName(process)}] <defunct>` : process.argv.join(' ');
}

export function terminalName({ terminal }: Process): string {
  return terminal ? `pts/${terminal.number}` : '?';
}

/** As the STAT column: the state, `s` for who leads its group, `+` for the foreground. */
export function stateText({ process, pid }: SeenProcess, viewer: Process): string {
  const state = process.hasEnded ? 'Z' : process.isStopped ? 'T' : process === viewer ? 'R' : 'S';
  const leads = process.group === process.hostPid && (pid === 1 || process.parent?.terminal !== process.terminal);
  const isForeground = process.terminal !== undefined && process.terminal.foregroundGroup === process.group;
  return `${state}${leads ? 's' : ''}${isForeground ? '+' : ''}`;
}

/** Whether kill(2) lets one signal the other. */
export function maySignal(by: Process, target: Process): boolean {
  return mayBeSignalled(by.credentials, target.credentials);
}

export function signalWords(signal: number): string {
  return signalName(signal) ?? (signal >= 34 ? `RTMIN${signal > 34 ? `+${signal - 34}` : ''}` : String(signal));
}

import type { Process } from '../shell/kernel/process.ts';
import { notRunning } from './containerMessages.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import type { EngineCore } from './engineCore.ts';
import { notSimulated } from './messages.ts';

const TITLES = ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'];

/** `docker top`: what `ps -ef` of the host shows of the container's processes. */
export function containerTop(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  psArgs: string,
): { readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const { running } = runtimes.of(record);
  if (!running) throw notRunning(record.id);
  if (psArgs !== '' && psArgs !== '-ef') throw notSimulated(`docker top with ps options "${psArgs}"`);
  const rows = core.kernel
    .processesIn(running.namespaces)
    .map((process) => [
      userOf(process),
      String(process.hostPid),
      String(process.parent?.hostPid ?? core.daemon.hostPid),
      '0',
      startTime(process),
      process.terminal ? `pts/${process.terminal.number}` : '?',
      '00:00:00',
      process.argv.join(' '),
    ]);
  return { titles: TITLES, rows };
}

function userOf({ credentials: { uid } }: Process): string {
  return uid === 0 ? 'root' : String(uid);
}

function startTime({ startedAt }: Process): string {
  return new Date(startedAt.sec * 1000).toISOString().slice(11, 16);
}

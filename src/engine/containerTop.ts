import type { Process } from '../shell/kernel/process.ts';
import { processTable } from '../shell/utilities/ps.ts';
import { notRunning } from './containerMessages.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import type { EngineCore } from './engineCore.ts';
import { other } from './messages.ts';

const TITLES = ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'];

interface ProcessTable {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** `docker top`: what `ps` of the host shows of the container's processes. */
export async function containerTop(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  psArgs: string,
): Promise<ProcessTable> {
  const { running } = runtimes.of(record);
  if (!running) throw notRunning(record.id);
  const own = core.kernel.processesIn(running.namespaces);
  if (psArgs === '' || psArgs === '-ef') return { titles: TITLES, rows: own.map((process) => fullRow(core, process)) };
  requireOwnTitles(psArgs);
  const words = psArgs.split(/[\t\n\v\f\r ]+/).filter((word) => word !== '');
  const table = await processTable(core.daemon, words);
  if (typeof table === 'string') throw other('system', `ps: error: ${table}`);
  const { titles } = table;
  const pidAt = titles.indexOf('PID');
  if (pidAt < 0) throw other('system', "Couldn't find PID field in ps output");
  const rows = own.flatMap((process) => {
    const found = table.rows.find((row) => row.process === process);
    if (!found) return [];
    // Of what is printed the daemon takes as many words as there are titles.
    const cells = found.cells.map((cell, i) => {
      if (i === pidAt) return String(process.hostPid);
      return titles[i] === 'PPID' ? parentOf(core, process) : cell;
    });
    const all = cells.join(' ').split(/\s+/);
    return [[...all.slice(0, titles.length - 1), all.slice(titles.length - 1).join(' ')]];
  });
  return { titles, rows };
}

/** Titles that look like PID would be taken for it (moby daemon/top_unix.go, validatePSArgs). */
function requireOwnTitles(psArgs: string): void {
  for (const [, name = '', title = ''] of psArgs.matchAll(/\s+(\S*)=\s*(PID\S*)/g))
    if (name !== 'pid') throw other('system', `specifying "${name}=${title}" is not allowed`);
}

function fullRow(core: EngineCore, process: Process): string[] {
  return [
    userOf(process),
    String(process.hostPid),
    parentOf(core, process),
    '0',
    startTime(process),
    process.terminal ? `pts/${process.terminal.number}` : '?',
    '00:00:00',
    process.argv.join(' '),
  ];
}

function parentOf(core: EngineCore, { parent }: Process): string {
  return String(parent?.hostPid ?? core.daemon.hostPid);
}

function userOf({ credentials: { uid } }: Process): string {
  return uid === 0 ? 'root' : String(uid);
}

function startTime({ startedAt }: Process): string {
  return new Date(startedAt.sec * 1000).toISOString().slice(11, 16);
}

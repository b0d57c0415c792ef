import { MACHINE } from '../kernel/procfs.ts';
import type { Process } from '../kernel/process.ts';
import { readAccounts } from './accounts.ts';
import { commandName, seenProcesses, stateText } from './processTable.ts';
import { localTime, strftime } from './strftime.ts';
import { zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';

const VIRTUAL_KIB = 4188;
const RESIDENT_KIB = 3200;

/** In batches (`-b`), or on a cleared screen until `q` or an interrupt; other keys do nothing. */
export const top = utility(
  {
    options: {
      batch: '-b --batch',
      count: '-n --iterations=NUMBER',
      delay: '-d --delay=SECONDS',
      pids: '-p --pid=LIST',
      user: '-u --filter-any-user=USER',
      full: '-c --cmdline-toggle',
    },
    notSimulated:
      '-E --scale-summary-mem=SCALE -e --scale-task-mem=SCALE -H --threads-show -i --idle-toggle -o --sort-override=FIELD -O --list-fields -S --accum-time-toggle -s --secure-mode -w --width=COLUMNS -1 --single-cpu-toggle',
    usage: '-hv | -bcEeHiOSs1 -d secs -n max -u|U user -p pids -o field -w [cols]',
    version: 'from procps-ng 4.0.2',
    rewrite: (arguments_) => arguments_.map((argument) => (/^b?n\d+$/.test(argument) ? `-${argument}` : argument)),
  },
  async (process, options) => {
    const count = Number(options.value('count') ?? Number.POSITIVE_INFINITY) || 1;
    const delayMs = (Number(options.value('delay') ?? 3) || 3) * 1000;
    const pids = options.values('pids').flatMap((list) => list.split(',').map(Number));
    for (let round = 1; round <= count; round++) {
      const text = await screen(process, { pids, user: options.value('user'), full: options.has('full') });
      await process.print(options.has('batch') ? (round > 1 ? `\n\n${text}` : text) : `\u001b[H\u001b[2J${text}`);
      if (round < count && !(await staysOn(process, delayMs, options.has('batch')))) break;
    }
    return 0;
  },
);

/** Waits; false when `q` was typed. */
async function staysOn(process: Process, delayMs: number, isBatch: boolean): Promise<boolean> {
  const terminal = process.files.get(0)?.terminal;
  if (isBatch || !terminal) {
    await process.sleep(delayMs);
    return true;
  }
  const { mode } = terminal;
  terminal.mode = { ...mode, canonical: false, echo: false };
  try {
    for (let leftMs = delayMs; leftMs > 0; leftMs -= 100) {
      if (terminal.hasInput) {
        const [key] = await process.read(0, 1);
        if (key === 0x71 || key === undefined) return false;
      }
      await process.sleep(Math.min(100, leftMs));
    }
    return true;
  } finally {
    terminal.mode = mode;
  }
}

interface Filter {
  readonly pids: readonly number[];
  readonly user: string | undefined;
  readonly full: boolean;
}

async function screen(process: Process, { pids, user, full }: Filter): Promise<string> {
  const accounts = await readAccounts(process);
  const uid = user === undefined ? undefined : accounts.uidOf(user);
  const all = seenProcesses(process);
  const now = process.kernel.clock.now();
  const states = all.map((seen) => stateText(seen, process)[0]);
  const count = (state: string) => states.filter((one) => one === state).length;
  const totalMib = MACHINE.memoryBytes / 1024 ** 2;
  const mib = (value: number) => value.toFixed(1).padStart(8);
  const head = [
    `top - ${strftime('%H:%M:%S', localTime(now, zoneOf(process)))} up 0 min,  0 users,  load average: 0.00, 0.00, 0.00`,
    `Tasks: ${String(all.length).padStart(3)} total, ${String(count('R')).padStart(3)} running, ${String(count('S')).padStart(3)} sleeping, ${String(count('T')).padStart(3)} stopped, ${String(count('Z')).padStart(3)} zombie`,
    '%Cpu(s):  0.0 us,  0.0 sy,  0.0 ni,100.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st ',
    `MiB Mem : ${mib(totalMib)} total, ${mib(totalMib / 2)} free, ${mib(totalMib / 4)} used, ${mib(totalMib / 4)} buff/cache     `,
    `MiB Swap: ${mib(0)} total, ${mib(0)} free, ${mib(0)} used. ${mib((totalMib * 3) / 4)} avail Mem `,
    '',
    '    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND',
  ];
  const rows = all
    .filter(
      ({ pid, process: other }) =>
        (pids.length === 0 || pids.includes(pid)) && (uid === undefined || other.credentials.uid === uid),
    )
    .map((seen) => {
      const { pid, process: other } = seen;
      const name = (accounts.userName(other.credentials.uid) ?? String(other.credentials.uid)).slice(0, 8);
      const state = stateText(seen, process)[0];
      const memory = ((RESIDENT_KIB * 1024 * 100) / MACHINE.memoryBytes).toFixed(1);
      const command = full ? other.argv.join(' ') : commandName(other);
      return `${String(pid).padStart(7)} ${name.padEnd(8)}  20   0 ${String(VIRTUAL_KIB).padStart(7)} ${String(RESIDENT_KIB).padStart(6)} ${String(RESIDENT_KIB - 320).padStart(6)} ${state}   0.0 ${memory.padStart(5)}   0:00.00 ${command}`;
    });
  return `${[...head, ...rows].join('\n')}\n`;
}

import { decodeName } from '../../bytes/byteName.ts';
import { readFile } from '../kernel/calls.ts';
import { MACHINE } from '../kernel/procfs.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { humanSize } from './humanSize.ts';
import { localTime, strftime } from './strftime.ts';
import { zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';

/** Of /proc/uptime: nothing is known without it. */
async function uptimeSec(process: Process): Promise<number> {
  return Math.floor(Number(decodeName(await readFile(process, '/proc/uptime')).split(' ')[0]));
}

export const uptime = utility(
  { options: { pretty: '-p --pretty', since: '-s --since' }, usage: '[options]', version: 'from procps-ng 4.0.2' },
  async (process, options) => {
    let seconds: number;
    try {
      seconds = await uptimeSec(process);
    } catch (error) {
      await process.complain(`cannot get system uptime: ${causeOf(error)}`);
      return 1;
    }
    const zone = zoneOf(process);
    const now = process.kernel.clock.now();
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor(seconds / 3600) % 24;
    const minutes = Math.floor(seconds / 60) % 60;
    if (options.has('since')) {
      const booted = { sec: now.sec - seconds, nsec: 0 };
      await process.print(`${strftime('%Y-%m-%d %H:%M:%S', localTime(booted, zone))}\n`);
      return 0;
    }
    if (options.has('pretty')) {
      const parts = [
        [days, 'day'],
        [hours, 'hour'],
        [minutes, 'minute'],
      ] as const;
      const shown = parts.filter(([count, word]) => count > 0 || (word === 'minute' && days + hours === 0));
      await process.print(
        `up ${shown.map(([count, word]) => `${count} ${word}${count === 1 ? '' : 's'}`).join(', ')}\n`,
      );
      return 0;
    }
    const time = strftime('%H:%M:%S', localTime(now, zone));
    const dayText = days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : '';
    const clock = hours > 0 ? `${String(hours).padStart(2)}:${String(minutes).padStart(2, '0')}` : `${minutes} min`;
    const users = process.flavour === 'gnu' ? ',  0 users' : '';
    await process.print(` ${time} up ${dayText}${clock}${users},  load average: 0.00, 0.00, 0.00\n`);
    return 0;
  },
);

/** KiB for each unit. */
const UNITS = { bytes: 1 / 1024, kibi: 1, mebi: 1024, gibi: 1024 ** 2 } as const;

export const free = utility(
  {
    options: {
      bytes: '-b --bytes',
      kibi: '-k --kibi',
      mebi: '-m --mebi',
      gibi: '-g --gibi',
      human: '-h --human',
      total: '-t --total',
      wide: '-w --wide',
    },
    notSimulated: '-s --seconds=N -c --count=N --si -l --lohi',
    usage: '[options]',
    version: 'from procps-ng 4.0.2',
  },
  async (process, options) => {
    // As /proc/meminfo has it.
    const totalKib = MACHINE.memoryBytes / 1024;
    const freeKib = totalKib / 2;
    const cacheKib = totalKib / 4;
    const unit = options.last('bytes', 'kibi', 'mebi', 'gibi') ?? 'kibi';
    const show = (kib: number) =>
      options.has('human')
        ? `${humanSize(kib * 1024, 'gnu')}i`.replace(/^0i$/, '0B')
        : String(Math.floor(kib / UNITS[unit]));
    // /proc/meminfo has no buffers.
    const caches: readonly (readonly [string, number])[] = options.has('wide')
      ? [
          ['buffers', 0],
          ['cache', cacheKib],
        ]
      : [['buff/cache', cacheKib]];
    const memory = [
      totalKib,
      totalKib - freeKib - cacheKib,
      freeKib,
      0,
      ...caches.map(([, kib]) => kib),
      (totalKib * 3) / 4,
    ];
    const titles = ['total', 'used', 'free', 'shared', ...caches.map(([title]) => title), 'available'];
    const row = (title: string, cells: readonly string[]) =>
      `${title.padEnd(8)}${cells.map((cell) => cell.padStart(12)).join('')}\n`;
    let out = row('', titles) + row('Mem:', memory.map(show)) + row('Swap:', [0, 0, 0].map(show));
    if (options.has('total')) out += row('Total:', memory.slice(0, 3).map(show));
    await process.print(out);
    return 0;
  },
);

import { O_CREAT, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { lstat, lstatIfThere, lutimes, open, stat, statIfThere, utimes } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { parseDate } from './parseDate.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  access: '-a',
  modification: '-m',
  noCreate: '-c --no-create',
  date: '-d --date=STRING',
  ignored: '-f',
  noDereference: '-h --no-dereference',
  reference: '-r --reference=FILE',
  stamp: '-t=STAMP',
  time: '--time=WORD',
} as const;

type TouchOption = keyof typeof OPTIONS;

interface Times {
  readonly atime: Timestamp | undefined;
  readonly mtime: Timestamp | undefined;
}

export const touch = utility({ options: OPTIONS, usage: '[OPTION]... FILE...' }, async (process, options) => {
  const isGnu = process.flavour === 'gnu';
  const times = timesOf(process, options);
  if (options.operands.length === 0) throw new UsageError('operand', isGnu ? 'missing file operand' : '');
  const report = new Report(process);
  for (const operand of options.operands) {
    try {
      await touchOne(process, options, operand, times);
    } catch (error) {
      await report.failedBy(error, isGnu ? `cannot touch ${quoted(operand)}` : operand);
    }
  }
  return report.status;
});

async function touchOne(
  process: Process,
  options: ParsedOptions<TouchOption>,
  path: string,
  times: Times,
): Promise<void> {
  const isLink = options.has('noDereference');
  const found = isLink ? lstatIfThere(process, path) : statIfThere(process, path);
  if (!found) {
    if (options.has('noCreate') || isLink) {
      // Says nothing of what is not there, and everything of what cannot be reached.
      if (isLink && !options.has('noCreate')) lstat(process, path);
      return;
    }
    (await open(process, path, O_WRONLY | O_CREAT, 0o666)).close();
  }
  const word = options.value('time');
  const onlyAccess = options.has('access') || /^(access|atime|use)$/.test(word ?? '');
  const onlyModification = options.has('modification') || /^(modify|mtime)$/.test(word ?? '');
  const own = isLink ? lstat(process, path) : stat(process, path);
  const now = times.atime === undefined && times.mtime === undefined ? process.kernel.clock.now() : undefined;
  const atime = onlyModification && !onlyAccess ? own.atime : (times.atime ?? now);
  const mtime = onlyAccess && !onlyModification ? own.mtime : (times.mtime ?? now);
  if (isLink) lutimes(process, path, atime, mtime);
  else utimes(process, path, atime, mtime);
}

function timesOf(process: Process, options: ParsedOptions<TouchOption>): Times {
  const isGnu = process.flavour === 'gnu';
  const stamp = options.value('stamp');
  const date = options.value('date');
  const reference = options.value('reference');
  let times: Times = { atime: undefined, mtime: undefined };
  if (stamp !== undefined && (date !== undefined || reference !== undefined) && isGnu)
    throw new UsageError('operand', 'cannot specify times from more than one source');
  if (reference !== undefined) {
    try {
      const { atime, mtime } = options.has('noDereference') ? lstat(process, reference) : stat(process, reference);
      times = { atime, mtime };
    } catch (error) {
      const what = isGnu ? `failed to get attributes of ${quoted(reference)}` : reference;
      throw new UsageError('operand', `${what}: ${causeOf(error)}`, { bare: true });
    }
  }
  const text = stamp ?? date;
  if (text === undefined) return times;
  const now = times.mtime ?? process.kernel.clock.now();
  const zone = zoneOf(process);
  const parsed =
    stamp === undefined ? parseDate(text, { now, zone }) : parseDate(stampDate(text, process), { now, zone });
  if (!parsed || (stamp !== undefined && stampDate(text, process) === ''))
    throw new UsageError('operand', isGnu ? `invalid date format ${quoted(text)}` : `invalid date '${text}'`, {
      bare: true,
    });
  return { atime: parsed, mtime: parsed };
}

/** `[[CC]YY]MMDDhhmm[.ss]` as a date in ISO's order; '' for what is none. */
function stampDate(stamp: string, process: Process): string {
  const match = /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(stamp);
  if (!match || stamp.replace(/\..*/, '').length % 2 !== 0) return '';
  const digits = stamp.replace(/\..*/, '');
  const second = match[7] ?? '00';
  const rest = digits.slice(-8);
  const head = digits.slice(0, -8);
  const thisYear = new Date(process.kernel.clock.now().sec * 1000).getUTCFullYear();
  const short = Number(head);
  const year = head === '' ? thisYear : head.length === 4 ? short : short + (short < 69 ? 2000 : 1900);
  const [month, day, hour, minute] = rest.match(/\d\d/g) ?? [];
  return `${String(year).padStart(4, '0')}-${month}-${day} ${hour}:${minute}:${second}`;
}

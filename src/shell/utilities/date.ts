import { decodeName } from '../../bytes/byteName.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { stat } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { causeOf } from './failure.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { parseDate } from './parseDate.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { localTime, strftime } from './strftime.ts';
import { InputError, openInput } from './textInput.ts';
import { type TimeZone, UTC, zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  date: '-d --date=STRING',
  file: '-f --file=DATEFILE',
  iso: '-I --iso-8601[=FMT]',
  resolution: '--resolution',
  rfcEmail: '-R --rfc-email',
  rfc3339: '--rfc-3339=FMT',
  reference: '-r --reference=FILE',
  set: '-s --set=STRING',
  utc: '-u --utc --universal',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

const ISO: Readonly<Record<string, string>> = {
  date: '%Y-%m-%d',
  hours: '%Y-%m-%dT%H%:z',
  minutes: '%Y-%m-%dT%H:%M%:z',
  seconds: '%Y-%m-%dT%H:%M:%S%:z',
  ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
};
const RFC_3339: Readonly<Record<string, string>> = {
  date: '%Y-%m-%d',
  seconds: '%Y-%m-%d %H:%M:%S%:z',
  ns: '%Y-%m-%d %H:%M:%S.%N%:z',
};

/** date(1), by the machine's clock, which it does not set. */
/** Of clock_getres(2), in seconds. */
const CLOCK_RESOLUTION = '0.000000001\n';

export const date: Program = utility(
  { usage: '[OPTION]... [+FORMAT]', options: OPTIONS, notSimulated: '--debug' },
  async (process, options) => {
    const zone = options.has('utc') ? UTC : zoneOf(process);
    const now = process.kernel.clock.now();
    if (options.has('resolution')) {
      await process.print(CLOCK_RESOLUTION);
      return 0;
    }
    const format = formatOf(options);
    if (options.has('set') || (options.operands[0] !== undefined && !options.operands[0].startsWith('+'))) {
      const wanted = options.value('set') ?? (options.operands[0] as string);
      if (options.has('set') ? !parseDate(wanted, { now, zone }) : !/^\d{8,12}(\.\d\d)?$/.test(wanted)) {
        throw new UsageError('operand', `invalid date ${quoted(wanted)}`, { bare: true });
      }
      const isGnu = process.flavour === 'gnu';
      await process.complain(`${isGnu ? 'cannot' : "can't"} set date: Operation not permitted`);
      const shown = (options.has('set') ? parseDate(wanted, { now, zone }) : undefined) ?? now;
      await process.print(`${strftime(format, localTime(shown, zone))}\n`);
      return 1;
    }
    let status = 0;
    for (const text of await textsOf(process, options)) {
      const time = text === undefined ? now : timeOf(process, options, text, now, zone);
      if (!time) {
        await process.complain(`invalid date ${quoted(text ?? '')}`);
        status = 1;
        continue;
      }
      await process.print(`${strftime(format, localTime(time, zone))}\n`);
    }
    return status;
  },
);

async function textsOf(process: Process, options: Options): Promise<(string | undefined)[]> {
  const path = options.value('file');
  if (path !== undefined) {
    try {
      const input = await openInput(process, path);
      const lines = decodeName(await readWhole(process, input)).split('\n');
      input.close();
      if (lines.at(-1) === '') lines.pop();
      return lines;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new UsageError('operand', `${quotedIfNeeded(path)}: ${error.words}`, { bare: true });
    }
  }
  return [options.value('date') ?? options.value('reference')];
}

function timeOf(
  process: Process,
  options: Options,
  text: string,
  now: Timestamp,
  zone: TimeZone,
): Timestamp | undefined {
  if (options.value('date') === undefined && options.has('reference')) {
    try {
      return stat(process, text).mtime;
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      throw new UsageError('operand', `${quotedIfNeeded(text)}: ${causeOf(error)}`, { bare: true });
    }
  }
  return parseDate(text, { now, zone });
}

function formatOf(options: Options): string {
  const [operand, extra] = options.operands;
  if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
  const named = options.last('iso', 'rfcEmail', 'rfc3339');
  if (operand?.startsWith('+')) {
    if (named) throw new UsageError('operand', 'multiple output formats specified', { bare: true });
    return operand.slice(1);
  }
  switch (named) {
    case 'iso':
      return chosen(ISO, options.value('iso') ?? 'date', '--iso-8601');
    case 'rfc3339':
      return chosen(RFC_3339, options.value('rfc3339') ?? '', '--rfc-3339');
    case 'rfcEmail':
      return '%a, %d %b %Y %H:%M:%S %z';
    default:
      return '%a %b %e %H:%M:%S %Z %Y';
  }
}

function chosen(formats: Readonly<Record<string, string>>, name: string, option: string): string {
  const matches = Object.keys(formats).filter((one) => one.startsWith(name));
  const format = Object.hasOwn(formats, name)
    ? formats[name]
    : matches.length === 1
      ? formats[matches[0] as string]
      : undefined;
  if (format !== undefined) return format;
  const valid = Object.keys(formats)
    .map((one) => `  - '${one}'\n`)
    .join('');
  throw new UsageError(
    'operand',
    `invalid argument ${quoted(name)} for '${option}'\nValid arguments are:\n${valid.trimEnd()}`,
  );
}

import { VfsError } from '../../vfs/vfsError.ts';
import { readlink, stat } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';

/** What local time is: seconds east of Greenwich, and its short name, at a moment. */
export interface TimeZone {
  offsetSec(atSec: number): number;
  abbreviation(atSec: number): string;
}

export const UTC: TimeZone = { offsetSec: () => 0, abbreviation: () => 'UTC' };

const ZONES = '/usr/share/zoneinfo/';
/** Zones change their offset at whole quarters of hours. */
const STEP_SEC = 900;

/** The zone of `TZ`, or else of /etc/localtime. A zone that the filesystem has no rules for is UTC under the name that
 *  was asked for, as in libc. */
export function zoneOf(process: Process): TimeZone {
  const wanted = process.env.get('TZ') ?? linkedZone(process);
  if (wanted === undefined || wanted === '') return UTC;
  const name = wanted.replace(/^:/, '');
  return posixZone(name) ?? namedZone(process, name);
}

function linkedZone(process: Process): string | undefined {
  try {
    const target = readlink(process, '/etc/localtime');
    const at = target.indexOf('zoneinfo/');
    return at < 0 ? undefined : target.slice(at + 'zoneinfo/'.length);
  } catch (error) {
    if (error instanceof VfsError) return undefined;
    throw error;
  }
}

/** `CET-1`, `<+0530>-5:30`: hours west of Greenwich (tzset(3)). Rules for summer time are not read. */
function posixZone(text: string): TimeZone | undefined {
  const match = /^([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)([+-]?)(\d{1,2})(?::(\d\d))?(?::(\d\d))?$/.exec(text);
  if (!match) return undefined;
  const [, name = '', sign, hours, minutes = '0', seconds = '0'] = match;
  const west = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const offset = sign === '-' ? west : -west;
  return { offsetSec: () => offset, abbreviation: () => name.replace(/[<>]/g, '') };
}

function namedZone(process: Process, name: string): TimeZone {
  const fallback = /^[A-Za-z]{3,}/.exec(name)?.[0] ?? 'UTC';
  try {
    stat(process, ZONES + name);
    return new RuledZone(name);
  } catch (error) {
    if (!(error instanceof VfsError) && !(error instanceof RangeError)) throw error;
    return { offsetSec: () => 0, abbreviation: () => fallback };
  }
}

/** A zone of the tz database, as the platform knows it. */
class RuledZone implements TimeZone {
  readonly #offset: Intl.DateTimeFormat;
  readonly #short: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** Throws RangeError for a name that is none. */
  constructor(name: string) {
    this.#offset = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    this.#short = new Intl.DateTimeFormat('en-GB', { timeZone: name, timeZoneName: 'short' });
  }

  offsetSec(atSec: number): number {
    const step = Math.floor(atSec / STEP_SEC);
    let offset = this.#offsets.get(step);
    if (offset === undefined) {
      if (this.#offsets.size > 4096) this.#offsets.clear();
      offset = parseOffset(namePart(this.#offset, step * STEP_SEC));
      this.#offsets.set(step, offset);
    }
    return offset;
  }

  abbreviation(atSec: number): string {
    const name = namePart(this.#short, atSec);
    const offset = this.offsetSec(atSec);
    if (!/^(GMT|UTC)[+-]/.test(name)) return name;
    const minutes = Math.abs(offset) / 60;
    const digits = String(Math.floor(minutes / 60)).padStart(2, '0') + (minutes % 60 ? String(minutes % 60) : '');
    return `${offset < 0 ? '-' : '+'}${digits}`;
  }
}

function namePart(format: Intl.DateTimeFormat, sec: number): string {
  return format.formatToParts(sec * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

function parseOffset(text: string): number {
  const match = /([+-])(\d\d):?(\d\d)(?::?(\d\d))?/.exec(text);
  if (!match) return 0;
  const size = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === '-' ? -size : size;
}

import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { TimeZone } from './timeZone.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A moment as a clock on the wall there shows it. */
export interface LocalTime {
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
  /** 0 on the first of January. */
  readonly yearDay: number;
  readonly nsec: number;
  /** Seconds since 1970. */
  readonly sec: number;
  readonly offsetSec: number;
  readonly zone: string;
}

export function localTime(time: Timestamp, zone: TimeZone): LocalTime {
  const offsetSec = zone.offsetSec(time.sec);
  const date = new Date((time.sec + offsetSec) * 1000);
  const year = date.getUTCFullYear();
  const start = new Date(0).setUTCFullYear(year, 0, 1);
  return {
    year,
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - start) / 86_400_000),
    nsec: time.nsec,
    sec: time.sec,
    offsetSec,
    zone: zone.abbreviation(time.sec),
  };
}

interface Directive {
  readonly flags: string;
  readonly width: number | undefined;
  readonly colons: number;
  readonly letter: string;
}

/** Wider fields than this are not made, whatever a format asks for. */
const MAX_WIDTH = 1024;

/** strftime(3) in the C locale with GNU's flags (`-_0^#`), widths, `%N`, `%:z`. An unknown directive stays. */
export function strftime(format: string, time: LocalTime): string {
  return format.replace(/%([-_0^#+]*)(\d*)([EO]?)(:{0,3})([A-Za-z%])/g, (whole, flags, width, _era, colons, letter) => {
    const directive = {
      flags,
      width: width === '' ? undefined : Math.min(Number(width), MAX_WIDTH),
      colons: colons.length,
      letter,
    };
    return expand(directive, time) ?? whole;
  });
}

function expand(directive: Directive, time: LocalTime): string | undefined {
  const { letter } = directive;
  if (letter === 'N') return nanoseconds(directive, time.nsec);
  if (letter === 'z') return offsetText(directive, time.offsetSec);
  const number = NUMBERS[letter];
  if (number) {
    const [pad, digits, value] = number;
    return padNumber(directive, value(time), pad, digits);
  }
  const text = TEXTS[letter]?.(time);
  if (text === undefined) return undefined;
  return padText(directive, text);
}

function padNumber({ flags, width }: Directive, value: number, pad: '0' | ' ', digits: number): string {
  const fill = /[-_0]/.exec(flags)?.[0];
  const size = width ?? (fill === '-' ? 0 : digits);
  const character = fill === '_' ? ' ' : fill === '0' ? '0' : pad;
  const text = String(Math.abs(value));
  if (value >= 0) return text.padStart(size, character);
  return character === '0' ? `-${text.padStart(size - 1, '0')}` : `-${text}`.padStart(size, ' ');
}

function padText({ flags, width, letter }: Directive, text: string): string {
  const lowers = flags.includes('#') && (letter === 'Z' || letter === 'p');
  let cased = text;
  if (flags.includes('^')) cased = text.toUpperCase();
  else if (lowers) cased = text.toLowerCase();
  else if (flags.includes('#')) cased = text.toUpperCase();
  return cased.padStart(width ?? 0, flags.includes('0') ? '0' : ' ');
}

function nanoseconds({ flags, width }: Directive, nsec: number): string {
  const digits = String(nsec)
    .padStart(9, '0')
    .slice(0, width ?? 9);
  return flags.includes('-') ? digits.replace(/0+$/, '') || '0' : digits.padEnd(width ?? 9, '0');
}

function offsetText({ colons, width }: Directive, offsetSec: number): string {
  const size = Math.abs(offsetSec);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const [hours, minutes, seconds] = [two(size / 3600), two((size / 60) % 60), two(size % 60)];
  const forms = [`${hours}${minutes}`, `${hours}:${minutes}`, `${hours}:${minutes}:${seconds}`];
  const shortest = seconds !== '00' ? forms[2] : minutes !== '00' ? forms[1] : hours;
  const text = (colons === 3 ? shortest : forms[colons]) ?? '';
  return (offsetSec < 0 ? '-' : '+') + text.padStart((width ?? 0) - 1, '0');
}

type Numeric = readonly [pad: '0' | ' ', digits: number, value: (time: LocalTime) => number];

const NUMBERS: Readonly<Record<string, Numeric>> = {
  C: ['0', 2, ({ year }) => Math.floor(year / 100)],
  d: ['0', 2, ({ day }) => day],
  e: [' ', 2, ({ day }) => day],
  g: ['0', 2, (time) => isoWeek(time).year % 100],
  G: ['0', 1, (time) => isoWeek(time).year],
  H: ['0', 2, ({ hour }) => hour],
  I: ['0', 2, ({ hour }) => hour % 12 || 12],
  j: ['0', 3, ({ yearDay }) => yearDay + 1],
  k: [' ', 2, ({ hour }) => hour],
  l: [' ', 2, ({ hour }) => hour % 12 || 12],
  m: ['0', 2, ({ month }) => month + 1],
  M: ['0', 2, ({ minute }) => minute],
  q: ['0', 1, ({ month }) => Math.floor(month / 3) + 1],
  s: ['0', 1, ({ sec }) => sec],
  S: ['0', 2, ({ second }) => second],
  u: ['0', 1, ({ weekday }) => weekday || 7],
  U: ['0', 2, ({ yearDay, weekday }) => Math.floor((yearDay + 7 - weekday) / 7)],
  V: ['0', 2, (time) => isoWeek(time).week],
  w: ['0', 1, ({ weekday }) => weekday],
  W: ['0', 2, ({ yearDay, weekday }) => Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7)],
  y: ['0', 2, ({ year }) => year % 100],
  Y: ['0', 1, ({ year }) => year],
};

const TEXTS: Readonly<Record<string, (time: LocalTime) => string>> = {
  '%': () => '%',
  a: ({ weekday }) => (DAYS[weekday] ?? '').slice(0, 3),
  A: ({ weekday }) => DAYS[weekday] ?? '',
  b: ({ month }) => (MONTHS[month] ?? '').slice(0, 3),
  B: ({ month }) => MONTHS[month] ?? '',
  c: (time) => strftime('%a %b %e %H:%M:%S %Y', time),
  D: (time) => strftime('%m/%d/%y', time),
  F: (time) => strftime('%Y-%m-%d', time),
  h: ({ month }) => (MONTHS[month] ?? '').slice(0, 3),
  n: () => '\n',
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  P: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  r: (time) => strftime('%I:%M:%S %p', time),
  R: (time) => strftime('%H:%M', time),
  t: () => '\t',
  T: (time) => strftime('%H:%M:%S', time),
  x: (time) => strftime('%m/%d/%y', time),
  X: (time) => strftime('%H:%M:%S', time),
  Z: ({ zone }) => zone,
};

/** ISO 8601: weeks begin on Monday; the first of a year holds its first Thursday. */
function isoWeek({ year, yearDay, weekday }: LocalTime): { readonly year: number; readonly week: number } {
  const monday = yearDay - ((weekday + 6) % 7);
  const week = Math.floor((monday + 10) / 7);
  if (week < 1) return { year: year - 1, week: weeksOf(year - 1) };
  if (week > weeksOf(year)) return { year: year + 1, week: 1 };
  return { year, week };
}

function weeksOf(year: number): number {
  const lastDay = (of: number) => (of + Math.floor(of / 4) - Math.floor(of / 100) + Math.floor(of / 400)) % 7;
  return lastDay(year) === 4 || lastDay(year - 1) === 3 ? 53 : 52;
}

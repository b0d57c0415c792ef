import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { localTime } from './strftime.ts';
import { type TimeZone, UTC } from './timeZone.ts';

/** What a date is read against. */
export interface DateContext {
  readonly now: Timestamp;
  readonly zone: TimeZone;
}

const MONTH_NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Hours east of Greenwich. */
const ZONES: Readonly<Record<string, number>> = {
  utc: 0,
  gmt: 0,
  z: 0,
  ut: 0,
  wet: 0,
  cet: 1,
  cest: 2,
  eet: 2,
  bst: 1,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  jst: 9,
};
const UNITS_SEC: Readonly<Record<string, number>> = {
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
  day: 86400,
  week: 604800,
  fortnight: 1209600,
};
const ORDINALS: Readonly<Record<string, number>> = { last: -1, this: 0, next: 1, first: 1, third: 3, fourth: 4 };
const MAX_LENGTH = 1000;

interface Reading {
  year: number | undefined;
  month: number | undefined;
  day: number | undefined;
  /** Seconds of the day, with a fraction. */
  timeSec: number | undefined;
  fraction: string;
  weekday: { readonly day: number; readonly ordinal: number } | undefined;
  offsetSec: number | undefined;
  months: number;
  years: number;
  seconds: number;
  /** Whole days, which summer time does not shift. */
  days: number;
  epoch: Timestamp | undefined;
  hasWord: boolean;
}

/** Dates as GNU's `date -d` and `touch -d` take them (coreutils, "Date input formats"), their common forms. Undefined
 *  for what is none. */
export function parseDate(text: string, context: DateContext): Timestamp | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const reading: Reading = {
    year: undefined,
    month: undefined,
    day: undefined,
    timeSec: undefined,
    fraction: '',
    weekday: undefined,
    offsetSec: undefined,
    months: 0,
    years: 0,
    seconds: 0,
    days: 0,
    epoch: undefined,
    hasWord: false,
  };
  let rest = text
    .toLowerCase()
    .replace(/\([^)]*\)/g, ' ')
    .trim();
  // Nothing at all is the beginning of today.
  if (rest === '') reading.timeSec = 0;
  while (rest !== '') {
    const taken = takeItem(rest, reading);
    if (taken === 0) return undefined;
    rest = rest.slice(taken).replace(/^[\s,]+/, '');
  }
  return resolve(reading, context);
}

type Reader = readonly [RegExp, (match: RegExpExecArray, reading: Reading) => boolean];

/** Characters that the next item takes; 0 where there is none. */
function takeItem(text: string, reading: Reading): number {
  for (const [pattern, read] of READERS) {
    const match = pattern.exec(text);
    if (match && read(match, reading)) return match[0].length;
  }
  return 0;
}

const READERS: readonly Reader[] = [
  [
    /^@(-?\d+)(?:[.,](\d+))?/,
    ([, sec = '', fraction = ''], reading) => {
      reading.epoch = { sec: Number(sec), nsec: Number(fraction.padEnd(9, '0').slice(0, 9)) };
      return Math.abs(reading.epoch.sec) < 2 ** 53;
    },
  ],
  [/^(\d{4,})-(\d{1,2})-(\d{1,2})(?:t(?=\d))?/, (match, reading) => setDate(reading, match[1], match[2], match[3])],
  [/^(\d{4})\/(\d{1,2})\/(\d{1,2})/, (match, reading) => setDate(reading, match[1], match[2], match[3])],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d\d)\b/, (match, reading) => setDate(reading, match[3], match[1], match[2])],
  [/^(\d{1,2})\/(\d{1,2})(?![\d/])/, (match, reading) => setDate(reading, undefined, match[1], match[2])],
  [
    /^(\d{1,2})[ -]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:[ -](\d{4})\b(?!:))?/,
    (match, reading) => setDate(reading, match[3], monthNumber(match[2]), match[1]),
  ],
  [
    /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[ -](\d{1,2})(?!\d|:)(?:(?:,? |-)(\d{4})\b(?!:))?/,
    (match, reading) => setDate(reading, match[3], monthNumber(match[1]), match[2]),
  ],
  [
    /^(\d{1,2})(?::(\d\d))?(?::(\d\d)(?:[.,](\d+))?)?\s*([ap])\.?m\.?(?![a-z])/,
    ([, hour = '', minute = '0', second = '0', fraction = '', half = ''], reading) => {
      if (Number(hour) < 1 || Number(hour) > 12) return false;
      return setTime(reading, (Number(hour) % 12) + (half === 'p' ? 12 : 0), minute, second, fraction);
    },
  ],
  [
    /^t?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?(?:\s*([+-])(\d{1,2}):?(\d\d)?(?!\d|\s*[a-z]))?/,
    (match, reading) => {
      const [, hour = '', minute = '', second = '0', fraction = '', sign, hours, minutes] = match;
      if (sign) reading.offsetSec = offset(sign, hours, minutes);
      return setTime(reading, Number(hour), minute, second, fraction);
    },
  ],
  [
    /^(\d{4})(\d\d)(\d\d)(?:t?(\d\d)(\d\d)(\d\d)?)?(?!\d)/,
    (match, reading) => {
      if (match[4] !== undefined && !setTime(reading, Number(match[4]), match[5] ?? '0', match[6] ?? '0', ''))
        return false;
      return setDate(reading, match[1], match[2], match[3]);
    },
  ],
  [
    /^([+-]?\s*\d{1,12}|last|this|next|first|third|fourth|a)?\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\b(\s+ago\b)?/,
    (match, reading) => addRelative(reading, match),
  ],
  [
    /^(?:(last|this|next|first|third|fourth)\s+)?(sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?/,
    ([, ordinal = '', name = ''], reading) => {
      reading.weekday = { day: DAY_NAMES.indexOf(name), ordinal: ORDINALS[ordinal] ?? 0 };
      return true;
    },
  ],
  [
    /^(now|today|yesterday|tomorrow|midnight|noon)\b/,
    ([, word], reading) => {
      reading.hasWord = true;
      if (word === 'yesterday') reading.days -= 1;
      if (word === 'tomorrow') reading.days += 1;
      if (word === 'midnight') reading.timeSec = 0;
      if (word === 'noon') reading.timeSec = 43200;
      return true;
    },
  ],
  [
    /^(utc|gmt|ut)?([+-])(\d{1,2}):?(\d\d)?(?!\d)/,
    ([, , sign = '', hours, minutes], reading) => {
      reading.offsetSec = offset(sign, hours, minutes);
      return true;
    },
  ],
  [
    /^([a-z]{1,5})\b/,
    ([, name = ''], reading) => {
      const hours = Object.hasOwn(ZONES, name) ? ZONES[name] : undefined;
      if (hours === undefined) return false;
      reading.offsetSec = hours * 3600;
      return true;
    },
  ],
];

function monthNumber(name: string | undefined): string {
  return String(MONTH_NAMES.indexOf(name ?? '') + 1);
}

function offset(sign: string, hours = '0', minutes = '0'): number {
  const size = Number(hours) * 3600 + Number(minutes) * 60;
  return sign === '-' ? -size : size;
}

function setDate(reading: Reading, year: string | undefined, month = '', day = ''): boolean {
  const [monthNumber_, dayNumber] = [Number(month), Number(day)];
  if (monthNumber_ < 1 || monthNumber_ > 12 || dayNumber < 1 || dayNumber > 31) return false;
  let yearNumber = year === undefined ? undefined : Number(year);
  if (year?.length === 2 && yearNumber !== undefined) yearNumber += yearNumber < 69 ? 2000 : 1900;
  if (dayNumber > daysOf(yearNumber ?? 2000, monthNumber_)) return false;
  reading.year = yearNumber;
  reading.month = monthNumber_ - 1;
  reading.day = dayNumber;
  return true;
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function setTime(reading: Reading, hour: number, minute: string, second: string, fraction: string): boolean {
  if (hour > 24 || Number(minute) > 59 || Number(second) > 60) return false;
  reading.timeSec = hour * 3600 + Number(minute) * 60 + Number(second);
  reading.fraction = fraction;
  return true;
}

function addRelative(reading: Reading, match: RegExpExecArray): boolean {
  const [, count = '1', unit = '', ago] = match;
  const word = count.replace(/\s/g, '');
  let amount = word === 'a' ? 1 : Object.hasOwn(ORDINALS, word) ? (ORDINALS[word] as number) : Number(word);
  if (ago) amount = -amount;
  reading.hasWord = true;
  if (unit === 'month') reading.months += amount;
  else if (unit === 'year') reading.years += amount;
  else if (unit === 'day' || unit === 'week' || unit === 'fortnight')
    reading.days += amount * ((UNITS_SEC[unit] as number) / 86400);
  else reading.seconds += amount * (UNITS_SEC[unit] as number);
  return true;
}

function resolve(reading: Reading, { now, zone }: DateContext): Timestamp | undefined {
  const { weekday } = reading;
  if (reading.epoch)
    return { sec: reading.epoch.sec + reading.seconds + reading.days * 86400, nsec: reading.epoch.nsec };
  const offsetSec = reading.offsetSec;
  const own: TimeZone = offsetSec === undefined ? zone : { offsetSec: () => offsetSec, abbreviation: UTC.abbreviation };
  const today = localTime(now, own);
  const hasDate = reading.day !== undefined || weekday !== undefined;
  const isRelative = !hasDate && reading.timeSec === undefined;
  const nowSec = today.hour * 3600 + today.minute * 60 + today.second;
  const timeSec = reading.timeSec ?? (isRelative && (reading.hasWord || !hasDate) ? nowSec : 0);
  const nsec = isRelative ? now.nsec : Number(reading.fraction.padEnd(9, '0').slice(0, 9));
  const date = new Date(0);
  date.setUTCFullYear(
    (reading.year ?? today.year) + reading.years,
    (reading.month ?? today.month) + reading.months,
    (reading.day ?? today.day) + reading.days,
  );
  if (weekday) {
    const distance = (weekday.day - date.getUTCDay() + 7) % 7;
    const weeks = weekday.ordinal > 0 && distance > 0 ? weekday.ordinal - 1 : weekday.ordinal;
    date.setUTCDate(date.getUTCDate() + distance + weeks * 7);
  }
  const local = date.getTime() / 1000 + timeSec;
  if (!Number.isFinite(local)) return undefined;
  const guess = local - own.offsetSec(local);
  return { sec: local - own.offsetSec(guess) + reading.seconds, nsec };
}

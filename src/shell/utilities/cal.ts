import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { localTime, MONTHS } from './strftime.ts';
import { zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';

/** Days of September 1752 that were left out when Britain took the Gregorian calendar. */
const REFORM = { year: 1752, month: 8, firstMissing: 3, lastMissing: 13 };

/** cal(1) and ncal's `cal`. Weeks begin on Sunday unless -m is given. */
export const cal: Program = utility(
  {
    usage: '[OPTION]... [[[DAY] MONTH] YEAR]',
    options: { one: '-1', three: '-3', year: '-y', monday: '-m -M', sunday: '-s -S', plain: '-h' },
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    const today = localTime(process.kernel.clock.now(), zoneOf(process));
    const { operands } = options;
    const number = (text: string | undefined, words: string, least: number, most: number) => {
      const value = Number(text);
      if (!/^\d+$/.test(text ?? '') || value < least || value > most)
        throw new UsageError('operand', `illegal ${words} value: use ${least}-${most}`, { bare: true });
      return value;
    };
    let { year, month } = today;
    let isYear = options.has('year');
    if (operands.length === 1) {
      const named = MONTHS.findIndex((name) => name.toLowerCase().startsWith((operands[0] as string).toLowerCase()));
      if (named >= 0 && /^[A-Za-z]{3,}$/.test(operands[0] as string)) month = named;
      else {
        year = number(operands[0], 'year', 1, 9999);
        isYear = true;
      }
    } else if (operands.length >= 2) {
      const [monthText, yearText] = operands.slice(-2);
      const named = MONTHS.findIndex((name) => name.toLowerCase().startsWith((monthText as string).toLowerCase()));
      month = named >= 0 && /^[A-Za-z]{3,}$/.test(monthText as string) ? named : number(monthText, 'month', 1, 12) - 1;
      year = number(yearText, 'year', 1, 9999);
    }
    const firstDay = options.last('monday', 'sunday') === 'monday' ? 1 : 0;
    if (isYear) {
      let out = `${centered(String(year), 64)}\n`;
      for (let row = 0; row < 12; row += 3)
        out += sideways([0, 1, 2].map((i) => monthLines(year, row + i, firstDay, MONTHS[row + i] as string)));
      await process.print(out);
      return 0;
    }
    const months = options.last('one', 'three') === 'three' ? [-1, 0, 1] : [0];
    const blocks = months.map((offset) => {
      const at = year * 12 + month + offset;
      const [y, m] = [Math.floor(at / 12), at % 12];
      return monthLines(y, m, firstDay, `${MONTHS[m]} ${y}`);
    });
    await process.print(sideways(blocks));
    return 0;
  },
);

function centered(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return ' '.repeat(Math.max(0, left)) + text;
}

function monthLines(year: number, month: number, firstDay: number, title: string): string[] {
  const names = ['Su', 'Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa'];
  const lines = [centered(title, 20), [...names.slice(firstDay), ...names.slice(0, firstDay)].join(' ')];
  let week = Array.from({ length: (weekdayOf(year, month, 1) - firstDay + 7) % 7 }, () => '  ');
  for (let day = 1; day <= daysOf(year, month); day++) {
    const isMissing =
      year === REFORM.year && month === REFORM.month && day >= REFORM.firstMissing && day <= REFORM.lastMissing;
    if (!isMissing) week.push(String(day).padStart(2));
    if (week.length === 7) {
      lines.push(week.join(' '));
      week = [];
    }
  }
  if (week.length > 0) lines.push(week.join(' '));
  while (lines.length < 8) lines.push('');
  return lines;
}

function sideways(blocks: readonly (readonly string[])[]): string {
  let out = '';
  for (let i = 0; i < 8; i++) out += `${blocks.map((block) => (block[i] ?? '').padEnd(20)).join('  ')}  \n`;
  return out;
}

function isJulian(year: number, month: number, day: number): boolean {
  return year * 10_000 + month * 100 + day < REFORM.year * 10_000 + REFORM.month * 100 + REFORM.lastMissing + 1;
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (isJulian(year, month, 1) || year % 100 !== 0 || year % 400 === 0);
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] as number;
}

function weekdayOf(year: number, month: number, day: number): number {
  const a = Math.floor((13 - month) / 12);
  const y = year + 4800 - a;
  const m = month + 1 + 12 * a - 3;
  const base = day + Math.floor((153 * m + 2) / 5) + 365 * y + Math.floor(y / 4);
  const julianDay = isJulian(year, month, day)
    ? base - 32083
    : base - Math.floor(y / 100) + Math.floor(y / 400) - 32045;
  return (julianDay + 1) % 7;
}

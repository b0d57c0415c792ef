import type { Program } from '../kernel/program.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { quoted } from './quote.ts';
import { filterLines } from './lineFilter.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  from: '--from=UNIT',
  to: '--to=UNIT',
  fromUnit: '--from-unit=N',
  toUnit: '--to-unit=N',
  padding: '--padding=N',
  round: '--round=METHOD',
  suffix: '--suffix=SUFFIX',
  field: '--field=FIELDS',
  delimiter: '-d --delimiter=X',
  header: '--header[=N]',
  format: '--format=FORMAT',
  invalid: '--invalid=MODE',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

const SUFFIXES = 'KMGTPEZY';
type Unit = 'none' | 'auto' | 'si' | 'iec' | 'iec-i';

/** numfmt(1). */
export const numfmt: Program = utility(
  {
    usage: '[OPTION]... [NUMBER]...',
    options: OPTIONS,
    notSimulated: '--grouping --debug -z --zero-terminated',
    rewrite: (given) =>
      given.flatMap((argument, i) =>
        /^-\d/.test(argument) && !given.slice(0, i).includes('--') ? ['--', argument] : [argument],
      ),
  },
  async (process, options) => {
    const faults: string[] = [];
    const change = converterOf(options, faults);
    let status = 0;
    if (options.operands.length > 0) {
      for (const operand of options.operands) {
        const text = change(operand);
        if (text !== undefined) await process.print(`${text}\n`);
        for (const fault of faults.splice(0)) {
          await process.complain(fault);
          status = 2;
          if ((options.value('invalid') ?? 'abort') === 'abort') return status;
        }
      }
      return status;
    }
    let headers = options.has('header') ? Number(options.value('header') ?? 1) : 0;
    const result = await filterLines(process, [], (line) =>
      headers-- > 0 ? line : faults.length > 0 ? '' : (change(line) ?? ''),
    );
    if (faults[0] === undefined) return result;
    await process.complain(faults[0]);
    return 2;
  },
);

function unitOf(text: string | undefined, option: string): Unit {
  if (text === undefined) return 'none';
  if (!['none', 'auto', 'si', 'iec', 'iec-i'].includes(text))
    throw new UsageError('operand', `invalid argument ${quoted(text)} for ${quoted(option)}`);
  return text as Unit;
}

/** A line or an operand with its fields converted; undefined where there is a fault. */
function converterOf(options: Options, faults: string[]): (line: string) => string | undefined {
  const from = unitOf(options.value('from'), '--from');
  const to = unitOf(options.value('to'), '--to');
  const factor = Number(options.value('fromUnit') ?? 1) / Number(options.value('toUnit') ?? 1);
  if (!(factor > 0)) throw new UsageError('operand', 'invalid unit size', { bare: true });
  const padding = Number(options.value('padding') ?? 0);
  const suffix = options.value('suffix') ?? '';
  const round = options.value('round') ?? 'from-zero';
  const format = /^(.*?)%(-?)(0?)'?(\d*)(?:\.(\d+))?f(.*)$/s.exec(options.value('format') ?? '%f');
  if (!format)
    throw new UsageError('operand', `format ${quoted(options.value('format') ?? '')} has no % directive`, {
      bare: true,
    });
  const [, head = '', minus, , widthText = '', precision, tail = ''] = format;
  const fields = new Set((options.value('field') ?? '1').split(',').flatMap((part) => fieldRange(part)));
  const delimiter = options.value('delimiter');
  const number = (text: string): string | undefined => {
    const bare = suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
    const value = parseNumber(bare.trim(), from);
    if (typeof value === 'string') {
      faults.push(value);
      return undefined;
    }
    const shown =
      head +
      showNumber(
        value.value * factor,
        to,
        round,
        precision === undefined ? (to === 'none' ? value.decimals : undefined) : Number(precision),
      ) +
      suffix +
      tail;
    const width = widthText === '' ? Math.abs(padding) : Number(widthText);
    return (widthText === '' ? padding < 0 : minus === '-') ? shown.padEnd(width) : shown.padStart(width);
  };
  return (line) => {
    const parts = delimiter === undefined ? line.split(/(?<=\S)(?=[ \t])/) : line.split(delimiter);
    const changed: string[] = [];
    for (const [i, part] of parts.entries()) {
      if (!fields.has(i + 1) && !fields.has(0)) {
        changed.push(part);
        continue;
      }
      const blanks = /^\s*/.exec(part)?.[0] ?? '';
      const text = number(part.slice(blanks.length));
      if (text === undefined)
        return options.value('invalid') === 'ignore' || options.value('invalid') === 'warn' ? line : undefined;
      // Without a width of its own, a field keeps the one that it had.
      const keeps = delimiter === undefined && padding === 0 && widthText === '' && i > 0;
      changed.push(keeps ? ` ${text.padStart(part.length - 1)}` : blanks.slice(0, i > 0 ? 1 : undefined) + text);
    }
    return changed.join(delimiter ?? '');
  };
}

function fieldRange(part: string): number[] {
  if (part === '-') return [0];
  const match = /^(\d*)(-?)(\d*)$/.exec(part);
  if (!match) throw new UsageError('operand', `invalid field value ${quoted(part)}`);
  const first = Number(match[1] || 1);
  const last = match[2] === '' ? first : match[3] === '' ? first + 1000 : Number(match[3]);
  return Array.from({ length: Math.min(1001, Math.max(0, last - first + 1)) }, (_, i) => first + i);
}

function parseNumber(text: string, unit: Unit): { value: number; decimals: number } | string {
  const match = /^(-?\d+(?:\.(\d+))?)([KMGTPEZYk]?)(i?)$/.exec(text);
  if (!match)
    return /^-?\d/.test(text) ? `invalid suffix in input: ${quoted(text)}` : `invalid number: ${quoted(text)}`;
  const [, digits = '', decimals = '', suffix = '', binary] = match;
  if (suffix === '') return { value: Number(digits), decimals: decimals.length };
  if (unit === 'none') return `rejecting suffix in input: ${quoted(text)} (consider using --from)`;
  if (unit === 'iec-i' && binary === '') return `missing 'i' suffix in input: ${quoted(text)} (e.g Ki/Mi/Gi)`;
  if (binary !== '' && unit !== 'iec-i' && unit !== 'auto')
    return `invalid suffix in input ${quoted(text)}: ${quoted('i')}`;
  const base = unit === 'si' || (unit === 'auto' && binary === '') ? 1000 : 1024;
  return { value: Number(digits) * base ** (SUFFIXES.indexOf(suffix.toUpperCase()) + 1), decimals: 0 };
}

function rounded(value: number, how: string): number {
  // What doubles add behind the fifteenth digit is no rest.
  const near = Number(value.toPrecision(15));
  switch (how) {
    case 'up':
      return Math.ceil(near);
    case 'down':
      return Math.floor(near);
    case 'towards-zero':
      return Math.trunc(near);
    case 'nearest':
      return Math.sign(near) * Math.round(Math.abs(near));
    default:
      return near < 0 ? Math.floor(near) : Math.ceil(near);
  }
}

function showNumber(value: number, unit: Unit, round: string, precision: number | undefined): string {
  if (unit === 'none' || unit === 'auto') {
    const scale = 10 ** Math.min(precision ?? 0, 15);
    return (rounded(value * scale, round) / scale).toFixed(Math.min(precision ?? 0, 100));
  }
  const base = unit === 'si' ? 1000 : 1024;
  let power = 0;
  let size = value;
  while (Math.abs(size) >= base && power < SUFFIXES.length) {
    size /= base;
    power++;
  }
  const decimals = precision ?? (power > 0 && Math.abs(size) < 10 ? 1 : 0);
  const scale = 10 ** Math.min(decimals, 15);
  size = rounded(size * scale, round) / scale;
  if (Math.abs(size) >= base && power < SUFFIXES.length) {
    size /= base;
    power++;
  }
  const shown = precision ?? (power > 0 && Math.abs(size) < 10 ? 1 : 0);
  return (
    size.toFixed(Math.min(shown, 100)) +
    (power > 0 ? (SUFFIXES[power - 1] as string) + (unit === 'iec-i' ? 'i' : '') : '')
  );
}

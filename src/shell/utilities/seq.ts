import type { Program } from '../kernel/program.ts';
import { formatFloat, splitFormat } from './formatPrintf.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { TextOutput } from './textOutput.ts';
import { utility } from './utility.ts';

/** seq(1). Whole numbers are counted exactly; others as doubles. */
export const seq: Program = utility(
  {
    usage: '[OPTION]... [FIRST [INCREMENT]] LAST',
    options: { format: '-f --format=FORMAT', separator: '-s --separator=STRING', width: '-w --equal-width' },
    permute: false,
    // A negative number is no option.
    rewrite: protectNegative,
  },
  async (process, options) => {
    const { operands } = options;
    if (operands.length === 0) throw new UsageError('operand', 'missing operand');
    const extra = operands[3];
    if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
    const numbers = operands.map(parseNumber);
    const first = operands.length > 1 ? (numbers[0] as Parsed) : ONE;
    const step = operands.length > 2 ? (numbers[1] as Parsed) : ONE;
    const last = numbers.at(-1) as Parsed;
    if (step.value === 0)
      throw new UsageError('operand', `invalid Zero increment value: ${quoted(operands[1] as string)}`);
    const decimals = Math.max(first.decimals, step.decimals);
    const show = formatterOf(options.value('format'), options.has('width'), first, step, last, decimals);
    const separator = options.value('separator') ?? '\n';
    const output = new TextOutput(process);
    const isUp = step.value > 0;
    let isFirst = true;
    for (let i = 0; ; i++) {
      const value = first.value + i * step.value;
      // A value that differs from the end only by how doubles are rounded is still shown.
      const shown = Number.isSafeInteger(value) ? value : Number(value.toFixed(Math.min(decimals, 100)));
      if (isUp ? shown > last.value : shown < last.value) break;
      const writing = output.put((isFirst ? '' : separator) + show(value));
      isFirst = false;
      if (writing) await writing;
    }
    if (!isFirst) await output.put('\n');
    await output.flush();
    return 0;
  },
);

/** A negative number is no option. */
function protectNegative(given: readonly string[]): readonly string[] {
  for (let i = 0; i < given.length; i++) {
    const argument = given[i] as string;
    if (/^-\.?\d/.test(argument)) return [...given.slice(0, i), '--', ...given.slice(i)];
    if (argument === '--' || !argument.startsWith('-')) break;
    if (argument === '-f' || argument === '-s') i++;
  }
  return given;
}

interface Parsed {
  readonly value: number;
  readonly decimals: number;
  readonly width: number;
}

const ONE: Parsed = { value: 1, decimals: 0, width: 1 };

function parseNumber(text: string): Parsed {
  const match =
    /^\s*([-+]?(?:\d+(?:\.(\d*))?|\.(\d+))(?:[eE]([-+]?\d+))?|[-+]?inf(?:inity)?|[-+]?0[xX][0-9a-fA-F]+)$/i.exec(text);
  if (!match) throw new UsageError('operand', `invalid floating point argument: ${quoted(text)}`);
  const value = /inf/i.test(text) ? (text.startsWith('-') ? -1 / 0 : 1 / 0) : Number(text);
  const decimals = Math.max(0, (match[2] ?? match[3] ?? '').length - Number(match[4] ?? 0));
  return { value, decimals, width: text.trim().replace(/^\+/, '').length };
}

function formatterOf(
  format: string | undefined,
  equalWidth: boolean,
  first: Parsed,
  step: Parsed,
  last: Parsed,
  decimals: number,
): (value: number) => string {
  if (format !== undefined) {
    const parts = splitFormat(format);
    const conversions = parts.filter((part) => 'conversion' in part);
    if (conversions.length === 0)
      throw new UsageError('operand', `format ${quoted(format)} has no % directive`, { bare: true });
    if (conversions.length > 1)
      throw new UsageError('operand', `format ${quoted(format)} has too many % directives`, { bare: true });
    for (const part of conversions) {
      if ('conversion' in part && !/[aefgAEFG]/.test(part.conversion.letter)) {
        throw new UsageError('operand', `format ${quoted(format)} has unknown %${part.conversion.letter} directive`, {
          bare: true,
        });
      }
    }
    return (value) => parts.map((part) => ('text' in part ? part.text : formatFloat(part.conversion, value))).join('');
  }
  const plain = (value: number) =>
    decimals === 0 && Number.isSafeInteger(value) ? String(value) : value.toFixed(Math.min(decimals, 100));
  if (!equalWidth) return plain;
  const end = Number.isFinite(last.value)
    ? plain(first.value + Math.floor((last.value - first.value) / step.value) * step.value)
    : '';
  const width = Math.max(
    plain(first.value).length,
    end.length,
    Number.isFinite(last.value) ? plain(last.value).length : 0,
  );
  return (value) => {
    const text = plain(value);
    return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0');
  };
}

import { BuildError } from '../buildError.ts';
import { quote } from './quote.ts';

/** Nanoseconds of each unit (Go's time.ParseDuration). */
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const MAX_NANOSECONDS = 1n << 63n;
/** Digits after which a number overflows or adds nothing. */
const MAX_DIGITS = 40;

/** Nanoseconds of `1h2m3.5s`. Throws BuildError `instruction` with Go's words. */
export function parseDuration(text: string): bigint {
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw invalid(text);
  let total = 0n;
  while (rest !== '') {
    const number = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest) as RegExpExecArray;
    const whole = number[1] ?? '';
    const fraction = number[2] ?? '';
    if (whole === '' && fraction === '') throw invalid(text);
    if (whole.replace(/^0+/, '').length > MAX_DIGITS) throw invalid(text);
    rest = rest.slice(number[0].length);
    const unit = (/^[^.0-9]+/.exec(rest) ?? [''])[0];
    if (unit === '') throw new BuildError('instruction', `time: missing unit in duration ${quote(text)}`);
    const size = UNITS[unit];
    if (size === undefined || !Object.hasOwn(UNITS, unit)) {
      throw new BuildError('instruction', `time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    }
    rest = rest.slice(unit.length);
    const digits = fraction.slice(0, MAX_DIGITS);
    total += BigInt(whole || '0') * size + (BigInt(digits || '0') * size) / 10n ** BigInt(digits.length);
    if (total > MAX_NANOSECONDS) throw invalid(text);
  }
  if (negative) return -total;
  if (total === MAX_NANOSECONDS) throw invalid(text);
  return total;
}

function invalid(text: string): BuildError {
  return new BuildError('instruction', `time: invalid duration ${quote(text)}`);
}

import { BuildError } from '../buildError.ts';
import { quote } from './quote.ts';

/** strconv.ParseInt of a decimal with so many bits. Throws BuildError `instruction` with Go's words. */
export function parseInteger(text: string, bits: 16 | 32 | 64): number {
  if (!/^[+-]?[0-9]+$/.test(text)) throw fault('ParseInt', text, 'invalid syntax');
  const value = BigInt(text.replace(/^\+/, '').slice(0, 400));
  const bound = 1n << BigInt(bits - 1);
  if (text.length > 400 || value < -bound || value >= bound) throw fault('ParseInt', text, 'value out of range');
  return Number(value);
}

/** strconv.ParseUint in base 8 or 10 with 32 bits; undefined when it fails. */
export function parseUnsigned(text: string, base: 8 | 10): number | undefined {
  if (!(base === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(text)) return undefined;
  const digits = text.replace(/^0+(?=.)/, '');
  if (digits.length > 12) return undefined;
  const value = Number.parseInt(digits, base);
  return value < 2 ** 32 ? value : undefined;
}

/** strconv.ParseBool; undefined when it fails. */
export function parseBoolean(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  return undefined;
}

function fault(name: string, text: string, why: string): BuildError {
  return new BuildError('instruction', `strconv.${name}: parsing ${quote(text)}: ${why}`);
}

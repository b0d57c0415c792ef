/** A conversion of printf(3): `%-08.3f`. */
export interface Conversion {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly letter: string;
}

/** Wider fields and more digits are not made. */
const MAX_WIDTH = 1 << 20;
const MAX_DIGITS = 100;

const CONVERSION = /%([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:hh|h|ll|l|L|q|j|z|t)*([a-zA-Z%])/y;

export type FormatPart =
  { readonly text: string } | { readonly conversion: Conversion; readonly stars: number; readonly source: string };

/** Text and conversions of a format, in order. A `*` is told by `stars`: 1 the width, 2 the precision, 3 both. What is no
 *  conversion stays text, and is named by `onBad`. */
export function splitFormat(format: string, onBad?: (rest: string) => void): FormatPart[] {
  const parts: FormatPart[] = [];
  let at = 0;
  while (at < format.length) {
    const next = format.indexOf('%', at);
    if (next < 0) break;
    if (next > at) parts.push({ text: format.slice(at, next) });
    CONVERSION.lastIndex = next;
    const match = CONVERSION.exec(format);
    if (!match) {
      onBad?.(format.slice(next));
      parts.push({ text: '%' });
      at = next + 1;
      continue;
    }
    const [source, flags = '', width, precision, letter = ''] = match;
    at = next + source.length;
    if (letter === '%') {
      parts.push({ text: '%' });
      continue;
    }
    const stars = (width === '*' ? 1 : 0) + (precision === '*' ? 2 : 0);
    parts.push({
      source,
      stars,
      conversion: {
        flags,
        width: width === undefined || width === '*' ? undefined : Math.min(Number(width), MAX_WIDTH),
        precision:
          precision === undefined || precision === '*' ? undefined : Math.min(Number(precision || '0'), MAX_WIDTH),
        letter,
      },
    });
  }
  if (at < format.length) parts.push({ text: format.slice(at) });
  return parts;
}

export function withStars(
  conversion: Conversion,
  width: number | undefined,
  precision: number | undefined,
): Conversion {
  const bounded = width === undefined ? undefined : Math.max(-MAX_WIDTH, Math.min(width, MAX_WIDTH));
  return {
    ...conversion,
    flags: bounded !== undefined && bounded < 0 ? `${conversion.flags}-` : conversion.flags,
    width: bounded === undefined ? conversion.width : Math.abs(bounded),
    precision:
      precision === undefined ? conversion.precision : precision < 0 ? undefined : Math.min(precision, MAX_WIDTH),
  };
}

function pad(text: string, { flags, width }: Conversion, zeros: 'zeros' | 'blanks'): string {
  if (width === undefined || text.length >= width) return text;
  if (flags.includes('-')) return text.padEnd(width);
  if (zeros === 'blanks' || !flags.includes('0')) return text.padStart(width);
  const head = /^[-+ ]?(?:0[xX])?/.exec(text)?.[0] ?? '';
  return head + text.slice(head.length).padStart(width - head.length, '0');
}

export function formatText(conversion: Conversion, text: string): string {
  const { precision } = conversion;
  const shown = precision === undefined ? text : [...text].slice(0, precision).join('');
  return pad(shown, conversion, 'blanks');
}

/** %d %i %o %u %x %X. Negative numbers are taken as of 64 bits where the conversion has no sign. */
export function formatInteger(conversion: Conversion, value: bigint): string {
  const { flags, precision, letter } = conversion;
  const isSigned = letter === 'd' || letter === 'i';
  const magnitude = isSigned ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
  const base = letter === 'o' ? 8 : letter === 'x' || letter === 'X' ? 16 : 10;
  let digits = magnitude.toString(base);
  if (precision !== undefined) digits = precision === 0 && magnitude === 0n ? '' : digits.padStart(precision, '0');
  if (flags.includes('#') && magnitude !== 0n) {
    if (base === 16) digits = `0x${digits}`;
    else if (base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  }
  if (letter === 'X') digits = digits.toUpperCase();
  const sign = isSigned ? (value < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') : '';
  return pad(sign + digits, conversion, precision === undefined ? 'zeros' : 'blanks');
}

/** %e %f %g %a with their capitals. */
export function formatFloat(conversion: Conversion, value: number): string {
  const { flags, letter } = conversion;
  const lower = letter.toLowerCase();
  const isNegative = value < 0 || Object.is(value, -0);
  const sign = isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const size = Math.abs(value);
  let text: string;
  if (Number.isNaN(value)) text = 'nan';
  else if (size === Number.POSITIVE_INFINITY) text = 'inf';
  else if (lower === 'f') text = fixed(size, conversion.precision ?? 6);
  else if (lower === 'e') text = exponential(size, conversion.precision ?? 6);
  else if (lower === 'a') text = hexadecimal(size, conversion.precision);
  else text = general(size, conversion.precision ?? 6, flags.includes('#'));
  if (flags.includes('#') && lower !== 'g' && !text.includes('.') && /\d$/.test(text)) text += '.';
  const whole = sign + text;
  return pad(letter === lower ? whole : whole.toUpperCase(), conversion, Number.isFinite(value) ? 'zeros' : 'blanks');
}

/** Ties are rounded to even, as C does. */
function fixed(size: number, digits: number): string {
  const shown = Math.min(digits, MAX_DIGITS);
  const zeros = '0'.repeat(digits - shown);
  if (size >= 1e21) return BigInt(size).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
  const text = size.toFixed(shown);
  if (shown <= 70) {
    const long = size.toFixed(shown + 30);
    const tail = long.slice(long.length - 30);
    if (/^50+$/.test(tail)) {
      const kept = long.slice(0, long.length - 30).replace(/\.$/, '');
      return (/[02468]$/.test(kept) ? kept : text) + zeros;
    }
  }
  return text + zeros;
}

function exponential(size: number, digits: number): string {
  const shown = Math.min(digits, MAX_DIGITS);
  let text = size.toExponential(shown);
  if (shown <= 70) {
    const [mantissa = '', power = ''] = size.toExponential(shown + 30).split('e');
    if (/^50+$/.test(mantissa.slice(mantissa.length - 30))) {
      const kept = mantissa.slice(0, mantissa.length - 30).replace(/\.$/, '');
      if (/[02468]$/.test(kept)) text = `${kept}e${power}`;
    }
  }
  const [mantissa = '', power = '+0'] = text.split('e');
  const exponent = power.slice(1).padStart(2, '0');
  return `${mantissa}${'0'.repeat(digits - shown)}e${power[0]}${exponent}`;
}

function general(size: number, precision: number, keepsZeros: boolean): string {
  const digits = precision === 0 ? 1 : precision;
  const power = size === 0 ? 0 : Number(exponential(size, digits - 1).split('e')[1]);
  let text = power < -4 || power >= digits ? exponential(size, digits - 1) : fixed(size, digits - 1 - power);
  if (!keepsZeros && text.includes('.')) text = text.replace(/^([^e]*?)\.?0+(?=e|$)/, '$1');
  return text;
}

function hexadecimal(size: number, precision: number | undefined): string {
  if (size === 0) return `0x0${precision ? `.${'0'.repeat(precision)}` : ''}p+0`;
  let power = Math.floor(Math.log2(size));
  let mantissa = size / 2 ** power;
  if (mantissa >= 2) {
    mantissa /= 2;
    power++;
  }
  const [whole = '1', part = ''] = mantissa.toString(16).split('.');
  const shown = precision === undefined ? part : part.slice(0, precision).padEnd(precision, '0');
  return `0x${whole}${shown === '' ? '' : `.${shown}`}p${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}

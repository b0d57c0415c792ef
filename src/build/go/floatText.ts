// Numbers of floating point as Go's strconv writes them. JavaScript takes the larger of two equally near decimals, Go
// the even one: 1.125 with three digits is 1.12.

/** Beyond these, digits are zeros anyway, and toFixed and toPrecision refuse. */
const MAX_DIGITS = 100;

/** `%.*f`. */
export function fixedText(value: number, digits: number): string {
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  const shown = Math.min(digits, MAX_DIGITS);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  const text = evenTie(size.toFixed(shown), size.toFixed(MAX_DIGITS), shown);
  return sign + text + '0'.repeat(digits - shown);
}

/** `%.*e`: two digits of the exponent at least. */
export function exponentText(value: number, digits: number): string {
  const shown = Math.min(digits, MAX_DIGITS);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  const [mantissa, power] = size.toExponential(shown).split('e') as [string, string];
  const [exact, exactPower] = size.toExponential(MAX_DIGITS).split('e') as [string, string];
  // Rounded up to the next power of ten: a tie would have gone up, too, as the digit before it is a nine.
  const text = power === exactPower ? evenTie(mantissa, exact, shown) : mantissa;
  return `${sign}${text}${'0'.repeat(digits - shown)}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

/** `%.*g`: so many digits in all, no zeros behind the point, an exponent below 1e-4 and where the whole part has more
 *  digits. */
export function generalText(value: number, digits: number): string {
  const count = Math.max(digits, 1);
  const scientific = exponentText(value, count - 1);
  const at = scientific.lastIndexOf('e');
  const power = Number(scientific.slice(at + 1));
  if (power < -4 || power >= count) return withoutZeros(scientific.slice(0, at)) + scientific.slice(at);
  return withoutZeros(fixedText(value, count - 1 - power));
}

// Of a tie between two decimals the one with the even digit. `exact` has MAX_DIGITS digits behind the point.
function evenTie(rounded: string, exact: string, digits: number): string {
  const point = exact.indexOf('.');
  if (!/^50*$/.test(exact.slice(point + 1 + digits))) return rounded;
  const below = digits === 0 ? exact.slice(0, point) : exact.slice(0, point + 1 + digits);
  return Number(below.at(-1)) % 2 === 0 ? below : rounded;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

import { TarError } from './tarEntry.ts';

const SPACE = 0x20;
const ZERO = 0x30;

/** Numeric tar field: octal ASCII between blanks and NULs, or base-256 when the top bit of byte 0 is set (GNU tar
 *  manual, "Large or Negative Values"). An empty field is 0. Base-256 beyond 2^53 is rounded as doubles are.
 *  Throws TarError `number` at `blockOffset`; never returns NaN. */
export function readNumericField(block: Uint8Array, start: number, length: number, blockOffset: number): number {
  if ((block[start] as number) & 0x80) return readBase256(block, start, length);
  let at = start;
  const end = start + length;
  while (at < end && (block[at] === SPACE || block[at] === 0)) at++;
  let value = 0;
  for (; at < end; at++) {
    const digit = (block[at] as number) - ZERO;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  for (; at < end && block[at] !== 0; at++) {
    if (block[at] !== SPACE) throw notANumber(block, start, length, blockOffset);
  }
  return value;
}

/** Two's complement, big-endian, the top bit of the first byte being the marker. */
function readBase256(block: Uint8Array, start: number, length: number): number {
  const negative = ((block[start] as number) & 0x40) !== 0;
  let value = 0;
  for (let i = 0; i < length; i++) {
    let byte = block[start + i] as number;
    if (i === 0) byte &= 0x7f;
    if (negative) byte = (i === 0 ? 0x7f : 0xff) - byte;
    value = value * 256 + byte;
  }
  return negative ? -value - 1 : value;
}

function notANumber(block: Uint8Array, start: number, length: number, blockOffset: number): TarError {
  let shown = '';
  for (let i = start; i < start + length; i++) {
    const byte = block[i] as number;
    shown += byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return new TarError('number', blockOffset, `header at ${blockOffset}: “${shown}” is no octal number`);
}

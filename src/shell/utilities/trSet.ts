import { encodeName } from '../../bytes/byteName.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };
const MAX_REPEAT = 65536;

const CLASSES: Readonly<Record<string, (byte: number) => boolean>> = {
  alpha: (b) => (b >= 65 && b <= 90) || (b >= 97 && b <= 122),
  digit: (b) => b >= 48 && b <= 57,
  alnum: (b) => (b >= 48 && b <= 57) || (b >= 65 && b <= 90) || (b >= 97 && b <= 122),
  upper: (b) => b >= 65 && b <= 90,
  lower: (b) => b >= 97 && b <= 122,
  space: (b) => b === 32 || (b >= 9 && b <= 13),
  blank: (b) => b === 32 || b === 9,
  punct: (b) => (b >= 33 && b <= 47) || (b >= 58 && b <= 64) || (b >= 91 && b <= 96) || (b >= 123 && b <= 126),
  print: (b) => b >= 32 && b < 127,
  graph: (b) => b > 32 && b < 127,
  cntrl: (b) => b < 32 || b === 127,
  xdigit: (b) => (b >= 48 && b <= 57) || (b >= 65 && b <= 70) || (b >= 97 && b <= 102),
};

/** A set of tr(1) as bytes, in order. `targetLength` is the first set's length for the second: `[x*]` fills up to it.
 *  Throws UsageError. */
export function parseTrSet(text: string, targetLength: number | undefined): number[] {
  const bytes = encodeName(text);
  const out: number[] = [];
  let fill: { at: number; byte: number } | undefined;
  let at = 0;
  while (at < bytes.length) {
    const rest = String.fromCharCode(...bytes.subarray(at, at + 40));
    const named = /^\[:([a-z]*):\]/.exec(rest);
    if (named) {
      const isIn = CLASSES[named[1] as string];
      if (!isIn)
        throw new UsageError('operand', `invalid character class ${quoted(named[1] as string)}`, { bare: true });
      for (let byte = 0; byte < 256; byte++) if (isIn(byte)) out.push(byte);
      at += named[0].length;
      continue;
    }
    const equivalent = /^\[=(.)=\]/s.exec(rest);
    if (equivalent) {
      out.push((equivalent[1] as string).charCodeAt(0));
      at += equivalent[0].length;
      continue;
    }
    if (targetLength !== undefined && bytes[at] === 0x5b) {
      const first = readByte(bytes, at + 1);
      const repeat = first && /^\*(\d*)\]/.exec(String.fromCharCode(...bytes.subarray(first.end, first.end + 20)));
      if (first && repeat) {
        const digits = repeat[1] as string;
        const count = digits.startsWith('0') ? Number.parseInt(digits, 8) : Number(digits);
        if (digits === '' || count === 0) fill = { at: out.length, byte: first.byte };
        else for (let i = 0; i < Math.min(count, MAX_REPEAT); i++) out.push(first.byte);
        at = first.end + repeat[0].length;
        continue;
      }
    }
    const low = readByte(bytes, at) as { byte: number; end: number };
    at = low.end;
    const high = bytes[at] === 0x2d && at + 1 < bytes.length ? readByte(bytes, at + 1) : undefined;
    if (!high) {
      out.push(low.byte);
      continue;
    }
    if (high.byte < low.byte) {
      const range = `${String.fromCharCode(low.byte)}-${String.fromCharCode(high.byte)}`;
      throw new UsageError('operand', `range-endpoints of ${quoted(range)} are in reverse collating sequence order`, {
        bare: true,
      });
    }
    for (let byte = low.byte; byte <= high.byte; byte++) out.push(byte);
    at = high.end;
  }
  if (fill) out.splice(fill.at, 0, ...new Array<number>(Math.max(0, (targetLength ?? 0) - out.length)).fill(fill.byte));
  return out;
}

function readByte(bytes: Uint8Array, at: number): { byte: number; end: number } | undefined {
  const byte = bytes[at];
  if (byte === undefined) return undefined;
  if (byte !== 0x5c || at + 1 >= bytes.length) return { byte, end: at + 1 };
  const letter = String.fromCharCode(bytes[at + 1] as number);
  const octal = /^[0-7]{1,3}/.exec(String.fromCharCode(...bytes.subarray(at + 1, at + 4)));
  if (octal) {
    const value = Number.parseInt(octal[0], 8);
    // Three digits above 377 are two and a digit.
    if (value > 255) return { byte: value >> 3, end: at + 3 };
    return { byte: value, end: at + 1 + octal[0].length };
  }
  return { byte: ESCAPES[letter] ?? letter.charCodeAt(0), end: at + 2 };
}

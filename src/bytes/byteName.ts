/** Linux names are bytes, not text. In strings they are carried without loss: valid UTF-8 as itself, every
 *  other byte b as the lone surrogate U+DC00+b (the scheme of PEP 383), so that
 *  `encodeName(decodeName(bytes))` gives the same bytes for any input. */

const SURROGATE_BASE = 0xdc00;
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a name to a string; see the module's head for bytes that are not UTF-8. */
export function decodeName(bytes: Uint8Array): string {
  if (bytes.length <= 48) {
    const ascii = decodeShortAscii(bytes);
    if (ascii !== undefined) return ascii;
  }
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeLossless(bytes);
  }
}

// A TextDecoder call costs some 300 ns, several times the work for the usual short name.
function decodeShortAscii(bytes: Uint8Array): string | undefined {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function decodeLossless(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  while (i < bytes.length) {
    const length = sequenceLength(bytes, i);
    if (length === 0) {
      text += String.fromCharCode(SURROGATE_BASE + (bytes[i] as number));
      i++;
    } else {
      text += strictDecoder.decode(bytes.subarray(i, i + length));
      i += length;
    }
  }
  return text;
}

/** Length of the well-formed UTF-8 sequence at `i` (Unicode table 3-7), or 0 where there is none. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const a = bytes[i] as number;
  if (a < 0x80) return 1;
  const b = bytes[i + 1] ?? 0;
  if (a >= 0xc2 && a <= 0xdf) return isContinuation(b) ? 2 : 0;
  const c = bytes[i + 2] ?? 0;
  if (a >= 0xe0 && a <= 0xef) {
    const low = a === 0xe0 ? 0xa0 : 0x80;
    const high = a === 0xed ? 0x9f : 0xbf;
    return b >= low && b <= high && isContinuation(c) ? 3 : 0;
  }
  if (a >= 0xf0 && a <= 0xf4) {
    const low = a === 0xf0 ? 0x90 : 0x80;
    const high = a === 0xf4 ? 0x8f : 0xbf;
    return b >= low && b <= high && isContinuation(c) && isContinuation(bytes[i + 3] ?? 0) ? 4 : 0;
  }
  return 0;
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}

const encoder = new TextEncoder();

/** The bytes that `decodeName` was given. Lone surrogates other than U+DC80..DCFF become U+FFFD. */
export function encodeName(text: string): Uint8Array {
  if (text.length <= 96) {
    const ascii = encodeShortAscii(text);
    if (ascii) return ascii;
  }
  if (!/[\udc80-\udcff]/.test(text)) return encoder.encode(text);
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= SURROGATE_BASE + 0x80 && code <= SURROGATE_BASE + 0xff) out.push(code - SURROGATE_BASE);
    else out.push(...encoder.encode(character));
  }
  return Uint8Array.from(out);
}

// As in decoding: the encoder's call costs more than the work.
function encodeShortAscii(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

/** A name made safe to print in a terminal or a log: control characters, bidirectional controls, backslashes
 *  and bytes that are not UTF-8 appear as `\xHH` or `\u{H}`. One-way: for people, not for parsing. */
export function printableName(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\\\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu,
    (character) => {
      const code = character.codePointAt(0) as number;
      if (character === '\\') return '\\\\';
      if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - SURROGATE_BASE).toString(16).padStart(2, '0')}`;
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    },
  );
}

/** Order of two names by their bytes, as every listing of ours is sorted. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

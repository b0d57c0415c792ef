/** Which encoding a file's text is in, judged from its head. No charset table of our own: TextDecoder knows them
 *  (encoding.spec.whatwg.org), we only weigh which of its labels fits. */

export const TEXT_ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'gb18030',
  'big5',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'windows-1252',
  'iso-8859-2',
  'windows-1251',
] as const;
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

export interface EncodingGuess {
  readonly encoding: TextEncoding;
  /** How we know: a byte order mark, bytes that are valid as such, or statistics. */
  readonly reason: 'bom' | 'valid' | 'guess';
  /** Bytes of the byte order mark, to be left out of the text. */
  readonly bomBytes: number;
  /** The bytes do not look like text at all. */
  readonly isBinary: boolean;
}

/** Bytes of a file's head that `guessEncoding` is given: enough for statistics, one cheap read. */
export const HEAD_BYTES = 64 * 1024;

export function guessEncoding(head: Uint8Array): EncodingGuess {
  return fromByteOrderMark(head) ?? fromZeros(head) ?? fromUtf8(head) ?? fromStatistics(head);
}

function fromByteOrderMark(head: Uint8Array): EncodingGuess | undefined {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return bom('utf-8', 3);
  if (a === 0xff && b === 0xfe) return bom('utf-16le', 2);
  if (a === 0xfe && b === 0xff) return bom('utf-16be', 2);
  return undefined;
}

function bom(encoding: TextEncoding, bomBytes: number): EncodingGuess {
  return { encoding, reason: 'bom', bomBytes, isBinary: false };
}

/** A zero byte means UTF-16 without a mark, when nearly all zeros lie on one side of the pairs, or no text. */
function fromZeros(head: Uint8Array): EncodingGuess | undefined {
  const zeros: [number, number] = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[(i & 1) as 0 | 1]++;
  const [even, odd] = zeros;
  if (even + odd === 0) return undefined;
  const pairs = head.length >> 1;
  const side = Math.max(odd, even);
  const other = Math.min(odd, even);
  const isUtf16 = side > pairs * 0.4 && other < pairs * 0.02 && head.length % 2 === 0;
  if (isUtf16) {
    const encoding = odd > even ? 'utf-16le' : 'utf-16be';
    if (decodes(encoding, head) && !hasControls(decode(encoding, head))) {
      return { encoding, reason: 'guess', bomBytes: 0, isBinary: false };
    }
  }
  return { encoding: 'windows-1252', reason: 'guess', bomBytes: 0, isBinary: true };
}

function fromUtf8(head: Uint8Array): EncodingGuess | undefined {
  if (!decodes('utf-8', head)) return undefined;
  return { encoding: 'utf-8', reason: 'valid', bomBytes: 0, isBinary: tooManyControls(head) };
}

function fromStatistics(head: Uint8Array): EncodingGuess {
  let best: TextEncoding = 'windows-1252';
  let bestScore = 0;
  for (const [encoding, score] of SCORES) {
    if (!decodes(encoding, head)) continue;
    const value = score(head, encoding);
    if (value > bestScore) {
      best = encoding;
      bestScore = value;
    }
  }
  return { encoding: best, reason: 'guess', bomBytes: 0, isBinary: tooManyControls(head) };
}

/** Share of the double bytes that are everyday characters, 0..1; below half nothing is claimed. */
type Score = (head: Uint8Array, encoding: TextEncoding) => number;

const SCORES: readonly (readonly [TextEncoding, Score])[] = [
  // GB 2312 level 1 (3,755 everyday hanzi) lies in rows B0-D7, punctuation in A1 and A3.
  ['gb18030', (head) => pairShare(head, (a, b) => b >= 0xa1 && ((a >= 0xb0 && a <= 0xd7) || a === 0xa1 || a === 0xa3))],
  // Big5 level 1 lies in A4-C6, punctuation in A1-A3; about half of all trail bytes lie below 0x7f.
  ['big5', (head) => 0.98 * pairShare(head, (a) => a >= 0xa1 && a <= 0xc6)],
  ['shift_jis', kanaShare],
  ['euc-jp', kanaShare],
  ['euc-kr', (head) => 0.97 * pairShare(head, (a, b) => b >= 0xa1 && ((a >= 0xb0 && a <= 0xc8) || a === 0xa1))],
  ['windows-1251', cyrillicShare],
];

function pairShare(head: Uint8Array, isCommon: (lead: number, trail: number) => boolean): number {
  let pairs = 0;
  let common = 0;
  for (let i = 0; i + 1 < head.length; i++) {
    const lead = head[i] as number;
    if (lead < 0x81) continue;
    pairs++;
    if (isCommon(lead, head[++i] as number)) common++;
  }
  const share = pairs === 0 ? 0 : common / pairs;
  return pairs >= 2 && share > 0.5 ? share : 0;
}

/** Japanese prose is one third kana or more; half-width kana betray a wrong guess. */
function kanaShare(head: Uint8Array, encoding: TextEncoding): number {
  let kana = 0;
  let other = 0;
  for (const character of decode(encoding, head)) {
    const code = character.codePointAt(0) as number;
    if (code >= 0x3040 && code <= 0x30ff) kana++;
    else if (code > 0x7f) other += code >= 0xff61 && code <= 0xff9f ? 4 : 1;
  }
  return kana >= 2 && kana / (kana + other) > 0.25 ? 1 : 0;
}

/** Windows-1251 letters come in runs of lower case; Latin-1 accents stand alone between ASCII letters. */
function cyrillicShare(head: Uint8Array): number {
  let letters = 0;
  let inRuns = 0;
  for (let i = 1; i < head.length; i++) {
    if ((head[i] as number) < 0xc0) continue;
    letters++;
    if ((head[i] as number) >= 0xe0 && (head[i - 1] as number) >= 0xc0) inRuns++;
  }
  return letters >= 4 && inRuns / letters > 0.6 ? 0.6 : 0;
}

/** The bytes are valid; a character cut at the end of the head is forgiven. */
function decodes(encoding: TextEncoding, bytes: Uint8Array): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function decode(encoding: TextEncoding, bytes: Uint8Array): string {
  return new TextDecoder(encoding).decode(bytes, { stream: true });
}

function hasControls(text: string): boolean {
  return /[\u0000-\u0006\u000e-\u001a\ufffe\uffff]/.test(text.slice(0, 4096));
}

/** Terminal recordings and logs have some escapes; a hundredth of other controls is no text. */
function tooManyControls(head: Uint8Array): boolean {
  let controls = 0;
  for (const byte of head) if (byte < 0x20 && !isTextControl(byte)) controls++;
  return controls > head.length / 100;
}

function isTextControl(byte: number): boolean {
  return (byte >= 0x07 && byte <= 0x0d) || byte === 0x1b;
}

/** Bytes of one code unit of the encoding: where a line may be cut. */
export function unitBytes(encoding: TextEncoding): 1 | 2 {
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? 2 : 1;
}

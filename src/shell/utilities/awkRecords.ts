import { decodeName } from '../../bytes/byteName.ts';
import { Regex } from '../regex/regex.ts';
import { AwkError } from './awkSyntax.ts';

const MAX_RECORD = 1 << 28;

/** Where a record reader gets its bytes: none at the end. */
export interface ByteInput {
  read(): Uint8Array | Promise<Uint8Array>;
  close(): void | Promise<void>;
}

/** Cuts an input into records by whatever RS is at that moment. */
export class RecordReader {
  readonly #input: ByteInput;
  readonly #beforeWait: () => undefined | Promise<void>;
  #text = '';
  #at = 0;
  #tail: Uint8Array = new Uint8Array(0);
  #isAtEnd = false;

  constructor(input: ByteInput, beforeWait: () => undefined | Promise<void>) {
    this.#input = input;
    this.#beforeWait = beforeWait;
  }

  /** The next record; undefined at the end. Waits only where more must be read. */
  next(separator: string): string | undefined | Promise<string | undefined> {
    if (separator.length === 1) {
      const end = this.#text.indexOf(separator, this.#at);
      if (end >= 0) {
        const record = this.#text.slice(this.#at, end);
        this.#at = end + 1;
        return record;
      }
    }
    return this.#slow(separator);
  }

  async #slow(separator: string): Promise<string | undefined> {
    for (;;) {
      if (separator === '') this.#skipNewlines();
      const found = this.#find(separator);
      if (found) {
        const record = this.#text.slice(this.#at, found.start);
        this.#at = found.end;
        return record;
      }
      if (this.#isAtEnd) {
        if (this.#at >= this.#text.length) return undefined;
        const rest = this.#text.slice(this.#at);
        this.#at = this.#text.length;
        return separator === '' || separator === '\n' ? rest.replace(/\n$/, '') : rest;
      }
      await this.#fill();
    }
  }

  #skipNewlines(): void {
    while (this.#text[this.#at] === '\n') this.#at++;
  }

  #find(separator: string): { start: number; end: number } | undefined {
    if (separator.length === 1) {
      const start = this.#text.indexOf(separator, this.#at);
      return start < 0 ? undefined : { start, end: start + 1 };
    }
    const regex = separator === '' ? PARAGRAPH : regexOf(separator);
    for (let from = this.#at; from < this.#text.length; from++) {
      const found = regex.find(this.#text, from);
      if (!found) return undefined;
      // More text could make it longer.
      if (found.end === this.#text.length && !this.#isAtEnd) return undefined;
      if (found.end > found.start) return found;
      from = found.start;
    }
    return undefined;
  }

  async #fill(): Promise<void> {
    await this.#beforeWait();
    const chunk = await this.#input.read();
    if (chunk.length === 0) {
      this.#isAtEnd = true;
      this.#text = this.#text.slice(this.#at) + decodeName(this.#tail);
      this.#at = 0;
      this.#tail = new Uint8Array(0);
      return;
    }
    const bytes = new Uint8Array(this.#tail.length + chunk.length);
    bytes.set(this.#tail);
    bytes.set(chunk, this.#tail.length);
    const end = wholeEnd(bytes);
    this.#tail = bytes.slice(end);
    this.#text = this.#text.slice(this.#at) + decodeName(bytes.subarray(0, end));
    this.#at = 0;
    if (this.#text.length > MAX_RECORD) throw new AwkError('record is too long');
  }

  close(): void | Promise<void> {
    return this.#input.close();
  }
}

const PARAGRAPH = new Regex('\n\n+', { syntax: 'extended' });
const regexes = new Map<string, Regex>();

function regexOf(source: string): Regex {
  let regex = regexes.get(source);
  if (!regex) {
    if (regexes.size > 100) regexes.clear();
    regex = new Regex(source, { syntax: 'extended', escapes: 'awk', leadingRepeat: 'literal' });
    regexes.set(source, regex);
  }
  return regex;
}

/** Where a character that is cut off begins, at most three bytes before the end. */
function wholeEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

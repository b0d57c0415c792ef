import { decodeName } from '../../bytes/byteName.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { UsageError } from './options.ts';

export interface XargsItem {
  readonly value: string;
  /** It was the last of its line. */
  readonly endsLine: boolean;
}

export interface XargsInputRules {
  /** Undefined: blanks and newlines, with quotes and backslashes. */
  readonly delimiter: string | undefined;
  readonly endOfFile: string | undefined;
  /** Items are lines without leading blanks (`-I`). */
  readonly byLines: boolean;
}

const CHUNK_BYTES = 65536;
const MAX_ITEM_CHARACTERS = 1 << 24;

/** The arguments that xargs reads, one after the other. */
export class XargsInput {
  readonly #process: Process;
  readonly #file: OpenFile;
  readonly #rules: XargsInputRules;
  #text = '';
  #at = 0;
  /** Bytes of a character that the chunk cut. */
  #rest: Uint8Array = new Uint8Array(0);
  #isAtEnd = false;

  constructor(process: Process, file: OpenFile, rules: XargsInputRules) {
    this.#process = process;
    this.#file = file;
    this.#rules = rules;
  }

  /** Undefined at the end. Throws UsageError for an unmatched quote. */
  async next(): Promise<XargsItem | undefined> {
    const { delimiter, byLines, endOfFile } = this.#rules;
    const item = delimiter !== undefined ? await this.#delimited(delimiter) : await this.#word(byLines);
    if (endOfFile !== undefined && delimiter === undefined && item?.value === endOfFile) {
      this.#isAtEnd = true;
      this.#text = '';
      this.#at = 0;
      return undefined;
    }
    return item;
  }

  async #delimited(delimiter: string): Promise<XargsItem | undefined> {
    for (;;) {
      const end = this.#text.indexOf(delimiter, this.#at);
      if (end >= 0) {
        const value = this.#text.slice(this.#at, end);
        this.#at = end + 1;
        return { value, endsLine: true };
      }
      if (await this.#fill()) continue;
      if (this.#at >= this.#text.length) return undefined;
      const value = this.#text.slice(this.#at);
      this.#at = this.#text.length;
      return { value, endsLine: true };
    }
  }

  async #word(byLines: boolean): Promise<XargsItem | undefined> {
    let value = '';
    let hasStarted = false;
    let quote = '';
    for (;;) {
      const character = await this.#character();
      if (character === undefined || (quote !== '' && character === '\n')) {
        if (quote !== '') throw unmatched(this.#process, quote);
        return hasStarted ? { value, endsLine: true } : undefined;
      }
      if (quote !== '') {
        if (character === quote) quote = '';
        else value += character;
        continue;
      }
      const isBlank = character === ' ' || character === '\t';
      if (character === '\n' || (isBlank && !byLines)) {
        if (!hasStarted) continue;
        return { value, endsLine: character === '\n' || (await this.#skipBlanks()) };
      }
      if (isBlank && !hasStarted) continue;
      hasStarted = true;
      if (character === "'" || character === '"') quote = character;
      else if (character === '\\') value += (await this.#character()) ?? '';
      else value += character;
      if (value.length > MAX_ITEM_CHARACTERS) throw new UsageError('operand', 'argument line too long');
    }
  }

  /** Whether the line ends behind the blanks. A blank at its end would continue it: that is not looked at here. */
  async #skipBlanks(): Promise<boolean> {
    for (;;) {
      if (this.#at >= this.#text.length && !(await this.#fill())) return true;
      const character = this.#text[this.#at];
      if (character === ' ' || character === '\t') this.#at++;
      else return false;
    }
  }

  async #character(): Promise<string | undefined> {
    if (this.#at >= this.#text.length && !(await this.#fill())) return undefined;
    return this.#text[this.#at++];
  }

  async #fill(): Promise<boolean> {
    if (this.#isAtEnd) return false;
    if (this.#process.isDue) await this.#process.pause();
    const reading = this.#file.read(CHUNK_BYTES);
    const chunk = reading instanceof Promise ? await this.#process.waitFor(reading) : reading;
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    this.#isAtEnd = chunk.length === 0;
    const end = this.#isAtEnd ? bytes.length : wholeCharacters(bytes);
    this.#rest = bytes.slice(end);
    this.#text = this.#text.slice(this.#at) + decodeName(bytes.subarray(0, end));
    this.#at = 0;
    return this.#text.length > 0 || !this.#isAtEnd;
  }
}

/** Length without the beginning of a character at the end. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return bytes.length - back;
  }
  return bytes.length;
}

function unmatched(process: Process, quote: string): UsageError {
  const kind = quote === '"' ? 'double' : 'single';
  const note = process.flavour === 'gnu' ? '; by default quotes are special to xargs unless you use the -0 option' : '';
  return new UsageError('operand', `unmatched ${kind} quote${note}`);
}

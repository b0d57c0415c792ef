import { ImageError } from './imageError.ts';

/** JSON as engines written in Go read it (RFC 8259 with encoding/json's habits): the last of several equal keys
 *  wins, keys are looked up without regard to case, invalid UTF-8 becomes U+FFFD. Beyond that a byte order mark is
 *  skipped and bytes after the document are reported, not refused. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** In document order; of equal keys only the last stands, at the last's place. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

export interface JsonDocument {
  readonly value: JsonValue;
  /** Engines refuse a byte order mark. */
  readonly hasBom: boolean;
  readonly hasDuplicateKeys: boolean;
  /** Bytes that are no white space follow the document. */
  readonly hasTrailingBytes: boolean;
}

/** Real configs and indexes stay under 1 MiB; registries refuse manifests over 4 MiB (distribution-spec). */
export const JSON_LIMITS: JsonLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 200 };

/** Values of one document: each costs memory out of all proportion to the two bytes of an empty object. */
const MAX_VALUES = 500_000;

/** Throws ImageError `json` with the byte offset of the fault, or `limit`. */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = JSON_LIMITS): JsonDocument {
  if (bytes.length > limits.maxBytes) {
    throw new ImageError('limit', limits.maxBytes, `${bytes.length} bytes of JSON exceed ${limits.maxBytes}`);
  }
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(hasBom ? bytes.subarray(3) : bytes);
  const parser = new JsonParser(text, limits.maxDepth, hasBom ? 3 : 0);
  const value = parser.document();
  return { value, hasBom, hasDuplicateKeys: parser.hasDuplicateKeys, hasTrailingBytes: parser.hasTrailing() };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class JsonParser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #startOffset: number;
  #at = 0;
  #values = 0;
  hasDuplicateKeys = false;

  constructor(text: string, maxDepth: number, startOffset: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#startOffset = startOffset;
  }

  document(): JsonValue {
    return this.#value(0);
  }

  hasTrailing(): boolean {
    this.#skipSpace();
    return this.#at < this.#text.length;
  }

  #value(depth: number): JsonValue {
    this.#skipSpace();
    if (++this.#values > MAX_VALUES) {
      throw new ImageError('limit', this.#byteOffset(), `JSON of more than ${MAX_VALUES} values`);
    }
    const first = this.#text[this.#at];
    switch (first) {
      case '{':
        return this.#object(depth + 1);
      case '[':
        return this.#array(depth + 1);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    this.#enter(depth);
    const object = new Map<string, JsonValue>();
    if (this.#takeIf('}')) return object;
    for (;;) {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') this.#fail('a key in quotes');
      const key = this.#string();
      this.#take(':');
      const value = this.#value(depth);
      if (object.delete(key)) this.hasDuplicateKeys = true;
      object.set(key, value);
      if (this.#takeIf('}')) return object;
      this.#take(',');
    }
  }

  #array(depth: number): JsonValue[] {
    this.#enter(depth);
    const array: JsonValue[] = [];
    if (this.#takeIf(']')) return array;
    for (;;) {
      array.push(this.#value(depth));
      if (this.#takeIf(']')) return array;
      this.#take(',');
    }
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) {
      throw new ImageError('limit', this.#byteOffset(), `JSON is nested deeper than ${this.#maxDepth}`);
    }
    this.#at++;
  }

  #string(): string {
    this.#at++;
    let result = '';
    let start = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(code)) this.#fail('the end of a string');
      if (code < 0x20) this.#fail('an escaped control character');
      if (code === 0x22) {
        result += this.#text.slice(start, this.#at);
        this.#at++;
        return result;
      }
      if (code === 0x5c) {
        result += this.#text.slice(start, this.#at) + this.#escape();
        start = this.#at;
      } else this.#at++;
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const plain = ESCAPES[letter];
    if (plain !== undefined) {
      this.#at += 2;
      return plain;
    }
    const hex = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail('an escape');
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('a value');
    this.#at += word.length;
    return value;
  }

  #number(): number {
    const pattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) this.#fail('a value');
    this.#at += match[0].length;
    return Number(match[0]);
  }

  #take(character: string): void {
    if (!this.#takeIf(character)) this.#fail(`"${character}"`);
  }

  #takeIf(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #fail(expected: string): never {
    const offset = this.#byteOffset();
    throw new ImageError('json', offset, `not JSON: expected ${expected} at byte ${offset}`);
  }

  /** Counted only when something is wrong. A replaced invalid byte counts 3, so it is then an upper bound. */
  #byteOffset(): number {
    return this.#startOffset + new TextEncoder().encode(this.#text.slice(0, this.#at)).length;
  }
}

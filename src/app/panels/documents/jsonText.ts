import { TimeSlices } from '../parts/timeSlices.ts';

/** JSON as its author wrote it, cut into tokens for colour and into lines for reading. Values are never parsed and
 *  printed again: numbers keep their digits, duplicate keys stay, and text that is no JSON is shown as it is. */

export type JsonTokenKind = 'key' | 'string' | 'number' | 'word' | 'punctuation' | 'other';

export interface JsonToken {
  readonly kind: JsonTokenKind;
  readonly text: string;
}

export interface JsonLine {
  /** Indentation in levels. */
  readonly depth: number;
  readonly tokens: readonly JsonToken[];
  /** For a line that opens an object or array: the line with its closing bracket. Otherwise its own position. */
  readonly foldEnd: number;
  /** Members of the object or array that opens here. */
  readonly members: number;
}

// Sticky, one class a piece: linear on any text. Strings are scanned by hand, a regular expression of that kind
// would hold a stack entry for each character.
const PIECE = /-?\d[\d.eE+-]*|[{}[\],:]|[\t\n\r ]+|[^\t\n\r "{}[\],:]+/y;

/** Tokens of the text in order, white space left out. */
export function* tokenizeJson(text: string): Generator<JsonToken> {
  let pending: JsonToken | undefined;
  for (let at = 0; at < text.length;) {
    const end = text[at] === '"' ? stringEnd(text, at) : pieceEnd(text, at);
    const token = tokenOf(text.slice(at, end));
    at = end;
    if (!token) continue;
    if (pending) yield token.text === ':' && pending.kind === 'string' ? { ...pending, kind: 'key' } : pending;
    pending = token;
  }
  if (pending) yield pending;
}

function pieceEnd(text: string, at: number): number {
  PIECE.lastIndex = at;
  return PIECE.test(text) ? PIECE.lastIndex : at + 1;
}

/** One past the closing quote; a string that is not closed ends with its line. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    if (code === 0x0a || code === 0x0d) return i;
    if (code === 0x5c) i++;
  }
  return text.length;
}

function tokenOf(lexeme: string): JsonToken | undefined {
  const first = lexeme[0] as string;
  if (first === ' ' || first === '\n' || first === '\t' || first === '\r') return undefined;
  if (first === '"') return { kind: lexeme.length > 1 && lexeme.endsWith('"') ? 'string' : 'other', text: lexeme };
  if ('{}[],:'.includes(first)) return { kind: 'punctuation', text: lexeme };
  if (first === '-' || (first >= '0' && first <= '9')) return { kind: 'number', text: lexeme };
  return { kind: lexeme === 'true' || lexeme === 'false' || lexeme === 'null' ? 'word' : 'other', text: lexeme };
}

/** One member a line. Deeper than this the indentation stops growing. */
const MAX_INDENT = 40;

/** The lines of a text, in slices of time: a megabyte takes some 200 ms. Undefined when `isStale` says so. */
export async function indentJson(
  text: string,
  isStale: () => boolean = () => false,
): Promise<readonly JsonLine[] | undefined> {
  const layout = new LineLayout();
  const slices = new TimeSlices();
  for (const token of tokenizeJson(text)) {
    layout.add(token);
    if (!slices.step()) continue;
    await slices.rest();
    if (isStale()) return undefined;
  }
  return layout.finish();
}

class LineLayout {
  readonly #lines: { depth: number; tokens: JsonToken[]; foldEnd: number; members: number }[] = [];
  readonly #open: number[] = [];
  #current: JsonToken[] = [];
  #afterOpen = false;

  add(token: JsonToken): void {
    const isPunctuation = token.kind === 'punctuation';
    if (isPunctuation && (token.text === '{' || token.text === '[')) {
      if (this.#afterOpen) this.#endLine();
      this.#countMember();
      this.#current.push(token);
      this.#afterOpen = true;
      this.#open.push(this.#lines.length);
      return;
    }
    if (isPunctuation && (token.text === '}' || token.text === ']')) {
      this.#close(token);
      return;
    }
    if (this.#afterOpen) {
      this.#endLine();
      this.#afterOpen = false;
    }
    if (!isPunctuation && token.kind !== 'key') this.#countMember();
    this.#current.push(token);
    if (isPunctuation && token.text === ',') this.#endLine();
  }

  finish(): JsonLine[] {
    if (this.#current.length > 0) this.#endLine();
    return this.#lines;
  }

  /** An empty object stays on one line; any other has its bracket on a line of its own. */
  #close(token: JsonToken): void {
    const opener = this.#open.pop();
    if (this.#afterOpen) {
      this.#afterOpen = false;
      this.#current.push(token);
      return;
    }
    if (this.#current.length > 0) this.#endLine(this.#open.length + (opener === undefined ? 0 : 1));
    const line = opener === undefined ? undefined : this.#lines[opener];
    if (line) line.foldEnd = this.#lines.length;
    this.#current.push(token);
  }

  #countMember(): void {
    const opener = this.#open.at(-1);
    const line = opener === undefined ? undefined : this.#lines[opener];
    if (line) line.members++;
  }

  #endLine(depth?: number): void {
    const opensHere = this.#open.at(-1) === this.#lines.length ? 1 : 0;
    const levels = depth ?? this.#open.length - opensHere;
    this.#lines.push({
      depth: Math.min(MAX_INDENT, levels),
      tokens: this.#current,
      foldEnd: this.#lines.length,
      members: 0,
    });
    this.#current = [];
    this.#afterOpen = false;
  }
}

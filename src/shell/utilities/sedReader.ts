import { SedScriptError } from './sedScript.ts';

/** A piece of a script: one `-e`, or one `-f`. */
export interface ScriptPiece {
  readonly kind: 'expression' | 'file';
  readonly name: string;
  readonly text: string;
}

/** Reads the words of a script, and knows in which piece they stand. */
export class SedReader {
  readonly #pieces: readonly ScriptPiece[];
  readonly #text: string;
  readonly #starts: number[] = [];
  at = 0;

  constructor(pieces: readonly ScriptPiece[]) {
    this.#pieces = pieces;
    let text = '';
    for (const piece of pieces) {
      this.#starts.push(text.length);
      text += `${piece.text}\n`;
    }
    this.#text = text.slice(0, -1);
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  /** The next character, which stays. */
  peek(): string | undefined {
    return this.#text[this.at];
  }

  /** The next character, behind which it goes on: also at the end, so that errors name the place behind it. */
  take(): string | undefined {
    return this.#text[this.at++];
  }

  /** What is wrong, at the place that was reached. */
  error(message: string): SedScriptError {
    return new SedScriptError(this.placeOf(this.at, undefined), message);
  }

  /** As messages begin. `column`: undefined for that of `at`. */
  placeOf(at: number, column: number | undefined): string {
    let index = this.#starts.length - 1;
    while (index > 0 && (this.#starts[index] as number) > at) index--;
    const piece = this.#pieces[index] as ScriptPiece;
    const start = this.#starts[index] as number;
    if (piece.kind === 'file') {
      const line = this.#text.slice(start, at).split('\n').length;
      return `file ${piece.name} line ${line}:`;
    }
    return `-e expression #${piece.name}, char ${column ?? Math.min(at - start, piece.text.length)}:`;
  }

  /** Skips characters of a kind. */
  skip(what: RegExp): void {
    while (this.at < this.#text.length && what.test(this.#text[this.at] as string)) this.at++;
  }

  skipLine(): void {
    const end = this.#text.indexOf('\n', this.at);
    this.at = end < 0 ? this.#text.length : end + 1;
  }

  restOfLine(): string {
    const end = this.#text.indexOf('\n', this.at);
    const rest = this.#text.slice(this.at, end < 0 ? undefined : end);
    this.at = end < 0 ? this.#text.length : end + 1;
    return rest;
  }

  /** Up to a character of a kind, or the end. */
  word(stop: RegExp): string {
    const start = this.at;
    while (this.at < this.#text.length && !stop.test(this.#text[this.at] as string)) this.at++;
    return this.#text.slice(start, this.at);
  }

  /** Skips what may stand behind a command. */
  end(): void {
    this.skip(/[ \t\r]/);
    const next = this.#text[this.at];
    if (next === undefined || next === '}' || next === '#') return;
    this.at++;
    if (next !== ';' && next !== '\n') throw this.error('extra characters after command');
  }

  /** Text up to the delimiter, which is skipped. A delimiter behind a backslash stands for itself. Undefined where there
   *  is no end. */
  delimited(delimiter: string, what: 'regex' | 'replacement'): string | undefined {
    let text = '';
    while (this.at < this.#text.length) {
      const character = this.#text[this.at] as string;
      if (character === delimiter) {
        this.at++;
        return text;
      }
      if (character === '\n' && what === 'regex') return undefined;
      if (character === '[' && what === 'regex') {
        const end = bracketEnd(this.#text, this.at);
        if (end < 0) {
          this.at = this.#text.length;
          return undefined;
        }
        text += this.#text.slice(this.at, end);
        this.at = end;
        continue;
      }
      this.at++;
      if (character !== '\\') {
        text += character;
        continue;
      }
      const next = this.#text[this.at++];
      if (next === undefined) return undefined;
      if (next === delimiter && delimiter !== 'n')
        text += what === 'regex' ? delimiter : delimiter === '&' ? '\\&' : delimiter;
      else if (next === '\n' && what === 'regex') text += '\n';
      else text += `\\${next}`;
    }
    return undefined;
  }
}

/** Behind a bracket expression, in which a delimiter has no meaning; -1 where it has no end. */
function bracketEnd(text: string, open: number): number {
  let at = open + 1;
  if (text[at] === '^') at++;
  if (text[at] === ']') at++;
  for (; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === ']') return at + 1;
    if (text[at] === '[' && /[:.=]/.test(text[at + 1] ?? '')) {
      const close = text.indexOf(`${text[at + 1]}]`, at + 2);
      if (close >= 0) at = close + 1;
    }
  }
  return -1;
}

import { escapePattern } from './pattern.ts';
import { LARGE_CHARACTERS, requireSize } from './size.ts';

export interface Field {
  readonly text: string;
  /** The text as a pattern of file names; undefined for none. */
  readonly pattern: string | undefined;
}

const BLANKS = ' \t\n';

/** Which characters split unquoted expansions (bash(1), "Word Splitting"). */
export class Separators {
  readonly all: string;
  readonly #blanks: string;
  readonly #pattern: RegExp | undefined;

  constructor(ifs: string) {
    this.all = ifs;
    this.#blanks = [...ifs].filter((character) => BLANKS.includes(character)).join('');
    this.#pattern = ifs === '' ? undefined : new RegExp(`[${ifs.replace(/[\]\\^-]/g, '\\$&')}]`, 'u');
  }

  has(character: string): boolean {
    return this.all.includes(character);
  }

  isBlank(character: string): boolean {
    return this.#blanks.includes(character);
  }

  /** Whether anything in the text separates. */
  occurIn(text: string): boolean {
    return this.#pattern?.test(text) === true;
  }
}

/** Builds the fields of a word from the pieces that it expands to. */
export class FieldBuilder {
  readonly fields: Field[] = [];
  readonly #separators: Separators;
  readonly #splits: boolean;
  #text = '';
  /** Kept only once something in the field could be a pattern. */
  #pattern: string | undefined;
  #hasField = false;
  /** Blanks behind a field: the next character that is no blank begins another. */
  #isPending = false;

  constructor(separators: Separators, splits: boolean) {
    this.#separators = separators;
    this.#splits = splits;
  }

  #begin(): void {
    if (this.#isPending) this.endField();
    this.#hasField = true;
  }

  /** Text in quotes: never split, never a pattern. An empty one makes a field all the same. */
  quoted(text: string): void {
    this.#begin();
    if (text.length > LARGE_CHARACTERS) requireSize(this.#text.length + text.length);
    this.#text += text;
    if (this.#pattern !== undefined) this.#pattern += escapePattern(text);
  }

  /** Text of the word itself, outside quotes: a pattern perhaps, not split. */
  literal(text: string): void {
    if (text === '') return;
    this.#begin();
    this.#bare(text);
  }

  #bare(text: string): void {
    if (this.#pattern === undefined && /[*?[(\\]/.test(text)) this.#pattern = escapePattern(this.#text);
    if (text.length > LARGE_CHARACTERS) requireSize(this.#text.length + text.length);
    this.#text += text;
    if (this.#pattern !== undefined) this.#pattern += text;
  }

  /** What an expansion outside quotes gave: split. */
  expanded(text: string): void {
    if (text === '') return;
    const separators = this.#separators;
    if (!this.#splits || !separators.occurIn(text)) {
      this.literal(text);
      return;
    }
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const character = text[i] as string;
      if (!separators.has(character)) continue;
      if (i > start) this.literal(text.slice(start, i));
      start = i + 1;
      if (separators.isBlank(character)) {
        if (this.#hasField) this.#isPending = true;
        continue;
      }
      // A separator that is no blank ends a field, even an empty one; blanks around it belong to it.
      if (this.#isPending) {
        this.#isPending = false;
        this.#hasField = true;
      }
      this.#hasField = true;
      this.endField();
      while (start < text.length && separators.isBlank(text[start] as string)) start++;
      i = start - 1;
    }
    if (start < text.length) this.literal(text.slice(start));
  }

  /** Between the elements of `"$@"`. */
  endField(): void {
    if (this.#hasField) this.fields.push({ text: this.#text, pattern: this.#pattern });
    this.#text = '';
    this.#pattern = undefined;
    this.#hasField = false;
    this.#isPending = false;
  }

  /** Whether the field that is being made has begun. */
  get hasField(): boolean {
    return this.#hasField;
  }

  finish(): readonly Field[] {
    this.endField();
    return this.fields;
  }
}

import type { Regex } from '../regex/regex.ts';
import { inputValue, numberOf, textOf } from './awkValue.ts';
import { AwkError, type Value } from './awkSyntax.ts';

const MAX_FIELDS = 10_000_000;

/** What splitting and joining asks of the program's variables. */
export interface RecordRules {
  readonly fieldSeparator: string;
  readonly outputSeparator: string;
  readonly recordSeparator: string;
  readonly convFmt: string;
  regex(source: string): Regex;
}

/** The record and its fields: split when a field is asked for, joined when the whole is. */
export class AwkRecord {
  readonly #rules: RecordRules;
  #whole: Value = '';
  #fields: Value[] = [];
  #isSplit = true;
  #isJoined = true;

  constructor(rules: RecordRules) {
    this.#rules = rules;
  }

  set(text: string): void {
    this.#whole = inputValue(text);
    this.#isSplit = false;
    this.#isJoined = true;
  }

  get text(): string {
    this.#join();
    return textOf(this.#whole, this.#rules.convFmt);
  }

  get fieldCount(): number {
    this.#split();
    return this.#fields.length;
  }

  setFieldCount(count: number): void {
    this.#split();
    if (count < 0 || count > MAX_FIELDS) throw new AwkError(`negative or too large value for NF: ${count}`);
    while (this.#fields.length < count) this.#fields.push('');
    this.#fields.length = Math.trunc(count);
    this.#isJoined = false;
  }

  field(index: number): Value {
    if (index === 0) {
      this.#join();
      return this.#whole;
    }
    if (index < 0) throw new AwkError(`attempt to access field ${index}`);
    this.#split();
    return this.#fields[index - 1];
  }

  setField(index: number, value: Value): void {
    if (index < 0 || index > MAX_FIELDS) throw new AwkError(`attempt to access field ${index}`);
    if (index === 0) {
      const text = textOf(value, this.#rules.convFmt);
      this.set(text);
      this.#whole = value === undefined ? '' : value;
      return;
    }
    this.#split();
    while (this.#fields.length < index) this.#fields.push('');
    this.#fields[index - 1] = typeof value === 'number' ? textOf(value, this.#rules.convFmt) : value;
    if (typeof value === 'number') this.#fields[index - 1] = inputValue(textOf(value, this.#rules.convFmt));
    this.#isJoined = false;
  }

  /** Must happen before the separator changes. */
  settle(): void {
    this.#split();
  }

  #split(): void {
    if (this.#isSplit) return;
    this.#isSplit = true;
    const { fieldSeparator, recordSeparator } = this.#rules;
    const text = textOf(this.#whole, this.#rules.convFmt);
    this.#fields = splitText(text, fieldSeparator, this.#rules.regex.bind(this.#rules), recordSeparator === '').map(
      inputValue,
    );
  }

  #join(): void {
    if (this.#isJoined) return;
    this.#isJoined = true;
    const { convFmt, outputSeparator } = this.#rules;
    this.#whole = inputValue(this.#fields.map((field) => textOf(field, convFmt)).join(outputSeparator));
  }
}

/** Cuts a text at a separator: a blank stands for runs of white space, other single characters for themselves, all else
 *  is an expression. In paragraphs, a newline separates, too. */
export function splitText(
  text: string,
  separator: string,
  regex: (source: string) => Regex,
  isParagraph = false,
): string[] {
  if (separator === ' ') {
    const trimmed = text.replace(/^[ \t\n]+|[ \t\n]+$/g, '');
    return trimmed === '' ? [] : trimmed.split(/[ \t\n]+/);
  }
  if (text === '') return [];
  if (separator === '') return [...text];
  if (separator.length === 1 && separator !== '\\' && !isParagraph) return text.split(separator);
  const single =
    separator.length === 1
      ? /[A-Za-z0-9\s]/.test(separator)
        ? separator
        : `[${separator === '\\' ? '\\\\' : separator === '^' ? '\\^' : separator}]`
      : `(${separator})`;
  return splitByRegex(text, regex(isParagraph ? `${single}|\n` : separator.length === 1 ? single : separator));
}

function splitByRegex(text: string, regex: Regex): string[] {
  const parts: string[] = [];
  let kept = 0;
  let from = 0;
  while (from < text.length) {
    const found = regex.find(text, from);
    if (!found) break;
    if (found.end === found.start) {
      from = found.start + 1;
      continue;
    }
    parts.push(text.slice(kept, found.start));
    kept = found.end;
    from = kept;
  }
  parts.push(text.slice(kept));
  return parts;
}

export function countOf(value: Value): number {
  return Math.trunc(numberOf(value));
}

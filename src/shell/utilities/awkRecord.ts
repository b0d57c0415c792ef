import type { Regex } from '../regex/regex.ts';
import { AwkError, NumericText, type Value } from './awkSyntax.ts';
import { inputValue, textOf } from './awkValue.ts';

const MAX_FIELDS = 10_000_000;

/** What splitting and joining asks of the program's variables. */
export interface RecordRules {
  readonly fieldSeparator: string;
  readonly outputSeparator: string;
  readonly recordSeparator: string;
  readonly convFmt: string;
  regex(source: string): Regex;
}

/** The record and its fields: cut as far as a field is asked for, joined when the whole is. What a field is worth as a
 *  value, number or text, is found out when it is looked at. */
export class AwkRecord {
  readonly #rules: RecordRules;
  #text = '';
  /** Undefined: not looked at since the text changed. */
  #whole: Value;
  /** Texts of the fields that are cut. */
  #parts: string[] = [];
  /** Their values, where somebody has asked. */
  #values: Value[] = [];
  /** Where the field behind `#parts` begins; -1: there is none. */
  #next = -1;
  #separator = ' ';
  #isJoined = true;

  constructor(rules: RecordRules) {
    this.#rules = rules;
  }

  set(text: string): void {
    this.#text = text;
    this.#whole = undefined;
    if (this.#parts.length > 0) this.#parts = [];
    if (this.#values.length > 0) this.#values = [];
    this.#next = NOT_BEGUN;
    this.#isJoined = true;
  }

  get text(): string {
    if (!this.#isJoined) this.#join();
    return this.#text;
  }

  get fieldCount(): number {
    if (this.#next !== -1) this.#cut(Number.POSITIVE_INFINITY);
    return this.#parts.length;
  }

  setFieldCount(count: number): void {
    const parts = this.#changeable();
    if (count < 0 || count > MAX_FIELDS) throw new AwkError(`negative or too large value for NF: ${count}`);
    const whole = Math.trunc(count);
    while (parts.length < whole) parts.push('');
    parts.length = whole;
    if (this.#values.length > whole) this.#values.length = whole;
  }

  field(index: number): Value {
    if (index === 0) {
      if (!this.#isJoined) this.#join();
      this.#whole ??= inputValue(this.#text);
      return this.#whole;
    }
    const known = this.#values[index - 1];
    if (known !== undefined) return known;
    if (index < 0) throw new AwkError(`attempt to access field ${index}`);
    const part = this.#part(index);
    if (part === undefined) return undefined;
    const value = inputValue(part);
    this.#values[index - 1] = value;
    return value;
  }

  /** As `field`, for what is only printed or joined. */
  fieldText(index: number): string {
    if (index === 0) return this.text;
    if (index < 0) throw new AwkError(`attempt to access field ${index}`);
    return this.#part(index) ?? '';
  }

  setField(index: number, value: Value): void {
    if (index < 0 || index > MAX_FIELDS) throw new AwkError(`attempt to access field ${index}`);
    const text = textOf(value, this.#rules.convFmt);
    if (index === 0) {
      this.set(text);
      this.#whole = value === undefined ? '' : value;
      return;
    }
    const parts = this.#changeable();
    while (parts.length < index) parts.push('');
    parts[index - 1] = text;
    this.#values[index - 1] = typeof value === 'number' ? inputValue(text) : value === undefined ? NOTHING : value;
  }

  /** Must happen before the separator changes. */
  settle(): void {
    if (this.#next !== -1) this.#cut(Number.POSITIVE_INFINITY);
  }

  #changeable(): string[] {
    this.settle();
    this.#isJoined = false;
    return this.#parts;
  }

  #part(index: number): string | undefined {
    if (this.#parts.length < index && this.#next !== -1) this.#cut(index);
    return this.#parts[index - 1];
  }

  /** Cuts fields until there are so many, or no more. */
  #cut(count: number): void {
    if (this.#next === NOT_BEGUN) this.#begin();
    if (this.#next === -1) return;
    if (this.#separator === ' ') this.#cutAtBlanks(count);
    else this.#cutAt(this.#separator, count);
  }

  #begin(): void {
    const { fieldSeparator, recordSeparator } = this.#rules;
    const isParagraph = recordSeparator === '';
    this.#separator = fieldSeparator;
    if (this.#text === '') this.#next = -1;
    else if (isPlain(fieldSeparator) && (!isParagraph || fieldSeparator === ' ')) this.#next = 0;
    else {
      this.#parts = splitText(this.#text, fieldSeparator, (source) => this.#rules.regex(source), isParagraph);
      this.#next = -1;
    }
  }

  #cutAtBlanks(count: number): void {
    const text = this.#text;
    const parts = this.#parts;
    let at = this.#next;
    while (parts.length < count) {
      while (isBlank(text.charCodeAt(at))) at++;
      if (at >= text.length) {
        at = -1;
        break;
      }
      const start = at;
      while (at < text.length && !isBlank(text.charCodeAt(at))) at++;
      parts.push(start === 0 && at === text.length ? text : text.slice(start, at));
    }
    this.#next = at;
  }

  #cutAt(separator: string, count: number): void {
    const text = this.#text;
    const parts = this.#parts;
    let at = this.#next;
    while (at >= 0 && parts.length < count) {
      const end = text.indexOf(separator, at);
      parts.push(end < 0 ? text.slice(at) : text.slice(at, end));
      at = end < 0 ? -1 : end + 1;
    }
    this.#next = at;
  }

  #join(): void {
    this.#isJoined = true;
    this.#text = this.#parts.join(this.#rules.outputSeparator);
    this.#whole = undefined;
  }
}

const NOT_BEGUN = -2;
/** What a field holds to which a variable without a value was assigned. */
const NOTHING = new NumericText('', 0);

/** White space between fields, unless FS says otherwise. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a;
}

/** Whether a separator stands for itself, or is the blank. */
function isPlain(separator: string): boolean {
  return separator.length === 1 && separator !== '\\';
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
  if (isPlain(separator) && !isParagraph) return text.split(separator);
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

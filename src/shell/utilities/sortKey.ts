import type { Process } from '../kernel/process.ts';
import { compareNames, compareVersions } from './nameOrder.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';

export type Ordering = 'numeric' | 'general' | 'human' | 'month' | 'version' | 'random';

/** How a key compares. */
export interface KeyOptions {
  ordering: Ordering | undefined;
  reverse: boolean;
  foldsCase: boolean;
  dictionary: boolean;
  printing: boolean;
  skipsStartBlanks: boolean;
  skipsEndBlanks: boolean;
}

/** `-k F[.C][OPTS][,F[.C][OPTS]]`: fields and characters from 0; an end of character 0 is the end of its field. */
export interface SortKey {
  readonly startField: number;
  readonly startChar: number;
  readonly endField: number | undefined;
  readonly endChar: number;
  readonly options: KeyOptions;
}

const LETTERS: Readonly<Record<string, Ordering>> = {
  n: 'numeric',
  g: 'general',
  h: 'human',
  M: 'month',
  V: 'version',
  R: 'random',
};

export function plainOptions(): KeyOptions {
  return {
    ordering: undefined,
    reverse: false,
    foldsCase: false,
    dictionary: false,
    printing: false,
    skipsStartBlanks: false,
    skipsEndBlanks: false,
  };
}

/** Sets what a letter of sort(1) stands for; false for one that is none. */
export function applyLetter(options: KeyOptions, letter: string, side: 'start' | 'end' | 'both'): boolean {
  const ordering = LETTERS[letter];
  if (ordering) options.ordering = ordering;
  else if (letter === 'r') options.reverse = true;
  else if (letter === 'f') options.foldsCase = true;
  else if (letter === 'd') options.dictionary = true;
  else if (letter === 'i') options.printing = true;
  else if (letter === 'b') {
    if (side !== 'end') options.skipsStartBlanks = true;
    if (side !== 'start') options.skipsEndBlanks = true;
  } else return false;
  return true;
}

/** Throws UsageError. Keys without letters of their own take the ones of the command line. */
export function parseKey(text: string, inherited: KeyOptions): SortKey {
  const match = /^(\d+)(?:\.(\d+))?([A-Za-z]*)(?:,(\d+)(?:\.(\d+))?([A-Za-z]*))?$/.exec(text);
  if (!match) {
    if (/^\d/.test(text))
      throw new UsageError('operand', `stray character in field spec: invalid field specification ${quoted(text)}`, {
        bare: true,
      });
    throw new UsageError('operand', `invalid number at field start: invalid count at start of ${quoted(text)}`, {
      bare: true,
    });
  }
  const [, field = '', char, letters = '', endField, endChar, endLetters = ''] = match;
  if (Number(field) === 0)
    throw new UsageError('operand', `field number is zero: invalid field specification ${quoted(text)}`, {
      bare: true,
    });
  if (char !== undefined && Number(char) === 0)
    throw new UsageError('operand', `character offset is zero: invalid field specification ${quoted(text)}`, {
      bare: true,
    });
  const options = letters + endLetters === '' ? { ...inherited } : plainOptions();
  for (const letter of letters) checkLetter(applyLetter(options, letter, 'start'), text);
  for (const letter of endLetters) checkLetter(applyLetter(options, letter, 'end'), text);
  return {
    startField: Number(field) - 1,
    startChar: char === undefined ? 0 : Number(char) - 1,
    endField: endField === undefined ? undefined : Number(endField) - 1,
    endChar: Number(endChar ?? 0),
    options,
  };
}

function checkLetter(isKnown: boolean, text: string): void {
  if (!isKnown)
    throw new UsageError('operand', `stray character in field spec: invalid field specification ${quoted(text)}`, {
      bare: true,
    });
}

/** The part of a line that a key names. Without a separator, fields begin with the blanks before them. */
export function keyText(line: string, key: SortKey, separator: string | undefined): string {
  let start = fieldStart(line, key.startField, separator);
  if (key.options.skipsStartBlanks) start = skipBlanks(line, start);
  start = Math.min(line.length, start + key.startChar);
  if (key.endField === undefined) return line.slice(start);
  let end: number;
  if (key.endChar === 0) {
    end = fieldEnd(line, key.endField, separator);
  } else {
    end = fieldStart(line, key.endField, separator);
    if (key.options.skipsEndBlanks) end = skipBlanks(line, end);
    end = Math.min(line.length, end + key.endChar);
  }
  return line.slice(start, Math.max(start, end));
}

function fieldStart(line: string, field: number, separator: string | undefined): number {
  let at = 0;
  for (let i = 0; i < field && at < line.length; i++) {
    if (separator === undefined) {
      at = skipBlanks(line, at);
      while (at < line.length && !isBlank(line, at)) at++;
    } else {
      const next = line.indexOf(separator, at);
      at = next < 0 ? line.length : next + 1;
    }
  }
  return at;
}

function fieldEnd(line: string, field: number, separator: string | undefined): number {
  if (separator === undefined) return fieldStart(line, field + 1, separator);
  const start = fieldStart(line, field, separator);
  const next = line.indexOf(separator, start);
  return next < 0 ? line.length : next;
}

function isBlank(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === 0x20 || code === 0x09 || code === 0x0a;
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (at < line.length && isBlank(line, at)) at++;
  return at;
}

/** What a key's text is made into once, so that comparing it is cheap. */
export type Prepared = string | number | readonly [number, string];

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

export function prepare(text: string, options: KeyOptions, salt: string): Prepared {
  switch (options.ordering) {
    case 'numeric':
      return decimalKey(text);
    case 'general': {
      const match = /^[ \t]*([-+]?(?:inf(?:inity)?|nan|0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?))/i.exec(text);
      if (!match) return Number.NEGATIVE_INFINITY;
      const word = (match[1] as string).toLowerCase();
      if (word.includes('nan')) return -Number.MAX_VALUE;
      return Number(word.replace(/inf(inity)?/, 'Infinity'));
    }
    case 'human': {
      const match = /^[ \t]*(-?)(\d*(?:\.\d*)?)([kKMGTPEZY]?)/.exec(text) as RegExpExecArray;
      const sign = match[1] ? -1 : 1;
      const value = Number(match[2] || 0) || 0;
      const power = value === 0 ? 0 : 'KMGTPEZY'.indexOf((match[3] ?? '').toUpperCase() || '?') + 1;
      return sign * (power * 1e15 + Math.min(value, 9e14));
    }
    case 'month':
      return MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase());
    case 'random':
      return [hashOf(salt + text), text];
    default: {
      let shown = text;
      if (options.dictionary) shown = shown.replace(/[^A-Za-z0-9 \t]/g, '');
      if (options.printing) shown = shown.replace(/[^ -~]/g, '');
      if (options.foldsCase) shown = shown.toUpperCase();
      return shown;
    }
  }
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}

export type Comparison = (a: Prepared, b: Prepared) => number;

/** How two prepared keys compare. */
export function comparisonOf(options: KeyOptions): Comparison {
  const compare = forward(options.ordering);
  return options.reverse ? (a, b) => -compare(a, b) : compare;
}

function forward(ordering: Ordering | undefined): Comparison {
  switch (ordering) {
    case 'numeric':
      return (a, b) => compareNumeric(a as Decimal, b as Decimal);
    case 'general':
    case 'human':
    case 'month':
      return (a, b) => compareNumbers(a as number, b as number);
    case 'random':
      return (a, b) => {
        const [[hashA, textA], [hashB, textB]] = [a as readonly [number, string], b as readonly [number, string]];
        return hashA - hashB || compareNames(textA, textB);
      };
    case 'version':
      return (a, b) => compareVersions(a as string, b as string);
    case undefined:
      return (a, b) => compareNames(a as string, b as string);
  }
}

function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A decimal number of any length at the start of a text; what is none is 0. A text where it has more digits than a
 *  double holds. */
type Decimal = number | string;

const DOUBLE_DIGITS = 15;

function decimalKey(text: string): Decimal {
  let at = skipBlanks(text, 0);
  const isNegative = text.charCodeAt(at) === MINUS;
  if (isNegative) at++;
  const start = at;
  while (isDigit(text, at)) at++;
  if (text.charCodeAt(at) === POINT) {
    at++;
    while (isDigit(text, at)) at++;
  }
  if (at - start > DOUBLE_DIGITS) return text;
  const value = Number(text.slice(start, at)) || 0;
  return isNegative ? -value : value;
}

/** The digits that a double was made of. */
function digitsOf(value: number): string {
  const wholeDigits = Math.trunc(Math.abs(value)).toString().length;
  return value.toFixed(Math.max(0, DOUBLE_DIGITS - wholeDigits));
}

const MINUS = 0x2d;
const POINT = 0x2e;

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

function compareNumeric(a: Decimal, b: Decimal): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  const [left, right] = [a, b].map((key) => decimalOf(typeof key === 'number' ? digitsOf(key) : key)) as [
    Digits,
    Digits,
  ];
  if (left.sign !== right.sign) return left.sign - right.sign;
  const order =
    left.whole.length - right.whole.length ||
    compareNames(left.whole, right.whole) ||
    compareNames(left.part, right.part);
  return order * left.sign;
}

interface Digits {
  readonly sign: number;
  readonly whole: string;
  readonly part: string;
}

function decimalOf(text: string): Digits {
  const match = /^[ \t]*(-?)(\d*)(?:\.(\d*))?/.exec(text) as RegExpExecArray;
  const whole = (match[2] ?? '').replace(/^0+/, '');
  const part = (match[3] ?? '').replace(/0+$/, '');
  return { sign: whole === '' && part === '' ? 0 : match[1] ? -1 : 1, whole, part };
}

/** Differs at each run, where the machine's randomness does. */
export function randomSalt(process: Process): string {
  return String.fromCharCode(...process.kernel.random(8));
}

import { compareNames } from './nameOrder.ts';
import { type Json, JqError, type JsonObject } from './jqSyntax.ts';

/** A document that JSON.parse made, with maps for objects. */
export function fromParsed(value: unknown): Json {
  if (Array.isArray(value)) return value.map(fromParsed);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, item]) => [key, fromParsed(item)]));
  return value as Json;
}

export function isObject(value: Json): value is JsonObject {
  return value instanceof Map;
}

export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return isObject(value) ? 'object' : typeof value;
}

export interface JsonForm {
  /** Undefined: on one line. */
  readonly indent: string | undefined;
  readonly sortKeys: boolean;
  readonly color: boolean;
  readonly ascii: boolean;
}

export const COMPACT: JsonForm = { indent: undefined, sortKeys: false, color: false, ascii: false };
const COLORS: Readonly<Record<string, string>> = {
  null: '1;30',
  boolean: '0;39',
  number: '0;39',
  string: '0;32',
  array: '1;39',
  object: '1;39',
};
const KEY_COLOR = '34;1';

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'null';
  if (!Number.isFinite(value)) return value < 0 ? '-1.7976931348623157e+308' : '1.7976931348623157e+308';
  if (Number.isInteger(value) && Math.abs(value) < 1e17) return String(value);
  const text = Math.abs(value) >= 1e17 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

export function stringText(text: string, ascii = false): string {
  const quoted = JSON.stringify(text).replace(/\u007f/g, '\\u007f');
  return ascii
    ? quoted.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : quoted;
}

export function jsonText(value: Json, form: JsonForm = COMPACT, level = 0): string {
  const paint = (text: string) => (form.color ? `\x1b[${COLORS[typeOf(value)]}m${text}\x1b[0m` : text);
  if (value === null || typeof value === 'boolean') return paint(String(value));
  if (typeof value === 'number') return paint(numberText(value));
  if (typeof value === 'string') return paint(stringText(value, form.ascii));
  const isList = !isObject(value);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  let entries: string[];
  if (isList) {
    entries = value.map((item) => jsonText(item, form, level + 1));
  } else {
    const keys = form.sortKeys ? [...value.keys()].sort(compareNames) : [...value.keys()];
    entries = keys.map((key) => {
      const shown = form.color
        ? `\x1b[0m\x1b[${KEY_COLOR}m${stringText(key, form.ascii)}\x1b[0m\x1b[1;39m`
        : stringText(key, form.ascii);
      return `${shown}:${form.indent === undefined ? '' : ' '}${form.color ? '\x1b[0m' : ''}${jsonText(value.get(key) as Json, form, level + 1)}`;
    });
  }
  if (entries.length === 0) return paint(open + close);
  const { indent } = form;
  const begin = form.color ? '\x1b[1;39m' : '';
  const end = form.color ? '\x1b[0m' : '';
  if (indent === undefined) return `${begin}${open}${entries.join(`${begin},`)}${begin}${close}${end}`;
  const inner = `\n${indent.repeat(level + 1)}`;
  return `${begin}${open}${inner}${entries.join(`${begin},${inner}`)}${begin}\n${indent.repeat(level)}${begin}${close}${end}`;
}

const RANKS: Readonly<Record<string, number>> = { null: 0, boolean: 1, number: 3, string: 4, array: 5, object: 6 };

/** jq's order: null, false, true, numbers, texts, arrays, objects. */
export function compareJson(a: Json, b: Json): number {
  const difference = (RANKS[typeOf(a)] as number) - (RANKS[typeOf(b)] as number);
  if (difference !== 0) return difference;
  if (typeof a === 'boolean' || typeof a === 'number') return Number(a) - Number(b);
  if (typeof a === 'string') return compareNames(a, b as string);
  if (Array.isArray(a)) {
    const other = b as readonly Json[];
    for (let i = 0; i < Math.min(a.length, other.length); i++) {
      const order = compareJson(a[i] as Json, other[i] as Json);
      if (order !== 0) return order;
    }
    return a.length - other.length;
  }
  if (a === null || !isObject(a) || !isObject(b)) return 0;
  const [x, y] = [[...a.keys()].sort(compareNames), [...b.keys()].sort(compareNames)];
  const byKeys = compareJson(x, y);
  if (byKeys !== 0) return byKeys;
  for (const key of x) {
    const order = compareJson(a.get(key) as Json, b.get(key) as Json);
    if (order !== 0) return order;
  }
  return 0;
}

const MAX_REPEAT = 1 << 24;

export function arithmetic(operator: string, a: Json, b: Json): Json {
  switch (operator) {
    case '==':
      return compareJson(a, b) === 0;
    case '!=':
      return compareJson(a, b) !== 0;
    case '<':
      return compareJson(a, b) < 0;
    case '<=':
      return compareJson(a, b) <= 0;
    case '>':
      return compareJson(a, b) > 0;
    case '>=':
      return compareJson(a, b) >= 0;
    case '+':
      if (a === null) return b;
      if (b === null) return a;
      if (typeof a === 'number' && typeof b === 'number') return a + b;
      if (typeof a === 'string' && typeof b === 'string') return a + b;
      if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
      if (isObject(a) && isObject(b)) return new Map([...a, ...b]);
      throw unfit(a, b, 'added');
    case '-':
      if (typeof a === 'number' && typeof b === 'number') return a - b;
      if (Array.isArray(a) && Array.isArray(b))
        return a.filter((item: Json) => !b.some((other: Json) => compareJson(item, other) === 0));
      throw unfit(a, b, 'subtracted');
    case '*':
      if (typeof a === 'number' && typeof b === 'number') return a * b;
      if (typeof a === 'string' && typeof b === 'number') {
        if (a.length * b > MAX_REPEAT) throw new JqError('run', 'Repeat string result too long');
        return b <= 0 ? null : a.repeat(Math.max(1, Math.ceil(b)));
      }
      if (isObject(a) && isObject(b)) return merged(a, b);
      throw unfit(a, b, 'multiplied');
    case '/':
      if (typeof a === 'number' && typeof b === 'number') {
        if (b === 0) throw unfit(a, b, 'divided because the divisor is zero');
        return a / b;
      }
      if (typeof a === 'string' && typeof b === 'string') return a === '' ? [] : a.split(b);
      throw unfit(a, b, 'divided');
    default:
      if (typeof a !== 'number' || typeof b !== 'number') throw unfit(a, b, 'divided');
      if (Math.trunc(b) === 0) throw unfit(a, b, 'divided because the divisor is zero');
      return Math.trunc(a) % Math.abs(Math.trunc(b));
  }
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const out = new Map(a);
  for (const [key, value] of b) {
    const own = out.get(key);
    out.set(key, own !== undefined && isObject(own) && isObject(value) ? merged(own, value) : value);
  }
  return out;
}

/** `object ({"a":…)`: a value with its type, cut short. */
export function described(value: Json): string {
  const text = jsonText(value);
  const short = text.length > 11 ? `${text.slice(0, 10)}...` : text;
  return value === null ? 'null (null)' : `${typeOf(value)} (${short})`;
}

function unfit(a: Json, b: Json, what: string): JqError {
  return new JqError('run', `${described(a)} and ${described(b)} cannot be ${what}`);
}

export function indexed(from: Json, key: Json): Json {
  if (isObject(from) && typeof key === 'string') return from.get(key) ?? null;
  if (Array.isArray(from) && typeof key === 'number') return (from.at(Math.floor(key)) as Json | undefined) ?? null;
  if (from === null && (key === null || typeof key === 'string' || typeof key === 'number')) return null;
  if (typeof key === 'string') throw new JqError('run', `Cannot index ${typeOf(from)} with "${key}"`);
  throw new JqError('run', `Cannot index ${typeOf(from)} with ${typeOf(key)}`);
}

export function isTrue(value: Json): boolean {
  return value !== null && value !== false;
}

export function* each(value: Json): Generator<Json> {
  if (typeof value !== 'object' || value === null)
    throw new JqError('run', `Cannot iterate over ${value === null ? 'null' : described(value)}`);
  yield* value.values();
}

export function keysOf(value: Json): (string | number)[] {
  if (Array.isArray(value)) return value.map((_, i) => i);
  if (isObject(value)) return [...value.keys()];
  throw new JqError('run', `Cannot iterate over ${typeOf(value)}`);
}

export function sortedBy(items: readonly Json[], keys: readonly Json[]): Json[] {
  return items
    .map((item, i) => ({ item, key: keys[i] as Json, i }))
    .sort((a, b) => compareJson(a.key, b.key) || a.i - b.i)
    .map(({ item }) => item);
}

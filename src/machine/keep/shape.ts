import { KeepError } from './keepError.ts';

/** What a value must look like. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'bytes'
  | 'strings'
  | 'record'
  | { readonly optional: Shape }
  | { readonly nullable: Shape }
  | { readonly each: Shape }
  | { readonly values: Shape }
  | { readonly oneOf: readonly (string | number)[] }
  | { readonly tuple: readonly Shape[] }
  | { readonly fields: Readonly<Record<string, Shape>> };

/** Throws KeepError `corrupt` that names the first field which is not as it should be. Fields that the shape does not
 *  know may be anything. */
export function requireShape(value: unknown, shape: Shape, path: string, at = ''): void {
  const fault = faultOf(value, shape, at);
  if (fault !== undefined) throw new KeepError('corrupt', path, fault);
}

/** The shape of values like this one: null may be anything. */
export function shapeLike(example: unknown): Shape {
  if (example === null) return { nullable: 'record' };
  if (Array.isArray(example)) return { each: typeof example[0] === 'number' ? 'number' : 'string' };
  if (typeof example === 'object') {
    const fields = Object.entries(example).map(([key, field]) => [key, shapeLike(field)] as const);
    return fields.length === 0 ? 'record' : { fields: Object.fromEntries(fields) };
  }
  return typeof example as 'string' | 'number' | 'boolean';
}

function faultOf(value: unknown, shape: Shape, at: string): string | undefined {
  if (typeof shape === 'string') return fitsName(value, shape) ? undefined : `${named(at)} is no ${WORDS[shape]}`;
  if ('optional' in shape) return value === undefined ? undefined : faultOf(value, shape.optional, at);
  if ('nullable' in shape) return value === null ? undefined : faultOf(value, shape.nullable, at);
  if ('oneOf' in shape)
    return shape.oneOf.some((one) => one === value) ? undefined : `${named(at)} is ${String(value)}`;
  if ('fields' in shape || 'values' in shape) {
    if (!isRecord(value)) return `${named(at)} is no record`;
    const fields: [string, Shape][] =
      'fields' in shape ? Object.entries(shape.fields) : Object.keys(value).map((key) => [key, shape.values]);
    return first(fields, ([key, field]) => faultOf(value[key], field, at === '' ? key : `${at}.${key}`));
  }
  if (!Array.isArray(value)) return `${named(at)} is no list`;
  const fields = 'each' in shape ? value.map(() => shape.each) : shape.tuple;
  return first([...fields.entries()], ([i, field]) => faultOf(value[i], field, `${at}[${i}]`));
}

const WORDS = {
  string: 'text',
  number: 'number',
  boolean: 'truth value',
  bytes: 'bytes',
  strings: 'list of texts',
  record: 'record or list',
} as const;

function fitsName(value: unknown, name: keyof typeof WORDS): boolean {
  switch (name) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'bytes':
      return value instanceof Uint8Array;
    case 'strings':
      return Array.isArray(value) && value.every((one) => typeof one === 'string');
    case 'record':
      return typeof value === 'object' && value !== null;
    default:
      return typeof value === name;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function first<T>(items: readonly T[], faultOfItem: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultOfItem(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function named(at: string): string {
  return at === '' ? 'it' : at;
}

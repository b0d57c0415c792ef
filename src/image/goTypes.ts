// How encoding/json of Go fits values into the types of a struct: names without regard to case, null leaves a field as it
// is, and a value of another kind is refused.
import type { JsonObject, JsonValue } from './json.ts';

/** Tells the first fault of a value, with its path, or undefined. */
export type Reader = (value: JsonValue, path: string) => string | undefined;

/** Fields by their names in JSON. */
export type Struct = Readonly<Record<string, Reader>>;

const RFC_3339 =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]?\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

export const text = kindOf('string', 'string');
export const boolean = kindOf('boolean', 'bool');
export const integer: Reader = (value, path) =>
  value === null || (Number.isInteger(value) && Math.abs(value as number) < 2 ** 63)
    ? undefined
    : `${path} does not fit the type int64`;
export const texts = listOf(text);
export const textMap = mapOf(text);
export const objectMap = mapOf(struct({}));

export function struct(fields: Struct): Reader {
  const folded = new Map(Object.entries(fields).map(([name, reader]) => [name.toLowerCase(), reader]));
  return (value, path) => {
    if (value === null) return undefined;
    if (!isObject(value)) return `${path} is no object`;
    for (const [key, item] of value) {
      const fault = folded.get(key.toLowerCase())?.(item, `${path}.${key}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

function kindOf(kind: 'string' | 'boolean', name: string): Reader {
  return (value, path) =>
    value === null || typeof value === kind ? undefined : `${path} does not fit the type ${name}`;
}

export function listOf(reader: Reader): Reader {
  return (value, path) => {
    if (value === null) return undefined;
    if (!Array.isArray(value)) return `${path} is no array`;
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      const fault = reader(item, `${path}[${index}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

export function mapOf(reader: Reader): Reader {
  return (value, path) => {
    if (value === null) return undefined;
    if (!isObject(value)) return `${path} is no object`;
    for (const [key, item] of value) {
      const fault = reader(item, `${path}.${key}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** A []byte: base64 with its padding, line ends left out; or a list of bytes. */
export function base64(value: JsonValue, path: string): string | undefined {
  if (Array.isArray(value)) {
    const isBytes = value.every(
      (byte: JsonValue) => byte === null || (Number.isInteger(byte) && (byte as number) >> 8 === 0),
    );
    return isBytes ? undefined : `${path} is no list of bytes`;
  }
  if (value === null) return undefined;
  if (typeof value !== 'string') return `${path} does not fit the type []byte`;
  const plain = value.replace(/[\r\n]/g, '');
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(plain)
    ? undefined
    : `${path} is no base64`;
}

/** As time.Time reads it. */
export function time(value: JsonValue, path: string): string | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'string' || !RFC_3339.test(value)) return `${path} is no time`;
  const [year, month, day] = value.slice(0, 10).split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day ? undefined : `${path}: day out of range`;
}

export function isObject(value: JsonValue): value is JsonObject {
  return value instanceof Map;
}

import type { JsonObject, JsonValue } from './json.ts';

/** Lenient access to the fields of a document: a field of the wrong type reads as absent. */

export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return value instanceof Map ? value : undefined;
}

export function asArray(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** A field by name, ASCII case ignored; of several the last in the document, as encoding/json assigns them. */
export function field(object: JsonObject, name: string): JsonValue | undefined {
  const wanted = name.toLowerCase();
  let found: JsonValue | undefined;
  for (const [key, value] of object) {
    if (key.length === name.length && key.toLowerCase() === wanted) found = value;
  }
  return found;
}

export function stringField(object: JsonObject, name: string): string | undefined {
  const value = field(object, name);
  return typeof value === 'string' ? value : undefined;
}

/** As `stringField`; empty counts as absent. */
export function textField(object: JsonObject, name: string): string | undefined {
  return stringField(object, name) || undefined;
}

export function numberField(object: JsonObject, name: string): number | undefined {
  const value = field(object, name);
  return typeof value === 'number' ? value : undefined;
}

export function objectField(object: JsonObject, name: string): JsonObject | undefined {
  return asObject(field(object, name));
}

export function arrayField(object: JsonObject, name: string): readonly JsonValue[] | undefined {
  return asArray(field(object, name));
}

/** The strings of an array; other elements are left out. */
export function stringsField(object: JsonObject, name: string): string[] | undefined {
  return arrayField(object, name)?.filter((value) => typeof value === 'string');
}

/** The keys of an object that serves as a set (`{"80/tcp": {}}`). */
export function keysField(object: JsonObject, name: string): string[] | undefined {
  const set = objectField(object, name);
  return set && [...set.keys()];
}

/** The string values of an object; null-prototype, so that no key can be mistaken for a method. */
export function stringMapField(object: JsonObject, name: string): Record<string, string> | undefined {
  const map = objectField(object, name);
  if (!map) return undefined;
  const result = Object.create(null) as Record<string, string>;
  for (const [key, value] of map) if (typeof value === 'string') result[key] = value;
  return result;
}

/** Leaves out the keys whose value is undefined. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) result[key] = value;
  return result as { [K in keyof T]?: Exclude<T[K], undefined> };
}

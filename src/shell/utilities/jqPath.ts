import { type Json, JqError } from './jqSyntax.ts';
import { indexed, isObject, typeOf } from './jqValue.ts';

export type JqPath = readonly Json[];
/** An array is not made longer than that by naming one of its places. */
const MAX_INDEX = 10_000_000;

export function parsePath(value: Json, path: JqPath): Json {
  return path.reduce<Json>((at, key) => indexed(at, key), value);
}

/** The value with another one at a path; what is missing on the way is made. */
export function setPath(value: Json, path: JqPath, item: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return item;
  const inner = setPath(indexed(value, key), rest, item);
  if (typeof key === 'string') return new Map(isObject(value) ? value : []).set(key, inner);
  if (typeof key !== 'number') throw new JqError('run', `Invalid path component ${typeOf(key)}`);
  const list = Array.isArray(value) ? [...(value as readonly Json[])] : [];
  const at = key < 0 ? list.length + key : key;
  if (at < 0) throw new JqError('run', 'Out of bounds negative array index');
  if (at > MAX_INDEX) throw new JqError('run', 'Array index too large');
  while (list.length < at) list.push(null);
  list[at] = inner;
  return list;
}

/** Without what lies at a path. */
export function deletePath(value: Json, path: JqPath): Json {
  const [key, ...rest] = path;
  if (key === undefined || value === null) return null;
  if (rest.length > 0) {
    const inner = indexed(value, key);
    return inner === null ? value : setPath(value, [key], deletePath(inner, rest));
  }
  if (isObject(value) && typeof key === 'string') {
    const out = new Map(value);
    out.delete(key);
    return out;
  }
  if (Array.isArray(value) && typeof key === 'number') {
    const at = key < 0 ? value.length + key : key;
    return value.filter((_, i) => i !== at);
  }
  throw new JqError(
    'run',
    `Cannot delete field at ${typeof key === 'string' ? 'object' : 'array'} index of ${typeOf(value)}`,
  );
}

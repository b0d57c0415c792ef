/** JSON as Go's encoding/json writes it: no white space, `<`, `>`, `&`, U+2028 and U+2029 escaped, keys in the order
 *  given. What engines hash is written so. */
export type JsonWritable =
  | null
  | boolean
  | number
  | string
  | readonly JsonWritable[]
  | ReadonlyMap<string, JsonWritable>
  | { readonly [key: string]: JsonWritable | undefined };

/** Keys whose value is undefined are left out. */
export function writeJson(value: JsonWritable): string {
  if (typeof value === 'string') return writeString(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  const entries = value instanceof Map ? [...(value as ReadonlyMap<string, JsonWritable>)] : Object.entries(value);
  const members = entries.flatMap(([key, one]: [string, JsonWritable | undefined]) =>
    one === undefined ? [] : [`${writeString(key)}:${writeJson(one)}`],
  );
  return `{${members.join(',')}}`;
}

export function jsonBytes(value: JsonWritable): Uint8Array {
  return new TextEncoder().encode(writeJson(value));
}

/** As Go writes a map: keys sorted by their bytes. */
export function sortedKeys(map: ReadonlyMap<string, JsonWritable>): ReadonlyMap<string, JsonWritable> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function isArray(value: JsonWritable): value is readonly JsonWritable[] {
  return Array.isArray(value);
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\\b': '\\u0008', '\\f': '\\u000c' };

function writeString(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replace(/\\./g, (pair) => SHORT_ESCAPES[pair] ?? pair)
    .replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

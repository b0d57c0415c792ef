import { type JsonWritable, writeJson } from '../../image/writeJson.ts';
import {
  ANY,
  BOOL,
  type GoField,
  type GoStruct,
  type GoType,
  type GoValue,
  items,
  JSON_NUMBER,
  map,
  members,
  slice,
  sortedMembers,
  STRING,
} from './goValue.ts';

/** A JSON document in Go's terms, as `json.Unmarshal` into an `interface{}` gives it, numbers as json.Number. */
export function anyFromJson(json: JsonWritable | undefined): GoValue {
  if (json === null || json === undefined) return { type: ANY, data: null };
  if (typeof json === 'boolean') return { type: BOOL, data: json };
  if (typeof json === 'string') return { type: STRING, data: json };
  if (typeof json === 'number') return { type: JSON_NUMBER, data: String(json) };
  if (Array.isArray(json)) return { type: slice(ANY), data: json.map((one: JsonWritable) => anyFromJson(one)) };
  const data = new Map(jsonMembers(json).map(([key, one]) => [key, anyFromJson(one)] as const));
  return { type: map(ANY), data };
}

/** A JSON document read into a Go type: keys match without regard to case, others are left out, what is missing is
 *  the type's zero. */
export function fromJson(type: GoType, json: JsonWritable | undefined): GoValue {
  if (json === null || json === undefined) return zero(type);
  switch (type.kind) {
    case 'interface':
      return anyFromJson(json);
    case 'bool':
      return typeof json === 'boolean' ? { type, data: json } : zero(type);
    case 'string':
      return typeof json === 'string' ? { type, data: json } : zero(type);
    case 'int':
      return typeof json === 'number' ? { type, data: BigInt(Math.trunc(json)) } : zero(type);
    case 'float64':
      return typeof json === 'number' ? { type, data: json } : zero(type);
    case 'slice':
      if (!Array.isArray(json)) return zero(type);
      return { type, data: json.map((one: JsonWritable) => fromJson(type.element, one)) };
    case 'map': {
      if (typeof json !== 'object' || Array.isArray(json)) return zero(type);
      const data = new Map(jsonMembers(json).map(([key, one]) => [key, fromJson(type.element, one)] as const));
      return { type, data };
    }
    case 'pointer':
      return { type, data: fromJson(type.to, json) };
    case 'struct':
      return structFromJson(type, json);
  }
}

function structFromJson(type: GoStruct, json: JsonWritable): GoValue {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return zero(type);
  const given = new Map(jsonMembers(json).map(([key, one]) => [key.toLowerCase(), one] as const));
  const data = new Map<string, GoValue>();
  for (const field of type.fields) {
    if (field.isEmbedded) data.set(field.name, fromJson(field.type, json));
    else
      data.set(field.name, fromJson(field.type, field.json === '-' ? null : given.get(jsonName(field).toLowerCase())));
  }
  return { type, data };
}

function jsonName(field: GoField): string {
  return field.json ?? field.name;
}

function jsonMembers(json: JsonWritable): [string, JsonWritable][] {
  const entries = json instanceof Map ? [...(json as Map<string, JsonWritable>)] : Object.entries(json as object);
  return entries.filter(([, value]) => value !== undefined) as [string, JsonWritable][];
}

const ZERO_TIME = '0001-01-01T00:00:00Z';

/** The zero value of a type. */
export function zero(type: GoType): GoValue {
  switch (type.kind) {
    case 'bool':
      return { type, data: false };
    case 'string':
      return { type, data: type.name === 'time.Time' ? ZERO_TIME : '' };
    case 'int':
      return { type, data: 0n };
    case 'float64':
      return { type, data: 0 };
    case 'struct':
      return { type, data: new Map(type.fields.map((field) => [field.name, zero(field.type)] as const)) };
    default:
      return { type, data: null };
  }
}

/** As `json.Marshal` writes it, but for the escapes of HTML where `escapesHtml` is left out. */
export function toJson(value: GoValue | undefined, options: { readonly escapesHtml?: boolean } = {}): string {
  return encode(value, options.escapesHtml ?? false);
}

function encode(value: GoValue | undefined, escapesHtml: boolean): string {
  if (!value) return 'null';
  const { type, data } = value;
  switch (type.kind) {
    case 'bool':
      return String(data);
    case 'int':
      return String(data);
    case 'float64':
      return String(data);
    case 'string':
      return type.name === 'json.Number' ? (data as string) || '0' : encodeString(data as string, escapesHtml);
    case 'interface':
    case 'pointer':
      return data === null ? 'null' : encode(data as GoValue, escapesHtml);
    case 'slice':
      if (data === null) return 'null';
      return `[${items(value)
        .map((item) => encode(item, escapesHtml))
        .join(',')}]`;
    case 'map':
      if (data === null) return 'null';
      return braces(
        sortedMembers(value).map(([key, one]) => [key, one] as const),
        escapesHtml,
      );
    case 'struct':
      return encodeStruct(value, type, escapesHtml);
  }
}

// A struct with methods and no fields is a row of a table: its methods by name (formatter.MarshalJSON), which
// escapes HTML whoever asks.
function encodeStruct(value: GoValue, type: GoStruct, escapesHtml: boolean): string {
  if (type.fields.length > 0 || !type.methods) return braces(structMembers(value, type), escapesHtml);
  const rows = Object.entries(type.methods)
    .filter(([name, method]) => !method.parameters && name !== 'FullHeader')
    .map(([name, method]) => [name, method.call(value, [])] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return braces(rows, true);
}

function structMembers(value: GoValue, type: GoStruct): (readonly [string, GoValue])[] {
  const values = members(value);
  return type.fields.flatMap((field) => {
    const member = values.get(field.name) as GoValue;
    if (field.json === '-') return [];
    if (!field.isEmbedded) {
      return field.omitsEmpty && isEmpty(member) ? [] : [[jsonName(field), member] as const];
    }
    const inner = member.type.kind === 'pointer' ? (member.data as GoValue | null) : member;
    return inner ? structMembers(inner, inner.type as GoStruct) : [];
  });
}

function isEmpty(value: GoValue): boolean {
  switch (value.type.kind) {
    case 'slice':
      return items(value).length === 0;
    case 'map':
      return members(value).size === 0;
    case 'struct':
      return false;
    default:
      return value.data === null || value.data === false || value.data === '' || value.data === 0n || value.data === 0;
  }
}

function braces(rows: readonly (readonly [string, GoValue])[], escapesHtml: boolean): string {
  return `{${rows.map(([key, one]) => `${encodeString(key, escapesHtml)}:${encode(one, escapesHtml)}`).join(',')}}`;
}

function encodeString(text: string, escapesHtml: boolean): string {
  const written = writeJson(text);
  if (escapesHtml) return written;
  return written.replace(/\\(u003c|u003e|u0026|[\s\S])/g, (pair, code: string) => HTML[code] ?? pair);
}

const HTML: Readonly<Record<string, string>> = { u003c: '<', u003e: '>', u0026: '&' };

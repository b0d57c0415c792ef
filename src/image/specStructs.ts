// What Go's structs of the image-spec (specs-go/v1) refuse before a schema is asked: values of another type, looked up
// without regard to case; `data` that is no base64, variables without a name, digests of known algorithms that are wrong.
import { ImageError } from './imageError.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { checkDigest } from './referenceGrammar.ts';

/** What a document may be. */
export type SpecDocument = 'config' | 'descriptor' | 'imageIndex' | 'imageLayout' | 'manifest';

/** Tells the first fault of a value, with its path, or undefined. */
type Reader = (value: JsonValue, path: string) => string | undefined;

/** Fields by their names in JSON; null is no value, and leaves a field as it is. */
type Struct = Readonly<Record<string, Reader>>;

const ALGORITHMS = { sha256: 64, sha384: 96, sha512: 128 };
const RFC_3339 =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]?\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

const text = kindOf('string', 'string');
const boolean = kindOf('boolean', 'bool');
const integer: Reader = (value, path) =>
  value === null || (Number.isInteger(value) && Math.abs(value as number) < 2 ** 63)
    ? undefined
    : `${path} does not fit the type int64`;
const texts = listOf(text);
const textMap = mapOf(text);
const objectMap = mapOf(struct({}));

const platform: Struct = {
  architecture: text,
  os: text,
  'os.version': text,
  'os.features': texts,
  variant: text,
};
const descriptor: Struct = {
  mediaType: text,
  digest: text,
  size: integer,
  urls: texts,
  annotations: textMap,
  data: base64,
  platform: struct(platform),
  artifactType: text,
};
const head: Struct = {
  schemaVersion: integer,
  mediaType: text,
  artifactType: text,
  subject: struct(descriptor),
  annotations: textMap,
};
const config: Struct = {
  User: text,
  ExposedPorts: objectMap,
  Env: texts,
  Entrypoint: texts,
  Cmd: texts,
  Volumes: objectMap,
  WorkingDir: text,
  Labels: textMap,
  StopSignal: text,
  ArgsEscaped: boolean,
};
const history: Struct = { created: time, created_by: text, author: text, comment: text, empty_layer: boolean };

const DOCUMENTS: Readonly<Record<Exclude<SpecDocument, 'imageLayout'>, Reader>> = {
  descriptor: struct(descriptor),
  manifest: struct({ ...head, config: struct(descriptor), layers: listOf(struct(descriptor)) }),
  imageIndex: struct({ ...head, manifests: listOf(struct(descriptor)) }),
  config: struct({
    ...platform,
    created: time,
    author: text,
    config: struct(config),
    rootfs: struct({ type: text, diff_ids: texts }),
    history: listOf(struct(history)),
  }),
};

/** Why Go's types refuse a document, or undefined. */
export function structFault(kind: SpecDocument, document: JsonValue): string | undefined {
  if (kind === 'imageLayout') return undefined;
  const fault = DOCUMENTS[kind](document, '$');
  if (fault !== undefined || !isObject(document)) return fault;
  if (kind === 'descriptor') return digestFault(member(document, 'digest') ?? '');
  return kind === 'config' ? variableFault(document) : undefined;
}

// A digest of an algorithm that is not known is let pass.
function digestFault(digest: JsonValue): string | undefined {
  try {
    checkDigest(digest as string, ALGORITHMS);
    return undefined;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return error.message === 'unsupported digest algorithm' ? undefined : error.message;
  }
}

function variableFault(document: JsonObject): string | undefined {
  const given = member(document, 'config') ?? null;
  const variables = isObject(given) ? (member(given, 'Env') ?? null) : null;
  if (!Array.isArray(variables)) return undefined;
  const wrong = variables.find((variable: JsonValue) => !/^[^=]+=.*$/.test((variable ?? '') as string));
  return wrong === undefined ? undefined : `unexpected env: ${JSON.stringify(wrong)}`;
}

/** The last member of that name, whatever its case, that is not null. */
function member(object: JsonObject, name: string): JsonValue | undefined {
  const folded = name.toLowerCase();
  return [...object].findLast(([key, value]) => value !== null && key.toLowerCase() === folded)?.[1];
}

function struct(fields: Struct): Reader {
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

function listOf(reader: Reader): Reader {
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

function mapOf(reader: Reader): Reader {
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
function base64(value: JsonValue, path: string): string | undefined {
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
function time(value: JsonValue, path: string): string | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'string' || !RFC_3339.test(value)) return `${path} is no time`;
  const [year, month, day] = value.slice(0, 10).split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day ? undefined : `${path}: day out of range`;
}

function isObject(value: JsonValue): value is JsonObject {
  return value instanceof Map;
}

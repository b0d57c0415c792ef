// The JSON schemas of the OCI image-spec (schema/*.json), as checks: what is wrong first, and where.
import { ImageError } from './imageError.ts';
import { type JsonObject, type JsonValue, parseJson } from './json.ts';
import { type SpecDocument, structFault } from './specStructs.ts';

/** Tells the first fault of a value, with its path, or undefined. */
type Check = (value: JsonValue, path: string) => string | undefined;

const MEDIA_TYPE = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:\S*$/;
const MAX_INT64 = 2 ** 63;

/** What is wrong with a document by the image-spec's types and schema, or undefined when it is well formed. What follows the
 *  document does not count: the real validator reads one value. */
export function specFault(kind: SpecDocument, json: string): string | undefined {
  try {
    const { value, hasBom } = parseJson(new TextEncoder().encode(json));
    if (hasBom) return 'the document begins with a byte order mark';
    return structFault(kind, value) ?? DOCUMENTS[kind](value, '$');
  } catch (error) {
    if (error instanceof ImageError) return error.message;
    throw error;
  }
}

const text: Check = (value, path) => (typeof value === 'string' ? undefined : `${path} is no string`);
const mediaType = pattern(MEDIA_TYPE, 'no media type');
const digest = pattern(DIGEST, 'no digest');
const dateTime = pattern(DATE_TIME, 'no date and time');
const annotations = mapOf(text);
const stringMap = mapOf(text);
const objectMap = mapOf(object({}, []));

const descriptorFields = {
  mediaType,
  size: integer(0, MAX_INT64),
  digest,
  urls: arrayOf(pattern(URI, 'no URI')),
  data: text,
  artifactType: mediaType,
  annotations,
};
const descriptor = object(descriptorFields, ['mediaType', 'size', 'digest']);
const platform = object(
  { architecture: text, os: text, 'os.version': text, 'os.features': arrayOf(text), variant: text },
  ['architecture', 'os'],
);
const manifestDescriptor = object(
  { ...descriptorFields, size: integer(-MAX_INT64, MAX_INT64), data: anything, artifactType: anything, platform },
  ['mediaType', 'size', 'digest'],
);
const version = integer(2, 2);

const DOCUMENTS: Readonly<Record<SpecDocument, Check>> = {
  descriptor,
  imageLayout: object({ imageLayoutVersion: oneOf('1.0.0') }, ['imageLayoutVersion']),
  imageIndex: object(
    {
      schemaVersion: version,
      mediaType,
      artifactType: mediaType,
      subject: descriptor,
      manifests: arrayOf(manifestDescriptor),
      annotations,
    },
    ['schemaVersion', 'manifests'],
  ),
  manifest: object(
    {
      schemaVersion: version,
      mediaType,
      artifactType: mediaType,
      config: descriptor,
      subject: descriptor,
      layers: arrayOf(descriptor, 1),
      annotations,
    },
    ['schemaVersion', 'config', 'layers'],
  ),
  config: object(
    {
      created: dateTime,
      author: text,
      architecture: text,
      variant: text,
      os: text,
      'os.version': text,
      'os.features': arrayOf(text),
      config: object(
        {
          User: text,
          ExposedPorts: objectMap,
          Env: arrayOf(text),
          Entrypoint: orNull(arrayOf(text)),
          Cmd: orNull(arrayOf(text)),
          Volumes: orNull(objectMap),
          WorkingDir: text,
          Labels: orNull(stringMap),
          StopSignal: text,
          ArgsEscaped: boolean,
        },
        [],
      ),
      rootfs: object({ diff_ids: arrayOf(text), type: oneOf('layers') }, ['diff_ids', 'type']),
      history: arrayOf(
        object({ created: dateTime, author: text, created_by: text, comment: text, empty_layer: boolean }, []),
      ),
    },
    ['architecture', 'os', 'rootfs'],
  ),
};

function anything(): undefined {
  return undefined;
}

function boolean(value: JsonValue, path: string): string | undefined {
  return typeof value === 'boolean' ? undefined : `${path} is no boolean`;
}

function pattern(expression: RegExp, what: string): Check {
  return (value, path) => text(value, path) ?? (expression.test(value as string) ? undefined : `${path} is ${what}`);
}

function oneOf(...allowed: readonly string[]): Check {
  return (value, path) =>
    typeof value === 'string' && allowed.includes(value) ? undefined : `${path} is not ${allowed.join(' or ')}`;
}

function integer(minimum: number, maximum: number): Check {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return `${path} is no integer`;
    return value < minimum || value > maximum ? `${path} is out of range` : undefined;
  };
}

function orNull(check: Check): Check {
  return (value, path) => (value === null ? undefined : check(value, path));
}

function arrayOf(check: Check, minimum = 0): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is no array`;
    if (value.length < minimum) return `${path} has fewer than ${minimum} items`;
    return firstFault(value.entries(), (item, index) => check(item, `${path}[${index}]`));
  };
}

function mapOf(check: Check): Check {
  return (value, path) =>
    isObject(value)
      ? firstFault(value.entries(), (item, key) => check(item, `${path}.${key}`))
      : `${path} is no object`;
}

/** Other members are allowed: the specification may grow. */
function object(members: Readonly<Record<string, Check>>, required: readonly string[]): Check {
  return (value, path) => {
    if (!isObject(value)) return `${path} is no object`;
    const missing = required.find((name) => !value.has(name));
    if (missing !== undefined) return `${path}.${missing} is missing`;
    return firstFault(Object.entries(members), (check, name) => {
      const member = value.get(name);
      return member === undefined ? undefined : check(member, `${path}.${name}`);
    });
  };
}

function isObject(value: JsonValue): value is JsonObject {
  return value instanceof Map;
}

function firstFault<K, V>(
  items: Iterable<readonly [K, V]>,
  check: (value: V, key: K) => string | undefined,
): string | undefined {
  for (const [key, value] of items) {
    const fault = check(value, key);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

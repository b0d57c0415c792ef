// What Go's structs of the image-spec (specs-go/v1) refuse before a schema is asked: values of another type, looked up
// without regard to case; `data` that is no base64, variables without a name, digests of known algorithms that are wrong.
import { ImageError } from './imageError.ts';
import {
  base64,
  boolean,
  integer,
  isObject,
  listOf,
  objectMap,
  type Reader,
  type Struct,
  struct,
  text,
  textMap,
  texts,
  time,
} from './goTypes.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { checkDigest } from './referenceGrammar.ts';

/** What a document may be. */
export type SpecDocument = 'config' | 'descriptor' | 'imageIndex' | 'imageLayout' | 'manifest';

const ALGORITHMS = { sha256: 64, sha384: 96, sha512: 128 };

export const PLATFORM_FIELDS: Struct = {
  architecture: text,
  os: text,
  'os.version': text,
  'os.features': texts,
  variant: text,
};
export const DESCRIPTOR_FIELDS: Struct = {
  mediaType: text,
  digest: text,
  size: integer,
  urls: texts,
  annotations: textMap,
  data: base64,
  platform: struct(PLATFORM_FIELDS),
  artifactType: text,
};
export const HEAD_FIELDS: Struct = {
  schemaVersion: integer,
  mediaType: text,
  artifactType: text,
  subject: struct(DESCRIPTOR_FIELDS),
  annotations: textMap,
};
export const CONTAINER_FIELDS: Struct = {
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
export const HISTORY_FIELDS: Struct = {
  created: time,
  created_by: text,
  author: text,
  comment: text,
  empty_layer: boolean,
};

const DOCUMENTS: Readonly<Record<Exclude<SpecDocument, 'imageLayout'>, Reader>> = {
  descriptor: struct(DESCRIPTOR_FIELDS),
  manifest: struct({ ...HEAD_FIELDS, config: struct(DESCRIPTOR_FIELDS), layers: listOf(struct(DESCRIPTOR_FIELDS)) }),
  imageIndex: struct({ ...HEAD_FIELDS, manifests: listOf(struct(DESCRIPTOR_FIELDS)) }),
  config: struct({
    ...PLATFORM_FIELDS,
    created: time,
    author: text,
    config: struct(CONTAINER_FIELDS),
    rootfs: struct({ type: text, diff_ids: texts }),
    history: listOf(struct(HISTORY_FIELDS)),
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

// Whether a document fits the types that engines read it into: docker's (moby image, image/tarexport, container) where it
// has its own, those of the image-spec else. What does not fit makes them refuse the whole document.
import {
  boolean,
  integer,
  isObject,
  listOf,
  mapOf,
  type Reader,
  type Struct,
  struct,
  text,
  textMap,
  texts,
  time,
} from './goTypes.ts';
import type { JsonValue } from './json.ts';
import { field } from './jsonFields.ts';
import { CONTAINER_FIELDS, DESCRIPTOR_FIELDS, HEAD_FIELDS, HISTORY_FIELDS, PLATFORM_FIELDS } from './specStructs.ts';

/** A document of an archive. */
export type DocumentKind = 'config' | 'manifest' | 'index' | 'dockerManifest' | 'repositories' | 'v1Image';

/** Longer keys are cut. */
const MAX_FAULT_LENGTH = 200;

/** `container.Config`; the image-spec's is a part of it, but for commands, which docker and skopeo take as one text, too. */
const container: Struct = {
  ...CONTAINER_FIELDS,
  Cmd: command,
  Entrypoint: command,
  Hostname: text,
  Domainname: text,
  AttachStdin: boolean,
  AttachStdout: boolean,
  AttachStderr: boolean,
  Tty: boolean,
  OpenStdin: boolean,
  StdinOnce: boolean,
  Image: text,
  NetworkDisabled: boolean,
  MacAddress: text,
  OnBuild: texts,
  StopTimeout: integer,
  Shell: command,
  Healthcheck: struct({ Test: texts, Interval: integer, Timeout: integer, StartPeriod: integer, Retries: integer }),
};

/** `image.V1Image`. */
const v1Image: Struct = {
  ...PLATFORM_FIELDS,
  id: text,
  parent: text,
  comment: text,
  created: time,
  container: text,
  container_config: struct(container),
  docker_version: text,
  author: text,
  config: struct(container),
  Size: integer,
};

const descriptor = struct(DESCRIPTOR_FIELDS);
const layer: Reader = (value, path) => descriptor(value, path) ?? missing('digest', value, path);
/** Engines look manifests up by their media types. */
const manifest: Reader = (value, path) => layer(value, path) ?? missing('mediaType', value, path);

const DOCUMENTS: Readonly<Record<DocumentKind, Reader>> = {
  config: struct({
    ...v1Image,
    rootfs: struct({ type: text, diff_ids: texts }),
    history: listOf(struct(HISTORY_FIELDS)),
  }),
  manifest: struct({ ...HEAD_FIELDS, config: descriptor, layers: listOf(layer) }),
  index: struct({ ...HEAD_FIELDS, manifests: listOf(manifest) }),
  dockerManifest: listOf(
    struct({ Config: text, RepoTags: texts, Layers: texts, Parent: text, LayerSources: mapOf(descriptor) }),
  ),
  repositories: mapOf(textMap),
  v1Image: struct(v1Image),
};

/** What in a document is of another type than engines expect, with its path from `$`; undefined when all fits. */
export function typeFault(kind: DocumentKind, document: JsonValue): string | undefined {
  return DOCUMENTS[kind](document, '$')?.slice(0, MAX_FAULT_LENGTH);
}

function missing(name: string, value: JsonValue, path: string): string | undefined {
  return isObject(value) && field(value, name) ? undefined : `${path} has no ${name}`;
}

/** A command of docker's: one string, or a list (moby api/types/strslice). */
function command(value: JsonValue, path: string): string | undefined {
  return typeof value === 'string' ? undefined : texts(value, path);
}

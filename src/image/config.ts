import type { Digest } from './digest.ts';
import { ImageError } from './imageError.ts';
import { parseJson, type JsonObject, type JsonValue } from './json.ts';
import {
  arrayField,
  asObject,
  field,
  keysField,
  objectField,
  present,
  stringMapField,
  stringsField,
  textField,
} from './jsonFields.ts';

/** The part of an image config that we read (image-spec config.md). Everything else is kept in its bytes. */
export interface ImageConfig {
  readonly created?: string;
  readonly author?: string;
  readonly architecture?: string;
  readonly os?: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
  readonly dockerVersion?: string;
  readonly config?: ContainerConfig;
  /** Base first, as stored: `isDigest` tells whether each is one. */
  readonly diffIds: readonly Digest[];
  readonly history: readonly HistoryEntry[];
}

export interface ContainerConfig {
  readonly user?: string;
  readonly exposedPorts?: readonly string[];
  readonly env?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly volumes?: readonly string[];
  readonly workingDir?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly stopSignal?: string;
  readonly healthcheck?: { readonly test?: readonly string[] };
}

export interface HistoryEntry {
  readonly created?: string;
  readonly createdBy?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly emptyLayer?: boolean;
}

/** Reads a config leniently. Throws ImageError `json`, `limit`, or `malformed` when it is no object. */
export function parseConfig(bytes: Uint8Array): ImageConfig {
  return configOf(parseJson(bytes).value);
}

/** As `parseConfig`, of a document that was read. */
export function configOf(document: JsonValue): ImageConfig {
  const object = asObject(document);
  if (!object) throw new ImageError('malformed', 0, 'the config is no JSON object');
  const rootfs = objectField(object, 'rootfs');
  const container = objectField(object, 'config');
  return {
    ...present({
      created: textField(object, 'created'),
      author: textField(object, 'author'),
      architecture: textField(object, 'architecture'),
      os: textField(object, 'os'),
      variant: textField(object, 'variant'),
      osVersion: textField(object, 'os.version'),
      osFeatures: stringsField(object, 'os.features'),
      dockerVersion: textField(object, 'docker_version'),
      config: container && parseContainerConfig(container),
    }),
    diffIds: ((rootfs && stringsField(rootfs, 'diff_ids')) ?? []) as Digest[],
    history: (arrayField(object, 'history') ?? []).map(parseHistoryEntry),
  };
}

export function parseContainerConfig(object: JsonObject): ContainerConfig {
  const healthcheck = objectField(object, 'Healthcheck');
  return present({
    user: textField(object, 'User'),
    exposedPorts: keysField(object, 'ExposedPorts'),
    env: stringsField(object, 'Env'),
    entrypoint: commandField(object, 'Entrypoint'),
    cmd: commandField(object, 'Cmd'),
    volumes: keysField(object, 'Volumes'),
    workingDir: textField(object, 'WorkingDir'),
    labels: stringMapField(object, 'Labels'),
    stopSignal: textField(object, 'StopSignal'),
    healthcheck: healthcheck && present({ test: stringsField(healthcheck, 'Test') }),
  });
}

// Old configs give a single string where a list is meant (moby api/types/strslice).
function commandField(object: JsonObject, name: string): readonly string[] | undefined {
  const value = field(object, name);
  return typeof value === 'string' ? [value] : stringsField(object, name);
}

function parseHistoryEntry(value: JsonValue): HistoryEntry {
  const object = asObject(value);
  if (!object) return {};
  return present({
    created: textField(object, 'created'),
    createdBy: textField(object, 'created_by'),
    author: textField(object, 'author'),
    comment: textField(object, 'comment'),
    emptyLayer: field(object, 'empty_layer') === true ? true : undefined,
  });
}

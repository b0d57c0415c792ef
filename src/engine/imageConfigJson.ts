import type { Digest } from '../image/digest.ts';
import type { JsonObject, JsonValue } from '../image/json.ts';
import { arrayField, asObject, field, stringField } from '../image/jsonFields.ts';
import { jsonBytes, sortedKeys, type JsonWritable } from '../image/writeJson.ts';
import { configJson, type ContainerConfig } from './containerConfig.ts';

export interface ImageHistory {
  readonly created: string;
  readonly author: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly isEmptyLayer: boolean;
}

/** What the daemon puts into the config of an image that it makes itself. */
export interface MadeImage {
  readonly created: string;
  readonly author: string;
  readonly comment: string;
  /** The container that was committed; empty for none. */
  readonly container: string;
  readonly containerConfig: ContainerConfig;
  readonly config: ContainerConfig | undefined;
  readonly dockerVersion: string;
  readonly architecture: string;
  readonly variant: string;
  readonly os: string;
  readonly osVersion: string;
  readonly osFeatures: readonly string[];
  /** Of the parent, as it stands there. */
  readonly olderHistory: readonly JsonWritable[];
  readonly history: readonly ImageHistory[];
  readonly diffIds: readonly Digest[];
}

/** The bytes of an image's config as dockerd stores them (ALGORITHMS, "Config JSON written by the daemon"): keys sorted,
 *  empty ones left out, structs inside in Go's order. `container_config` is there for images of a container only where
 *  the vintage writes it (20.10 always). */
export function imageConfigBytes(image: MadeImage): Uint8Array {
  const fields = new Map<string, JsonWritable>();
  const set = (key: string, value: JsonWritable | undefined) => {
    if (value !== undefined && value !== '') fields.set(key, value);
  };
  set('architecture', image.architecture);
  set('author', image.author);
  set('comment', image.comment);
  set('config', image.config && (configJson(image.config) as JsonWritable));
  set('container', image.container);
  fields.set('container_config', configJson(image.containerConfig));
  fields.set('created', image.created);
  set('docker_version', image.dockerVersion);
  const history = [...image.olderHistory, ...image.history.map(historyJson)];
  set('history', history.length > 0 ? history : undefined);
  set('os', image.os);
  set('os.version', image.osVersion);
  set('os.features', image.osFeatures.length > 0 ? image.osFeatures : undefined);
  fields.set('rootfs', { type: 'layers', diff_ids: image.diffIds.length > 0 ? image.diffIds : undefined });
  set('variant', image.variant);
  return jsonBytes(sortedKeys(fields));
}

function historyJson(entry: ImageHistory): JsonWritable {
  return {
    created: entry.created,
    author: entry.author || undefined,
    created_by: entry.createdBy || undefined,
    comment: entry.comment || undefined,
    empty_layer: entry.isEmptyLayer || undefined,
  };
}

/** The history of a config as Go writes it again after reading it. */
export function olderHistory(document: JsonObject): readonly JsonWritable[] {
  return (arrayField(document, 'history') ?? []).map((value: JsonValue) => {
    const entry = asObject(value);
    return historyJson({
      created: (entry && stringField(entry, 'created')) ?? '0001-01-01T00:00:00Z',
      author: (entry && stringField(entry, 'author')) ?? '',
      createdBy: (entry && stringField(entry, 'created_by')) ?? '',
      comment: (entry && stringField(entry, 'comment')) ?? '',
      isEmptyLayer: entry !== undefined && field(entry, 'empty_layer') === true,
    });
  });
}

import type { Digest } from './digest.ts';
import { parseJson, type JsonObject, type JsonValue } from './json.ts';
import { arrayField, asObject, field, objectField, textField } from './jsonFields.ts';
import { ImageError } from './imageError.ts';
import { v1Fields } from './v1Ids.ts';
import { jsonBytes, sortedKeys, type JsonWritable } from './writeJson.ts';

/** Fields of v1 JSON that a config does not take over (moby image/v1, `MakeConfigFromV1Config`). */
const LEFT_OUT = ['id', 'parent', 'Size', 'parent_id', 'layer_id', 'throwaway'];
/** Engines before that wrote JSON that has to be normalised first. */
const FIRST_PLAIN_VERSION = [1, 8, 3];
const ZERO_TIME = '0001-01-01T00:00:00Z';

/** The config that dockerd 20.10 makes when it loads a chain of v1 images, so that the image gets the ID that it gets
 *  there. `chain` holds the JSON of each layer, base first. Throws ImageError. */
export function configFromV1(chain: readonly Uint8Array[], diffIds: readonly Digest[]): Uint8Array {
  const objects = chain.map(readObject);
  const top = objects.at(-1);
  if (!top) throw new ImageError('malformed', undefined, 'a chain of v1 images without any');
  const fields = isPlain(textField(top, 'docker_version')) ? rawFields(top) : v1Fields(top);
  for (const name of LEFT_OUT) fields.delete(name);
  fields.set('rootfs', { type: 'layers', diff_ids: diffIds });
  fields.set('history', objects.map(historyOf));
  return jsonBytes(sortedKeys(fields));
}

function readObject(bytes: Uint8Array): JsonObject {
  const object = asObject(parseJson(bytes).value);
  if (!object) throw new ImageError('malformed', 0, 'the v1 image JSON is no object');
  return object;
}

function rawFields(object: JsonObject): Map<string, JsonWritable> {
  return new Map([...object].map(([key, value]) => [key, value as JsonWritable]));
}

/** At least 1.8.3; no version at all counts as older. */
function isPlain(version: string | undefined): boolean {
  const parts = (version ?? '').split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0);
  for (const [i, wanted] of FIRST_PLAIN_VERSION.entries()) {
    const part = parts[i] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

function historyOf(object: JsonObject): JsonWritable {
  const container = objectField(object, 'container_config');
  const command = (container && arrayField(container, 'Cmd')) ?? [];
  const text = command.filter((part: JsonValue) => typeof part === 'string').join(' ');
  return {
    created: (field(object, 'created') as JsonWritable | undefined) ?? ZERO_TIME,
    author: textField(object, 'author'),
    created_by: text === '' ? undefined : text,
    comment: textField(object, 'comment'),
  };
}

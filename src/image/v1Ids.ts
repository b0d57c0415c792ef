import type { Platform } from '../bytes/platform.ts';
import { toHex } from '../bytes/hex.ts';
import { chainIds } from './chainId.ts';
import type { Digest } from './digest.ts';
import { parseJson, type JsonObject, type JsonValue } from './json.ts';
import { asObject, field, objectField } from './jsonFields.ts';
import { jsonBytes, sortedKeys, type JsonWritable } from './writeJson.ts';

/** A layer of an image as a v1 image, for engines before 1.10 (moby image/v1, `CreateID` and `MakeV1ConfigFromConfig`). */
export interface V1Layer {
  /** 64 hex digits. */
  readonly id: string;
  /** The text of ID/json. */
  readonly json: Uint8Array;
}

/** Layers below the top have no config of their own; Go's zero time in a time.Unix(0, 0) field. */
const EPOCH = '1970-01-01T00:00:00Z';
const ZERO_TIME = '0001-01-01T00:00:00Z';

/** The v1 layers of an image, base first: what `docker save` up to 24 named its folders. The top one carries the
 *  image's own fields. Computed as dockerd 20.10 in UTC does; a config with fields younger than that gives IDs that
 *  only we give. Throws ImageError where the bytes are no config. */
export function v1Layers(configBytes: Uint8Array, diffIds: readonly Digest[], platform: Platform): V1Layer[] {
  const config = asObject(parseJson(configBytes).value) ?? new Map<string, JsonValue>();
  const chain = chainIds(diffIds, platform);
  const layers: V1Layer[] = [];
  let parent: string | undefined;
  chain.forEach((chainId, i) => {
    const fields = i === chain.length - 1 ? v1Fields(config) : baseFields();
    const hashed = new Map(fields);
    hashed.set('layer_id', chainId);
    if (parent !== undefined) hashed.set('parent', `sha256:${parent}`);
    const id = sha256Hex(jsonBytes(sortedKeys(hashed)), platform);

    const os = field(config, 'os');
    const shown = new Map(fields).set('id', id);
    if (parent !== undefined) shown.set('parent', parent);
    if (typeof os === 'string' && os !== '') shown.set('os', os);
    layers.push({ id, json: jsonBytes(inOrder(shown, V1_FIELDS)) });
    parent = id;
  });
  return layers;
}

function sha256Hex(bytes: Uint8Array, platform: Platform): string {
  const hash = platform.createHash('sha256');
  hash.update(bytes);
  return toHex(hash.digest());
}

/** Fields in the order of the Go struct V1Image. */
const V1_FIELDS = [
  'id',
  'parent',
  'comment',
  'created',
  'container',
  'container_config',
  'docker_version',
  'author',
  'config',
  'architecture',
  'variant',
  'os',
  'Size',
];

type Fields = Map<string, JsonWritable>;

function baseFields(): Fields {
  return new Map<string, JsonWritable>([
    ['created', EPOCH],
    ['container_config', containerFields(undefined)],
  ]);
}

/** The fields of a config or of v1 JSON as the Go struct V1Image holds them, id and parent left out. */
export function v1Fields(config: JsonObject): Map<string, JsonWritable> {
  const fields: Fields = new Map();
  fields.set('created', writable(field(config, 'created')) ?? ZERO_TIME);
  fields.set('container_config', containerFields(objectField(config, 'container_config')));
  for (const name of ['comment', 'container', 'docker_version', 'author', 'architecture', 'variant', 'os']) {
    const value = field(config, name);
    if (value) fields.set(name, writable(value) ?? '');
  }
  const own = objectField(config, 'config');
  if (own) fields.set('config', containerFields(own));
  return fields;
}

/** Fields of the Go struct container.Config in its order, with what an absent one is written as; `omit` leaves an
 *  empty one out. */
const CONTAINER_FIELDS: readonly (readonly [name: string, absent: JsonWritable | 'omit'])[] = [
  ['Hostname', ''],
  ['Domainname', ''],
  ['User', ''],
  ['AttachStdin', false],
  ['AttachStdout', false],
  ['AttachStderr', false],
  ['ExposedPorts', 'omit'],
  ['Tty', false],
  ['OpenStdin', false],
  ['StdinOnce', false],
  ['Env', null],
  ['Cmd', null],
  ['Healthcheck', 'omit'],
  ['ArgsEscaped', 'omit'],
  ['Image', ''],
  ['Volumes', null],
  ['WorkingDir', ''],
  ['Entrypoint', null],
  ['NetworkDisabled', 'omit'],
  ['MacAddress', 'omit'],
  ['OnBuild', null],
  ['Labels', null],
  ['StopSignal', 'omit'],
  ['StopTimeout', 'omit'],
  ['Shell', 'omit'],
];

function containerFields(config: JsonObject | undefined): ReadonlyMap<string, JsonWritable> {
  const fields: Fields = new Map();
  for (const [name, absent] of CONTAINER_FIELDS) {
    const value = config && field(config, name);
    if (absent === 'omit' && isEmpty(value)) continue;
    const map = asObject(value);
    // Go writes a map with sorted keys; Healthcheck is a struct.
    if (map && name !== 'Healthcheck') fields.set(name, sortedKeys(map as ReadonlyMap<string, JsonWritable>));
    else fields.set(name, value === undefined ? absent : (writable(value) ?? null));
  }
  return fields;
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return Array.isArray(value) ? value.length === 0 : asObject(value)?.size === 0;
}

function writable(value: JsonValue | undefined): JsonWritable | undefined {
  return value as JsonWritable | undefined;
}

function inOrder(fields: Fields, order: readonly string[]): ReadonlyMap<string, JsonWritable> {
  const ordered: Fields = new Map();
  for (const name of order) {
    const value = fields.get(name);
    if (value !== undefined) ordered.set(name, value);
  }
  return ordered;
}

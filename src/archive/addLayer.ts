import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import { parseConfig } from '../image/config.ts';
import { digestOf, type Digest } from '../image/digest.ts';
import { parseJson, type JsonValue } from '../image/json.ts';
import { MediaType } from '../image/mediaTypes.ts';
import { jsonBytes, sortedKeys, type JsonWritable } from '../image/writeJson.ts';
import { ArchiveError, type Archive, type ArchiveImage } from './archive.ts';
import { digestSource } from './digestSource.ts';
import { asArchiveError } from './openContext.ts';
import { platformOf } from './readConfig.ts';
import { StoredLayer, type Resources } from './storedLayer.ts';
import { configToWrite } from './writeConfig.ts';

/** A layer that goes on top of an image, and what the image's history will say of it. */
export interface AddedLayer {
  /** Uncompressed. Undefined: nothing was changed, which only the history tells. */
  readonly tar: ByteSource | undefined;
  /** RFC 3339. */
  readonly created: string;
  readonly createdBy: string;
  readonly comment?: string;
}

/** How an image was made by the engine that made it: not so what comes on top. */
const MAKING_OF = ['container', 'container_config', 'docker_version', 'id', 'parent', 'Size'];

/** The image with one more layer on top, as `docker commit` makes it: the same config with one more entry in its
 *  history, `tags` instead of its own. It can be written with the archive it came from. Throws ArchiveError
 *  `malformed` when the config is no JSON object. */
export async function addLayer(
  archive: Archive,
  image: ArchiveImage,
  added: AddedLayer,
  tags: readonly string[],
  work: Work,
): Promise<ArchiveImage> {
  const { tar } = added;
  const diffId = tar && (await digestSource(tar, work));
  const base = await configToWrite(archive, image, work);
  const configBytes = extendConfig(base.bytes, added, diffId, archive.fileName);
  const config = parseConfig(configBytes);
  const layers = tar && diffId ? [...image.layers, newLayer(archive, tar, diffId)] : image.layers;
  return {
    describedBy: image.describedBy === 'oci' ? 'oci' : 'manifest.json',
    imageId: digestOf(configBytes, work.platform),
    v1Id: undefined,
    manifest: undefined,
    config,
    configBytes,
    tags,
    platform: platformOf(config),
    annotations: {},
    artifactType: undefined,
    isArtifact: false,
    layers,
    findings: [],
  };
}

function newLayer(archive: Archive, tar: ByteSource, diffId: Digest): StoredLayer {
  const spec = {
    diffId,
    blobDigest: diffId,
    mediaType: MediaType.ociLayer,
    annotations: {},
    urls: [],
    presence: 'present',
    path: 'the new layer',
    blob: tar,
    sizeBytes: tar.sizeBytes,
  } as const;
  return new StoredLayer(archive.layers.length, spec, 'none', archive.fileName, NOTHING_HELD);
}

// An uncompressed layer takes hold of nothing.
const NOTHING_HELD: Resources = { add: () => undefined };

function extendConfig(bytes: Uint8Array, added: AddedLayer, diffId: Digest | undefined, fileName: string): Uint8Array {
  const config = new Map(objectOf(readJson(bytes, fileName), fileName));
  for (const key of MAKING_OF) config.delete(key);
  const rootfs = new Map(objectOf(take(config, 'rootfs') ?? new Map(), fileName));
  const diffIds = take(rootfs, 'diff_ids');
  rootfs.set('type', rootfs.get('type') ?? 'layers');
  rootfs.set('diff_ids', [...(isList(diffIds) ? diffIds : []), ...(diffId ? [diffId] : [])]);
  const history = take(config, 'history');
  const { created, createdBy, comment } = added;
  take(config, 'created');
  config.set('created', created);
  const entry: JsonWritable = { created, created_by: createdBy, comment, empty_layer: diffId ? undefined : true };
  const written = new Map<string, JsonWritable>(config);
  written.set('history', [...(isList(history) ? history : []), entry]);
  written.set('rootfs', rootfs);
  return jsonBytes(sortedKeys(written));
}

function readJson(bytes: Uint8Array, fileName: string): JsonValue {
  try {
    return parseJson(bytes).value;
  } catch (error) {
    throw asArchiveError(error, fileName, 'the config');
  }
}

function objectOf(value: JsonValue, fileName: string): ReadonlyMap<string, JsonValue> {
  if (value instanceof Map) return value as ReadonlyMap<string, JsonValue>;
  throw new ArchiveError('malformed', 'the config', undefined, `${fileName}: the config is no JSON object`);
}

/** Takes a key out, however its letters are spelt: Go does not mind. */
function take(object: Map<string, JsonValue>, name: string): JsonValue | undefined {
  let found: JsonValue | undefined;
  for (const [key, value] of object) {
    if (key.toLowerCase() !== name) continue;
    found = value;
    object.delete(key);
  }
  return found;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

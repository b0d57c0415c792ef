import { parseDescriptor, type Descriptor } from './descriptor.ts';
import { ImageError } from './imageError.ts';
import type { JsonValue } from './json.ts';
import { asArray, asObject, field, objectField, stringField, stringsField, textField } from './jsonFields.ts';

/** One image of a docker-archive's manifest.json (moby image/tarexport, `manifestItem`). */
export interface DockerManifestItem {
  /** Path of the config in the archive. */
  readonly config: string | undefined;
  readonly repoTags: readonly string[];
  /** Paths of the layers, base first. */
  readonly layers: readonly string[];
  /** Image ID of the parent, from a daemon that knew it. */
  readonly parent: string | undefined;
  /** By diffID: descriptors of layers that lie elsewhere, or of how they were stored. */
  readonly layerSources: ReadonlyMap<string, Descriptor>;
}

/** The items of manifest.json. `null` gives none, as for docker up to 24. Throws ImageError `malformed`. */
export function parseDockerManifest(value: JsonValue): DockerManifestItem[] {
  if (value === null) return [];
  const items = asArray(value);
  if (!items) throw new ImageError('malformed', 0, 'manifest.json is no JSON array');
  return items.map((item, index) => {
    const object = asObject(item);
    if (!object) throw new ImageError('malformed', 0, `element ${index} of manifest.json is no JSON object`);
    return {
      config: textField(object, 'Config'),
      repoTags: stringsField(object, 'RepoTags') ?? [],
      layers: stringsField(object, 'Layers') ?? [],
      parent: stringField(object, 'Parent'),
      layerSources: layerSources(objectField(object, 'LayerSources')),
    };
  });
}

/** Whether a JSON value has the form of a docker-archive's manifest.json: other formats, and rootfs of web
 *  applications, have files of that name. An empty list has not. */
export function isDockerManifest(value: JsonValue): boolean {
  const items = asArray(value) ?? [];
  return items.length > 0 && items.every(isItem);
}

function isItem(value: JsonValue): boolean {
  const object = asObject(value);
  return object !== undefined && (field(object, 'Config') !== undefined || field(object, 'Layers') !== undefined);
}

function layerSources(object: ReturnType<typeof asObject>): ReadonlyMap<string, Descriptor> {
  const sources = new Map<string, Descriptor>();
  for (const [diffId, value] of object ?? []) {
    const descriptor = parseDescriptor(asObject(value));
    if (descriptor) sources.set(diffId, descriptor);
  }
  return sources;
}

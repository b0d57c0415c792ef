import { textField, objectField } from '../image/jsonFields.ts';
import { familiarForm } from '../image/reference.ts';
import type { JsonWritable } from '../image/writeJson.ts';
import { configJson } from './containerConfig.ts';
import type { EngineCore } from './engineCore.ts';
import { normalTime, ZERO_TIME } from './goTime.ts';
import type { ImageRecord, LayerRecord } from './imageRecord.ts';
import { readContainerConfig } from './readContainerConfig.ts';
import { isTagged, referencesTo } from './references.ts';

const OVERLAY_DIRECTORY = '/var/lib/docker/overlay2';

/** The document of `docker image inspect`, in the order of the API's struct (moby api/types, ImageInspect). From API
 *  1.44 on it has no VirtualSize, from 1.45 on nothing of the container that was committed. */
export function inspectImage(core: EngineCore, image: ImageRecord): Record<string, JsonWritable> {
  const references = referencesTo(core.state, image.id);
  const { document } = image;
  const config = objectField(document, 'config');
  const isOld = core.vintage === '20.10';
  return defined({
    Id: image.id,
    RepoTags: references.filter(isTagged).map(familiarForm),
    RepoDigests: references.filter((reference) => !isTagged(reference)).map(familiarForm),
    Parent: image.parent ?? '',
    // Of what has none of its own: the last step's (moby image_inspect.go).
    Comment: textField(document, 'comment') || (image.config.history.at(-1)?.comment ?? ''),
    Created: normalTime(image.config.created),
    Container: isOld ? (textField(document, 'container') ?? '') : undefined,
    ContainerConfig: isOld
      ? (configJson(readContainerConfig(objectField(document, 'container_config'))) as JsonWritable)
      : undefined,
    DockerVersion: textField(document, 'docker_version') ?? '',
    Author: textField(document, 'author') ?? '',
    Config: config ? (configJson(readContainerConfig(config)) as JsonWritable) : null,
    Architecture: image.config.architecture ?? '',
    Variant: image.config.variant,
    Os: image.config.os ?? 'linux',
    OsVersion: image.config.osVersion,
    Size: image.sizeBytes,
    VirtualSize: isOld ? image.sizeBytes : undefined,
    GraphDriver: { Data: layerDirectories(image.layers), Name: 'overlay2' },
    RootFS: defined({
      Type: 'layers',
      Layers: image.layers.length > 0 ? image.layers.map(({ diffId }) => diffId) : undefined,
    }),
    Metadata: { LastTagTime: image.lastTaggedAt ?? ZERO_TIME },
  });
}

/** Where the overlay2 driver has an image's layers. */
function layerDirectories(layers: readonly LayerRecord[]): JsonWritable {
  const top = layers.at(-1);
  if (!top) return null;
  const below = layers.slice(0, -1).reverse();
  const directory = `${OVERLAY_DIRECTORY}/${top.cacheId}`;
  return defined({
    LowerDir: below.length > 0 ? below.map(diffDirectory).join(':') : undefined,
    MergedDir: `${directory}/merged`,
    UpperDir: `${directory}/diff`,
    WorkDir: `${directory}/work`,
  });
}

export function diffDirectory({ cacheId }: Pick<LayerRecord, 'cacheId'>): string {
  return `${OVERLAY_DIRECTORY}/${cacheId}/diff`;
}

export function defined(fields: Readonly<Record<string, JsonWritable | undefined>>): Record<string, JsonWritable> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, JsonWritable] => entry[1] !== undefined),
  );
}

import type { Work } from '../bytes/platform.ts';
import { digestHex, digestOf, type Digest } from '../image/digest.ts';
import { parseReference, isReference, familiarName } from '../image/reference.ts';
import { jsonBytes, sortedKeys, type JsonWritable } from '../image/writeJson.ts';
import type { Archive, ArchiveImage } from './archive.ts';
import { blobPath } from './blobPath.ts';
import { dockerTags, loadedImages } from './dockerTags.ts';
import { platformOf } from './readConfig.ts';
import { planIndex, type DescribedManifest } from './writeIndex.ts';
import { makeManifest, planImage } from './writeOciLayout.ts';
import { configToWrite, v1LayersToWrite } from './writeConfig.ts';
import {
  bytesMember,
  createdSec,
  prepareLayers,
  type LayerForm,
  type OutLayer,
  type PlannedMember,
} from './writePlan.ts';

/** Plans what `docker save` writes from version 25 on: an OCI layout with manifest.json and `repositories` beside it
 *  (moby image/tarexport/save.go), the v1 JSON of each layer among the blobs. Artifacts (attestations, signatures)
 *  and further platforms are in the index alone, as in what docker's containerd store saves. */
export async function planDockerArchive(
  archive: Archive,
  images: readonly ArchiveImage[],
  form: LayerForm,
  work: Work,
): Promise<PlannedMember[]> {
  const members: PlannedMember[] = [];
  const items: JsonWritable[] = [];
  const manifests: DescribedManifest[] = [];
  const repositories = new RepositoryMap();
  const loaded = new Set(loadedImages(images));
  for (const image of images) {
    if (!loaded.has(image)) {
      const planned = await planImage(archive, image, image.isArtifact ? 'asStored' : form, work);
      members.push(...planned.members);
      manifests.push({ image, descriptor: planned.descriptor });
      continue;
    }
    const config = await configToWrite(archive, image, work);
    const layers = await prepareLayers(image, form, work);
    const planned = fitsManifest(image, layers)
      ? await planImage(archive, image, form, work)
      : makeManifest(image, config, layers, work);
    const mtimeSec = createdSec(image);
    members.push(...planned.members, bytesMember(pathOf(config.digest), config.bytes, mtimeSec));
    for (const { blobDigest, sizeBytes, open } of layers) {
      members.push({ path: pathOf(blobDigest), mtimeSec, sizeBytes, open });
    }
    const diffIds = layers.map(({ diffId }) => diffId);
    for (const { json } of v1LayersToWrite(config, diffIds, work)) {
      members.push(bytesMember(pathOf(digestOf(json, work.platform)), json, mtimeSec));
    }
    manifests.push({ image, descriptor: planned.descriptor });
    items.push(manifestItem(image, config.digest, layers));
    const top = layers.at(-1);
    if (top) repositories.add(dockerTags(image), digestHex(top.diffId));
  }
  return [
    ...members,
    ...planIndex(isMultiPlatform(manifests) ? manifests : manifests.map(withoutOwnPlatform), work),
    bytesMember('manifest.json', withNewline(items), 0),
    bytesMember('oci-layout', new TextEncoder().encode('{"imageLayoutVersion": "1.0.0"}'), 0),
    ...repositories.members(),
  ];
}

/** Docker names no platform for an image of its own: the config does. */
function withoutOwnPlatform({ image, descriptor }: DescribedManifest): DescribedManifest {
  const own = image.config && platformOf(image.config);
  if (!own || JSON.stringify(own) !== JSON.stringify(descriptor.platform)) return { image, descriptor };
  const { platform: _, ...rest } = descriptor;
  return { image, descriptor: rest };
}

function isMultiPlatform(manifests: readonly DescribedManifest[]): boolean {
  return new Set(manifests.map(({ descriptor }) => JSON.stringify(descriptor.platform))).size > 1;
}

function pathOf(digest: Digest): string {
  return blobPath(digest) ?? '';
}

/** Whether the manifest that came with the image names the very blobs that will be written. */
function fitsManifest(image: ArchiveImage, layers: readonly OutLayer[]): boolean {
  return image.manifest !== undefined && layers.every(({ layer, blobDigest }) => layer.blobDigest === blobDigest);
}

function manifestItem(image: ArchiveImage, configDigest: Digest, layers: readonly OutLayer[]): JsonWritable {
  const sources = layers.map(({ diffId, mediaType, sizeBytes, blobDigest }): [string, JsonWritable] => [
    diffId,
    { mediaType, size: sizeBytes, digest: blobDigest },
  ]);
  const tags = dockerTags(image);
  return {
    Config: pathOf(configDigest),
    RepoTags: tags.length > 0 ? tags : null,
    Layers: layers.map(({ blobDigest }) => pathOf(blobDigest)),
    Parent: image.parentImageId,
    LayerSources: sources.length > 0 ? sortedKeys(new Map(sources)) : undefined,
  };
}

/** Go's json.Encoder ends a document with a newline. */
export function withNewline(value: JsonWritable): Uint8Array {
  const bytes = jsonBytes(value);
  const result = new Uint8Array(bytes.length + 1);
  result.set(bytes);
  result[bytes.length] = 0x0a;
  return result;
}

/** Docker's `repositories`: name → tag → what it points to. Left out when nothing is tagged. */
export class RepositoryMap {
  readonly #names = new Map<string, Map<string, JsonWritable>>();

  /** `tags` as `dockerTags` gives them. */
  add(tags: readonly string[], target: string): void {
    for (const text of tags) {
      const reference = isReference(text) ? parseReference(text) : undefined;
      const colon = text.lastIndexOf(':');
      if (colon < 0 || reference?.digest !== undefined) continue;
      const name = text.includes('/') || !reference ? text.slice(0, colon) : familiarName(reference);
      const known = this.#names.get(name) ?? new Map<string, JsonWritable>();
      this.#names.set(name, known.set(text.slice(colon + 1), target));
    }
  }

  members(): PlannedMember[] {
    if (this.#names.size === 0) return [];
    const sorted = new Map([...this.#names].map(([name, tags]) => [name, sortedKeys(tags)] as const));
    return [bytesMember('repositories', withNewline(sortedKeys(sorted)), 0)];
  }
}

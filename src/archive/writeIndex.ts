import type { Work } from '../bytes/platform.ts';
import { digestOf } from '../image/digest.ts';
import { MediaType } from '../image/mediaTypes.ts';
import { fullForm, isReference, parseReference } from '../image/reference.ts';
import { jsonBytes, type JsonWritable } from '../image/writeJson.ts';
import type { ArchiveImage } from './archive.ts';
import { blobPath } from './blobPath.ts';
import { bytesMember, type PlannedMember } from './writePlan.ts';

/** An image and the descriptor of the manifest that was planned for it. */
export interface DescribedManifest {
  readonly image: ArchiveImage;
  readonly descriptor: Readonly<Record<string, JsonWritable>>;
}

/** index.json: an entry a tag, as docker and containerd write them, one without a name for an untagged image. Images
 *  of different platforms under the same tags become one nested index (image-index.md), so that each name stands for
 *  one thing. */
export function planIndex(manifests: readonly DescribedManifest[], work: Work): PlannedMember[] {
  const members: PlannedMember[] = [];
  const entries: JsonWritable[] = [];
  for (const group of groupByTags(manifests)) {
    const first = group[0];
    if (!first) continue;
    if (group.length > 1 && hasDistinctPlatforms(group)) {
      const bytes = indexBytes(
        group.map(({ image, descriptor }) => withAnnotations(descriptor, ownAnnotations(image))),
      );
      const digest = digestOf(bytes, work.platform);
      members.push(bytesMember(blobPath(digest) ?? '', bytes, 0));
      const descriptor = { mediaType: MediaType.ociIndex, digest, size: bytes.length };
      for (const tag of first.image.tags) entries.push(withAnnotations(descriptor, nameAnnotations(tag)));
    } else for (const { image, descriptor } of group) entries.push(...flatEntries(image, descriptor));
  }
  return [...members, bytesMember('index.json', indexBytes(entries), 0)];
}

function groupByTags(manifests: readonly DescribedManifest[]): DescribedManifest[][] {
  const groups = new Map<string, DescribedManifest[]>();
  manifests.forEach((one, i) => {
    const { tags } = one.image;
    const key = tags.length > 0 ? JSON.stringify(tags) : String(i);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  });
  return [...groups.values()];
}

function hasDistinctPlatforms(group: readonly DescribedManifest[]): boolean {
  const platforms = group.map(({ image }) => image.platform && JSON.stringify(Object.entries(image.platform).sort()));
  return !platforms.includes(undefined) && new Set(platforms).size === group.length;
}

function indexBytes(manifests: readonly JsonWritable[]): Uint8Array {
  return jsonBytes({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests });
}

function flatEntries(image: ArchiveImage, descriptor: DescribedManifest['descriptor']): JsonWritable[] {
  const names = image.tags.map(nameAnnotations);
  if (names.length === 0) names.push({});
  return names.map((name) => withAnnotations(descriptor, { ...ownAnnotations(image), ...name }));
}

function withAnnotations(
  descriptor: DescribedManifest['descriptor'],
  annotations: Readonly<Record<string, string>>,
): JsonWritable {
  return Object.keys(annotations).length > 0 ? { ...descriptor, annotations } : { ...descriptor };
}

function nameAnnotations(tag: string): Record<string, string> {
  const reference = isReference(tag) ? parseReference(tag) : undefined;
  if (reference?.tag === undefined) return { 'org.opencontainers.image.ref.name': tag };
  return {
    'io.containerd.image.name': fullForm(reference),
    'org.opencontainers.image.ref.name': reference.tag,
  };
}

// Attestations are told from images by annotations of their descriptor alone.
function ownAnnotations(image: ArchiveImage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(image.annotations).filter(([key]) => key.startsWith('vnd.docker.reference.')),
  );
}

import { normalForm } from '../image/reference.ts';
import type { Finding } from './archive.ts';
import type { ArchiveFindings } from './finding.ts';
import type { DescribedImage } from './layerSpec.ts';

/** Makes one list of the images that manifest.json and an OCI index describe. Where both mean the same image (equal
 *  image ID, the same blobs in the same order) one entry carries both namings; what only one of them has stays by
 *  itself. A finding tells when they contradict each other: a tag or an image ID with different layers. */
export function mergeImages(
  docker: readonly DescribedImage[],
  oci: readonly DescribedImage[],
  findings: ArchiveFindings,
): DescribedImage[] {
  const twins = groupBy(oci, imageKey);
  const merged = new Map<string, DescribedImage>();
  const used = new Set<DescribedImage>();
  for (const image of docker) {
    const key = imageKey(image) ?? `unknown ${merged.size}`;
    const known = merged.get(key);
    const twin = twins.get(key)?.find((other) => !used.has(other));
    if (twin) used.add(twin);
    const one = twin ? joined(image, twin) : image;
    merged.set(key, known ? { ...known, tags: mergeTags(known.tags, one.tags) } : one);
  }
  const rest = oci.filter((image) => !used.has(image));
  reportContradictions(docker, rest, findings);
  return [...merged.values(), ...rest];
}

/** Equal for descriptions of one image; undefined without a config. */
function imageKey({ imageId, layers }: DescribedImage): string | undefined {
  return imageId && JSON.stringify([imageId, ...layers.map(({ path }) => path)]);
}

function groupBy(
  images: readonly DescribedImage[],
  keyOf: (image: DescribedImage) => string | undefined,
): Map<string, DescribedImage[]> {
  const groups = new Map<string, DescribedImage[]>();
  for (const image of images) {
    const key = keyOf(image);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(image);
    else groups.set(key, [image]);
  }
  return groups;
}

/** The same image ID with other layers, or the same tag on one platform for another image. */
function reportContradictions(
  docker: readonly DescribedImage[],
  oci: readonly DescribedImage[],
  findings: ArchiveFindings,
): void {
  const byId = groupBy(docker, ({ imageId }) => imageId);
  const byTag = new Map(
    docker.flatMap((image) => image.tags.map((tag) => [`${normalForm(tag)} ${platformKey(image)}`, image])),
  );
  for (const image of oci) {
    if (image.isArtifact) continue;
    const tagged = image.tags.map((tag) => byTag.get(`${normalForm(tag)} ${platformKey(image)}`));
    const rival = byId.get(image.imageId ?? '')?.[0] ?? tagged.find((other) => other !== undefined);
    if (!rival) continue;
    const params = { manifest: rival.imageId ?? '', index: image.imageId ?? image.manifest?.digest ?? '' };
    findings.warning('descriptionsDisagree', params);
  }
}

// One tag for several platforms is an index, no contradiction.
function platformKey({ platform }: DescribedImage): string {
  return `${platform?.os}/${platform?.architecture}/${platform?.variant ?? ''}`;
}

// The OCI side knows more: manifest, media types, blob digests, annotations.
function joined(docker: DescribedImage, oci: DescribedImage): DescribedImage {
  const known = new Set(docker.findings.map(findingKey));
  return {
    ...oci,
    describedBy: 'manifest.json',
    tags: mergeTags(docker.tags, oci.tags),
    findings: [...docker.findings, ...oci.findings.filter((one) => !known.has(findingKey(one)))],
  };
}

function findingKey({ code, params }: Finding): string {
  return JSON.stringify([code, params.layer, params.what, params.tag, params.digest, params.path]);
}

/** Tags of both, those that are only another way to write a known one left out; `1` beside `app:1` is its tag. */
function mergeTags(tags: readonly string[], more: readonly string[]): string[] {
  const result = [...tags];
  for (const tag of more) {
    const isKnown = result.some((known) => normalForm(known) === normalForm(tag) || known.endsWith(`:${tag}`));
    if (!isKnown) result.push(tag);
  }
  return result;
}

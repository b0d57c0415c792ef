import type { Work } from '../bytes/platform.ts';
import { CodecError } from '../codec/codecError.ts';
import { TarError } from '../tar/tarEntry.ts';
import { ArchiveError, type Archive, type ArchiveImage, type ArchiveLayer } from './archive.ts';
import { engineImages, type RecordedArchive, type RecordedImage, type RecordedLayer } from './recordedFacts.ts';

/** Compares the images of an archive with those recorded. */
export async function checkImages(entry: RecordedArchive, archive: Archive, work: Work): Promise<string[]> {
  const { expected } = entry;
  if (expected.plain_tar) return checkPlainTar(entry, archive, work);
  if (expected.scan_error !== undefined) {
    return hasWarning(archive) ? [] : ['opened without a finding, although the recorder could not read it'];
  }
  const problems: string[] = [];
  const matched = new Set<ArchiveImage>();
  for (const recorded of expected.images ?? []) {
    if (recorded.index !== undefined) continue;
    const name = recorded.digest ?? recorded.image_id ?? recorded.head ?? tagsOf(recorded)[0] ?? '?';
    const image = findImage(entry, recorded, archive);
    if (image) {
      matched.add(image);
      problems.push(...(await checkImage(entry, recorded, image, work)).map((problem) => `${name}: ${problem}`));
    } else if (!isMissing(recorded)) problems.push(`${name}: not found`);
    else if (!archive.findings.some(({ params }) => params.digest === (recorded.digest ?? recorded.head))) {
      problems.push(`${name}: is missing, and no finding says so`);
    }
  }
  for (const image of archive.images) {
    if (!matched.has(image) && !hasWarning(archive)) {
      problems.push(`${image.imageId ?? image.manifest?.digest ?? image.v1Id ?? '?'}: recorded by no tool`);
    }
  }
  return problems;
}

/** A tag may also lead to a v1 image that is not there. */
function isMissing({ missing, src, layers }: RecordedImage): boolean {
  return Boolean(missing) || (src === 'v1' && layers?.length === 0);
}

/** Warnings and errors anywhere in what opening found. */
function hasWarning(archive: Archive): boolean {
  const images = archive.images.flatMap((image) => image.findings);
  return [...archive.findings, ...images].some(({ severity }) => severity !== 'info');
}

async function checkPlainTar(entry: RecordedArchive, archive: Archive, work: Work): Promise<string[]> {
  const plain = entry.expected.plain_tar;
  const layer = archive.layers[0];
  if (!plain || !layer || archive.images[0]?.describedBy !== 'rootfs') {
    return hasWarning(archive) ? [] : ['a plain tar was taken for a container of images'];
  }
  const problems: string[] = [];
  const { diffId } = await layer.verify(work);
  equal(problems, 'diffID', diffId, `sha256:${plain.sha256_uncompressed}`);
  const { entryCount, findings } = await layer.readIndex(work);
  const isDamaged =
    plain.tar_t_rc !== 0 && [...archive.findings, ...findings].some(({ severity }) => severity === 'error');
  const isDisputed = findings.some(({ code }) => code === 'sizeIgnored');
  if (!isDamaged && !isDisputed) equal(problems, 'entries', entryCount, plain.entries);
  return problems;
}

function findImage(entry: RecordedArchive, recorded: RecordedImage, archive: Archive): ArchiveImage | undefined {
  const layerCount = recorded.layers?.length;
  return archive.images.find((image) => {
    if (recorded.src.startsWith('dir') && archive.images.length === 1) return true;
    if (recorded.src === 'v1') return image.v1Id === recorded.head || sameTags(recorded, image);
    if (recorded.digest !== undefined) return image.manifest?.digest === recorded.digest;
    if (recorded.image_id === undefined)
      return tagsOf(recorded).length > 0 ? sameTags(recorded, image) : isLoaded(entry, image);
    return image.imageId === recorded.image_id && (layerCount === undefined || image.layers.length === layerCount);
  });
}

function sameTags(recorded: RecordedImage, image: ArchiveImage): boolean {
  const tags = tagsOf(recorded);
  return tags.length > 0 && tags.every((tag) => image.tags.includes(tag));
}

/** A recorder may have taken over whatever a hostile manifest.json has for `RepoTags`: only texts in a list are tags. */
function tagsOf({ tags }: RecordedImage): readonly string[] {
  return Array.isArray(tags) ? tags.filter((tag: unknown) => typeof tag === 'string') : [];
}

async function checkImage(
  entry: RecordedArchive,
  recorded: RecordedImage,
  image: ArchiveImage,
  work: Work,
): Promise<string[]> {
  const problems: string[] = [];
  if (recorded.config_missing && isLoaded(entry, image)) return problems; // the recorder minds the case of keys, Go does not
  if (recorded.image_id !== undefined && !recorded.config_missing && !isConfigDenied(recorded.image_id, image))
    equal(problems, 'image ID', image.imageId, recorded.image_id);
  if (recorded.mediaType !== undefined) equal(problems, 'media type', image.manifest?.mediaType, recorded.mediaType);
  for (const tag of tagsOf(recorded)) {
    const isName = tag !== '' && tag !== ':'; // of a schema 1 manifest without a name
    if (isName && !image.tags.includes(tag)) problems.push(`tag ${tag} not found`);
  }
  const layers = recorded.layers ?? [];
  equal(problems, 'layers', image.layers.length, layers.length);
  for (const [i, layer] of orderedLike(layers, image).entries()) {
    const stored = image.layers[i];
    if (!stored || !layer) continue;
    problems.push(...(await checkLayer(layer, stored, image, work)).map((problem) => `layer ${i + 1}: ${problem}`));
  }
  return problems;
}

/** The config is another than the manifest names, and it is said so: the ID of neither is true. */
function isConfigDenied(claimed: string, { findings }: ArchiveImage): boolean {
  return findings.some(({ code, params }) => code === 'digestMismatch' && params.claimed === claimed);
}

function isLoaded({ expected }: RecordedArchive, { imageId }: ArchiveImage): boolean {
  return imageId !== undefined && engineImages(expected)[imageId] !== undefined;
}

/** Recorded layers stand in the manifest's order; ours in the config's. */
function orderedLike(layers: readonly RecordedLayer[], image: ArchiveImage): readonly (RecordedLayer | undefined)[] {
  if (!image.findings.some(({ code }) => code === 'layersReordered')) return layers;
  const byDiffId = new Map(layers.map((layer) => [layer.diff_id, layer]));
  return image.layers.map(({ diffId }) => byDiffId.get(diffId));
}

async function checkLayer(
  recorded: RecordedLayer,
  layer: ArchiveLayer,
  image: ArchiveImage,
  work: Work,
): Promise<string[]> {
  const problems: string[] = [];
  if (recorded.missing) {
    const isFound = layer.blob !== undefined;
    if (isFound && !hasRepair(image)) problems.push('recorded as missing, found without a finding');
    return problems;
  }
  if (recorded.decompress_error !== undefined) return brokenLayerProblems(layer, work);
  if (recorded.blob_size === undefined) return problems;
  if (!layer.blob) return [`is ${layer.presence}, although it is there`];
  equal(problems, 'stored bytes', layer.blobSizeBytes, recorded.blob_size);
  if (recorded.compression !== undefined) equal(problems, 'compression', layer.compression, recorded.compression);

  const digests = await layer.verify(work);
  if (recorded.diff_id !== undefined) equal(problems, 'diffID', digests.diffId, recorded.diff_id);
  if (recorded.blob?.startsWith('sha256:') && digests.blobDigest.startsWith('sha256:')) {
    const isClaim = layer.blobDigest === recorded.blob && digests.blobDigestMatches === false;
    if (!isClaim) equal(problems, 'blob digest', digests.blobDigest, recorded.blob);
  }
  if (layer.presence === 'present') problems.push(...(await indexProblems(recorded, layer, work)));
  return problems;
}

/** A repair that makes more of an archive than the recorder did. */
function hasRepair(image: ArchiveImage): boolean {
  return image.findings.some(({ severity }) => severity !== 'info') || image.describedBy === 'v1';
}

async function indexProblems(recorded: RecordedLayer, layer: ArchiveLayer, work: Work): Promise<string[]> {
  const problems: string[] = [];
  try {
    const index = await layer.readIndex(work);
    const isStated = index.findings.some(({ severity }) => severity !== 'info');
    if (recorded.size !== undefined) equal(problems, 'size', index.sizeBytes, recorded.size);
    // GNU tar stops or goes on behind damage in ways of its own; then a finding has to say that there is damage. Where
    // it believes a size that engines ignore, what it lists is not what they see.
    const tarComplained = (recorded.tar_t_rc ?? 0) !== 0;
    const isDisputed = index.findings.some(({ code }) => code === 'sizeIgnored');
    if (recorded.entries !== undefined && !isDisputed && !(tarComplained && isStated)) {
      equal(problems, 'entries', index.entryCount, recorded.entries);
    }
  } catch (error) {
    if (!isLayerError(error)) throw error;
    if ((recorded.tar_t_rc ?? 0) === 0) problems.push(`cannot be read: ${error.message}`);
  }
  return problems;
}

/** A layer that real decoders refuse: ours must refuse it or say what is wrong with it. */
async function brokenLayerProblems(layer: ArchiveLayer, work: Work): Promise<string[]> {
  try {
    const { findings } = await layer.readIndex(work);
    return findings.some(({ severity }) => severity === 'error') ? [] : ['is broken, and no finding says so'];
  } catch (error) {
    if (isLayerError(error)) return [];
    throw error;
  }
}

function isLayerError(error: unknown): error is ArchiveError | TarError | CodecError {
  return error instanceof ArchiveError || error instanceof TarError || error instanceof CodecError;
}

function equal(problems: string[], what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) problems.push(`${what} is ${String(actual)}, expected ${String(expected)}`);
}

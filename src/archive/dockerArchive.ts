import { isDigest, type Digest } from '../image/digest.ts';
import { parseDockerManifest, type DockerManifestItem } from '../image/dockerManifest.ts';
import { isReference } from '../image/reference.ts';
import { ArchiveFindings } from './finding.ts';
import { ArchiveError } from './archive.ts';
import { findLayer, type DescribedImage, type LayerSpec } from './layerSpec.ts';
import { orderByNames } from './layerOrder.ts';
import { asArchiveError, readDocument, readJson, reportTypes, type OpenContext } from './openContext.ts';
import { checkLayerCount, platformOf, readConfig, type ReadConfig } from './readConfig.ts';

/** More images and layers, all together, than any archive has that was not made to hurt. */
const MAX_IMAGES = 10_000;
const MAX_LAYERS = 200_000;

/** Opens what `docker save` has written since 1.10: manifest.json with the paths of a config and of layers (moby
 *  image/tarexport). podman, skopeo, kaniko, jib, Bazel and BuildKit write it too. */
export async function openDockerArchive(context: OpenContext): Promise<DescribedImage[]> {
  const bytes = (await readDocument(context, 'manifest.json')) ?? new Uint8Array();
  const items = readItems(context, bytes);
  const images: DescribedImage[] = [];
  for (const item of items) images.push(await openItem(context, item));
  return images;
}

function readItems(context: OpenContext, bytes: Uint8Array): DockerManifestItem[] {
  const value = readJson(context, 'manifest.json', bytes);
  if (value === null) context.findings.warning('manifestNull');
  try {
    const items = parseDockerManifest(value);
    reportTypes('dockerManifest', value, 'manifest.json', context.findings);
    const layerCount = items.reduce((sum, item) => sum + item.layers.length, 0);
    if (items.length > MAX_IMAGES || layerCount > MAX_LAYERS) {
      const counts = `${items.length} images of ${layerCount} layers`;
      throw new ArchiveError('limit', 'manifest.json', undefined, `${context.fileName}: manifest.json names ${counts}`);
    }
    return items;
  } catch (error) {
    throw asArchiveError(error, context.fileName, 'manifest.json');
  }
}

async function openItem(context: OpenContext, item: DockerManifestItem): Promise<DescribedImage> {
  const findings = new ArchiveFindings();
  const read = await readItemConfig(context, item, findings);
  checkLayerCount(read?.config, item.layers.length, findings);
  const diffIds = read?.config?.diffIds ?? [];
  const paths = orderByNames(item.layers, diffIds);
  if (paths.isReordered) findings.warning('layersReordered', { layers: item.layers.length });
  return {
    describedBy: 'manifest.json',
    imageId: read?.imageId,
    v1Id: undefined,
    manifest: undefined,
    config: read?.config,
    configBytes: read?.bytes,
    tags: readTags(item.repoTags, findings),
    platform: read?.config && platformOf(read.config),
    annotations: {},
    artifactType: undefined,
    isArtifact: false,
    layers: paths.layers.map((path, position) => openLayer(context, item, path, position, diffIds[position], findings)),
    findings: findings.list(),
  };
}

async function readItemConfig(
  context: OpenContext,
  item: DockerManifestItem,
  findings: ArchiveFindings,
): Promise<ReadConfig | undefined> {
  const path = item.config ?? '';
  const read = await readConfig(context, path, findings);
  if (!read) {
    findings.fault('configMissing', { path });
    return undefined;
  }
  const named = /(?:^|[/:])([0-9a-f]{64})(?:\.json)?$/.exec(path)?.[1];
  if (named !== undefined && read.imageId !== `sha256:${named}`) {
    findings.warning('configNameMismatch', { path, actual: read.imageId });
  }
  return read;
}

function openLayer(
  context: OpenContext,
  item: DockerManifestItem,
  path: string,
  position: number,
  diffId: Digest | undefined,
  findings: ArchiveFindings,
): LayerSpec {
  const source = diffId === undefined ? undefined : item.layerSources.get(diffId);
  const named = /(?:^|\/)blobs\/(sha256|sha512)\/([0-9a-f]+)$/.exec(path);
  const pathDigest = named ? `${named[1]}:${named[2]}` : '';
  return findLayer(
    context.members,
    path,
    position,
    {
      diffId,
      blobDigest: isDigest(pathDigest) ? pathDigest : undefined,
      mediaType: source?.mediaType,
      annotations: source?.annotations,
      urls: source?.urls,
    },
    findings,
  );
}

/** Tags as they stand, without repetition; engines refuse what is no reference. */
function readTags(stored: readonly string[], findings: ArchiveFindings): string[] {
  const tags = [...new Set(stored)].filter((tag) => tag !== '');
  if (tags.length < new Set(stored).size) findings.info('tagInvalid', { tag: '' });
  for (const tag of tags) if (!isReference(tag)) findings.warning('tagInvalid', { tag: tag.slice(0, 300) });
  return tags;
}

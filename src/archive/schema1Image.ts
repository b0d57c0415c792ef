import type { ImageConfig } from '../image/config.ts';
import { isDigest } from '../image/digest.ts';
import type { Schema1Manifest } from '../image/schema1.ts';
import { parseV1Image, type V1Image } from '../image/v1Image.ts';
import type { ArchiveImage } from './archive.ts';
import type { ArchiveFindings } from './finding.ts';
import { findLayer, type DescribedImage } from './layerSpec.ts';
import type { BlobPath } from './ociManifest.ts';
import { documentFault, type OpenContext } from './openContext.ts';
import { platformOf } from './readConfig.ts';
import { configOfV1 } from './v1Config.ts';

/** An image out of a schema 1 manifest: its config is spread over the v1 JSON of the layers, and it states no
 *  diffIDs. No image ID is invented for it. */
export function describeSchema1(
  context: OpenContext,
  document: Schema1Manifest,
  manifest: NonNullable<ArchiveImage['manifest']>,
  tags: readonly string[],
  findings: ArchiveFindings,
  pathOf: BlobPath,
): DescribedImage {
  const chain = document.layers.map((layer, position) => readV1(layer.v1Json, position, findings));
  const config: ImageConfig = configOfV1(chain);
  const ownName = document.name === undefined ? [] : [`${document.name}:${document.tag ?? 'latest'}`];
  const layers = document.layers.map(({ blobSum }, position) => {
    const path = pathOf(blobSum);
    if (path === undefined) {
      findings.fault('layerDigestInvalid', { layer: position, digest: blobSum.slice(0, 160) });
    }
    const blobDigest = isDigest(blobSum) ? blobSum : undefined;
    return findLayer(context.members, path, position, { blobDigest }, findings);
  });
  return {
    describedBy: 'dir',
    imageId: undefined,
    v1Id: chain.at(-1)?.id,
    manifest,
    config,
    configBytes: undefined,
    tags: [...new Set([...tags, ...ownName])],
    platform: platformOf({ ...config, architecture: config.architecture ?? document.architecture ?? '' }),
    annotations: {},
    artifactType: undefined,
    isArtifact: false,
    layers,
    findings: findings.list(),
  };
}

function readV1(text: string | undefined, position: number, findings: ArchiveFindings): V1Image {
  try {
    return parseV1Image(new TextEncoder().encode(text ?? ''));
  } catch (error) {
    findings.warning('v1HistoryUnreadable', { layer: position, fault: documentFault(error) });
    return {};
  }
}

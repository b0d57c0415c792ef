import type { Descriptor } from '../image/descriptor.ts';
import { isDigest, type Digest } from '../image/digest.ts';
import type { ImageManifest } from '../image/manifest.ts';
import { isImageConfigType, isTarLayerType, MediaType } from '../image/mediaTypes.ts';
import type { Schema1Manifest } from '../image/schema1.ts';
import { ArchiveFindings } from './finding.ts';
import { findLayer, type DescribedImage, type LayerSpec } from './layerSpec.ts';
import type { OpenContext } from './openContext.ts';
import { ArchiveError } from './archive.ts';
import { blobPath } from './blobPath.ts';
import { checkLayerCount, parseConfigBytes, platformOf, readConfig, type ReadConfig } from './readConfig.ts';
import { describeSchema1 } from './schema1Image.ts';

export interface FoundManifest {
  readonly descriptor: Descriptor;
  readonly document: ImageManifest | Schema1Manifest;
  readonly bytes: Uint8Array;
}

/** Engines stop at 125 layers; artifacts have some thousand at most. */
const MAX_LAYERS = 10_000;

/** Where a format keeps the blob of a digest; undefined for a digest that is none. */
export type BlobPath = (digest: Digest) => string | undefined;

/** An image or artifact out of its manifest (image-spec manifest.md, Docker schema 2 or 1). */
export async function describeManifest(
  context: OpenContext,
  found: FoundManifest,
  tags: readonly string[],
  findings: ArchiveFindings,
  pathOf: BlobPath = blobPath,
): Promise<DescribedImage> {
  const { descriptor, document, bytes } = found;
  const mediaType = mediaTypeOf(descriptor, document);
  const manifest = { digest: descriptor.digest, mediaType, bytes };
  if (document.kind === 'schema1') return describeSchema1(context, document, manifest, tags, findings, pathOf);

  if (document.layers.length > MAX_LAYERS) {
    const message = `${context.fileName}: a manifest of ${document.layers.length} layers`;
    throw new ArchiveError('limit', pathOf(descriptor.digest) ?? '', undefined, message);
  }
  const read = await readManifestConfig(context, document, findings, pathOf);
  const artifact = artifactKind(descriptor, document);
  if (!artifact.isArtifact) checkLayerCount(read?.config, document.layers.length, findings);
  return {
    describedBy: 'oci',
    imageId: read?.imageId,
    v1Id: undefined,
    manifest,
    config: read?.config,
    configBytes: read?.bytes,
    tags,
    platform: descriptor.platform ?? (read?.config && platformOf(read.config)),
    annotations: { ...document.annotations, ...descriptor.annotations },
    artifactType: artifact.type,
    isArtifact: artifact.isArtifact,
    layers: manifestLayers(context, document, read?.config?.diffIds ?? [], findings, pathOf),
    findings: findings.list(),
  };
}

function mediaTypeOf(descriptor: Descriptor, document: ImageManifest | Schema1Manifest): string {
  if (descriptor.mediaType !== '') return descriptor.mediaType;
  if (document.kind === 'schema1') return document.isSigned ? MediaType.dockerSchema1Signed : MediaType.dockerSchema1;
  return document.mediaType ?? MediaType.ociManifest;
}

async function readManifestConfig(
  context: OpenContext,
  document: ImageManifest,
  findings: ArchiveFindings,
  pathOf: BlobPath,
): Promise<ReadConfig | undefined> {
  const descriptor = document.config;
  if (!descriptor) {
    findings.fault('configMissing', { path: '' });
    return undefined;
  }
  const path = pathOf(descriptor.digest);
  if (path === undefined) findings.fault('digestInvalid', { what: 'config', digest: descriptor.digest.slice(0, 160) });
  const problems = new ArchiveFindings();
  const read = path === undefined ? undefined : await readConfigBlob(context, descriptor, path, problems);
  if (!read) {
    findings.fault('configMissing', { path: path ?? '' });
    return undefined;
  }
  // The config of an artifact may be anything.
  if (isImageConfigType(descriptor.mediaType)) findings.addAll(problems.list());
  if (descriptor.digest.startsWith('sha256:') && read.imageId !== descriptor.digest) {
    findings.fault('digestMismatch', { what: 'config', claimed: descriptor.digest, actual: read.imageId });
  }
  if (descriptor.size !== read.bytes.length) {
    findings.warning('sizeMismatch', { what: 'config', claimed: descriptor.size, actual: read.bytes.length });
  }
  return isImageConfigType(descriptor.mediaType) ? read : { ...read, config: undefined };
}

async function readConfigBlob(
  context: OpenContext,
  descriptor: Descriptor,
  path: string,
  findings: ArchiveFindings,
): Promise<ReadConfig | undefined> {
  const read = await readConfig(context, path, findings);
  const data = read ? undefined : embedded(descriptor);
  if (!data) return read;
  findings.warning('configEmbedded', { path });
  const given = parseConfigBytes(context, path, data);
  findings.addAll(given.findings);
  return given;
}

// descriptor.md, "Embedded Content": base64 of the content, which a reader may use in place of the blob.
function embedded(descriptor: Descriptor): Uint8Array | undefined {
  if (descriptor.data === undefined || descriptor.data.length > 1_000_000) return undefined;
  try {
    return Uint8Array.from(atob(descriptor.data), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function manifestLayers(
  context: OpenContext,
  document: ImageManifest,
  diffIds: readonly Digest[],
  findings: ArchiveFindings,
  pathOf: BlobPath,
): LayerSpec[] {
  return document.layers.map((layer, position) => {
    const path = layer && pathOf(layer.digest);
    if (path === undefined) {
      const digest = String(layer?.digest ?? '').slice(0, 160);
      findings.fault('layerDigestInvalid', { layer: position, digest });
    }
    return findLayer(
      context.members,
      path,
      position,
      {
        diffId: diffIds[position],
        blobDigest: layer && isDigest(layer.digest) ? layer.digest : undefined,
        mediaType: layer?.mediaType,
        annotations: layer?.annotations,
        urls: layer?.urls,
        claimedBytes: layer?.size,
      },
      findings,
    );
  });
}

// BuildKit marks attestations by annotation and an unknown platform; others by artifactType (manifest.md, "Guidelines
// for Artifact Usage"), or by a config type of their own, as ORAS did before.
function artifactKind(
  descriptor: Descriptor,
  document: ImageManifest,
): { readonly isArtifact: boolean; readonly type: string | undefined } {
  const type = document.artifactType ?? descriptor.artifactType;
  const configType = document.config?.mediaType;
  const isAttestation = descriptor.annotations?.['vnd.docker.reference.type'] !== undefined;
  const hasImageConfig = isImageConfigType(configType) && document.config !== undefined;
  const hasTar = document.layers.length === 0 || document.layers.some((layer) => isTarLayerType(layer?.mediaType));
  const isArtifact = isAttestation || !hasImageConfig || !hasTar;
  const ownType = isArtifact && !hasImageConfig && configType !== MediaType.ociEmpty ? configType : undefined;
  return { isArtifact, type: type ?? ownType };
}

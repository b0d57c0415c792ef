import type { ByteSource } from '../bytes/byteSource.ts';
import type { Digest } from '../image/digest.ts';
import { isEncryptedType, isForeignType, isTarLayerType } from '../image/mediaTypes.ts';
import type { ArchiveImage, ArchiveLayer, Finding, LayerPresence } from './archive.ts';
import type { ArchiveFindings } from './finding.ts';
import type { MemberTable } from './memberTable.ts';

/** A layer as a format describes it, before equal ones are made one. */
export interface LayerSpec {
  readonly diffId: Digest | undefined;
  readonly blobDigest: Digest | undefined;
  readonly mediaType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly urls: readonly string[];
  readonly presence: LayerPresence;
  /** Where it lies, links resolved; where it should lie, when it is missing. */
  readonly path: string;
  readonly blob: ByteSource | undefined;
  /** Bytes of the blob, as claimed when it is missing. */
  readonly sizeBytes: number;
}

/** An image as a format describes it. */
export type DescribedImage = Omit<ArchiveImage, 'layers' | 'findings'> & {
  readonly layers: readonly LayerSpec[];
  readonly findings: readonly Finding[];
};

export interface LayerClaims {
  readonly diffId?: Digest | undefined;
  readonly blobDigest?: Digest | undefined;
  readonly mediaType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly urls?: readonly string[] | undefined;
  readonly claimedBytes?: number | undefined;
}

/** What a message calls a layer that is not there. */
export function placeOf(layer: Pick<ArchiveLayer, 'path' | 'diffId' | 'blobDigest'>): string {
  return layer.path || layer.diffId || layer.blobDigest || 'the layer';
}

/** Finds a layer's blob by path and says what is wrong with it. `position` counts from the base. */
export function findLayer(
  members: MemberTable,
  path: string | undefined,
  position: number,
  claims: LayerClaims,
  findings: ArchiveFindings,
): LayerSpec {
  const hit = members.lookup(path ?? '');
  const found = hit.status === 'found' ? hit : undefined;
  const urls = claims.urls ?? [];
  const isForeign = isForeignType(claims.mediaType) || urls.length > 0;
  const sizeBytes = found?.source.sizeBytes ?? claims.claimedBytes ?? 0;
  if (!found && !isForeign && path !== undefined) {
    const code =
      hit.status === 'linkLoop' ? 'layerLinkLoop' : hit.status === 'escapes' ? 'layerEscapes' : 'layerMissing';
    findings.fault(code, { layer: position, path });
  } else if (found && claims.claimedBytes !== undefined && claims.claimedBytes !== sizeBytes) {
    findings.warning('layerSizeMismatch', { layer: position, claimed: claims.claimedBytes, actual: sizeBytes });
  }
  return {
    diffId: claims.diffId,
    blobDigest: claims.blobDigest,
    mediaType: claims.mediaType || undefined,
    annotations: claims.annotations ?? {},
    urls,
    presence: presenceOf(found !== undefined, isForeign, claims.mediaType),
    path: found?.path ?? path ?? '',
    blob: found?.source,
    sizeBytes,
  };
}

function presenceOf(isFound: boolean, isForeign: boolean, mediaType: string | undefined): LayerPresence {
  if (!isFound) return isForeign ? 'foreign' : 'missing';
  if (isEncryptedType(mediaType)) return 'encrypted';
  return isTarLayerType(mediaType) ? 'present' : 'notTar';
}

import { toHex } from '../bytes/hex.ts';
import type { Work } from '../bytes/platform.ts';
import { CodecError } from '../codec/codecError.ts';
import { digestOf, digestParts, type Digest } from '../image/digest.ts';
import { ArchiveError, type Archive, type ArchiveImage, type ArchiveLayer } from './archive.ts';
import type { ArchiveFindingCode } from './finding.ts';

/** One thing that an archive claims, and what is so. */
export interface VerifyRow {
  /** `layer`: a diffID; `blob`: the digest of a stored layer; `size`: bytes of a blob, config or manifest. */
  readonly what: 'layer' | 'blob' | 'config' | 'manifest' | 'size';
  /** Position in `Archive.layers`. */
  readonly layer: number | undefined;
  /** Position in `Archive.images`. */
  readonly image: number | undefined;
  readonly path: string | undefined;
  /** Undefined when the archive claims nothing: then the row tells what was computed. */
  readonly claimed: string | undefined;
  readonly actual: string | undefined;
  readonly ok: boolean;
  /** Why it could not be computed. */
  readonly fault: Error | undefined;
}

/** Recomputes every digest of an archive, a row as soon as it is known. A layer that is legally absent (foreign) is
 *  no failure, a missing one is. */
export async function* verifyArchive(archive: Archive, work: Work): AsyncIterable<VerifyRow> {
  for (const [position, image] of archive.images.entries()) yield* documentRows(image, position, work);
  for (const layer of archive.layers) {
    if (layer.presence === 'foreign') continue;
    yield* layerRows(archive, layer, work);
  }
}

function* documentRows(image: ArchiveImage, position: number, work: Work): Iterable<VerifyRow> {
  const { manifest, configBytes, imageId } = image;
  if (manifest) {
    const algorithm = digestParts(manifest.digest)?.algorithm ?? 'sha256';
    const actual = digestOf(manifest.bytes, work.platform, algorithm);
    yield documentRow('manifest', position, manifest.digest, actual);
  }
  const claimed = claimedConfig(image);
  if (configBytes) yield documentRow('config', position, claimed, imageId);
  else if (hasFinding(image, 'configMissing')) {
    const fault = new ArchiveError('missing', '', undefined, 'the config is not in the archive');
    yield { ...documentRow('config', position, claimed, undefined), ok: false, fault };
  }
  for (const { params } of image.findings.filter(({ code }) => code === 'sizeMismatch')) {
    yield {
      ...documentRow('manifest', position, String(params.claimed), String(params.actual)),
      what: 'size',
      path: String(params.what),
      ok: false,
    };
  }
}

function hasFinding(image: ArchiveImage, code: ArchiveFindingCode): boolean {
  return image.findings.some((finding) => finding.code === code);
}

/** The digest that a manifest or a file name gives the config. */
function claimedConfig(image: ArchiveImage): string | undefined {
  const wrong = image.findings.find(({ code, params }) => code === 'digestMismatch' && params.what === 'config');
  if (wrong) return String(wrong.params.claimed);
  const named = image.findings.find(({ code }) => code === 'configNameMismatch');
  const inName = named && /([0-9a-f]{64})(?:\.json)?$/.exec(String(named.params.path))?.[1];
  return inName ? `sha256:${inName}` : image.imageId;
}

function documentRow(
  what: 'manifest' | 'config',
  image: number,
  claimed: string | undefined,
  actual: string | undefined,
): VerifyRow {
  const ok = claimed === undefined || claimed === actual;
  return { what, layer: undefined, image, path: undefined, claimed, actual, ok, fault: undefined };
}

async function* layerRows(archive: Archive, layer: ArchiveLayer, work: Work): AsyncIterable<VerifyRow> {
  const { index, path, blobDigest: claimedBlob } = layer;
  const claimedDiffId = layer.claimedDiffId;
  const row = (what: 'layer' | 'blob', claimed: Digest | undefined, actual?: Digest): VerifyRow => {
    const ok = actual !== undefined && (claimed === undefined || claimed === actual);
    return { what, layer: index, image: undefined, path, claimed, actual, ok, fault: undefined };
  };
  if (layer.presence === 'notTar' || layer.presence === 'encrypted') {
    yield* storedBlobRow(layer, row, work);
  } else {
    try {
      const digests = await layer.verify(work);
      if (claimedBlob !== undefined) yield row('blob', claimedBlob, digests.blobDigest);
      yield row('layer', claimedDiffId, digests.diffId);
    } catch (error) {
      if (!(error instanceof CodecError || error instanceof ArchiveError)) throw error;
      yield { ...row('layer', claimedDiffId), fault: error };
    }
  }
  const size = sizeClaim(archive, layer);
  if (size) yield { ...row('blob', undefined), what: 'size', ...size, ok: false };
}

/** An artifact's blob: it has no diffID, its stored bytes have a digest. */
async function* storedBlobRow(
  layer: ArchiveLayer,
  row: (what: 'blob', claimed: Digest | undefined, actual?: Digest) => VerifyRow,
  work: Work,
): AsyncIterable<VerifyRow> {
  if (!layer.blob) return;
  const algorithm = (layer.blobDigest && digestParts(layer.blobDigest)?.algorithm) || 'sha256';
  const hash = work.platform.createHash(algorithm);
  for await (const chunk of layer.blob.stream()) {
    work.signal?.throwIfAborted();
    hash.update(chunk);
  }
  yield row('blob', layer.blobDigest, `${algorithm}:${toHex(hash.digest())}` as Digest);
}

function sizeClaim(archive: Archive, layer: ArchiveLayer): { claimed: string; actual: string } | undefined {
  for (const image of archive.images) {
    const position = image.layers.indexOf(layer);
    const wrong = image.findings.find(({ code, params }) => code === 'layerSizeMismatch' && params.layer === position);
    if (position >= 0 && wrong) return { claimed: String(wrong.params.claimed), actual: String(wrong.params.actual) };
  }
  return undefined;
}

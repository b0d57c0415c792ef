import type { Platform } from '../bytes/platform.ts';
import { digestOf, digestParts, isDigest, type Digest } from '../image/digest.ts';
import { ImageError } from '../image/imageError.ts';
import { parseManifestDocument, type ImageIndex, type ImageManifest } from '../image/manifest.ts';
import { isIndexType, isManifestType, MediaType } from '../image/mediaTypes.ts';
import type { RegistryAnswer, RegistryConnection } from './connection.ts';
import { dropBody } from './fetchWithRetries.ts';
import { RegistryError } from './registryError.ts';
import { readBody } from './responseBody.ts';
import { pullScope, pushScope } from './scopes.ts';

/** A manifest or index as a registry gave it, its digest computed from its bytes. */
export interface RegistryManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly document: ImageManifest | ImageIndex;
}

/** distribution-spec, "Pushing Manifests": registries should take 4 MiB, and none has to take more. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** What a pull asks for. */
export const ACCEPT = [MediaType.ociIndex, MediaType.ociManifest, MediaType.dockerIndex, MediaType.dockerManifest].join(
  ', ',
);

/** A manifest by tag or digest. Throws RegistryError: `digest` when the bytes are not the ones that were asked for (or
 *  that the registry says they are), `schema1`, `manifest`, `limit`. */
export async function getManifest(
  connection: RegistryConnection,
  path: string,
  name: string,
  platform: Platform,
): Promise<RegistryManifest> {
  const answer = await connection.expect(
    {
      method: 'GET',
      url: urlOf(path, name),
      headers: { accept: ACCEPT },
      scopes: [pullScope(path)],
      repeat: 'idempotent',
    },
    [200],
  );
  const { response, url } = answer;
  const bytes = await readBody(response, url, MAX_MANIFEST_BYTES, connection.network.idleTimeoutMs, connection.signal);
  const claimed = isDigest(name) ? name : claimedDigest(response);
  const actual = digestOf(bytes, platform, (claimed && digestParts(claimed)?.algorithm) || 'sha256');
  if (claimed !== undefined && actual !== claimed) {
    throw new RegistryError('digest', `the manifest ${claimed} has the digest ${actual}`, { status: 200, url });
  }
  return { digest: actual, bytes, ...readManifest(bytes, response.headers.get('content-type'), url) };
}

/** The digest, media type and size of a manifest without its bytes; undefined when there is none. Throws RegistryError
 *  `protocol` or `hidden` when the registry does not tell the digest. */
export async function headManifest(
  connection: RegistryConnection,
  path: string,
  name: string,
): Promise<
  { readonly digest: Digest; readonly mediaType: string; readonly sizeBytes: number | undefined } | undefined
> {
  const answer = await connection.expect(
    {
      method: 'HEAD',
      url: urlOf(path, name),
      headers: { accept: ACCEPT },
      scopes: [pullScope(path)],
      repeat: 'idempotent',
    },
    [200, 404],
  );
  const { response } = answer;
  await dropBody(response);
  if (response.status === 404) return undefined;
  const digest = claimedDigest(response) ?? (isDigest(name) ? name : undefined);
  if (digest === undefined) throw missingHeader(connection, answer, 'Docker-Content-Digest');
  const length = response.headers.get('content-length');
  const sizeBytes = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  return {
    digest,
    mediaType: mediaTypeOf(response.headers.get('content-type')) ?? '',
    sizeBytes,
  };
}

/** Puts a manifest under a tag or its digest. May be repeated. Throws RegistryError, `digest` when the registry says
 *  that it stored something else. */
export async function putManifest(
  connection: RegistryConnection,
  path: string,
  name: string,
  manifest: { readonly digest: Digest; readonly mediaType: string; readonly bytes: Uint8Array },
): Promise<{ readonly hasReferrers: boolean }> {
  const { response, url } = await connection.expect(
    {
      method: 'PUT',
      url: urlOf(path, name),
      headers: { 'content-type': manifest.mediaType },
      body: manifest.bytes,
      scopes: [pushScope(path)],
      repeat: 'idempotent',
    },
    [200, 201, 202],
  );
  await dropBody(response);
  const stored = claimedDigest(response);
  if (stored !== undefined && stored !== manifest.digest) {
    throw new RegistryError('digest', `stored ${stored} in place of ${manifest.digest}`, {
      status: response.status,
      url,
    });
  }
  // distribution-spec, "Pushing Manifests with Subject": the header tells that the registry keeps referrers itself.
  return { hasReferrers: response.headers.has('oci-subject') };
}

/** The error for a header that must be there; a page may just not be allowed to see it. */
export function missingHeader(
  connection: RegistryConnection,
  { response, url }: RegistryAnswer,
  name: string,
): RegistryError {
  const isHidden = connection.network.redirects === 'hidden';
  const detail = isHidden ? `does not let a page read ${name}` : `answers without ${name}`;
  return new RegistryError(isHidden ? 'hidden' : 'protocol', detail, { status: response.status, url });
}

function urlOf(path: string, name: string): string {
  return `/v2/${path}/manifests/${name}`;
}

function claimedDigest(response: Response): Digest | undefined {
  const text = response.headers.get('docker-content-digest') ?? '';
  return isDigest(text) ? text : undefined;
}

function mediaTypeOf(contentType: string | null): string | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === '' ? undefined : type;
}

function readManifest(
  bytes: Uint8Array,
  contentType: string | null,
  url: string,
): { mediaType: string; document: ImageManifest | ImageIndex } {
  const told = mediaTypeOf(contentType);
  const known = isIndexType(told) || isManifestType(told) ? told : undefined;
  let document: ReturnType<typeof parseManifestDocument>;
  try {
    document = parseManifestDocument(bytes, known);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new RegistryError('manifest', error.message, { status: 200, url, cause: error });
  }
  if (document.kind === 'schema1') {
    throw new RegistryError('schema1', 'is a manifest of schema 1, which has no digests of its own to check', { url });
  }
  if (document.isAmbiguous) throw new RegistryError('manifest', 'is a manifest and an index at once', { url });
  const fallback = document.kind === 'index' ? MediaType.ociIndex : MediaType.ociManifest;
  return { mediaType: known ?? document.mediaType ?? fallback, document };
}

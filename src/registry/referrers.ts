import type { Platform } from '../bytes/platform.ts';
import type { Descriptor } from '../image/descriptor.ts';
import { digestOf, digestParts, type Digest } from '../image/digest.ts';
import { parseIndex } from '../image/manifest.ts';
import { MediaType } from '../image/mediaTypes.ts';
import { jsonBytes, type JsonWritable } from '../image/writeJson.ts';
import type { RegistryConnection } from './connection.ts';
import { dropBody } from './fetchWithRetries.ts';
import { nextPage } from './linkHeader.ts';
import { RegistryError } from './registryError.ts';
import { getManifest, MAX_MANIFEST_BYTES, putManifest } from './registryManifest.ts';
import { readBody } from './responseBody.ts';
import { pullScope } from './scopes.ts';

const MAX_PAGES = 100;
const MAX_REFERRERS = 20_000;

/** What refers to a manifest: signatures, attestations, SBOMs (distribution-spec, "Listing Referrers"). Where the
 *  registry has no such API, the index under the fallback tag. */
export async function listReferrers(
  connection: RegistryConnection,
  path: string,
  subject: Digest,
  platform: Platform,
): Promise<readonly Descriptor[]> {
  const found: Descriptor[] = [];
  let next: string | undefined = `/v2/${path}/referrers/${subject}`;
  for (let page = 0; next !== undefined; page++) {
    if (page === MAX_PAGES || found.length > MAX_REFERRERS) {
      throw new RegistryError('limit', 'the list of referrers does not end', { url: next });
    }
    const answer = await connection.send({
      method: 'GET',
      url: next,
      headers: { accept: MediaType.ociIndex },
      scopes: [pullScope(path)],
      repeat: 'idempotent',
    });
    const { response, url } = answer;
    const isIndex = (response.headers.get('content-type') ?? '').startsWith(MediaType.ociIndex);
    // Registries that do not know the API answer 404, or 400, or with a page for people.
    if (page === 0 && (response.status === 404 || response.status === 400 || (response.status === 200 && !isIndex))) {
      await dropBody(response);
      return taggedReferrers(connection, path, subject, platform);
    }
    if (response.status !== 200) throw await connection.fault(answer);
    const { idleTimeoutMs } = connection.network;
    found.push(...parse(await readBody(response, url, MAX_MANIFEST_BYTES, idleTimeoutMs, connection.signal), url));
    next = nextPage(response.headers.get('link'), url);
    if (next !== undefined && new URL(next).origin !== new URL(url).origin) {
      throw new RegistryError('redirect', 'the next page of referrers is at another host', { url });
    }
  }
  return found;
}

/** `sha256-…`, cut to the length of a tag (distribution-spec, "Referrers Tag Schema"). */
export function referrersTag(subject: Digest): string {
  const parts = digestParts(subject);
  if (!parts) throw new RegistryError('protocol', `“${subject.slice(0, 160)}” is no digest`);
  return `${parts.algorithm.slice(0, 32)}-${parts.hex.slice(0, 64)}`;
}

/** Adds a manifest to the index under its subject's fallback tag: what a client must do where the registry does not
 *  keep referrers itself. Two clients at once may undo each other: the protocol has no lock. */
export async function addTaggedReferrer(
  connection: RegistryConnection,
  path: string,
  subject: Digest,
  referrer: Descriptor,
  platform: Platform,
): Promise<void> {
  const known = await taggedReferrers(connection, path, subject, platform);
  if (known.some(({ digest }) => digest === referrer.digest)) return;
  const manifests = [...known, referrer].map((descriptor) => ({ ...descriptor }) as unknown as JsonWritable);
  const bytes = jsonBytes({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests });
  const index = { digest: digestOf(bytes, platform), mediaType: MediaType.ociIndex, bytes };
  await putManifest(connection, path, referrersTag(subject), index);
}

async function taggedReferrers(
  connection: RegistryConnection,
  path: string,
  subject: Digest,
  platform: Platform,
): Promise<readonly Descriptor[]> {
  try {
    const { document } = await getManifest(connection, path, referrersTag(subject), platform);
    return document.kind === 'index' ? document.manifests : [];
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'notFound') return [];
    throw error;
  }
}

function parse(body: Uint8Array, url: string): readonly Descriptor[] {
  try {
    return parseIndex(body).manifests;
  } catch (error) {
    throw new RegistryError('protocol', 'the list of referrers is no index', { url, cause: error });
  }
}

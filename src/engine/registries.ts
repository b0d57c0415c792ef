import { digestOf, isDigest } from '../image/digest.ts';
import { parseJson } from '../image/json.ts';
import { arrayField, asObject, field, numberField, stringField } from '../image/jsonFields.ts';
import { familiarForm, type Reference, withDefaultTag } from '../image/reference.ts';
import { downloadBlob, hasBlob } from '../registry/downloadBlob.ts';
import type { RegistryConnection } from '../registry/connection.ts';
import { RegistryError } from '../registry/registryError.ts';
import { getManifest, putManifest } from '../registry/registryManifest.ts';
import { beginUpload } from '../registry/uploadSession.ts';
import { type ImageManifest, parseManifestDocument } from '../image/manifest.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { booleanFilter, type Filters, requireKnownFilters } from './filters.ts';
import type { ImageCalls, SearchResult } from './imageCalls.ts';
import { labRequest, wholeBody } from './labFetch.ts';
import { other } from './messages.ts';
import { pullImage } from './pullImage.ts';
import { pushImage } from './pushImage.ts';
import { readReference } from './references.ts';
import { asEngineFault, connectRegistry, registryFault, wantsBasic } from './registryAccess.ts';
import type { RegistryCalls, RegistryLogin } from './systemCalls.ts';

const SEARCH_ADDRESS = 'https://index.docker.io/v1/search';
const MAX_SEARCH_BYTES = 4 * 1024 * 1024;
const MAX_BLOB_BYTES = 64 * 1024 * 1024;
const MAX_RESULTS = 100;

/** The calls about images that registries answer. */
export function registryImageCalls(core: EngineCore): Pick<ImageCalls, 'search' | 'pull' | 'push'> {
  return {
    search: (term, options) => searchHub(core, term, options),
    pull: (options, onProgress, signal) => pullImage(core, options, onProgress, signal),
    push: (options, onProgress, signal) => pushImage(core, options, onProgress, signal),
  };
}

/** What the client of `docker manifest` asks of registries itself. */
export function registryCalls(core: EngineCore): RegistryCalls {
  return {
    manifest: (reference, options) => fetchManifest(core, readReference(reference, core.vintage), options),
    blob: (reference, digest, { login }) => fetchBlob(core, readReference(reference, core.vintage), digest, login),
    pushManifest: (reference, manifest, { login, from = [] }) =>
      pushManifest(core, readReference(reference, core.vintage), manifest, login, from),
  };
}

async function searchHub(
  core: EngineCore,
  term: string,
  { limit, filters }: { readonly limit: number; readonly filters: Filters },
): Promise<readonly SearchResult[]> {
  requireKnownFilters(filters, ['is-automated', 'is-official', 'stars']);
  if (limit < 0 || limit > MAX_RESULTS)
    throw other('invalidParameter', `Limit ${limit} is outside the range of [1, ${MAX_RESULTS}]`);
  const isOfficial = booleanFilter(filters, 'is-official');
  const isAutomated = booleanFilter(filters, 'is-automated');
  const stars = Math.max(0, ...(filters.get('stars') ?? []).map(Number));
  const url = new URL(SEARCH_ADDRESS);
  url.searchParams.set('q', term);
  url.searchParams.set('n', String(limit === 0 ? 25 : limit));
  const response = await labRequest(core, 'GET', url);
  const body = await wholeBody(response.body, MAX_SEARCH_BYTES);
  if (response.status !== 200) throw registryFault(`Unexpected status code ${response.status}`);
  return readResults(body).filter(
    (result) =>
      (isOfficial === undefined || result.isOfficial === isOfficial) &&
      (isAutomated === undefined || result.isAutomated === isAutomated) &&
      result.starCount >= stars,
  );
}

function readResults(body: Uint8Array): SearchResult[] {
  const object = asObject(parseJson(body).value);
  return ((object && arrayField(object, 'results')) ?? []).flatMap((value) => {
    const result = asObject(value);
    const name = result && stringField(result, 'name');
    if (!result || name === undefined) return [];
    return [
      {
        name,
        description: stringField(result, 'description') ?? '',
        starCount: numberField(result, 'star_count') ?? 0,
        isOfficial: field(result, 'is_official') === true,
        isAutomated: field(result, 'is_automated') === true,
      },
    ];
  });
}

/** Throws EngineError `unavailable` where nobody listens, `notFound` where plain HTTP would have to be trusted. */
async function fetchManifest(
  core: EngineCore,
  typed: Reference,
  { login, isInsecure = false }: { readonly login?: RegistryLogin | undefined; readonly isInsecure?: boolean },
) {
  const reference = withDefaultTag(typed);
  const connection = await connectRegistry(core, reference.domain, login);
  try {
    const isPlain = connection.endpoint.origin.startsWith('http:');
    if (isPlain && !isInsecure) throw registryFault(`no such manifest: ${familiarForm(reference)}`, 'notFound');
    const name = reference.digest ?? reference.tag ?? 'latest';
    const { bytes, digest, mediaType } = await getManifest(connection, reference.path, name, core.platform);
    return { bytes, digest, mediaType };
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'unauthorized' && !login)
      if (wantsBasic(await connection.send({ method: 'GET', url: '/v2/', scopes: [], repeat: 'idempotent' })))
        throw registryFault(`Get ${JSON.stringify(error.url)}: no basic auth credentials`, 'system', error);
    const fault = asEngineFault(error);
    if (fault instanceof EngineError && fault.kind === 'notFound')
      throw registryFault(`no such manifest: ${familiarForm(reference)}`, 'notFound', fault);
    throw fault;
  }
}

async function fetchBlob(
  core: EngineCore,
  reference: Reference,
  digest: string,
  login: RegistryLogin | undefined,
): Promise<Uint8Array> {
  if (!isDigest(digest)) throw other('invalidParameter', `invalid digest ${digest}`);
  try {
    const connection = await connectRegistry(core, reference.domain, login);
    const manifest = await fetchManifest(core, reference, { login, isInsecure: true });
    const document = parseManifestDocument(manifest.bytes, manifest.mediaType);
    const parts = document.kind === 'manifest' ? [document.config, ...document.layers] : [];
    const sizeBytes = parts.find((part) => part?.digest === digest)?.size ?? 0;
    if (sizeBytes > MAX_BLOB_BYTES) throw other('invalidParameter', 'the blob is too large');
    const blob = { path: reference.path, digest, sizeBytes };
    return await wholeBody(downloadBlob(connection, blob, core.platform), MAX_BLOB_BYTES);
  } catch (error) {
    throw asEngineFault(error);
  }
}

async function pushManifest(
  core: EngineCore,
  typed: Reference,
  manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
  login: RegistryLogin | undefined,
  from: readonly string[],
): Promise<string> {
  const reference = withDefaultTag(typed);
  const digest = digestOf(manifest.bytes, core.platform);
  try {
    const connection = await connectRegistry(core, reference.domain, login);
    for (const repository of from) await mountParts(core, connection, reference.path, repository, manifest.bytes);
    const name = reference.tag ?? digest;
    await putManifest(connection, reference.path, name, { ...manifest, digest });
    return digest;
  } catch (error) {
    throw asEngineFault(error);
  }
}

/** Brings over the blobs of a manifest that is in another repository; of a list, its manifests with theirs first. */
async function mountParts(
  core: EngineCore,
  connection: RegistryConnection,
  path: string,
  from: string,
  bytes: Uint8Array,
): Promise<void> {
  const outer = parseManifestDocument(bytes);
  if (from === path) return;
  if (outer.kind === 'manifest') return mountBlobs(connection, path, from, outer);
  if (outer.kind !== 'index') return;
  for (const { digest } of outer.manifests) {
    const inner = await getManifest(connection, from, digest, core.platform).catch(() => undefined);
    if (inner?.document.kind !== 'manifest') continue;
    await mountBlobs(connection, path, from, inner.document);
    await putManifest(connection, path, digest, inner);
  }
}

async function mountBlobs(
  connection: RegistryConnection,
  path: string,
  from: string,
  { config, layers }: ImageManifest,
): Promise<void> {
  for (const part of [config, ...layers]) {
    if (part && !(await hasBlob(connection, path, part.digest)))
      await beginUpload(connection, path, { digest: part.digest, from });
  }
}

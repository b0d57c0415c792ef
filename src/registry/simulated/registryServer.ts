import { joinBytes } from '../../bytes/joinBytes.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { toHex } from '../../bytes/hex.ts';
import type { Platform, Spool } from '../../bytes/platform.ts';
import { digestOf, digestParts, isDigest, toDigest, type Digest } from '../../image/digest.ts';
import { ImageError } from '../../image/imageError.ts';
import { type ImageIndex, type ImageManifest, parseManifestDocument } from '../../image/manifest.ts';
import { isForeignType } from '../../image/mediaTypes.ts';
import { MAX_MANIFEST_BYTES } from '../registryManifest.ts';
import { type RegistryAccess, refusal } from './access.ts';
import { respond, respondBytes, respondError, respondJson, type ServerRequest, type ServerResponse } from './http.ts';
import type { RegistryStore } from './registryStore.ts';

const NAME = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*';
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const MANIFEST_PATH = new RegExp(`^/v2/(${NAME})/manifests/([^/]+)$`);
const BLOB_PATH = new RegExp(`^/v2/(${NAME})/blobs/([^/]+)$`);
const UPLOADS_PATH = new RegExp(`^/v2/(${NAME})/blobs/uploads/([^/]*)$`);
const TAGS_PATH = new RegExp(`^/v2/(${NAME})/tags/list$`);
const MAX_BLOB_BYTES = 16 * 2 ** 30;
const MAX_UPLOADS = 100;
const API_VERSION = { 'docker-distribution-api-version': 'registry/2.0' };

interface Upload {
  readonly spool: Spool;
  sizeBytes: number;
  readonly hash: ReturnType<Platform['createHash']>;
}

export interface RegistryServerSetup {
  readonly store: RegistryStore;
  readonly access: RegistryAccess;
  readonly platform: Platform;
  readonly random: (length: number) => Uint8Array;
  /** Pulling only. */
  readonly isReadOnly?: boolean;
}

/** A registry as distribution 2.8 is one (distribution-spec), for a lab network. */
export class RegistryServer {
  readonly #setup: RegistryServerSetup;
  readonly #uploads = new Map<string, Upload>();

  constructor(setup: RegistryServerSetup) {
    this.#setup = setup;
  }

  async http(request: ServerRequest): Promise<ServerResponse> {
    const response = await this.#answer(request);
    return { ...response, headers: { ...API_VERSION, ...response.headers } };
  }

  async #answer(request: ServerRequest): Promise<ServerResponse> {
    const { pathname } = request.url;
    const path = decodeURIComponent(pathname);
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const name = new RegExp(`^/v2/(${NAME})/(?:manifests|blobs|tags)/`).exec(path)?.[1];
    const verbs = isReading ? 'pull' : 'pull,push';
    const scope = name === undefined ? undefined : `repository:${name}:${verbs}`;
    const refused = refusal(this.#setup.access, request, scope);
    if (refused) return refused;
    if (path === '/v2/' || path === '/v2') return respondJson(200, {});
    if (path === '/v2/_catalog') return respondJson(200, { repositories: this.#setup.store.names() });
    if (!isReading && this.#setup.isReadOnly) return respondError(405, 'UNSUPPORTED', 'The operation is unsupported.');
    const manifest = MANIFEST_PATH.exec(path);
    if (manifest) return this.#manifest(request, manifest[1] as string, manifest[2] as string);
    const upload = UPLOADS_PATH.exec(path);
    if (upload) return this.#upload(request, upload[1] as string, upload[2] as string);
    const blob = BLOB_PATH.exec(path);
    if (blob) return this.#blob(request, blob[1] as string, blob[2] as string);
    const tags = TAGS_PATH.exec(path);
    if (tags && isReading) return this.#tags(tags[1] as string);
    return respondError(404, 'NAME_INVALID', 'invalid repository name');
  }

  #tags(name: string): ServerResponse {
    const repository = this.#setup.store.repository(name);
    if (!repository) return respondError(404, 'NAME_UNKNOWN', 'repository name not known to registry');
    return respondJson(200, { name, tags: [...repository.tags.keys()].sort() });
  }

  async #manifest(request: ServerRequest, name: string, reference: string): Promise<ServerResponse> {
    const { store } = this.#setup;
    if (request.method === 'PUT') return this.#putManifest(request, name, reference);
    const found = store.manifest(name, reference);
    if (!found) return respondError(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    if (request.method === 'DELETE') {
      store.deleteManifest(name, found.digest);
      return respond(202);
    }
    const headers = { 'content-type': found.mediaType, 'docker-content-digest': found.digest };
    const whole = respondBytes(200, found.bytes, headers);
    return request.method === 'HEAD' ? respond(200, whole.headers) : whole;
  }

  async #putManifest(request: ServerRequest, name: string, reference: string): Promise<ServerResponse> {
    const { store, platform } = this.#setup;
    const bytes = await readAll(request.body, MAX_MANIFEST_BYTES);
    if (!bytes) return respondError(413, 'MANIFEST_INVALID', 'manifest invalid');
    const mediaType = request.headers['content-type'] ?? '';
    let document: ReturnType<typeof parseManifestDocument>;
    try {
      document = parseManifestDocument(bytes, mediaType);
    } catch (error) {
      if (error instanceof ImageError) return respondError(400, 'MANIFEST_INVALID', 'manifest invalid');
      throw error;
    }
    const digest = digestOf(bytes, platform);
    const isByDigest = isDigest(reference);
    if (isByDigest ? reference !== digest : !TAG.test(reference))
      return respondError(400, isByDigest ? 'DIGEST_INVALID' : 'TAG_INVALID', 'manifest invalid');
    if (document.kind !== 'schema1') {
      const missing = this.#missing(name, document);
      if (missing !== undefined) return respondError(404, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry');
    }
    store.putManifest(name, { digest, mediaType, bytes }, isByDigest ? undefined : reference);
    return respond(201, { 'docker-content-digest': digest, location: `/v2/${name}/manifests/${digest}` });
  }

  /** What the document names and the repository lacks. */
  #missing(name: string, document: ImageManifest | ImageIndex): Digest | undefined {
    const { store } = this.#setup;
    if (document.kind === 'index')
      return document.manifests.find(({ digest }) => !store.manifest(name, digest))?.digest;
    return [document.config, ...document.layers].find(
      (part) => part && !isForeignType(part.mediaType) && !store.blob(name, part.digest),
    )?.digest;
  }

  #blob(request: ServerRequest, name: string, reference: string): ServerResponse {
    const source = isDigest(reference) ? this.#setup.store.blob(name, reference) : undefined;
    if (!source) return respondError(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    const headers = {
      'content-type': 'application/octet-stream',
      'docker-content-digest': reference,
      'content-length': String(source.sizeBytes),
    };
    if (request.method === 'HEAD') return respond(200, headers);
    if (request.method !== 'GET') return respondError(405, 'UNSUPPORTED', 'The operation is unsupported.');
    const from = /^bytes=(\d{1,15})-/.exec(request.headers.range ?? '')?.[1];
    if (from === undefined) return respond(200, headers, source.stream());
    return partOf(source, Number(from), headers);
  }

  async #upload(request: ServerRequest, name: string, id: string): Promise<ServerResponse> {
    if (request.method === 'POST' && id === '') return this.#beginUpload(request, name);
    const upload = this.#uploads.get(id);
    if (!upload) return respondError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
    switch (request.method) {
      case 'PATCH': {
        const start = /^(\d{1,15})-/.exec(request.headers['content-range'] ?? '')?.[1];
        if (start !== undefined && Number(start) !== upload.sizeBytes)
          return respondError(416, 'BLOB_UPLOAD_INVALID', 'blob upload invalid', uploadHeaders(name, id, upload));
        return (await take(upload, request.body))
          ? respond(202, uploadHeaders(name, id, upload))
          : respondError(413, 'SIZE_INVALID', 'blob too large');
      }
      case 'PUT':
        return this.#finishUpload(request, name, id, upload);
      case 'GET':
        return respond(204, uploadHeaders(name, id, upload));
      case 'DELETE':
        this.#uploads.delete(id);
        await upload.spool.dispose();
        return respond(204);
      default:
        return respondError(405, 'UNSUPPORTED', 'The operation is unsupported.');
    }
  }

  async #beginUpload(request: ServerRequest, name: string): Promise<ServerResponse> {
    const { store, platform, random } = this.#setup;
    const { searchParams } = request.url;
    const mount = searchParams.get('mount');
    const from = searchParams.get('from');
    if (mount !== null && from !== null && isDigest(mount) && store.mountBlob(name, mount, from))
      return respond(201, { location: `/v2/${name}/blobs/${mount}`, 'docker-content-digest': mount });
    if (this.#uploads.size >= MAX_UPLOADS) await this.#dropOldestUpload();
    const id = toHex(random(16));
    const upload = { spool: platform.createSpool(), sizeBytes: 0, hash: platform.createHash('sha256') };
    this.#uploads.set(id, upload);
    return respond(202, uploadHeaders(name, id, upload));
  }

  async #dropOldestUpload(): Promise<void> {
    const [id, upload] = this.#uploads.entries().next().value as [string, Upload];
    this.#uploads.delete(id);
    await upload.spool.dispose();
  }

  async #finishUpload(request: ServerRequest, name: string, id: string, upload: Upload): Promise<ServerResponse> {
    const wanted = request.url.searchParams.get('digest') ?? '';
    this.#uploads.delete(id);
    if (!(await take(upload, request.body))) return respondError(413, 'SIZE_INVALID', 'blob too large');
    const digest = toDigest('sha256', upload.hash.digest());
    if (digest !== wanted || !digestParts(wanted)) {
      await upload.spool.dispose();
      return respondError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
    }
    this.#setup.store.addBlob(name, digest, await upload.spool.finish());
    return respond(201, { location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest });
  }
}

function uploadHeaders(name: string, id: string, { sizeBytes }: Upload): Record<string, string> {
  return {
    location: `/v2/${name}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, sizeBytes - 1)}`,
    'docker-upload-uuid': id,
  };
}

/** False where it is too long. */
async function take(upload: Upload, body: AsyncIterable<Uint8Array> | undefined): Promise<boolean> {
  for await (const chunk of body ?? []) {
    upload.sizeBytes += chunk.length;
    if (upload.sizeBytes > MAX_BLOB_BYTES) return false;
    upload.hash.update(chunk);
    await upload.spool.write(chunk);
  }
  return true;
}

function partOf(source: ByteSource, from: number, headers: Readonly<Record<string, string>>): ServerResponse {
  if (from >= source.sizeBytes) return respondError(416, 'RANGE_INVALID', 'invalid content range');
  const part = source.slice(from);
  return respond(
    206,
    {
      ...headers,
      'content-length': String(part.sizeBytes),
      'content-range': `bytes ${from}-${source.sizeBytes - 1}/${source.sizeBytes}`,
    },
    part.stream(),
  );
}

/** Undefined where it is too long. */
async function readAll(
  body: AsyncIterable<Uint8Array> | undefined,
  limitBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) return undefined;
    chunks.push(chunk.slice());
  }
  return joinBytes(chunks);
}

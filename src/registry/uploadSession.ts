import type { Digest } from '../image/digest.ts';
import type { RegistryAnswer, RegistryConnection } from './connection.ts';
import { dropBody } from './fetchWithRetries.ts';
import { missingHeader } from './registryManifest.ts';
import { RegistryError } from './registryError.ts';
import { pullScope, pushScope } from './scopes.ts';

/** Chunks that a registry asks for (`OCI-Chunk-Min-Length`) are made up to this. */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;

export type BegunUpload = { readonly kind: 'mounted' } | { readonly kind: 'session'; readonly session: UploadSession };

/** Begins to upload a blob, or mounts it out of another repository of the same registry (distribution-spec, "Mounting a
 *  blob from another repository"). A registry that will not mount begins an upload. Throws RegistryError. */
export async function beginUpload(
  connection: RegistryConnection,
  path: string,
  mount?: { readonly digest: Digest; readonly from: string },
): Promise<BegunUpload> {
  const query = mount ? `?mount=${encodeURIComponent(mount.digest)}&from=${encodeURIComponent(mount.from)}` : '';
  const scopes = [pushScope(path), ...(mount ? [pullScope(mount.from)] : [])];
  // An upload that nobody goes on with costs nothing: it may be begun again.
  const answer = await connection.expect(
    { method: 'POST', url: `/v2/${path}/blobs/uploads/${query}`, scopes, repeat: 'idempotent' },
    mount ? [201, 202] : [202],
  );
  await dropBody(answer.response);
  if (answer.response.status === 201) return { kind: 'mounted' };
  return { kind: 'session', session: new UploadSession(connection, path, answer) };
}

/** One upload that is under way: the registry says with each answer where the next request goes. */
export class UploadSession {
  /** The least that a chunk but the last may have; 0 when the registry asks for nothing. */
  readonly minChunkBytes: number;
  readonly #connection: RegistryConnection;
  readonly #path: string;
  #location: string;

  constructor(connection: RegistryConnection, path: string, begun: RegistryAnswer) {
    this.#connection = connection;
    this.#path = path;
    this.#location = this.#locationOf(begun) ?? this.#noLocation(begun);
    const asked = begun.response.headers.get('oci-chunk-min-length') ?? '';
    this.minChunkBytes = /^\d{1,12}$/.test(asked) ? Math.min(Number(asked), MAX_CHUNK_BYTES) : 0;
  }

  /** Sends the bytes from `offset` on. `refused` when the registry has another offset in mind, or is in trouble. */
  async sendChunk(bytes: Uint8Array, offset: number): Promise<'sent' | 'refused'> {
    const answer = await this.#connection.send({
      method: 'PATCH',
      url: this.#location,
      headers: {
        'content-type': 'application/octet-stream',
        'content-range': `${offset}-${offset + bytes.length - 1}`,
      },
      body: bytes,
      scopes: [pushScope(this.#path)],
      repeat: 'refusedOnly',
    });
    const { status } = answer.response;
    if (status === 416 || status >= 500) {
      await dropBody(answer.response);
      return 'refused';
    }
    if (status !== 202 && status !== 201 && status !== 204) throw await this.#connection.fault(answer);
    await dropBody(answer.response);
    this.#location = this.#locationOf(answer) ?? this.#location;
    return 'sent';
  }

  /** How many bytes the registry has; undefined when it has forgotten the upload. */
  async receivedBytes(): Promise<number | undefined> {
    const answer = await this.#connection.expect(
      { method: 'GET', url: this.#location, scopes: [pushScope(this.#path)], repeat: 'idempotent' },
      [204, 202, 200, 404],
    );
    await dropBody(answer.response);
    if (answer.response.status === 404) return undefined;
    this.#location = this.#locationOf(answer) ?? this.#location;
    const range = answer.response.headers.get('range');
    if (range === null) throw missingHeader(this.#connection, answer, 'Range');
    const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(range)?.[1];
    if (last === undefined) return 0;
    // `0-0` stands for nothing as well as for one byte: distribution answers an empty upload so.
    return last === '0' ? 0 : Number(last) + 1;
  }

  /** Ends the upload with the last bytes, or with none. Throws RegistryError, `digest` when the registry finds
   *  another one. */
  async finish(digest: Digest, bytes: Uint8Array | undefined): Promise<void> {
    const separator = this.#location.includes('?') ? '&' : '?';
    const answer = await this.#connection.send({
      method: 'PUT',
      // The registry's own query is kept as it is written: some sign it.
      url: `${this.#location}${separator}digest=${encodeURIComponent(digest)}`,
      ...(bytes ? { headers: { 'content-type': 'application/octet-stream' }, body: bytes } : {}),
      scopes: [pushScope(this.#path)],
      repeat: 'refusedOnly',
    });
    const { response, url } = answer;
    if (response.status !== 201 && response.status !== 204) {
      const fault = await this.#connection.fault(answer);
      if (!/DIGEST_INVALID/.test(fault.detail)) throw fault;
      throw new RegistryError('digest', `${digest} is not what arrived`, { status: response.status, url });
    }
    await dropBody(response);
  }

  #locationOf({ response, url }: RegistryAnswer): string | undefined {
    const text = response.headers.get('location');
    if (text === null) return undefined;
    let location: URL;
    try {
      location = new URL(text, url);
    } catch {
      throw new RegistryError('protocol', 'names no URL to upload to', { status: response.status, url });
    }
    const base = new URL(url);
    if (base.protocol === 'https:' && location.protocol === 'http:') {
      // Registries behind a proxy that ends TLS do not know how they are reached.
      if (location.hostname !== base.hostname) {
        throw new RegistryError('redirect', `wants the upload over plain http (${location.host})`, { url });
      }
      location.protocol = 'https:';
      location.port = base.port;
    }
    return location.href;
  }

  #noLocation(answer: RegistryAnswer): never {
    throw missingHeader(this.#connection, answer, 'Location');
  }
}

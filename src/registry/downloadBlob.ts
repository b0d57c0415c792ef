import type { IncrementalHash, Platform } from '../bytes/platform.ts';
import { digestParts, toDigest, type Digest } from '../image/digest.ts';
import type { RegistryAnswer, RegistryConnection } from './connection.ts';
import { dropBody } from './fetchWithRetries.ts';
import { RegistryError } from './registryError.ts';
import { bodyChunks } from './responseBody.ts';
import { pullScope } from './scopes.ts';

/** A blob of a repository, as a descriptor names it. */
export interface RegistryBlob {
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Times in a row that a connection may break without having brought anything. */
const MAX_BARREN_TRIES = 4;
/** Times in all: a server may cut after every byte. */
const MAX_TRIES = 100;
const PAUSE_MS = 250;

/** The bytes of a blob in order, from the registry or from where it redirects to. After a cut it goes on where it
 *  stopped (Range), also where the server then sends everything anew. The reader has all bytes before they are known
 *  to be right: it must throw away what it made of them when this throws RegistryError `digest` or `size` at the end.
 *  Chunks stay valid. */
export async function* downloadBlob(
  connection: RegistryConnection,
  blob: RegistryBlob,
  platform: Platform,
): AsyncIterable<Uint8Array> {
  const parts = digestParts(blob.digest);
  if (!parts) throw new RegistryError('protocol', `“${blob.digest.slice(0, 160)}” is no digest`);
  const hash = platform.createHash(parts.algorithm);
  let doneBytes = 0;
  let barrenTries = 0;
  let tries = 0;
  let url = '';
  // A blob of no bytes is asked for too: its digest must be that of nothing.
  do {
    const before = doneBytes;
    try {
      const answer = await request(connection, blob, doneBytes);
      url = answer.url;
      for await (const chunk of bodyFrom(connection, answer, doneBytes)) {
        doneBytes += chunk.length;
        if (doneBytes > blob.sizeBytes) {
          throw new RegistryError('size', `${blob.digest} is longer than ${blob.sizeBytes} bytes`, { url });
        }
        hash.update(chunk);
        yield chunk;
      }
      if (doneBytes < blob.sizeBytes) throw cutShort(blob, doneBytes, url);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'network') throw error;
      barrenTries = doneBytes > before ? 0 : barrenTries + 1;
      // A page may not be allowed to read there at all, which does not pass.
      const isHopeless = doneBytes === 0 && connection.network.redirects === 'hidden';
      if (isHopeless || barrenTries === MAX_BARREN_TRIES || ++tries === MAX_TRIES) throw error;
      await connection.network.wait(PAUSE_MS * 2 ** barrenTries, connection.signal);
    }
  } while (doneBytes < blob.sizeBytes);
  check(blob, hash, url);
}

function cutShort({ digest, sizeBytes }: RegistryBlob, doneBytes: number, url: string): RegistryError {
  return new RegistryError('network', `${digest} ended after ${doneBytes} of ${sizeBytes} bytes`, { url });
}

function check(blob: RegistryBlob, hash: IncrementalHash, url: string): void {
  const actual = toDigest(digestParts(blob.digest)?.algorithm ?? 'sha256', hash.digest());
  if (actual !== blob.digest) throw new RegistryError('digest', `${blob.digest} has the digest ${actual}`, { url });
}

async function request(
  connection: RegistryConnection,
  { path, digest }: RegistryBlob,
  offset: number,
): Promise<RegistryAnswer> {
  return connection.expect(
    {
      method: 'GET',
      url: `/v2/${path}/blobs/${digest}`,
      headers: offset === 0 ? {} : { range: `bytes=${offset}-` },
      scopes: [pullScope(path)],
      repeat: 'idempotent',
    },
    offset === 0 ? [200] : [200, 206],
  );
}

/** The part of the answer from `offset` on. */
async function* bodyFrom(
  { network, signal }: RegistryConnection,
  { response, url }: RegistryAnswer,
  offset: number,
): AsyncIterable<Uint8Array> {
  let skipBytes = offset;
  if (response.status === 206) {
    const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
    // A page may not see the header; the digest tells in the end.
    if (start !== undefined && Number(start) !== offset) {
      await dropBody(response);
      throw new RegistryError('protocol', `was asked for bytes from ${offset}, sends them from ${start}`, { url });
    }
    skipBytes = 0;
  }
  for await (const chunk of bodyChunks(response, url, network.idleTimeoutMs, signal)) {
    if (skipBytes >= chunk.length) skipBytes -= chunk.length;
    else {
      yield skipBytes === 0 ? chunk : chunk.subarray(skipBytes);
      skipBytes = 0;
    }
  }
}

/** Whether a repository has a blob. Throws RegistryError. */
export async function hasBlob(connection: RegistryConnection, path: string, digest: Digest): Promise<boolean> {
  const { response } = await connection.expect(
    { method: 'HEAD', url: `/v2/${path}/blobs/${digest}`, scopes: [pullScope(path)], repeat: 'idempotent' },
    [200, 404],
  );
  await dropBody(response);
  return response.status === 200;
}

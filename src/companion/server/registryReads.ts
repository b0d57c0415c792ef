import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDigest } from '../../image/digest.ts';
import { parseReference, type Reference } from '../../image/reference.ts';
import { ImageError } from '../../image/imageError.ts';
import type { RegistryRequest } from '../../registry/connection.ts';
import { MAX_MANIFEST_BYTES } from '../../registry/registryManifest.ts';
import { bodyChunks, readBody } from '../../registry/responseBody.ts';
import { pullScope } from '../../registry/scopes.ts';
import { CompanionError } from '../companionError.ts';
import type { OpenConnection } from '../connectRegistry.ts';
import { goneSignal } from './requestContext.ts';

const PREFIX = '/v1/registry/v2/';
const READ = /^([^/]+)\/(.+)\/(manifests|blobs)\/([^/]+)$/;
/** Of the caller's, and nothing else: its login comes in a header of the companion's own. */
const FORWARDED = ['accept', 'range'];
const RETURNED = ['content-type', 'content-length', 'content-range', 'docker-content-digest'];
/** A list of media types as engines send it. */
const MAX_HEADER_CHARACTERS = 2000;

type Open = (request: FastifyRequest, reference: Reference, signal: AbortSignal) => OpenConnection;

/** `GET /v1/registry/v2/DOMAIN/REPOSITORY/manifests/NAME` and `…/blobs/DIGEST`: the two reads that a pull is made of
 *  (distribution-spec, "Pull"), for an engine in a page that pulls by itself. Redirects are followed here, each judged;
 *  digests are the puller's to verify. */
export function registryReads(app: FastifyInstance, open: Open): void {
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { reference, read } = readOf(request);
    const { connection, close } = open(request, reference, goneSignal(reply));
    reply.raw.once('close', close);
    const { response, url } = await connection.send(read);
    const headers: Record<string, string> = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
    for (const name of RETURNED) {
      const value = response.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    reply.code(passedStatus(response.status)).headers(headers);
    const { idleTimeoutMs } = connection.network;
    if (request.method === 'HEAD') {
      await response.body?.cancel();
      return reply.send();
    }
    if (response.ok && read.url.includes('/blobs/'))
      return reply.send(Readable.from(bodyChunks(response, url, idleTimeoutMs, connection.signal)));
    return reply.send(Buffer.from(await readBody(response, url, MAX_MANIFEST_BYTES, idleTimeoutMs, connection.signal)));
  };
  app.route({ method: ['GET', 'HEAD'], url: `${PREFIX}*`, handler: handle });
}

/** The one place that decides what is asked for. Throws CompanionError `request`. */
function readOf(request: FastifyRequest): { readonly reference: Reference; readonly read: RegistryRequest } {
  const [, domain = '', path = '', kind = '', name = ''] = READ.exec(request.url.slice(PREFIX.length)) ?? [];
  const text = kind === 'blobs' || isDigest(name) ? `${domain}/${path}@${name}` : `${domain}/${path}:${name}`;
  let reference: Reference;
  try {
    reference = parseReference(text);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new CompanionError('request', `a manifest or a blob of a repository is read: ${error.message}`);
  }
  const headers: Record<string, string> = {};
  for (const header of FORWARDED) {
    const value = request.headers[header];
    if (typeof value === 'string' && value.length <= MAX_HEADER_CHARACTERS) headers[header] = value;
  }
  const read: RegistryRequest = {
    method: request.method === 'HEAD' ? 'HEAD' : 'GET',
    url: `/v2/${reference.path}/${kind}/${reference.digest ?? reference.tag ?? ''}`,
    headers,
    scopes: [pullScope(reference.path)],
    repeat: 'idempotent',
  };
  return { reference, read };
}

/** The companion's own 401 means its token; one of a registry's says that the image is not for everybody. */
function passedStatus(status: number): number {
  return status === 401 ? 403 : status;
}

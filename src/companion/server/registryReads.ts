import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Reference } from '../../image/reference.ts';
import { ImageError } from '../../image/imageError.ts';
import { pullRead, RETURNED_HEADERS, type PullRead } from '../../registry/pullRead.ts';
import { MAX_MANIFEST_BYTES } from '../../registry/registryManifest.ts';
import { bodyChunks, readBody } from '../../registry/responseBody.ts';
import { CompanionError } from '../companionError.ts';
import type { OpenConnection } from '../connectRegistry.ts';
import { goneSignal } from './requestContext.ts';

const PREFIX = '/v1/registry/v2/';
type Open = (request: FastifyRequest, reference: Reference, signal: AbortSignal) => OpenConnection;

/** `GET /v1/registry/v2/DOMAIN/REPOSITORY/manifests/NAME` and `…/blobs/DIGEST`: the two reads that a pull is made of
 *  (distribution-spec, "Pull"), for an engine in a page that pulls by itself. Redirects are followed here, each judged;
 *  digests are the puller's to verify. */
export function registryReads(app: FastifyInstance, open: Open): void {
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { reference, request: read } = readOf(request);
    const { connection, close } = open(request, reference, goneSignal(reply));
    reply.raw.once('close', close);
    const { response, url } = await connection.send(read);
    const headers: Record<string, string> = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
    for (const name of RETURNED_HEADERS) {
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
function readOf({ method, url, headers }: FastifyRequest): PullRead {
  const [, domain = '', path = ''] = /^([^/]+)\/(.+)$/.exec(url.slice(PREFIX.length)) ?? [];
  try {
    return pullRead({ domain, method, path, headers });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new CompanionError('request', `a manifest or a blob of a repository is read: ${error.message}`);
  }
}

/** The companion's own 401 means its token; one of a registry's says that the image is not for everybody. */
function passedStatus(status: number): number {
  return status === 401 ? 403 : status;
}

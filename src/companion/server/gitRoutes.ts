import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GitProxy } from '../builds/gitContexts.ts';
import { goneSignal } from './requestContext.ts';

const PREFIX = '/v1/git';

/** The git proxy at `/v1/git/HOST/PATH`. What it lets through is its own affair. */
export function gitRoutes(app: FastifyInstance, proxy: GitProxy): void {
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const headers = new Headers();
    for (const name of ['content-type', 'content-encoding', 'git-protocol']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    const body = request.method === 'POST' ? (request.body as Readable | undefined) : undefined;
    const url = request.url.slice(PREFIX.length);
    const answer = await proxy({ method: request.method, url, headers, body, signal: goneSignal(reply) });
    return reply.code(answer.status).headers(answer.headers).send(Readable.from(answer.body));
  };
  app.get(`${PREFIX}/*`, handle);
  app.post(`${PREFIX}/*`, handle);
}

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Build } from '../builds/build.ts';
import type { BuildService } from '../builds/buildService.ts';
import type { ContextInput } from '../builds/contextUploads.ts';
import type { GitContexts } from '../builds/gitContexts.ts';
import { CompanionError } from '../companionError.ts';
import { NDJSON_TYPE, ndjsonStream } from './ndjson.ts';
import { declaredBytes, goneSignal, parameter, queryOf, userOf } from './requestContext.ts';

const HEARTBEAT_MS = 10_000;
const FILE_CHUNK_BYTES = 256 * 1024;

export function buildRoutes(app: FastifyInstance, builds: BuildService, git: GitContexts): void {
  app.post('/v1/builds', async (request, reply) => {
    const query = queryOf(request);
    const gone = goneSignal(reply);
    const input: ContextInput = query.has('git')
      ? { kind: 'writer', write: git.writer(takeGit(query)) }
      : { kind: 'body', body: tarBody(request.body), declaredBytes: declaredBytes(request) };
    const build = await builds.start(userOf(request), query, input, gone);
    reply.header('location', `/v1/builds/${build.id}`);
    return sendEvents(reply.code(201), build, 0, gone);
  });

  app.get('/v1/builds', async (request) => builds.of(userOf(request)).map(({ summary }) => summary));

  app.get('/v1/builds/:build', async (request) => builds.find(userOf(request), parameter(request, 'build')).summary);

  app.get('/v1/builds/:build/events', async (request, reply) => {
    const build = builds.find(userOf(request), parameter(request, 'build'));
    const from = queryOf(request).get('from') ?? '0';
    if (!/^\d{1,12}$/.test(from)) throw new CompanionError('request', 'from is the number of an event');
    return sendEvents(reply, build, Number(from), goneSignal(reply));
  });

  app.get('/v1/builds/:build/image', async (request, reply) => {
    const build = builds.find(userOf(request), parameter(request, 'build'));
    const file = build.resultFile;
    if (file === undefined) throw new CompanionError('notFound', 'the build has no image (yet)');
    build.lastUsedMs = Date.now();
    const { size } = await stat(file);
    reply.type('application/x-tar').header('content-length', size);
    reply.header('content-disposition', `attachment; filename="build-${build.id.slice(0, 12)}.tar"`);
    return reply.send(createReadStream(file, { highWaterMark: FILE_CHUNK_BYTES }));
  });

  app.delete('/v1/builds/:build', async (request, reply) => {
    await builds.remove(userOf(request), parameter(request, 'build'));
    return reply.code(204).send();
  });
}

function sendEvents(reply: FastifyReply, build: Build, from: number, gone: AbortSignal): FastifyReply {
  reply.type(NDJSON_TYPE).header('x-accel-buffering', 'no');
  return reply.send(ndjsonStream(build.log.read(from, HEARTBEAT_MS, gone)));
}

function takeGit(query: URLSearchParams): { readonly url: string; readonly ref: string | undefined } {
  const [url, ref] = [query.getAll('git'), query.getAll('ref')];
  if (url.length > 1 || ref.length > 1) throw new CompanionError('request', 'git and ref are given once');
  query.delete('git');
  query.delete('ref');
  return { url: url[0] ?? '', ref: ref[0] };
}

function tarBody(body: unknown): Readable {
  if (typeof body === 'object' && body !== null && 'pipe' in body) return body as Readable;
  throw new CompanionError('mediaType', 'the body is an uncompressed tar: application/x-tar');
}

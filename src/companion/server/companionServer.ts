import type { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { drain } from '../builds/receiveUpload.ts';
import type { BuildService } from '../builds/buildService.ts';
import type { GitContexts } from '../builds/gitContexts.ts';
import { CompanionError } from '../companionError.ts';
import type { TokenTable } from './accessToken.ts';
import { answerOf } from './answerStatus.ts';
import type { AppFiles } from './appFiles.ts';
import { buildRoutes } from './buildRoutes.ts';
import { crossOriginHeaders, gateRefusal, type GateRules } from './gate.ts';
import { setUser } from './requestContext.ts';

export interface CompanionParts {
  readonly gate: GateRules;
  readonly tokens: TokenTable;
  readonly app: AppFiles | undefined;
  readonly builds: BuildService;
  readonly git: GitContexts;
  /** Adds the routes of other parts. */
  readonly routes: readonly ((app: FastifyInstance) => void)[];
  /** Of what nobody foresaw. */
  readonly report: (error: unknown) => void;
}

/** Bodies of JSON; tars have their own bound. */
const MAX_JSON_BYTES = 256 * 1024;
const HEADERS_MS = 20_000;
const KEEP_ALIVE_MS = 10_000;
const MAX_CONNECTIONS = 1_000;
const MAX_PATH_PARAMETER = 128;

/** The companion's HTTP side. Before anything of a request is looked at, its headers are: name, origin, site, token. */
export function companionServer(parts: CompanionParts): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: MAX_JSON_BYTES,
    // Of a whole request: uploads have a bound of their own, by idleness.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER },
    exposeHeadRoutes: false,
    http: { headersTimeout: HEADERS_MS, maxHeaderSize: 32 * 1024 },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.addHook('onRequest', async (request, reply) => admit(request, reply, parts));
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(SAFE_HEADERS);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
  // Bodies that are streamed are handed on as they come.
  for (const type of ['application/x-tar', 'application/x-git-upload-pack-request']) {
    app.addContentTypeParser(type, (_request: FastifyRequest, body: Readable, done) => done(null, body));
  }
  app.setErrorHandler((error, request, reply) => fail(error, request, reply, parts));
  app.setNotFoundHandler((request, reply) => {
    void fail(new CompanionError('notFound', 'there is nothing at this address'), request, reply, parts);
  });
  appRoutes(app, parts.app);
  buildRoutes(app, parts.builds, parts.git);
  for (const add of parts.routes) add(app);
  return app;
}

const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const;

async function admit(request: FastifyRequest, reply: FastifyReply, parts: CompanionParts): Promise<unknown> {
  const { method, headers } = request;
  const isApi = request.url.startsWith('/v1/') || method !== 'GET';
  const refusal = gateRefusal({ method, isApi, headers }, parts.gate);
  if (refusal) {
    const { status, code, message } = refusal;
    return refuse(request, reply, status, code, message);
  }
  const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  reply.headers(crossOriginHeaders(headers, isPreflight));
  if (isPreflight) return reply.code(204).send();
  if (!isApi) return undefined;
  if (isApi && request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store');
  const user = parts.tokens.userOf(headers.authorization);
  if (user === undefined) {
    reply.header('www-authenticate', 'Bearer realm="palimpsest companion"');
    return refuse(request, reply, 401, 'token', 'the token is missing or wrong');
  }
  setUser(request, user);
  return undefined;
}

function refuse(request: FastifyRequest, reply: FastifyReply, status: number, code: string, message: string): unknown {
  drain(request.raw);
  return reply.code(status).send({ error: { code, message } });
}

function fail(error: unknown, request: FastifyRequest, reply: FastifyReply, parts: CompanionParts): unknown {
  const { status, body } = answerOf(error);
  if (status === 500) parts.report(error);
  if (!request.raw.readableEnded) drain(request.raw);
  return reply.code(status).type('application/json; charset=utf-8').send(body);
}

function appRoutes(app: FastifyInstance, files: AppFiles | undefined): void {
  app.get('/*', async (request, reply) => {
    const [path = '/'] = request.url.split('?');
    const file = files?.get(path);
    if (!file) throw new CompanionError('notFound', files ? 'there is no such file' : 'the page is not built');
    return reply.type(file.type).header('cache-control', file.cache).send(file.bytes);
  });
}

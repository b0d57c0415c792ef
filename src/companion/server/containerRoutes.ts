import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';
import { openArchive } from '../../archive/openArchive.ts';
import { writeArchive } from '../../archive/writeArchive.ts';
import type { Work } from '../../bytes/platform.ts';
import { nodePlatform } from '../../platform/node.ts';
import { openFileSource } from '../../platform/nodeFile.ts';
import type { BuildService } from '../builds/buildService.ts';
import type { EnginePool } from '../builds/enginePool.ts';
import { copies } from '../builds/writeLayout.ts';
import { CompanionError } from '../companionError.ts';
import type { BuildRules } from '../engines/engine.ts';
import { shapeOf, textAt, type Shape } from '../engines/jsonShapes.ts';
import type { CompanionLimits } from '../limits.ts';
import type { ContainerEvent, ContainerRequest } from '../protocol.ts';
import { NDJSON_TYPE } from './ndjson.ts';
import { goneSignal, userOf } from './requestContext.ts';
import type { UserSlots } from './userSlots.ts';

const NAMES = ['build', 'image', 'command', 'entrypoint', 'environment', 'workingFolder', 'user'];
const MAX_WORDS = 1000;

/** `POST /v1/containers`: runs a container and tells what it prints. Who goes away ends it. */
export function containerRoutes(
  app: FastifyInstance,
  pool: EnginePool,
  builds: BuildService,
  rules: BuildRules,
  limits: CompanionLimits,
  slots: UserSlots,
): void {
  app.post('/v1/containers', async (request, reply) => {
    const wanted = containerRequest(request.body);
    const engine = pool.containerEngine();
    if (!engine?.run)
      throw new CompanionError('noEngine', 'no engine here runs containers: that takes a Docker engine');
    const gone = goneSignal(reply);
    const signal = AbortSignal.any([gone, AbortSignal.timeout(limits.containerMs)]);
    const build = wanted.build === undefined ? undefined : builds.find(userOf(request), wanted.build);
    const release = slots.take(userOf(request));
    let archive: string | undefined;
    try {
      archive = build && (await dockerArchiveOf(build.resultFile, build.folder, signal));
    } catch (error) {
      release();
      throw error;
    }
    const lines = new PassThrough();
    const emit = (event: ContainerEvent): void => void lines.write(`${JSON.stringify(event)}\n`);
    const run = { request: wanted, archive, network: rules.runNetwork, ...bounds(rules, limits) };
    void engine
      .run(run, emit, signal)
      .catch((error: unknown) => emit(errorEvent(error)))
      .finally(() => {
        release();
        lines.end();
      });
    return reply.type(NDJSON_TYPE).send(lines);
  });
}

function bounds(rules: BuildRules, limits: CompanionLimits) {
  return { memoryBytes: rules.memoryBytes, processes: rules.processes, logBytes: limits.logBytes };
}

function errorEvent(error: unknown): ContainerEvent {
  if (error instanceof CompanionError) return { type: 'error', code: error.code, message: error.message };
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  if (isTimeout) return { type: 'error', code: 'timeout', message: 'the container took too long' };
  return { type: 'error', code: 'engine', message: 'the container could not be run' };
}

/** All engines load docker-archives; older ones take no OCI layouts. */
async function dockerArchiveOf(file: string | undefined, folder: string, signal: AbortSignal): Promise<string> {
  if (file === undefined) throw new CompanionError('notFound', 'the build has no image (yet)');
  const work: Work = { platform: nodePlatform(), signal };
  const source = await openFileSource(file);
  try {
    const archive = await openArchive({ fileName: 'result.tar', source }, work);
    const options = { format: 'docker-archive', layers: 'uncompressed' } as const;
    const { chunks } = await writeArchive(archive, archive.images.slice(0, 1), options, work);
    const target = join(folder, 'docker-archive.tar');
    await pipeline(Readable.from(copies(chunks), { objectMode: false }), createWriteStream(target, { mode: 0o600 }));
    return target;
  } finally {
    await source.close();
  }
}

/** Throws CompanionError `request`; a name that is not known is refused, so that nothing is asked for in vain. */
export function containerRequest(body: unknown): ContainerRequest {
  const shape = shapeOf(body);
  if (!shape) throw new CompanionError('request', 'the body is a JSON object');
  const unknown = Object.keys(shape).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new CompanionError('request', `there is no option “${unknown.slice(0, 40)}”`);
  const texts = Object.fromEntries(
    ['build', 'image', 'workingFolder', 'user'].flatMap((name) => {
      const value = textAt(shape, name);
      if (shape[name] !== undefined && value === undefined) throw new CompanionError('request', `${name} is a text`);
      return value === undefined ? [] : [[name, value]];
    }),
  ) as ContainerRequest;
  if ((texts.build === undefined) === (texts.image === undefined)) {
    throw new CompanionError('request', 'either an image or a build is run');
  }
  return { ...texts, ...lists(shape) };
}

function lists(shape: Shape): Pick<ContainerRequest, 'command' | 'entrypoint' | 'environment'> {
  const found: Record<string, readonly string[]> = {};
  for (const name of ['command', 'entrypoint', 'environment']) {
    const value = shape[name];
    if (value === undefined) continue;
    const isList = Array.isArray(value) && value.length <= MAX_WORDS && value.every((one) => typeof one === 'string');
    if (!isList) throw new CompanionError('request', `${name} is a list of texts`);
    found[name] = value;
  }
  return found;
}

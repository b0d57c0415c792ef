import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CompanionError } from '../../companionError.ts';
import type { BuildResult, ContainerEvent } from '../../protocol.ts';
import type { BuildRequest, BuildRules, ContainerRun, EmitStep, Engine, EngineFacts } from '../engine.ts';
import { parseShape, shapeOf, shapesAt, textAt } from '../jsonShapes.ts';
import { readLines } from '../readLines.ts';
import { StepTracker } from '../stepTracker.ts';
import { takeTrace } from './buildTrace.ts';
import { ClassicSteps } from './classicSteps.ts';
import { DockerClient, type DockerAddress } from './dockerClient.ts';
import { runContainer, WORKER_LABEL } from './runContainer.ts';

export interface DockerEngineOptions {
  readonly address: DockerAddress;
  readonly kind: 'docker' | 'podman';
  readonly slots: number;
  /** Of this worker, so that what it leaves behind can be told from what others use. */
  readonly worker: string;
}

/** Repository of the tags that images under way bear. */
const REPOSITORY = 'palimpsest-build';
const CLEAN_UP_MS = 20_000;
const NOTES = {
  docker: [
    'the engine fetches what a Dockerfile names by itself: the companion cannot choose what',
    'memory and processes of RUN are as dockerd itself bounds them',
  ],
  podman: [
    'podman fetches what a Dockerfile names by itself: the companion cannot choose what',
    'a RUN that ignores signals may live on for some seconds after a build was cancelled',
    'only the builder of podman’s own is there, not BuildKit',
  ],
} as const;

/** The Engine API of a dockerd, or of podman, on this machine: for one user. */
export class DockerEngine implements Engine {
  readonly kind: 'docker' | 'podman';
  readonly name: string;
  readonly slots: number;
  readonly readsContextTar = true;
  readonly #client: DockerClient;
  readonly #worker: string;

  constructor({ address, kind, slots, worker }: DockerEngineOptions) {
    this.kind = kind;
    this.name = address.name;
    this.slots = slots;
    this.#client = new DockerClient(address);
    this.#worker = worker;
  }

  async facts(signal: AbortSignal): Promise<EngineFacts> {
    const version = shapeOf(await this.#client.json({ method: 'GET', path: '/version', signal }));
    const architecture = textAt(version, 'Arch') ?? 'unknown';
    return {
      version: textAt(version, 'Version') ?? '',
      platforms: [`${textAt(version, 'Os') ?? 'linux'}/${architecture}`],
      running: 0,
      unfitForSeveral: 'an Engine API keeps no user from another: several users need BuildKit',
      notes: NOTES[this.kind],
    };
  }

  async build(request: BuildRequest, rules: BuildRules, emit: EmitStep, signal: AbortSignal): Promise<BuildResult> {
    requireSupported(request, rules, this.kind);
    const tag = `${this.#worker}-${request.build}`;
    try {
      await this.#build(request, rules, `${REPOSITORY}:${tag}`, emit, signal);
      const path = `/images/${encodeURIComponent(`${REPOSITORY}:${tag}`)}/json`;
      const image = textAt(shapeOf(await this.#client.json({ method: 'GET', path, signal })), 'Id');
      if (image === undefined) throw new CompanionError('engine', `${this.name} made an image without an ID`);
      await this.#export(image, request.resultFile, rules.resultBytes, signal);
    } finally {
      await this.#removeImage(`${REPOSITORY}:${tag}`);
    }
    return { sizeBytes: (await stat(request.resultFile)).size, format: 'docker-archive' };
  }

  async #build(
    request: BuildRequest,
    rules: BuildRules,
    reference: string,
    emit: EmitStep,
    signal: AbortSignal,
  ): Promise<void> {
    if (request.contextTar === undefined) throw new Error('an engine of Docker takes its context as a tar');
    const path = `/build?${buildQuery(request, rules, reference, this.kind)}`;
    const body = createReadStream(request.contextTar);
    const answer = await this.#client.open({ method: 'POST', path, body, signal });
    const classic = new ClassicSteps(emit);
    const tracker = new StepTracker(emit);
    let failure: string | undefined;
    try {
      for await (const line of readLines(answer)) {
        const message = parseShape(line);
        const trace = textAt(message, 'id') === 'moby.buildkit.trace' ? textAt(message, 'aux') : undefined;
        if (trace !== undefined) takeTrace(trace, tracker);
        classic.take(textAt(message, 'stream') ?? '');
        // Errors come in a stream that began with 200.
        failure ??= textAt(message, 'error') ?? textAt(shapeOf(message?.errorDetail), 'message');
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new CompanionError('connectionLost', `${this.name} broke off`, error);
    } finally {
      answer.destroy();
    }
    signal.throwIfAborted();
    classic.end(failure);
    if (failure !== undefined) throw new CompanionError('failed', failure.trim());
  }

  async #export(image: string, file: string, maxBytes: number, signal: AbortSignal): Promise<void> {
    const path = `/images/${encodeURIComponent(image)}/get`;
    const answer = await this.#client.open({ method: 'GET', path, signal });
    let sizeBytes = 0;
    const bounded = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sizeBytes += chunk.length;
        const isTooLarge = sizeBytes > maxBytes;
        done(isTooLarge ? new CompanionError('limit', `the result is larger than ${maxBytes} bytes`) : null, chunk);
      },
    });
    await rm(file, { force: true });
    await pipeline(answer, bounded, createWriteStream(file, { mode: 0o600 }), { signal });
  }

  run(run: ContainerRun, emit: (event: ContainerEvent) => void, signal: AbortSignal): Promise<void> {
    return runContainer(this.#client, run, this.#worker, emit, signal);
  }

  async sweep(isAlive: (worker: string) => Promise<boolean>): Promise<void> {
    const signal = AbortSignal.timeout(CLEAN_UP_MS);
    const filters = (value: object): string => encodeURIComponent(JSON.stringify(value));
    const path = `/containers/json?all=true&filters=${filters({ label: [WORKER_LABEL] })}`;
    for (const container of shapesOf(await this.#client.json({ method: 'GET', path, signal }))) {
      const [id, worker] = [textAt(container, 'Id'), textAt(shapeOf(container.Labels), WORKER_LABEL)];
      if (id === undefined || worker === undefined || (await isAlive(worker))) continue;
      await this.#client.json({ method: 'DELETE', path: `/containers/${id}?force=true&v=true`, signal });
    }
    const images = `/images/json?filters=${filters({ reference: [REPOSITORY] })}`;
    for (const image of shapesOf(await this.#client.json({ method: 'GET', path: images, signal }))) {
      const tags = Array.isArray(image.RepoTags) ? image.RepoTags.map(String) : [];
      for (const tag of tags) {
        const worker = /palimpsest-build:(worker-\d+-\w+)-[0-9a-f]+$/.exec(tag)?.[1];
        if (worker !== undefined && !(await isAlive(worker))) await this.#removeImage(tag);
      }
    }
  }

  async #removeImage(reference: string): Promise<void> {
    const path = `/images/${encodeURIComponent(reference)}?force=true`;
    const signal = AbortSignal.timeout(CLEAN_UP_MS);
    // A build that failed left none.
    await this.#client.json({ method: 'DELETE', path, signal }).catch(() => undefined);
  }

  close(): void {}
}

function shapesOf(value: unknown): ReturnType<typeof shapesAt> {
  return shapesAt({ list: value }, 'list');
}

/** What this API cannot do is refused by name. */
function requireSupported(request: BuildRequest, rules: BuildRules, kind: string): void {
  if (!rules.fetch) {
    throw new CompanionError(
      'refused',
      `${kind} fetches whatever a Dockerfile names, and this companion was not told to allow that (--allow-fetch)`,
    );
  }
  if (request.bases.length > 0) throw new CompanionError('refused', `${kind} takes no base image with a build`);
  if (request.sourceDateEpoch !== undefined) throw new CompanionError('refused', `${kind} does not rewrite times`);
  if (request.tag !== undefined) throw new CompanionError('refused', `${kind} would move a tag of its own`);
}

function buildQuery(request: BuildRequest, rules: BuildRules, reference: string, kind: string): URLSearchParams {
  const isPodman = kind === 'podman';
  const query = new URLSearchParams({
    t: reference,
    dockerfile: request.dockerfile,
    version: isPodman ? '1' : '2',
    rm: 'true',
    forcerm: 'true',
    buildargs: JSON.stringify(Object.fromEntries(request.buildArgs)),
  });
  // Podman takes `none` for the host's network; 1 is its number for none.
  if (!rules.runNetwork) query.set('networkmode', isPodman ? '1' : 'none');
  if (isPodman) query.set('memory', String(rules.memoryBytes));
  if (request.target !== undefined) query.set('target', request.target);
  if (request.platform !== undefined) query.set('platform', request.platform);
  if (request.noCache) query.set('nocache', 'true');
  return query;
}

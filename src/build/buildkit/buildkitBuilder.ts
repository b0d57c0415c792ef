// BuildKit: a graph of stages of which only what the target needs is built, stages side by side (moby/buildkit
// frontend/dockerfile/dockerfile2llb and solver, as far as a Dockerfile can tell).
import type { BuildCacheRecord } from '../../engine/buildCacheRecord.ts';
import type { ImageRecord } from '../../engine/imageRecord.ts';
import { readContainerConfig } from '../../engine/readContainerConfig.ts';
import type { Digest } from '../../image/digest.ts';
import { objectField } from '../../image/jsonFields.ts';
import { isReference } from '../../image/reference.ts';
import { BuildError } from '../buildError.ts';
import { cleanPath, type FileSet } from '../classic/contextFiles.ts';
import { digestText } from '../classic/digestText.ts';
import { ImageFiles } from '../classic/imageFiles.ts';
import { readClassic } from '../classic/readClassic.ts';
import { findDirective } from '../parse/directives.ts';
import { type BuildPlan, planBuild } from '../plan/planBuild.ts';
import { type BuildPlatform, DEFAULT_PLATFORM, formatPlatform, parsePlatform } from '../plan/platform.ts';
import { type BaseConfig, DEFAULT_PATH, type PlannedStage, type PlannedStep } from '../plan/stageState.ts';
import type { StageNode } from '../plan/stageTable.ts';
import { allOf } from './allOf.ts';
import { BaseImages, shownReference } from './baseImages.ts';
import { BaseVertex } from './baseVertex.ts';
import { BuildGraph, type GraphVertex } from './buildGraph.ts';
import { BuildkitError } from './buildkitError.ts';
import type { BuildkitOptions, BuildkitSurroundings, BuildSource } from './buildkitOptions.ts';
import { ClientFiles } from './clientFiles.ts';
import { exportBuild } from './exportBuild.ts';
import { baseImage, imageBytes, scratchImage, type StageImage, withLabels, withSteps } from './imageConfig.ts';
import { type LayerStack, NO_LAYERS, stackOfImage } from './layerStack.ts';
import { importCaches } from './importCaches.ts';
import { layerTars, packCache, type PortableCache } from './portableCache.ts';
import { Progress } from './progress.ts';
import { ReceivedFiles } from './receivedFiles.ts';
import { stackOfFiles } from './stackOfFiles.ts';
import { carryOutStep } from './stageSteps.ts';
import { fetched, type FetchedSource, StepFailed } from './stepWork.ts';
import { StageTrace, type TracedStep } from './stageTrace.ts';
import { contextSources, isWithin, sentPaths } from './sentFolders.ts';
import { sourceDateEpoch } from './sourceDateEpoch.ts';
import { historyLine, oldBuildkitWords } from './stepText.ts';

const SCRATCH = 'scratch';
const MOUNT_ROOT = '[internal] settings cache mount permissions';
/** Of files that stand for an image. */
const NO_CONFIG: BaseConfig = { env: [`PATH=${DEFAULT_PATH}`], workingDir: '/', user: '', shell: [], onBuild: [] };
/** Triggers may name bases that have triggers: rounds of looking bases up. */
const MAX_ROUNDS = 20;

/** Builds; gives the image's ID, or undefined where the output was a tree. Throws BuildkitError in BuildKit's words. */
export async function buildWithBuildkit(
  source: BuildSource,
  options: BuildkitOptions,
  surroundings: BuildkitSurroundings,
): Promise<Digest | undefined> {
  return new BuildkitBuild(source, options, surroundings).run();
}

interface Fetched<T> {
  readonly value: T;
  readonly vertex: BaseVertex;
}

interface MadeStep {
  readonly stack: LayerStack;
  /** What is kept of it. */
  readonly record: BuildCacheRecord | undefined;
}

/** Where a step stands. */
interface StepPlace {
  readonly node: StageNode;
  readonly base: LayerStack;
  readonly sources: readonly (StageNode | undefined)[];
  readonly name: string;
  readonly told: TracedStep;
}

class BuildkitBuild {
  readonly #options: BuildkitOptions;
  readonly #surroundings: BuildkitSurroundings;
  readonly #progress: Progress;
  readonly #bases: BaseImages;
  readonly #abort = new AbortController();
  readonly #steps: StageTrace;
  readonly #built = new Set<string>();
  readonly #stacks = new Map<StageNode, Promise<LayerStack>>();
  readonly #records = new Map<StageNode, readonly BuildCacheRecord[]>();
  readonly #files: ClientFiles;
  readonly #made = new Map<number, Promise<MadeStep>>();
  readonly #missing = new Set<string>();
  readonly #mountRoots = new Set<string>();
  readonly #fetched = new Map<string, Promise<Fetched<FetchedSource>>>();
  readonly #baseVertices = new Map<number, BaseVertex>();
  #received: ReceivedFiles | undefined;
  #plan: BuildPlan | undefined;
  #graph: BuildGraph | undefined;

  constructor(source: BuildSource, options: BuildkitOptions, surroundings: BuildkitSurroundings) {
    const { work, display, nowMs, random } = surroundings;
    this.#options = options;
    this.#surroundings = surroundings;
    const salt = [...random(8)].join('.');
    this.#progress = new Progress(display, nowMs, (text) => digestText(`${salt} ${text}`, work.platform));
    this.#bases = new BaseImages(options, surroundings, this.#progress);
    this.#files = new ClientFiles(source, options, this.#progress, surroundings);
    this.#steps = new StageTrace(surroundings.onStep ?? (() => undefined), this.#abort.signal);
  }

  async run(): Promise<Digest | undefined> {
    const { signal } = this.#surroundings.work;
    const stop = () => this.#abort.abort(signal?.reason);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    try {
      this.#inWords(() => [sourceDateEpoch(this.#options), this.#target]);
      const text = await this.#files.dockerfile();
      await this.#resolveFrontend(text);
      const plan = await this.#planned(text);
      this.#plan = plan;
      this.#graph = new BuildGraph(plan, {
        vintage: this.#options.vintage,
        hasLayers: (node) => this.#hasImage(node) && this.#base(node)?.layers.length !== 0,
        platformOf: (node) => this.#platformOf(node),
      });
      await importCaches(this.#options.cache?.imports ?? [], this.#surroundings, this.#progress);
      const stack = await this.#solve(plan);
      await this.#standsOn(plan.target)?.need();
      this.#abort.signal.throwIfAborted();
      const { labels, vintage } = this.#options;
      const image = withLabels(this.#image(plan.target, plan), labels);
      const inline = this.#options.cache?.isInline ? this.#inlineCache(plan.target, stack) : undefined;
      const configBytes = imageBytes(image, stack.layers, stack.times, vintage, inline);
      const setup = { options: this.#options, surroundings: this.#surroundings, progress: this.#progress };
      const id = await exportBuild({ stack, configBytes }, setup);
      await this.#exportCaches(plan.target);
      return id;
    } finally {
      signal?.removeEventListener('abort', stop);
      await this.#surroundings.display.finished();
    }
  }

  get #target(): BuildPlatform {
    const { platform = '' } = this.#options;
    return platform === '' ? DEFAULT_PLATFORM : parsePlatform(platform);
  }

  #platformOf(node: StageNode): string {
    return formatPlatform(node.platform ?? this.#target);
  }

  #base(node: StageNode): ImageRecord | undefined {
    return this.#bases.known(node.baseName, this.#platformOf(node));
  }

  /** Whether it begins with an image, not with another stage, files, or nothing. */
  #hasImage(node: StageNode): boolean {
    return !node.base && node.baseName !== SCRATCH && !this.#isOfFiles(node);
  }

  get #isOld(): boolean {
    return this.#options.vintage === '0.8';
  }

  /** `# syntax=`: 0.8 asks its registry for the frontend. One that is there is taken to be the builder's own. */
  async #resolveFrontend(text: string): Promise<void> {
    const name = this.#isOld ? (findDirective(text, 'syntax')?.value.split(' ', 1)[0] ?? '') : '';
    if (name !== '' && isReference(name)) await this.#bases.resolveFrontend(name, formatPlatform(this.#target));
  }

  /** Plans, looks up the bases that the plan needs, and plans again with their configs, until no new ones are named.
   *  What is wrong in a stage is told when its base is known. */
  async #planned(text: string): Promise<BuildPlan> {
    for (let round = 0; ; round++) {
      this.#missing.clear();
      let plan: BuildPlan | undefined;
      try {
        plan = this.#inWords(() => this.#planOnce(text));
      } catch (error) {
        if (this.#missing.size === 0) throw error;
      }
      if (plan && this.#missing.size === 0) return plan;
      if (round === MAX_ROUNDS) throw new BuildkitError(`failed to solve: triggers name more than ${MAX_ROUNDS} bases`);
      await allOf([...this.#missing].map((one) => this.#bases.resolve(...(one.split(' ') as [string, string]))));
    }
  }

  #noteMissing(nodes: Iterable<StageNode>): void {
    for (const node of nodes)
      if (node.stage && this.#hasImage(node) && !this.#base(node))
        this.#missing.add(`${node.baseName} ${this.#platformOf(node)}`);
  }

  /** Whether a stage begins with files that the client gave a name. */
  #isOfFiles({ baseName }: StageNode): boolean {
    return this.#options.namedContexts?.get(baseName)?.kind === 'files';
  }

  #planOnce(text: string): BuildPlan {
    const { buildArgs, target } = this.#options;
    if (this.#isOld && text !== '') readClassic(text);
    return planBuild(text, {
      buildArgs,
      target,
      dialect: this.#options.vintage,
      onNeeded: (nodes) => this.#noteMissing(nodes),
      targetPlatform: this.#target,
      replacedStages: new Set(this.#options.namedContexts?.keys()),
      baseConfig: (name, platform) => {
        if (this.#options.namedContexts?.get(name)?.kind === 'files') return NO_CONFIG;
        const image = this.#bases.known(name, formatPlatform(platform));
        return image && baseConfigOf(image);
      },
    });
  }

  #inWords<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      const cannot = error.code === 'marshal' ? 'failed to marshal LLB definition: ' : '';
      if (!this.#isOld) throw new BuildkitError(`failed to solve: ${cannot}${error.message}`, { lines: error.lines });
      const words = oldBuildkitWords(error.message.replace(/^failed to parse Dockerfile: /, ''));
      const why = cannot || 'failed to create LLB definition: ';
      throw new BuildkitError(`failed to solve with frontend dockerfile.v0: ${why}${words}`);
    }
  }

  // The graph

  async #solve(plan: BuildPlan): Promise<LayerStack> {
    const running = plan.stages.map((stage) => this.#stack(stage.node));
    try {
      await allOf(running, () => this.#abort.abort());
    } catch (error) {
      throw this.#asBuildkitError(error);
    }
    return this.#stack(plan.target);
  }

  #asBuildkitError(error: unknown): unknown {
    if (error instanceof StepFailed) {
      const { vertexName, message } = error;
      const lines = error.lines ? [error.lines] : [];
      return new BuildkitError(this.#isOld ? message : `failed to solve: ${message}`, { vertexName, lines });
    }
    return error;
  }

  #stack(node: StageNode): Promise<LayerStack> {
    const known = this.#stacks.get(node);
    if (known) return known;
    const building = this.#build(node);
    this.#stacks.set(node, building);
    // Those who wait for it are told; nobody may wait.
    building.catch(() => undefined);
    return building;
  }

  async #build(node: StageNode): Promise<LayerStack> {
    const stage = this.#plan?.stages.find((one) => one.node === node);
    if (!stage) return this.#copiedImage(node);
    // A stage that stands on another begins when that is done.
    if (node.base) await this.#stack(node.base);
    const from = this.#steps.begin(stage, undefined);
    let stack = await this.#baseStack(stage).catch((error: unknown) => {
      throw from.fail(error, NO_LAYERS);
    });
    from.end('config', stack);
    if (contextSources(stage.steps).length > 0) this.#context().catch(() => undefined);
    for (const [index, step] of stage.steps.entries()) {
      this.#abort.signal.throwIfAborted();
      const told = this.#steps.begin(stage, step);
      const vertex = this.#graph?.step(step);
      if (!vertex) {
        told.end('config', stack);
        continue;
      }
      try {
        const { record, ...made } = await this.#once(vertex, () => {
          const sources = node.commands[index]?.sources ?? [];
          return this.#carryOut(step, { node, base: stack, sources, name: vertex.name, told });
        });
        stack = made.stack;
        if (record) this.#records.set(node, [...(this.#records.get(node) ?? []), record]);
        told.end('built', stack);
      } catch (error) {
        const { startLine, endLine } = step.instruction.node;
        if (error instanceof StepFailed) error.lines ??= { startLine, endLine };
        // A step that waited for another stage has not failed itself.
        const isAnother = error instanceof StepFailed && error.vertexName !== vertex.name;
        if (isAnother) told.end('canceled', stack);
        throw isAnother ? error : told.fail(error, stack);
      }
    }
    return stack;
  }

  /** What is defined alike in several stages is carried out in the first that comes to it. */
  #once(vertex: GraphVertex, carryOut: () => Promise<MadeStep>): Promise<MadeStep> {
    const known = this.#made.get(vertex.id);
    if (known) return known;
    const making = carryOut();
    this.#made.set(vertex.id, making);
    making.catch(() => undefined);
    return making;
  }

  /** A cache that is given an owner or a mode is made by a vertex of its own (dockerfile2llb, setCacheUIDGID). */
  async #showMountRoots({ mounts }: PlannedStep): Promise<void> {
    for (const { type, source, mode, uid, gid } of mounts) {
      const isRoot = type === 'cache' && cleanPath(source) === '';
      const form = [mode, uid, gid].join();
      if (!isRoot || form === ',,' || this.#mountRoots.has(form)) continue;
      this.#mountRoots.add(form);
      await this.#progress.step(MOUNT_ROOT, async () => undefined);
    }
  }

  async #carryOut(step: PlannedStep, { node, base, sources, name, told }: StepPlace): Promise<MadeStep> {
    await this.#showMountRoots(step);
    let record: BuildCacheRecord | undefined;
    const bases = [node, ...sources].flatMap((one) => (one && this.#standsOn(one, step)) ?? []);
    const stack = await carryOutStep(step, base, {
      options: this.#options,
      surroundings: this.#surroundings,
      progress: this.#progress,
      signal: this.#abort.signal,
      now: () => timestampOf(this.#surroundings.nowMs()),
      name,
      built: this.#built,
      onDecision: told.decide,
      onLookedUp: async (outcome) => {
        for (const one of bases) await (outcome === 'hit' ? one.skip() : one.need());
      },
      onRecord: (kept) => {
        record = kept;
      },
      isUncached: this.#options.uncachedStages?.includes(node.stage?.name ?? '') ?? false,
      platform: node.platform ?? this.#target,
      isSent: (folder, own) => this.#sources().some((other) => other !== own && isWithin(folder, other)),
      fetchSource: async (source, checksum, fetch) => {
        const { value, vertex } = await this.#fetch(source, checksum, fetch);
        bases.push(vertex);
        return value;
      },
      filesOf: (index) => this.#filesOf(index < 0 ? undefined : sources[index]),
    });
    return { stack, record };
  }

  /** What several steps read is fetched once. */
  async #fetch<T extends FetchedSource>(name: string, checksum: string, fetch: () => Promise<T>): Promise<Fetched<T>> {
    const key = `${name} ${checksum}`;
    const known = this.#fetched.get(key);
    if (known) return known as Promise<Fetched<T>>;
    const number = this.#progress.reserve();
    const fetching = fetch().then(
      (value) => ({ value, vertex: this.#keptVertex(name, value.kept, number) }),
      (error: unknown) => fetched(name, { progress: this.#progress }, () => Promise.reject(error), number),
    );
    this.#fetched.set(key, fetching);
    fetching.catch(() => undefined);
    return fetching;
  }

  /** Of what the engine keeps from build to build. */
  #keptVertex(name: string, kept: FetchedSource['kept'], number?: number): BaseVertex {
    const { engine, now } = this.#surroundings;
    const loaded = {
      has: () => engine.images.cachedStep(kept.key) !== undefined,
      keep: () => engine.images.noteUse({ ...kept, createdAt: now() }),
    };
    return new BaseVertex(this.#progress, name, loaded, number);
  }

  /** The vertex of the image that a step finds where it begins, or that it copies from; undefined where steps come
   *  before it. */
  #standsOn(node: StageNode, until?: PlannedStep): BaseVertex | undefined {
    for (let at: StageNode | undefined = node; at; at = at.base) {
      const steps = this.#plan?.stages.find((one) => one.node === at)?.steps ?? [];
      const before = until && steps.includes(until) ? steps.slice(0, steps.indexOf(until)) : steps;
      if (before.some((step) => this.#graph?.step(step))) return undefined;
      const image = this.#graph?.image(at);
      if (image) return this.#baseVertices.get(image.id);
    }
    return undefined;
  }

  async #baseStack({ node }: PlannedStage): Promise<LayerStack> {
    if (node.base) return this.#stack(node.base);
    if (node.baseName === SCRATCH) return NO_LAYERS;
    const files = this.#files.named(node.baseName);
    if (files) return stackOfFiles(await files, this.#surroundings, this.#options.layerWriter);
    const image = this.#base(node);
    if (!image) throw new Error('a base was not resolved');
    this.#showBase(node, image);
    return stackOfImage(image);
  }

  /** An image that is only copied from. */
  async #copiedImage(node: StageNode): Promise<LayerStack> {
    const { name } = this.#graph?.image(node) ?? { name: '' };
    const image = await this.#bases.load(node.baseName, this.#platformOf(node), name);
    this.#showBase(node, image);
    return stackOfImage(image);
  }

  #showBase(node: StageNode, { id, layers }: ImageRecord): void {
    const vertex = this.#graph?.image(node);
    if (!vertex || this.#baseVertices.has(vertex.id)) return;
    const key = digestText(`base ${id}`, this.#surroundings.work.platform);
    const description = `pulled from ${shownReference(node.baseName)}`;
    const kept = { key, layers: layers.map(({ diffId }) => diffId), description, sizeBytes: 0 };
    this.#baseVertices.set(vertex.id, this.#keptVertex(vertex.name, kept));
  }

  /** Sent once, and from when the first stage begins that reads of it. */
  async #context(): Promise<FileSet> {
    const files = await this.#files.context(sentPaths(this.#allSteps));
    if (!this.#isOld) return files;
    this.#received ??= new ReceivedFiles(files, this.#surroundings.nowMs());
    return this.#received;
  }

  async #filesOf(node: StageNode | undefined): Promise<FileSet> {
    if (!node) return this.#context();
    const named = node.stage ? undefined : this.#files.named(node.baseName);
    if (named) return named;
    const { engine, owners, work } = this.#surroundings;
    const { layers } = await this.#stack(node);
    return new ImageFiles(engine.images.mount(layers).mount, owners, work, 'shown');
  }

  get #allSteps(): readonly PlannedStep[] {
    return this.#plan?.stages.flatMap(({ steps }) => steps) ?? [];
  }

  #sources(): readonly (readonly string[])[] {
    return contextSources(this.#allSteps);
  }

  // The result

  #image(node: StageNode, plan: BuildPlan): StageImage {
    const stage = plan.stages.find((one) => one.node === node);
    if (!stage) throw new Error('a stage was not planned');
    const base = node.base
      ? this.#image(node.base, plan)
      : !this.#hasImage(node)
        ? scratchImage(node.platform ?? this.#target)
        : baseImage(this.#base(node) as ImageRecord);
    const { vintage } = this.#options;
    return withSteps(base, stage.steps, {
      createdBy: (step) => historyLine(step, vintage),
      vintage,
      epoch: sourceDateEpoch(this.#options),
    });
  }

  /** What is kept of the steps of a stage and of those that it stands on. */
  #recordsOf(target: StageNode): readonly BuildCacheRecord[] {
    const records: BuildCacheRecord[] = [];
    for (let node: StageNode | undefined = target; node; node = node.base)
      records.unshift(...(this.#records.get(node) ?? []));
    return records;
  }

  /** Of the steps whose layers lie in the image, one on the other. */
  #inlineCache(target: StageNode, { layers }: LayerStack): PortableCache {
    const isBelow = (record: BuildCacheRecord) => record.layers.every((layer, i) => layer === layers[i]);
    return packCache(this.#recordsOf(target).filter(isBelow));
  }

  async #exportCaches(target: StageNode): Promise<void> {
    const { images } = this.#surroundings.engine;
    for (const { name, mode, write } of this.#options.cache?.exports ?? []) {
      const records = mode === 'max' ? [...this.#records.values()].flat() : this.#recordsOf(target);
      const cache = packCache(records);
      await this.#progress.step(name, (step) => write(cache, layerTars(images, cache), (line) => step.status(line)));
    }
  }
}

function baseConfigOf({ document }: ImageRecord): BaseConfig {
  const config = readContainerConfig(objectField(document, 'config'));
  return {
    env: config.Env ?? [],
    workingDir: config.WorkingDir,
    user: config.User,
    shell: config.Shell ?? [],
    onBuild: config.OnBuild ?? [],
  };
}

function timestampOf(ms: number) {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.floor((ms - sec * 1000) * 1e6) };
}

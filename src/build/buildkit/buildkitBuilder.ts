// BuildKit: a graph of stages of which only what the target needs is built, stages side by side (moby/buildkit
// frontend/dockerfile/dockerfile2llb and solver, as far as a Dockerfile can tell).
import { decodeName } from '../../bytes/byteName.ts';
import type { ImageRecord } from '../../engine/imageRecord.ts';
import { readContainerConfig } from '../../engine/readContainerConfig.ts';
import type { Digest } from '../../image/digest.ts';
import { objectField } from '../../image/jsonFields.ts';
import { fullForm, parseReference } from '../../image/reference.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { BuildError } from '../buildError.ts';
import type { FileSet } from '../classic/contextFiles.ts';
import { digestText } from '../classic/digestText.ts';
import { ImageFiles } from '../classic/imageFiles.ts';
import { readClassic } from '../classic/readClassic.ts';
import { type BuildPlan, planBuild } from '../plan/planBuild.ts';
import { type BuildPlatform, DEFAULT_PLATFORM, formatPlatform, parsePlatform } from '../plan/platform.ts';
import type { BaseConfig, PlannedStage } from '../plan/stageState.ts';
import type { StageNode } from '../plan/stageTable.ts';
import { BaseImages } from './baseImages.ts';
import { BuildkitError } from './buildkitError.ts';
import type { BuildkitOptions, BuildkitSurroundings, BuildSource } from './buildkitOptions.ts';
import { baseImage, imageBytes, scratchImage, type StageImage, withLabels, withSteps } from './imageConfig.ts';
import { type LayerStack, NO_LAYERS } from './layerStack.ts';
import { Progress } from './progress.ts';
import { carryOutStep } from './stageSteps.ts';
import { StepFailed } from './stepWork.ts';
import { StageTrace } from './stageTrace.ts';
import { contextSources, isWithin } from './sentFolders.ts';
import { sourceDateEpoch } from './sourceDateEpoch.ts';
import { historyLine, oldBuildkitWords, shownStep } from './stepText.ts';

const SCRATCH = 'scratch';
/** Triggers may name bases that have triggers: rounds of looking bases up. */
const MAX_ROUNDS = 20;
/** What RUN --mount=type=cache keeps, by engine. */
const caches = new WeakMap<object, Map<string, OverlayMount>>();

/** Builds; gives the image's ID, or undefined where the output was a tree. Throws BuildkitError in BuildKit's words. */
export async function buildWithBuildkit(
  source: BuildSource,
  options: BuildkitOptions,
  surroundings: BuildkitSurroundings,
): Promise<Digest | undefined> {
  return new BuildkitBuild(source, options, surroundings).run();
}

class BuildkitBuild {
  readonly #source: BuildSource;
  readonly #options: BuildkitOptions;
  readonly #surroundings: BuildkitSurroundings;
  readonly #progress: Progress;
  readonly #bases: BaseImages;
  readonly #abort = new AbortController();
  readonly #steps: StageTrace;
  readonly #built = new Set<string>();
  readonly #stacks = new Map<StageNode, Promise<LayerStack>>();
  readonly #named = new Map<string, Promise<FileSet>>();
  #context: Promise<FileSet> | undefined;
  #plan: BuildPlan | undefined;

  constructor(source: BuildSource, options: BuildkitOptions, surroundings: BuildkitSurroundings) {
    const { work, display, nowMs, random } = surroundings;
    this.#source = source;
    this.#options = options;
    this.#surroundings = surroundings;
    const salt = [...random(8)].join('.');
    this.#progress = new Progress(display, nowMs, (text) => digestText(`${salt} ${text}`, work.platform));
    this.#bases = new BaseImages(options, surroundings, this.#progress);
    this.#steps = new StageTrace(surroundings.onStep ?? (() => undefined), this.#abort.signal);
  }

  async run(): Promise<Digest | undefined> {
    const { signal } = this.#surroundings.work;
    const stop = () => this.#abort.abort(signal?.reason);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    try {
      this.#inWords(() => [sourceDateEpoch(this.#options), this.#target]);
      const text = await this.#readDockerfile();
      const plan = await this.#planned(text);
      this.#plan = plan;
      const stack = await this.#solve(plan);
      return await this.#export(plan, stack);
    } finally {
      signal?.removeEventListener('abort', stop);
      await this.#surroundings.display.finished();
    }
  }

  // The Dockerfile

  async #readDockerfile(): Promise<string> {
    const { dockerfileName, isRemote } = this.#source;
    if (isRemote) {
      await this.#progress.step('[internal] load remote build context', () => this.#contextFiles());
      await this.#progress.step('copy /context /', async () => undefined);
      return this.#textOf((await this.#source.dockerfile()).value);
    }
    const file = await this.#progress.step(`[internal] load build definition from ${dockerfileName}`, async (step) => {
      const { value, bytes } = await this.#source.dockerfile();
      await step.status(`transferring dockerfile: ${sizeText(bytes)} done`);
      return value;
    });
    if (!file) return this.#textOf(undefined);
    await this.#progress.step('[internal] load .dockerignore', async (step) => {
      const { bytes } = await this.#source.ignoreFile();
      await step.status(`transferring context: ${sizeText(bytes)} done`);
    });
    return this.#textOf(file);
  }

  async #textOf(file: Awaited<ReturnType<BuildSource['dockerfile']>>['value']): Promise<string> {
    if (file) return decodeName(await file.read(0, file.sizeBytes));
    const { random } = this.#surroundings;
    const number = [...random(4)].reduce((sum, byte) => sum * 256 + byte, 0);
    const path = `/var/lib/docker/tmp/buildkit-mount${number}/${this.#source.dockerfileName}`;
    const missing = `failed to read dockerfile: open ${this.#isOld ? path : this.#source.dockerfileName}: no such file or directory`;
    throw new BuildkitError(
      this.#isOld ? `failed to solve with frontend dockerfile.v0: ${missing}` : `failed to solve: ${missing}`,
    );
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

  get #isOld(): boolean {
    return this.#options.vintage === '0.8';
  }

  /** Plans, looks up the bases that the plan needs, and plans again with their configs, until no new ones are named. */
  async #planned(text: string): Promise<BuildPlan> {
    for (let round = 0; ; round++) {
      const plan = this.#inWords(() => this.#planOnce(text));
      const missing = new Set(
        plan.stages
          .filter(({ node }) => !node.base && node.baseName !== SCRATCH && !this.#base(node))
          .map(({ node }) => `${node.baseName} ${this.#platformOf(node)}`),
      );
      this.#checkNamed(plan);
      if (missing.size === 0) return plan;
      if (round === MAX_ROUNDS) throw new BuildkitError(`failed to solve: triggers name more than ${MAX_ROUNDS} bases`);
      await allOf([...missing].map((one) => this.#bases.resolve(...(one.split(' ') as [string, string]))));
    }
  }

  /** A named context may be an image, or files to copy from. */
  #checkNamed({ stages }: BuildPlan): void {
    for (const { node } of stages) {
      const named = this.#options.namedContexts;
      if (named?.has(node.stage?.name ?? ''))
        throw new BuildkitError(
          `failed to solve: a context in the place of stage ${node.stage?.name} is not simulated`,
        );
      if (named?.get(node.baseName)?.kind === 'files')
        throw new BuildkitError(`failed to solve: FROM ${node.baseName}, a context of files, is not simulated`);
    }
  }

  #planOnce(text: string): BuildPlan {
    const { buildArgs, target } = this.#options;
    if (this.#isOld) readClassic(text);
    return planBuild(text, {
      buildArgs,
      target,
      hasHeredocs: !this.#isOld,
      targetPlatform: this.#target,
      baseConfig: (name, platform) => {
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
      if (!this.#isOld) throw new BuildkitError(`failed to solve: ${error.message}`, { lines: error.lines });
      const words = oldBuildkitWords(error.message.replace(/^failed to parse Dockerfile: /, ''));
      throw new BuildkitError(`failed to solve with frontend dockerfile.v0: failed to create LLB definition: ${words}`);
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
    if (!stage) return stackOfImage(await this.#bases.load(node.baseName, this.#platformOf(node)));
    const steps = stage.steps.filter(
      ({ makesLayer, instruction }) => makesLayer || instruction.body.kind === 'WORKDIR',
    );
    const hasVertex = !node.base && node.baseName !== SCRATCH;
    const total = steps.length + (hasVertex ? 1 : 0);
    const prefix = node.shownName === '' ? '' : `${node.shownName} `;
    const named = (number: number, text: string) => `[${prefix}${number}/${total}] ${text}`;
    // A stage that stands on another begins when that is done.
    if (node.base) await this.#stack(node.base);
    const from = this.#steps.begin(stage, undefined);
    let stack = await this.#baseStack(stage, named).catch((error: unknown) => {
      throw from.fail(error, NO_LAYERS);
    });
    from.end('config', stack);
    for (const step of stage.steps) {
      this.#abort.signal.throwIfAborted();
      const told = this.#steps.begin(stage, step);
      if (!steps.includes(step)) {
        told.end('config', stack);
        continue;
      }
      const command = node.commands[stage.steps.indexOf(step)];
      const number = steps.indexOf(step) + 1 + (hasVertex ? 1 : 0);
      const name = named(number, shownStep(step, this.#plan?.parsed.escape ?? '\\'));
      try {
        stack = await carryOutStep(step, stack, {
          options: this.#options,
          surroundings: this.#surroundings,
          progress: this.#progress,
          signal: this.#abort.signal,
          caches: this.#caches(),
          now: () => timestampOf(this.#surroundings.nowMs()),
          name,
          built: this.#built,
          onDecision: told.decide,
          platform: node.platform ?? this.#target,
          isSent: (folder, own) => this.#sources().some((other) => other !== own && isWithin(folder, other)),
          filesOf: (index) => this.#filesOf(index < 0 ? undefined : command?.sources[index]),
        });
        told.end('built', stack);
      } catch (error) {
        const { startLine, endLine } = step.instruction.node;
        if (error instanceof StepFailed) error.lines ??= { startLine, endLine };
        // A step that waited for another stage has not failed itself.
        const isAnother = error instanceof StepFailed && error.vertexName !== name;
        if (isAnother) told.end('canceled', stack);
        throw isAnother ? error : told.fail(error, stack);
      }
    }
    return stack;
  }

  async #baseStack({ node }: PlannedStage, named: (number: number, text: string) => string): Promise<LayerStack> {
    if (node.base) return this.#stack(node.base);
    if (node.baseName === SCRATCH) return NO_LAYERS;
    const image = this.#base(node);
    if (!image) throw new Error('a base was not resolved');
    const text = named(1, `FROM ${fullForm(parseReference(node.baseName))}`);
    return this.#progress.step(text, async () => stackOfImage(image));
  }

  async #filesOf(node: StageNode | undefined): Promise<FileSet> {
    if (!node) return this.#contextFiles();
    const named = node.stage ? undefined : this.#options.namedContexts?.get(node.baseName);
    if (named?.kind === 'files') return this.#namedFiles(node.baseName, named.read);
    const { engine, owners, work } = this.#surroundings;
    const { layers } = await this.#stack(node);
    return new ImageFiles(engine.images.mount(layers).mount, owners, work);
  }

  #namedFiles(name: string, read: () => Promise<FileSet>): Promise<FileSet> {
    const known = this.#named.get(name);
    if (known) return known;
    const reading = this.#progress.step(`[context ${name}] load from client`, read);
    reading.catch(() => undefined);
    this.#named.set(name, reading);
    return reading;
  }

  #contextFiles(): Promise<FileSet> {
    if (this.#context) return this.#context;
    if (this.#source.isRemote) this.#context = this.#source.context().then(({ value }) => value);
    else
      this.#context = this.#progress.step('[internal] load build context', async (step) => {
        const { value, bytes } = await this.#source.context();
        await step.status(`transferring context: ${sizeText(bytes)} done`);
        return value;
      });
    this.#context.catch(() => undefined);
    return this.#context;
  }

  #sources(): readonly (readonly string[])[] {
    return contextSources(this.#plan?.stages.flatMap(({ steps }) => steps) ?? []);
  }

  #caches(): Map<string, OverlayMount> {
    const { images } = this.#surroundings.engine;
    const known = caches.get(images) ?? new Map<string, OverlayMount>();
    caches.set(images, known);
    return known;
  }

  // The result

  #image(node: StageNode, plan: BuildPlan): StageImage {
    const stage = plan.stages.find((one) => one.node === node);
    if (!stage) throw new Error('a stage was not planned');
    const base = node.base
      ? this.#image(node.base, plan)
      : node.baseName === SCRATCH
        ? scratchImage(node.platform ?? this.#target)
        : baseImage(this.#base(node) as ImageRecord);
    const { vintage } = this.#options;
    return withSteps(base, stage.steps, {
      createdBy: (step) => historyLine(step, vintage),
      vintage,
      epoch: sourceDateEpoch(this.#options),
    });
  }

  async #export(plan: BuildPlan, stack: LayerStack): Promise<Digest | undefined> {
    const { output, labels, tags } = this.#options;
    const { engine } = this.#surroundings;
    this.#abort.signal.throwIfAborted();
    if (output.kind === 'tree') {
      await this.#progress.step('exporting to client', async (step) => {
        const { owners, work } = this.#surroundings;
        await output.write({ files: new ImageFiles(engine.images.mount(stack.layers).mount, owners, work) });
        await step.status(output.message);
      });
      return undefined;
    }
    const image = withLabels(this.#image(plan.target, plan), labels);
    return this.#progress.step('exporting to image', async (step) => {
      await step.status('exporting layers done');
      const { id } = await engine.images.createFromConfig(
        imageBytes(image, stack.layers, stack.times, this.#options.vintage),
      );
      await step.status(`writing image ${id} done`);
      for (const tag of tags) {
        engine.images.tag(id, tag);
        await step.status(`naming to ${fullForm(parseReference(tag))} done`);
      }
      return id;
    });
  }
}

function stackOfImage({ layers }: ImageRecord): LayerStack {
  const diffIds = layers.map(({ diffId }) => diffId);
  return { key: `image ${diffIds.join(' ')}`, layers: diffIds, times: diffIds.map(() => undefined) };
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

/** Waits for all; the first that fails ends the others, and is thrown when they have ended. */
async function allOf<T>(running: readonly Promise<T>[], onFailure?: () => void): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    running.map((one) =>
      one.catch((error: unknown) => {
        failure ??= { error };
        onFailure?.();
      }),
    ),
  );
  if (failure) throw failure.error;
}

/** As BuildKit prints sizes: decimal units, two digits. */
function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return unit === 0 ? `${value}B` : `${value.toFixed(2)}${units[unit]}`;
}

// The builder that docker had before BuildKit, as dockerd 20.10 runs it (moby builder/dockerfile).
import type { Digest } from '../../image/digest.ts';
import { isReference } from '../../image/reference.ts';
import { EngineError } from '../../engine/engineError.ts';
import { EMPTY_CONFIG } from '../../engine/containerConfig.ts';
import { shortId } from '../../engine/messages.ts';
import { readContainerConfig } from '../../engine/readContainerConfig.ts';
import { objectField } from '../../image/jsonFields.ts';
import { BuildError } from '../buildError.ts';
import { VariableMap } from '../expand/environment.ts';
import { expandWord } from '../expand/lexer.ts';
import type { Instruction, Stage } from '../instructions/instruction.ts';
import { linesOf } from '../instructions/readStages.ts';
import { readInstruction } from '../instructions/readInstruction.ts';
import { checkCount } from '../plan/instructionCount.ts';
import { parsePlatform } from '../plan/platform.ts';
import { parseDockerfile } from '../parse/parseDockerfile.ts';
import { BuildArguments } from './buildArguments.ts';
import { CacheSources } from './cacheSources.ts';
import type { ClassicOptions, ClassicSurroundings } from './classicOptions.ts';
import type { ContextFiles } from './contextFiles.ts';
import { type ClassicDockerfile, OLD_EMPTY_PLATFORM, oldWords, readClassic } from './readClassic.ts';
import { ClassicTrace } from './classicTrace.ts';
import { ClassicStep } from './classicStep.ts';
import { StageBuild } from './stageBuild.ts';

/** Builds, and gives the image's ID. Throws BuildError with the daemon's words, RunFailed, EngineError. */
export async function buildClassic(
  dockerfileText: string,
  context: ContextFiles,
  options: ClassicOptions,
  surroundings: ClassicSurroundings,
): Promise<Digest> {
  const dockerfile = withLabels(readClassic(dockerfileText, options.dockerfile), options.labels);
  checkCount(
    dockerfile.stages.flatMap(({ instructions }) => instructions.map(({ node }) => node)),
    MAX_STEPS,
  );
  return new ClassicBuild(dockerfile, context, options, surroundings).run();
}

/** Each makes an image, whose config tells of all before it. */
const MAX_STEPS = 2_000;

class ClassicBuild {
  readonly #dockerfile: ClassicDockerfile;
  readonly #context: ContextFiles;
  readonly #options: ClassicOptions;
  readonly #surroundings: ClassicSurroundings;
  readonly #arguments: BuildArguments;
  readonly #stages: StageBuild[] = [];
  readonly #cacheSources: CacheSources | undefined;
  readonly #trace: ClassicTrace;
  #step = 0;
  #total = 0;
  /** After the first miss nothing is looked up until the next FROM. */
  #isCacheBusted = false;

  constructor(
    dockerfile: ClassicDockerfile,
    context: ContextFiles,
    options: ClassicOptions,
    surroundings: ClassicSurroundings,
  ) {
    this.#dockerfile = dockerfile;
    this.#context = context;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#arguments = new BuildArguments(options.buildArgs, options.bareArgs);
    const { cacheFrom } = options;
    if (cacheFrom.length > 0) this.#cacheSources = new CacheSources(surroundings.engine.images, cacheFrom);
    this.#trace = new ClassicTrace(surroundings.onStep, surroundings.work.signal);
  }

  async run(): Promise<Digest> {
    const { print, printError, engine } = this.#surroundings;
    const { platform = '' } = this.#options;
    if (platform !== '') requirePlatform(platform, '');
    if (this.#dockerfile.warning !== '') await printError(this.#dockerfile.warning);
    const stages = this.#wantedStages();
    const { globalArguments } = this.#dockerfile;
    this.#total = stages.reduce((sum, stage) => sum + 1 + stage.instructions.length, globalArguments.length);
    for (const instruction of globalArguments) await this.#declareGlobal(instruction);
    for (const stage of stages) await this.#buildStage(stage);
    const unused = this.#arguments.unused();
    if (unused.length > 0) await print(`[Warning] One or more build-args [${unused.join(' ')}] were not consumed\n`);
    const { imageId } = this.#stages.at(-1) as StageBuild;
    if (imageId === undefined) throw new BuildError('stage', 'No image was generated. Is your Dockerfile empty?');
    await print(`Successfully built ${shortId(imageId)}\n`);
    for (const tag of new Set(this.#options.tags.map(withTag))) {
      engine.images.tag(imageId, tag);
      await print(`Successfully tagged ${tag}\n`);
    }
    return imageId;
  }

  #wantedStages(): readonly Stage[] {
    const { target } = this.#options;
    const { stages } = this.#dockerfile;
    if (target === '') return stages;
    const at = stages.findIndex(({ name }) => name !== '' && name === target.toLowerCase());
    if (at < 0) throw new BuildError('stage', `failed to reach build target ${target} in Dockerfile`);
    return stages.slice(0, at + 1);
  }

  async #announce(source: string): Promise<void> {
    this.#step++;
    await this.#surroundings.print(`Step ${this.#step}/${this.#total} : ${source}\n`);
  }

  async #declareGlobal({ source, body, node }: Instruction): Promise<void> {
    await this.#announce(source);
    const step = { source, stage: -1, stageName: '', lines: linesOf(node) };
    await this.#trace.run(
      step,
      () => [],
      () => {
        if (body.kind !== 'ARG') throw new BuildError('instruction', 'only ARG may stand before FROM');
        for (const { key, value } of body.args)
          this.#arguments.declareGlobal(key, value === undefined ? undefined : this.#expandGlobal(value));
      },
    );
  }

  #expandGlobal(word: string): string {
    const { escape: escapeCharacter } = this.#dockerfile;
    const values = new VariableMap(this.#arguments.globalValues());
    return expandWord(word, values, { escape: escapeCharacter, colonOnly: true }).text;
  }

  async #buildStage(stage: Stage): Promise<void> {
    const { print } = this.#surroundings;
    if (stage.name !== '' && this.#stages.some(({ name }) => name === stage.name))
      throw new BuildError('stage', `${stage.name} stage name already used`);
    await this.#announce(stage.node.original.trim());
    this.#isCacheBusted = false;
    this.#arguments.beginStage();
    const place = { stage: this.#stages.length, stageName: stage.name };
    const from = { ...place, source: stage.node.original.trim(), lines: linesOf(stage.node) };
    let opened: StageBuild | undefined;
    const build = await this.#trace.run(
      from,
      () => this.#layersOf(opened),
      async () => (opened = await this.#open(stage)),
    );
    const triggers = build.takeTriggers();
    if (triggers.length > 0) await this.#runTriggers(build, triggers);
    await print(` ---> ${build.imageId === undefined ? '' : shortId(build.imageId)}\n`);
    this.#stages.push(build);
    for (const instruction of stage.instructions) {
      const { source, node } = instruction;
      await this.#announce(source);
      // A label of the command line stands in no line.
      const lines = node.original.trim() === source ? linesOf(node) : undefined;
      await this.#trace.run(
        { ...place, source, lines },
        () => this.#layersOf(build),
        () => this.#dispatch(build, instruction),
      );
      await print(` ---> ${build.imageId === undefined ? '' : shortId(build.imageId)}\n`);
    }
  }

  async #dispatch(build: StageBuild, instruction: Instruction): Promise<void> {
    const step = new ClassicStep({
      build,
      stages: this.#stages,
      context: this.#context,
      buildArguments: this.#arguments,
      options: this.#options,
      surroundings: this.#surroundings,
      escape: this.#dockerfile.escape,
      number: this.#step,
      findImage: (name) => this.#image(name),
      cacheSources: this.#cacheSources,
      mayProbe: () => this.#options.usesCache && !this.#isCacheBusted,
      onMiss: () => {
        this.#isCacheBusted = true;
      },
      onDecision: this.#trace.decide,
    });
    await step.run(instruction);
  }

  #layersOf(build: StageBuild | undefined): readonly Digest[] {
    const id = build?.imageId;
    return id === undefined ? [] : this.#surroundings.engine.images.find(id).layers.map(({ diffId }) => diffId);
  }

  async #open(stage: Stage): Promise<StageBuild> {
    const name = this.#expandGlobal(stage.base);
    if (name === '') throw new BuildError('stage', `base name (${stage.base}) should not be blank`);
    const earlier = this.#stages.find((one) => one.name !== '' && one.name === name.toLowerCase());
    if (earlier) return new StageBuild(stage.name, earlier.imageId, earlier.config);
    if (name === 'scratch') return new StageBuild(stage.name, undefined, EMPTY_CONFIG);
    const { id, config } = await this.#image(name, this.#platformOf(stage));
    return new StageBuild(stage.name, id, config);
  }

  #platformOf(stage: Stage): string {
    const text = stage.platform === '' ? (this.#options.platform ?? '') : this.#expandGlobal(stage.platform);
    if (text === '' && stage.platform === '') return text;
    requirePlatform(text, `failed to parse platform ${text}: `);
    return text;
  }

  /** An image by name, pulled where it is not here; one that is here is taken whatever it is for. */
  async #image(name: string, platform = '') {
    const { engine, loginFor, onPull, work } = this.#surroundings;
    checkName(name);
    const find = () => {
      try {
        return engine.images.find(name);
      } catch (error) {
        if (error instanceof EngineError && error.kind === 'notFound') return undefined;
        throw error;
      }
    };
    let found = this.#options.pulls ? undefined : find();
    if (!found) {
      const login = loginFor?.(name);
      await engine.images.pull({ reference: name, login, ...(platform !== '' && { platform }) }, onPull, work.signal);
      found = find();
    }
    if (!found) throw new BuildError('stage', `No such image: ${name}`);
    return { id: found.id, layers: found.layers, config: readContainerConfig(objectField(found.document, 'config')) };
  }

  async #runTriggers(build: StageBuild, triggers: readonly string[]): Promise<void> {
    const { print } = this.#surroundings;
    const word = triggers.length === 1 ? 'trigger' : 'triggers';
    await print(`# Executing ${triggers.length} build ${word}\n`);
    for (const trigger of triggers) {
      const { nodes } = parseDockerfile(trigger, { hasHeredocs: false });
      for (const node of nodes) {
        try {
          await this.#dispatch(build, readInstruction(node));
        } catch (error) {
          if (error instanceof BuildError) throw new BuildError(error.code, oldWords(error.message), error.lines);
          throw error;
        }
      }
    }
  }
}

function checkName(name: string): void {
  if (isReference(name)) return;
  const isUpper = name !== name.toLowerCase() && isReference(name.toLowerCase());
  throw new BuildError('stage', `invalid reference format${isUpper ? ': repository name must be lowercase' : ''}`);
}

/** Each `--label` is one more instruction at the end; variables in it are not expanded. */
function withLabels(dockerfile: ClassicDockerfile, labels: Readonly<Record<string, string>>): ClassicDockerfile {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const [node] = parseDockerfile('LABEL a=b').nodes;
  if (pairs.length === 0 || !node) return dockerfile;
  const added = pairs.map(([key, value]): Instruction => ({
    name: 'LABEL',
    source: `LABEL ${key}=${value}`,
    node,
    body: { kind: 'LABEL', pairs: [{ key: literal(key), value: literal(value), legacy: false }] },
  }));
  const last = dockerfile.stages.length - 1;
  const stages = dockerfile.stages.map((stage, i) =>
    i < last ? stage : { ...stage, instructions: [...stage.instructions, ...added] },
  );
  return { ...dockerfile, stages };
}

/** A word that expands to this text. */
function literal(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

function withTag(name: string): string {
  return name.includes(':', name.lastIndexOf('/') + 1) ? name : `${name}:latest`;
}

/** Throws BuildError in the words of 20.10's containerd, which told of the components before all else. */
function requirePlatform(text: string, prefix: string): void {
  if (text === '') throw new BuildError('platform', prefix + OLD_EMPTY_PLATFORM);
  try {
    parsePlatform(text);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError(error.code, prefix + oldWords(error.message));
  }
}

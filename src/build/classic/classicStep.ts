import { toHex } from '../../bytes/hex.ts';
import { healthConfig } from '../changes/healthConfig.ts';
import { withNames, withVariables } from '../changes/configSets.ts';
import type { ContainerConfig } from '../../engine/containerConfig.ts';
import type { Digest } from '../../image/digest.ts';
import { BuildError } from '../buildError.ts';
import { splitVariable, VariableMap } from '../expand/environment.ts';
import { expandWord, expandWords } from '../expand/lexer.ts';
import { quoteList } from '../go/quote.ts';
import type {
  AddInstruction,
  CommandLine,
  CopyInstruction,
  Instruction,
  KeyValue,
  RunInstruction,
} from '../instructions/instruction.ts';
import { Linter } from '../lint/linter.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { resolveWorkingDir } from '../plan/carryOut.ts';
import { exposedPorts, withOldPortWords } from '../plan/ports.ts';
import { isSignal } from '../plan/signals.ts';
import { type CacheDecision, probeCache } from './cacheProbe.ts';
import { sumOfAll } from './copySources.ts';
import { findCopySources } from './findCopySources.ts';
import { healthText } from './healthText.ts';
import { rememberFiles } from '../copiedFiles.ts';
import { ownerOf } from './ownerOf.ts';
import { placeSource } from './placeFiles.ts';
import { RunFailed } from './runFailed.ts';
import type { StepSetup } from './stepSetup.ts';
import { classicWhyText } from './whyText.ts';

const DEFAULT_SHELL = ['/bin/sh', '-c'];
const SHORT_ID = 12;
const MAX_WORD_LENGTH = 1 << 20;
const NEEDS_BUILDKIT =
  'option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled';

/** One instruction being carried out (moby builder/dockerfile, dispatchers.go and internals.go). */
export class ClassicStep {
  readonly #setup: StepSetup;
  readonly #build: StepSetup['build'];
  readonly #containers: string[] = [];

  constructor(setup: StepSetup) {
    this.#setup = setup;
    this.#build = setup.build;
  }

  async run(instruction: Instruction): Promise<void> {
    const { removes } = this.#setup.options;
    try {
      await this.#dispatch(instruction);
    } catch (error) {
      // A build that is called off takes what ran away, and has nobody to tell.
      if (this.#setup.surroundings.work.signal?.aborted) await this.#discardContainers();
      else if (removes === 'always') await this.#removeContainers();
      throw error;
    }
    if (removes !== 'never') await this.#removeContainers();
  }

  async #discardContainers(): Promise<void> {
    const { containers } = this.#setup.surroundings.engine;
    for (const id of this.#containers.splice(0))
      if (this.#known.has(id)) await containers.remove(id, { isForced: true, removesVolumes: true });
  }

  async #removeContainers(): Promise<void> {
    const { engine, print } = this.#setup.surroundings;
    for (const id of this.#containers.splice(0)) {
      if (this.#known.has(id)) await engine.containers.remove(id, { isForced: true, removesVolumes: true });
      await print(`Removing intermediate container ${id.slice(0, SHORT_ID)}\n`);
    }
  }

  async #dispatch({ body, node }: Instruction): Promise<void> {
    const build = this.#build;
    switch (body.kind) {
      case 'ADD':
      case 'COPY':
        return this.#copy(body);
      case 'RUN':
        return this.#run(body);
      case 'ARG': {
        const shown: string[] = [];
        for (const { key, value } of body.args) {
          const name = this.#word(key);
          const expanded = value === undefined ? undefined : this.#word(value);
          this.#setup.buildArguments.declare(name, expanded);
          shown.push(expanded === undefined ? name : `${name}=${expanded}`);
        }
        return this.#note(`ARG ${shown.join(' ')}`);
      }
      case 'ENV': {
        const pairs = this.#pairs(body.pairs);
        build.config = { ...build.config, Env: withVariables(build.config.Env ?? [], pairs) };
        return this.#note(`ENV ${pairs.map(({ key, value }) => `${key}=${value}`).join(' ')}`);
      }
      case 'LABEL': {
        const pairs = this.#pairs(body.pairs);
        const added = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
        build.config = { ...build.config, Labels: { ...build.config.Labels, ...added } };
        return this.#note(`LABEL ${pairs.map(({ key, value }) => `${key}=${value}`).join(' ')}`);
      }
      case 'MAINTAINER':
        build.maintainer = body.maintainer;
        return this.#note(`MAINTAINER ${body.maintainer}`);
      case 'CMD':
      case 'ENTRYPOINT':
        return this.#command(body.kind, body.command);
      case 'EXPOSE': {
        const words = body.ports.flatMap((port) =>
          expandWords(port, this.#variables(), { escape: this.#setup.escape, colonOnly: true }),
        );
        const ports = this.#ports(words, node);
        build.config = { ...build.config, ExposedPorts: withNames(build.config.ExposedPorts, ports) };
        return this.#note(`EXPOSE ${[...words].sort().join(' ')}`);
      }
      case 'VOLUME': {
        const volumes = body.volumes.map((volume) => this.#word(volume));
        if (volumes.includes('')) throw new BuildError('instruction', 'VOLUME specified can not be an empty string');
        build.config = { ...build.config, Volumes: withNames(build.config.Volumes ?? undefined, volumes) };
        return this.#note(`VOLUME [${volumes.join(' ')}]`);
      }
      case 'USER': {
        const user = this.#word(body.user);
        build.config = { ...build.config, User: user };
        return this.#note(`USER ${user}`);
      }
      case 'STOPSIGNAL': {
        const signal = this.#word(body.signal);
        if (!isSignal(signal)) throw new BuildError('instruction', `Invalid signal: ${signal}`);
        build.config = { ...build.config, StopSignal: signal };
        return this.#note(`STOPSIGNAL ${signal}`);
      }
      case 'SHELL':
        build.config = { ...build.config, Shell: body.shell };
        return this.#note(`SHELL [${body.shell.join(' ')}]`);
      case 'ONBUILD':
        build.config = { ...build.config, OnBuild: [...(build.config.OnBuild ?? []), body.expression] };
        return this.#note(`ONBUILD ${body.expression}`);
      case 'HEALTHCHECK':
        return this.#health(body.health);
      case 'WORKDIR':
        return this.#workingDirectory(this.#word(body.path));
    }
  }

  // Words

  #variables(): VariableMap {
    const env = this.#build.config.Env ?? [];
    return new VariableMap([...env, ...this.#setup.buildArguments.inForce(env)].map(splitVariable));
  }

  #word(text: string): string {
    const expanded = expandWord(text, this.#variables(), { escape: this.#setup.escape, colonOnly: true }).text;
    // Words are kept in each image's config from here on.
    if (expanded.length > MAX_WORD_LENGTH)
      throw new BuildError('limit', `a word with its variables is longer than ${MAX_WORD_LENGTH} characters`);
    return expanded;
  }

  #pairs(pairs: readonly KeyValue[]): readonly { readonly key: string; readonly value: string }[] {
    return pairs.map(({ key, value }) => ({ key: this.#word(key), value: this.#word(value) }));
  }

  #shell(): readonly string[] {
    const { Shell } = this.#build.config;
    return Shell && Shell.length > 0 ? Shell : DEFAULT_SHELL;
  }

  /** The shell form. A text of nothing is no argument. */
  #shellWords(args: readonly string[]): readonly string[] {
    const text = args.join(' ');
    return text === '' ? this.#shell() : [...this.#shell(), text];
  }

  #ports(words: readonly string[], node: SyntaxNode): readonly string[] {
    return withOldPortWords(() => exposedPorts(words, node, new Linter()));
  }

  // Instructions that change the config alone

  #command(kind: 'CMD' | 'ENTRYPOINT', { args, shell }: CommandLine): Promise<void> {
    const build = this.#build;
    const isEmpty = shell && args.join(' ') === '';
    const command = isEmpty ? [] : shell ? this.#shellWords(args) : args;
    if (kind === 'CMD') {
      build.config = { ...build.config, Cmd: command };
      if (command.length > 0) build.hasCommand = true;
    } else {
      build.config = {
        ...build.config,
        Entrypoint: command.length > 0 ? command : null,
        ...(!build.hasCommand && { Cmd: null }),
      };
    }
    return this.#note(`${kind} ${quoteList(command)}`);
  }

  async #health(health: Parameters<typeof healthConfig>[0]): Promise<void> {
    const build = this.#build;
    const before = build.config.Healthcheck?.Test ?? [];
    if (before.length > 0)
      await this.#setup.surroundings.print(`Note: overriding previous HEALTHCHECK: ${goList(before)}\n`);
    build.config = { ...build.config, Healthcheck: healthConfig(health) };
    return this.#note(`HEALTHCHECK ${healthText(health)}`);
  }

  async #workingDirectory(path: string): Promise<void> {
    const build = this.#build;
    const directory = resolveWorkingDir(build.config.WorkingDir, path);
    build.config = { ...build.config, WorkingDir: directory };
    const config = this.#commented([`#(nop) WORKDIR ${directory}`]);
    const container = await this.#probeAndCreate(config);
    if (!container) return;
    await this.#commit(container, container.config, await this.#madeDirectory(directory));
  }

  /** The layer that a new working directory makes. */
  async #madeDirectory(directory: string): Promise<Digest | undefined> {
    const { engine } = this.#setup.surroundings;
    const { mount, seal } = engine.images.mount(this.#layers());
    let made = false;
    const parts = directory.split('/').filter((part) => part !== '');
    for (let i = 1; i <= parts.length; i++) {
      const path = `/${parts.slice(0, i).join('/')}`;
      try {
        mount.stat(path);
      } catch {
        mount.mkdir(path, 0o755);
        made = true;
      }
    }
    return made ? seal() : undefined;
  }

  /** A step that changes the config alone: a container is made and committed, though nothing runs. */
  async #note(comment: string): Promise<void> {
    const config = this.#commented(['#(nop) ', comment]);
    const container = await this.#probeAndCreate(config);
    if (container) await this.#commit(container, container.config, undefined);
  }

  #commented(words: readonly string[]): ContainerConfig {
    return { ...this.#build.config, Cmd: [...this.#shell(), ...words] };
  }

  // Cache and commit

  /** Whether an earlier build made the same: then its image is this step's. */
  async #isCached(config: ContainerConfig): Promise<boolean> {
    const { surroundings, mayProbe, onMiss, options } = this.#setup;
    if (!mayProbe()) {
      const reason = options.usesCache ? 'earlierMiss' : 'disabled';
      await this.#tell({ outcome: 'miss', reason });
      return false;
    }
    const decision = await this.#probe(config);
    await this.#tell(decision);
    if (decision.outcome === 'miss') {
      onMiss();
      return false;
    }
    await surroundings.print(' ---> Using cache\n');
    this.#build.imageId = decision.image;
    return true;
  }

  async #probe(config: ContainerConfig): Promise<CacheDecision> {
    const { surroundings, cacheSources } = this.#setup;
    const parent = this.#build.imageId;
    const local = probeCache(surroundings.engine.images, parent, config);
    if (!cacheSources) return local;
    const image = await cacheSources.probe(parent, config, local);
    if (image !== undefined) return { outcome: 'hit', image };
    return local.outcome === 'miss' ? local : { outcome: 'miss', reason: 'noChildren' };
  }

  async #tell(decision: CacheDecision): Promise<void> {
    const { surroundings, number, onDecision } = this.#setup;
    surroundings.onCache?.(number, decision);
    onDecision(decision);
    if (surroundings.tellsWhy) await surroundings.print(` ---> ${classicWhyText(decision)}\n`);
  }

  async #probeAndCreate(config: ContainerConfig) {
    return (await this.#isCached(config)) ? undefined : this.#create(config);
  }

  readonly #known = new Set<string>();

  async #create(config: ContainerConfig): Promise<{ readonly id: string; readonly config: ContainerConfig }> {
    const { engine, print, random } = this.#setup.surroundings;
    let id: string;
    let made: ContainerConfig;
    if (this.#build.imageId === undefined) {
      // Nothing stands on scratch that could be run: there is only a name for it.
      id = toHex(random(32));
      made = { ...config, Hostname: id.slice(0, SHORT_ID), Labels: config.Labels ?? {} };
    } else {
      ({ id } = await engine.containers.create({ name: '', config, hostConfig: this.#setup.options.hostConfig }));
      this.#known.add(id);
      const shown = (engine.containers.inspect(id) as { readonly Config?: Partial<ContainerConfig> }).Config;
      made = { ...config, Hostname: shown?.Hostname ?? '', Labels: config.Labels ?? {} };
    }
    this.#containers.push(id);
    await print(` ---> Running in ${id.slice(0, SHORT_ID)}\n`);
    return { id, config: made };
  }

  async #commit(
    container: { readonly id: string } | undefined,
    containerConfig: ContainerConfig,
    newLayer: Digest | undefined,
  ): Promise<void> {
    const build = this.#build;
    const { images } = this.#setup.surroundings.engine;
    const image = await images.create({
      parent: build.imageId,
      newLayer,
      config: build.config,
      containerConfig,
      containerId: container?.id ?? '',
      comment: '',
      author: build.maintainer,
      createdBy: (containerConfig.Cmd ?? []).join(' '),
    });
    build.imageId = image.id;
  }

  #layers(): readonly Digest[] {
    const { imageId } = this.#build;
    if (imageId === undefined) return [];
    return this.#setup.surroundings.engine.images.find(imageId).layers.map(({ diffId }) => diffId);
  }

  // RUN

  async #run({ command, mountFlags }: RunInstruction): Promise<void> {
    const { buildArguments, surroundings } = this.#setup;
    if (mountFlags.length > 0) throw new BuildError('instruction', `the --mount ${NEEDS_BUILDKIT}`);
    const build = this.#build;
    const args = command.shell ? this.#shellWords(command.args) : command.args;
    const inForce = buildArguments.inForce(build.config.Env ?? []);
    const shown = inForce.filter((one) => buildArguments.isShown(splitVariable(one)[0])).sort();
    const saved = inForce.length > 0 ? [`|${shown.length}`, ...shown, ...args] : args;
    const probed: ContainerConfig = { ...build.config, Cmd: saved, Entrypoint: null };
    if (await this.#isCached(probed)) return;
    const { Healthcheck: _, ...rest } = build.config;
    const container = await this.#create({
      ...rest,
      Cmd: args,
      Entrypoint: [''],
      Env: [...(build.config.Env ?? []), ...inForce],
    });
    if (build.imageId === undefined) throw nothingToRun(args[0] ?? '');
    await this.#execute(container.id, args);
    await this.#commit(container, probed, await surroundings.engine.containers.sealLayer(container.id));
  }

  async #execute(id: string, command: readonly string[]): Promise<void> {
    const { engine, print, printError, work } = this.#setup.surroundings;
    const attachment = await engine.containers.attach(id, { wantsStdin: false, wantsStdout: true, wantsStderr: true });
    const passing = (async () => {
      const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
      for await (const { stream, bytes } of attachment.output) {
        const text = decoders[stream].decode(bytes, { stream: true });
        await (stream === 'stdout' ? print(text) : printError(text));
      }
    })();
    const stop = () => void engine.containers.kill(id, 'KILL').catch(() => undefined);
    work.signal?.addEventListener('abort', stop);
    try {
      await engine.containers.start(id);
      await passing;
      const { statusCode } = await engine.containers.wait(id, 'not-running', work.signal);
      work.signal?.throwIfAborted();
      if (statusCode !== 0) throw new RunFailed(command, statusCode);
    } finally {
      work.signal?.removeEventListener('abort', stop);
      attachment.detach();
    }
  }

  // COPY and ADD

  async #copy(copy: AddInstruction | CopyInstruction): Promise<void> {
    const { engine, work, random } = this.#setup.surroundings;
    if (copy.chmod !== '') throw new BuildError('instruction', `the --chmod ${NEEDS_BUILDKIT}`);
    const sources = await findCopySources(this.#setup, copy, (text) => this.#word(text));
    const destination = this.#destination(this.#word(copy.destination));
    if (sources.length > 1 && !destination.endsWith('/')) {
      throw new BuildError(
        'instruction',
        `When using ${copy.kind} with more than one source file, the destination must be a directory and end with a /`,
      );
    }
    const chown = this.#word(copy.chown);
    const shownOwner = chown === '' ? '' : `--chown=${chown}`;
    const sum = sumOfAll(sources, work);
    rememberFiles(engine.images, sum, new Map(sources.flatMap(({ sums }) => [...sums])));
    const comment = `#(nop) ${copy.kind} ${shownOwner}${sum} in ${this.#word(copy.destination)} `;
    const config = this.#commented([comment]);
    if (await this.#isCached(config)) return;
    const { mount, seal } = engine.images.mount(this.#layers());
    const owner = chown === '' ? { uid: 0, gid: 0 } : await ownerOf(mount, chown);
    const shownRoot = `/var/lib/docker/overlay2/${toHex(random(32))}/merged`;
    const unpacks = copy.kind === 'ADD';
    for (const source of sources) await placeSource(source, { mount, destination, owner, unpacks, shownRoot, work });
    await this.#commit(undefined, config, await seal());
  }

  #destination(path: string): string {
    if (path.startsWith('/')) return clean(path);
    const { WorkingDir } = this.#build.config;
    return clean(`${WorkingDir === '' ? '/' : WorkingDir}/${path}`);
  }
}

/** A path without `.`, `..` and double slashes; a slash at its end stays. */
function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const ends = path.endsWith('/') || path.endsWith('/.');
  return parts.length === 0 ? '/' : `/${parts.join('/')}${ends ? '/' : ''}`;
}

function goList(words: readonly string[]): string {
  return `[${words.join(' ')}]`;
}

/** What runc says of a command on scratch: nothing is there. */
function nothingToRun(command: string): BuildError {
  const why = command.includes('/')
    ? `exec: ${JSON.stringify(command)}: stat ${command}: no such file or directory`
    : `exec: ${JSON.stringify(command)}: executable file not found in $PATH`;
  return new BuildError(
    'instruction',
    `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${why}: unknown`,
  );
}

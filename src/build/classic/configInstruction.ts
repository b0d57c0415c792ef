import type { Digest } from '../../image/digest.ts';
import { BuildError } from '../buildError.ts';
import { withNames, withVariables } from '../changes/configSets.ts';
import { healthConfig } from '../changes/healthConfig.ts';
import { expandWords } from '../expand/lexer.ts';
import { quoteList } from '../go/quote.ts';
import type {
  AddInstruction,
  CommandLine,
  CopyInstruction,
  Instruction,
  RunInstruction,
} from '../instructions/instruction.ts';
import { resolveWorkingDir } from '../plan/carryOut.ts';
import { isSignal } from '../plan/signals.ts';
import { healthText } from './healthText.ts';
import type { StepSetup } from './stepSetup.ts';
import type { StepTools } from './stepTools.ts';

export interface ConfigInstruction extends Pick<Instruction, 'node'> {
  readonly body: Exclude<Instruction['body'], AddInstruction | CopyInstruction | RunInstruction>;
}

/** Carries out what changes the config alone, WORKDIR among it. Throws BuildError. */
export async function configInstruction({ body, node }: ConfigInstruction, tools: StepTools): Promise<void> {
  const { setup, words, commit } = tools;
  const { build } = setup;
  switch (body.kind) {
    case 'ARG': {
      const shown: string[] = [];
      for (const { key, value } of body.args) {
        const name = words.word(key);
        const expanded = value === undefined ? undefined : words.word(value);
        setup.buildArguments.declare(name, expanded);
        shown.push(expanded === undefined ? name : `${name}=${expanded}`);
      }
      return commit.note(`ARG ${shown.join(' ')}`);
    }
    case 'ENV': {
      const pairs = words.pairs(body.pairs);
      build.config = { ...build.config, Env: withVariables(build.config.Env ?? [], pairs) };
      return commit.note(`ENV ${pairs.map(({ key, value }) => `${key}=${value}`).join(' ')}`);
    }
    case 'LABEL': {
      const pairs = words.pairs(body.pairs);
      const added = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
      build.config = { ...build.config, Labels: { ...build.config.Labels, ...added } };
      return commit.note(`LABEL ${pairs.map(({ key, value }) => `${key}=${value}`).join(' ')}`);
    }
    case 'MAINTAINER':
      build.maintainer = body.maintainer;
      return commit.note(`MAINTAINER ${body.maintainer}`);
    case 'CMD':
    case 'ENTRYPOINT':
      return command(body.kind, body.command, tools);
    case 'EXPOSE': {
      const given = body.ports.flatMap((port) =>
        expandWords(port, words.variables(), { escape: setup.escape, colonOnly: true }),
      );
      const ports = words.ports(given, node);
      build.config = { ...build.config, ExposedPorts: withNames(build.config.ExposedPorts, ports) };
      return commit.note(`EXPOSE ${[...given].sort().join(' ')}`);
    }
    case 'VOLUME': {
      const volumes = body.volumes.map((volume) => words.word(volume));
      if (volumes.includes('')) throw new BuildError('instruction', 'VOLUME specified can not be an empty string');
      build.config = { ...build.config, Volumes: withNames(build.config.Volumes ?? undefined, volumes) };
      return commit.note(`VOLUME [${volumes.join(' ')}]`);
    }
    case 'USER': {
      const user = words.word(body.user);
      build.config = { ...build.config, User: user };
      return commit.note(`USER ${user}`);
    }
    case 'STOPSIGNAL': {
      const signal = words.word(body.signal);
      if (!isSignal(signal)) throw new BuildError('instruction', `Invalid signal: ${signal}`);
      build.config = { ...build.config, StopSignal: signal };
      return commit.note(`STOPSIGNAL ${signal}`);
    }
    case 'SHELL':
      build.config = { ...build.config, Shell: body.shell };
      return commit.note(`SHELL [${body.shell.join(' ')}]`);
    case 'ONBUILD':
      build.config = { ...build.config, OnBuild: [...(build.config.OnBuild ?? []), body.expression] };
      return commit.note(`ONBUILD ${body.expression}`);
    case 'HEALTHCHECK':
      return healthCheck(body.health, tools);
    case 'WORKDIR':
      return workingDirectory(words.word(body.path), tools);
  }
}

function command(kind: 'CMD' | 'ENTRYPOINT', { args, shell }: CommandLine, tools: StepTools): Promise<void> {
  const { setup, words, commit } = tools;
  const { build } = setup;
  const isEmpty = shell && args.join(' ') === '';
  // CMD of nothing is the shell alone, ENTRYPOINT of nothing none (moby builder/dockerfile, resolveCmdLine).
  const emptyLine = kind === 'CMD' ? words.shellWords([]) : [];
  const line = isEmpty ? emptyLine : shell ? words.shellWords(args) : args;
  if (kind === 'CMD') {
    build.config = { ...build.config, Cmd: line };
    if (line.length > 0 && !isEmpty) build.hasCommand = true;
  } else {
    build.config = {
      ...build.config,
      Entrypoint: line.length > 0 ? line : null,
      ...(!build.hasCommand && { Cmd: null }),
    };
  }
  return commit.note(`${kind} ${quoteList(line)}`);
}

async function healthCheck(health: Parameters<typeof healthConfig>[0], { setup, commit }: StepTools): Promise<void> {
  const { build } = setup;
  const before = build.config.Healthcheck?.Test ?? [];
  if (before.length > 0) await setup.surroundings.print(`Note: overriding previous HEALTHCHECK: ${goList(before)}\n`);
  build.config = { ...build.config, Healthcheck: healthConfig(health) };
  return commit.note(`HEALTHCHECK ${healthText(health)}`);
}

async function workingDirectory(path: string, { setup, commit }: StepTools): Promise<void> {
  const { build } = setup;
  const directory = resolveWorkingDir(build.config.WorkingDir, path);
  build.config = { ...build.config, WorkingDir: directory };
  const config = commit.commented([`#(nop) WORKDIR ${directory}`]);
  const container = await commit.probeAndCreate(config);
  if (!container) return;
  await commit.commit(container, container.config, await madeDirectory(directory, setup, commit.layers()));
}

/** The layer that a new working directory makes. */
async function madeDirectory(
  directory: string,
  setup: StepSetup,
  layers: readonly Digest[],
): Promise<Digest | undefined> {
  const { engine } = setup.surroundings;
  const { mount, seal } = engine.images.mount(layers);
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

function goList(words: readonly string[]): string {
  return `[${words.join(' ')}]`;
}

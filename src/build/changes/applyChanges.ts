import type { ContainerConfig } from '../../engine/containerConfig.ts';
import { BuildError } from '../buildError.ts';
import { oldWords } from '../classic/readClassic.ts';
import { splitVariable, VariableMap } from '../expand/environment.ts';
import { expandWord, expandWords } from '../expand/lexer.ts';
import type { InstructionBody, KeyValue } from '../instructions/instruction.ts';
import { withNames, withVariables } from './configSets.ts';
import { healthConfig } from './healthConfig.ts';
import { readInstruction } from '../instructions/readInstruction.ts';
import { Linter } from '../lint/linter.ts';
import { parseDockerfile } from '../parse/parseDockerfile.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { resolveWorkingDir } from '../plan/carryOut.ts';
import { exposedPorts, withOldPortWords } from '../plan/ports.ts';
import { withShell } from '../plan/runCommand.ts';

/** What `--change` of `docker commit` and `import` may say (moby builder/dockerfile, validCommitCommands). */
const ALLOWED: ReadonlySet<string> = new Set([
  'cmd',
  'entrypoint',
  'healthcheck',
  'env',
  'expose',
  'label',
  'onbuild',
  'user',
  'volume',
  'workdir',
]);

/** A config with Dockerfile instructions carried out on it, as `docker commit --change` does (moby builder/dockerfile,
 *  BuildFromConfig). Throws BuildError with the daemon's words. */
export function applyChanges(config: ContainerConfig, changes: readonly string[]): ContainerConfig {
  if (changes.length === 0) return config;
  const { nodes } = parse(changes);
  for (const { keyword } of nodes) {
    const name = keyword.toLowerCase();
    if (!ALLOWED.has(name)) throw new BuildError('instruction', `${name} is not a valid change command`);
  }
  const changed = new ChangedConfig(config);
  for (const node of nodes) changed.carryOut(read(node).body, node);
  return changed.config;
}

function read(node: SyntaxNode): ReturnType<typeof readInstruction> {
  try {
    return readInstruction(node);
  } catch (error) {
    throw error instanceof BuildError ? new BuildError(error.code, oldWords(error.message), error.lines) : error;
  }
}

function parse(changes: readonly string[]) {
  try {
    return parseDockerfile(changes.join('\n'));
  } catch (error) {
    // The daemon names no lines of what is no file.
    if (error instanceof BuildError)
      throw new BuildError(error.code, error.message.replace(/^dockerfile parse error on line \d+: /, ''));
    throw error;
  }
}

/** An empty list sets none: what the container has stays (moby daemon, merge). */
function orNone(words: readonly string[]): readonly string[] | null {
  return words.length > 0 ? words : null;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

class ChangedConfig {
  readonly #config: Writable<ContainerConfig>;
  #hasCommand = false;

  constructor(config: ContainerConfig) {
    this.#config = { ...config };
  }

  get config(): ContainerConfig {
    return this.#config;
  }

  carryOut(body: InstructionBody, node: SyntaxNode): void {
    const config = this.#config;
    switch (body.kind) {
      case 'CMD':
        config.Cmd = this.#command(body.command.args, body.command.shell);
        // Of nothing in the form for the shell, the shell is left.
        if (body.command.shell && config.Cmd.length === 0) config.Cmd = withShell(config.Shell ?? [], []).slice(0, -1);
        this.#hasCommand = true;
        break;
      case 'ENTRYPOINT':
        config.Entrypoint = orNone(this.#command(body.command.args, body.command.shell));
        if (!this.#hasCommand) config.Cmd = null;
        break;
      case 'ENV':
        config.Env = withVariables(
          config.Env ?? [],
          body.pairs.map((pair) => this.#expanded(pair)),
        );
        break;
      case 'LABEL':
        config.Labels = { ...config.Labels };
        for (const pair of body.pairs) {
          const { key, value } = this.#expanded(pair);
          config.Labels = { ...config.Labels, [key]: value };
        }
        break;
      case 'EXPOSE': {
        const words = body.ports.flatMap((port) => expandWords(port, this.#variables(), { escape: '\\' }));
        const ports = withOldPortWords(() => exposedPorts(words, node, new Linter()));
        config.ExposedPorts = withNames(config.ExposedPorts, ports);
        break;
      }
      case 'VOLUME':
        config.Volumes = withNames(
          config.Volumes ?? undefined,
          body.volumes.map((volume) => this.#word(volume)),
        );
        break;
      case 'USER':
        config.User = this.#word(body.user);
        break;
      case 'WORKDIR':
        config.WorkingDir = resolveWorkingDir(config.WorkingDir, this.#word(body.path));
        break;
      case 'HEALTHCHECK':
        config.Healthcheck = healthConfig(body.health);
        break;
      case 'ONBUILD':
        config.OnBuild = [...(config.OnBuild ?? []), body.expression];
        break;
      default:
        throw new BuildError('instruction', `${body.kind.toLowerCase()} is not a valid change command`);
    }
  }

  #command(args: readonly string[], isShell: boolean): readonly string[] {
    return isShell && args.length > 0 ? withShell(this.#config.Shell ?? [], args) : args;
  }

  #variables(): VariableMap {
    return new VariableMap((this.#config.Env ?? []).map(splitVariable));
  }

  #word(text: string): string {
    return expandWord(text, this.#variables(), { escape: '\\' }).text;
  }

  #expanded(pair: KeyValue): KeyValue {
    return { ...pair, key: this.#word(pair.key), value: this.#word(pair.value) };
  }
}

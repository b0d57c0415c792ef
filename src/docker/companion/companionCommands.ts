import type { EngineApi } from '../../engine/engineApi.ts';
import { type Client, ClientError } from '../client.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';
import { type CommandPath, pathText } from '../commandLine/spec.ts';
import { companionBuild } from './companionBuild.ts';
import { companionRun } from './companionRun.ts';
import type { CompanionEngine } from './realEngine.ts';

/** A command for the companion's engine. */
export interface CompanionCall {
  readonly client: Client;
  readonly flags: FlagSet;
  readonly arguments: readonly string[];
  readonly companion: CompanionEngine;
  /** The simulated one, which takes what was built. */
  readonly own: EngineApi | undefined;
}

interface CompanionCommand {
  readonly flags: readonly string[];
  run(call: CompanionCall): Promise<number>;
}

const COMMANDS: Readonly<Record<string, CompanionCommand>> = {
  build: companionBuild,
  'image build': companionBuild,
  run: companionRun,
  'container run': companionRun,
};

/** Commands that concern the client alone are the same wherever the engine is. */
const LOCAL = /^(context|help|login|logout)\b/;

export function isForCompanion(path: CommandPath): boolean {
  return path.length > 1 && !LOCAL.test(nameOf(path));
}

/** Runs a command on the companion's engine. Throws ClientError for what it does not offer. */
export async function runOnCompanion(
  path: CommandPath,
  call: Omit<CompanionCall, 'companion'> & { readonly companion: CompanionEngine | undefined },
): Promise<number> {
  const { companion, flags } = call;
  if (!companion)
    throw new ClientError(
      `Cannot connect to the Docker daemon at ${call.client.host}. Is a companion connected to this page?`,
    );
  const command = COMMANDS[nameOf(path)];
  if (!command) {
    throw new ClientError(
      `docker: the companion's engine offers 'docker build' and 'docker run', not '${pathText(path)}'; ` +
        "'docker context use default' leads back to the simulated engine",
    );
  }
  const refused = flags.given().filter(({ name }) => name !== 'help' && !command.flags.includes(name));
  if (refused.length > 0) {
    const names = refused.map(({ name }) => `--${name}`).join(', ');
    throw new ClientError(`docker: ${names} of '${pathText(path)}' is not offered by the companion's engine`, 125);
  }
  return command.run({ ...call, companion });
}

function nameOf(path: CommandPath): string {
  return path
    .slice(1)
    .map(({ name }) => name)
    .join(' ');
}

import type { EngineApi } from '../engine/engineApi.ts';
import type { Program } from '../shell/kernel/program.ts';
import type { Process } from '../shell/kernel/process.ts';
import { builderNotice } from './builderNotice.ts';
import { forwarded, hasBuildx } from './buildx/plugin.ts';
import { Client, CLIENT_BUILDS, ClientError, type ClientVintage, describeError } from './client.ts';
import { ClientConfig } from './clientConfig.ts';
import { checkArguments, CommandLineError, findCommand, flagFault, parseFlags } from './commandLine/dispatch.ts';
import { FlagError, FlagSet } from './commandLine/flagSet.ts';
import { helpText } from './commandLine/helpText.ts';
import { type CommandPath, commandOf, type CommandSpec, pathText } from './commandLine/spec.ts';
import { type EngineAbilities, unsupported } from './commandLine/support.ts';
import { commandAt } from './commands/registry.ts';
import { COMPANION_HOST } from './companion/companionContext.ts';
import { isForCompanion, runOnCompanion } from './companion/companionCommands.ts';
import type { CompanionEngine } from './companion/realEngine.ts';
import { DEFAULT_CONTEXT, DEFAULT_HOST, readContext } from './contexts.ts';
import { FormatError } from './format/rows.ts';
import { oldEngine } from './oldEngine.ts';
import { ROOT } from './specs/root.ts';
import { rootOf } from './specs/clientRoot.ts';
import { TemplateError } from './template/templateError.ts';

export interface DockerSetup {
  /** The engine that listens at `unix:///var/run/docker.sock`, `tcp://host:2375`, `ssh://user@host`, as seen from a
   *  process; undefined where none does. */
  engineAt(host: string, process: Process): EngineApi | undefined;
  /** 28 unless given. */
  readonly vintage?: ClientVintage;
  /** A companion that is connected, behind the context of that name. */
  companion?(): CompanionEngine | undefined;
}

/** What the client says of its version when no engine answers. */
const CLIENT_API_VERSION = '1.50';
const USAGE_STATUS = 125;
const DEFAULT_COLUMNS = 80;
const NO_FLAGS = new FlagSet([]);
const SHORT_HELP = 'Flag shorthand -h has been deprecated, use --help\n';

/** The `docker` command line, client 28.2.2. */
export function dockerProgram(setup: DockerSetup): Program {
  return async (process) => {
    try {
      return await main(setup, process);
    } catch (error) {
      const [text, status] = failure(error);
      if (text !== '') await process.write(2, `${text}\n`);
      return status;
    }
  };
}

function failure(error: unknown): [string, number] {
  if (error instanceof CommandLineError) return [error.message, error.status];
  if (error instanceof ClientError) return [error.message, error.status];
  if (error instanceof FormatError) return [error.message, 1];
  if (error instanceof TemplateError) return [`template parsing error: ${error.message}`, 1];
  const text = describeError(error);
  if (text === undefined) throw error;
  return [text, 1];
}

async function main(setup: DockerSetup, process: Process): Promise<number> {
  const globals = new FlagSet(ROOT.flags, { stopsAtFirstArgument: true });
  let words: string[];
  try {
    words = globals.parse(process.argv.slice(1));
  } catch (error) {
    if (error instanceof FlagError) throw flagFault([ROOT], error.message, setup.vintage);
    throw error;
  }
  if (globals.usedShortHelp) await process.print(SHORT_HELP);
  if (globals.isOn('version')) {
    const { version, commit } = CLIENT_BUILDS[setup.vintage ?? '28'];
    await process.print(`Docker version ${version}, build ${commit}\n`);
    return 0;
  }
  requireLogLevel(globals);
  const client = await makeClient(setup, process, globals);
  const withBuildx = hasBuildx(process, client.config.dir);
  if (withBuildx) words = [...forwarded(client, words, client.vintage)];
  const notice = builderNotice(words, client.environment('DOCKER_BUILDKIT'), client.vintage);
  if (notice !== '') await client.complain(notice);
  const root = rootOf(client.vintage, { hasBuildx: withBuildx });
  if (words[0] === 'help') return printHelpTopic(client, root, words.slice(1));
  const found = findCommand(root, words);
  const command = commandOf(found.path);
  const rules = command.stopsAtFirstArgument ? { stopsAtFirstArgument: true } : {};
  const flags = new FlagSet(command.flags, rules);
  const given = parseFlags(found.path, flags, found.words, client.vintage);
  if (flags.usedShortHelp) await client.print(SHORT_HELP);
  // The client of 20.10 had other flags.
  if (client.vintage === '28') await client.print(flags.deprecations.join(''));
  if (flags.isOn('help') || globals.isOn('help')) return printHelp(client, found.path, 1);
  if (client.host === COMPANION_HOST && isForCompanion(found.path)) {
    checkArguments(found.path, given, client.vintage);
    const own = setup.engineAt(DEFAULT_HOST, process);
    return runOnCompanion(found.path, { client, flags, arguments: given, companion: setup.companion?.(), own });
  }
  return dispatch(client, found.path, flags, given);
}

async function dispatch(client: Client, path: CommandPath, flags: FlagSet, given: readonly string[]): Promise<number> {
  const problem = unsupported(path, flags, client.abilities);
  if (problem !== undefined) throw new ClientError(problem);
  if (path.length === 1 && given.length > 0) {
    if (client.vintage === '20.10')
      throw new CommandLineError(`docker: '${given[0]}' is not a docker command.\nSee 'docker --help'`, 1);
    throw new CommandLineError(
      `docker: unknown command: docker ${given[0]}\n\nRun 'docker --help' for more information`,
      1,
    );
  }
  if (!path.some(({ isPlugin }) => isPlugin)) return runCommand(client, path, flags, given);
  try {
    return await runCommand(client, path, flags, given);
  } catch (error) {
    const [text, status] = failure(error);
    throw text === '' ? error : new ClientError(`ERROR: ${text}`, status);
  }
}

async function runCommand(
  client: Client,
  path: CommandPath,
  flags: FlagSet,
  given: readonly string[],
): Promise<number> {
  checkArguments(path, given, path.some(({ isPlugin }) => isPlugin) ? undefined : client.vintage);
  if (commandOf(path).commands) return printHelp(client, path, 2);
  const command = commandAt(path.slice(1).map(({ name }) => name));
  if (!command) throw new ClientError(`docker: '${pathText(path)}' is not simulated`);
  const refused = flags.given().filter(({ name }) => name !== 'help' && !command.flags.includes(name));
  if (refused.length > 0) {
    const names = refused.map(({ name }) => `--${name}`).join(', ');
    throw new ClientError(`docker: ${names} of '${pathText(path)}' is not simulated`, USAGE_STATUS);
  }
  if (command.flags.includes('disable-content-trust') && isTrustWanted(client, flags))
    throw new ClientError(`docker: content trust of '${pathText(path)}' is not simulated`, USAGE_STATUS);
  return command.run({ client, path, flags, arguments: given });
}

/** By the flag, or by the environment, where whatever is no word for no is one for yes (docker/cli, cli/command). */
function isTrustWanted(client: Client, flags: FlagSet): boolean {
  if (flags.has('disable-content-trust')) return !flags.isOn('disable-content-trust');
  return !['', '0', 'f', 'F', 'false', 'FALSE', 'False'].includes(client.environment('DOCKER_CONTENT_TRUST'));
}

async function printHelp(client: Client, path: CommandPath, fd: 1 | 2): Promise<number> {
  const { abilities, config } = client;
  const problem = unsupported(path, NO_FLAGS, abilities);
  if (problem !== undefined) {
    await client.process.write(fd, `${problem}\n`);
    return 0;
  }
  const columns = client.terminal(0)?.columns || DEFAULT_COLUMNS;
  const lead = client.vintage === '20.10' ? '\n' : '';
  await client.process.write(fd, lead + helpText(path, { abilities, columns, configDir: config.dir }));
  return 0;
}

async function printHelpTopic(client: Client, root: CommandSpec, topic: readonly string[]): Promise<number> {
  const { path, words } = findCommand(root, topic);
  if (words.length > 0) throw new ClientError(`unknown help topic: ${words.join(' ')}`);
  return printHelp(client, path, 1);
}

/** The levels that logrus knows. */
const LOG_LEVELS = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace'];

function requireLogLevel(globals: FlagSet): void {
  const level = globals.text('log-level');
  if (globals.has('log-level') && !LOG_LEVELS.includes(level.toLowerCase()))
    throw new ClientError(`Unable to parse logging level: ${level}`);
}

async function makeClient(setup: DockerSetup, process: Process, globals: FlagSet): Promise<Client> {
  const home = process.env.get('HOME') || '/root';
  const dir = globals.text('config').replace('$CONFIG', '') || process.env.get('DOCKER_CONFIG') || `${home}/.docker`;
  const { config, warning } = await ClientConfig.read(process, dir);
  if (warning !== undefined) await process.write(2, `${warning}\n`);
  const { host, contextName } = await endpoint(process, globals, config);
  const found = host === COMPANION_HOST ? undefined : setup.engineAt(host, process);
  const vintage = setup.vintage ?? '28';
  const engine = found && vintage === '20.10' ? oldEngine(found) : found;
  return new Client({
    process,
    engine,
    abilities: abilitiesOf(engine, process.env.get('DOCKER_API_VERSION') ?? ''),
    config,
    host,
    contextName,
    isDebug: globals.isOn('debug'),
    vintage,
    hasCompanion: setup.companion?.() !== undefined,
  });
}

/** With protocol, host and port filled in (docker/cli opts, ParseHost). */
function hostAddress(given: string): string {
  const text = given.trim();
  const address = /^(?:tcp:\/\/)?([^/]*)(\/.*)?$/.exec(text);
  if (text === '' || !address || (text.includes('://') && !text.startsWith('tcp://'))) return text;
  const [, place = '', path = ''] = address;
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(place) as unknown as [string, string?, string?];
  return `tcp://${name || 'localhost'}:${port ?? '2375'}${path}`;
}

async function endpoint(
  process: Process,
  globals: FlagSet,
  config: ClientConfig,
): Promise<{ host: string; contextName: string }> {
  const [given] = globals.list('host');
  if (given !== undefined && globals.has('context')) {
    throw new ClientError('conflicting options: cannot specify both --host and --context');
  }
  const environmentHost = globals.has('context') ? '' : (process.env.get('DOCKER_HOST') ?? '');
  const host = hostAddress(given ?? environmentHost);
  if (globals.isOn('tls') || globals.isOn('tlsverify')) {
    // There are no certificates in the lab.
    const certificate = globals.has('tlscacert') ? globals.text('tlscacert') : `${config.dir}/ca.pem`;
    throw new ClientError(
      `Failed to initialize: unable to resolve docker endpoint: open ${certificate}: no such file or directory`,
    );
  }
  if (host !== '') return { host, contextName: DEFAULT_CONTEXT };
  const named = globals.text('context') || process.env.get('DOCKER_CONTEXT') || config.text('currentContext');
  if (named === '' || named === DEFAULT_CONTEXT) return { host: DEFAULT_HOST, contextName: DEFAULT_CONTEXT };
  try {
    const context = await readContext(process, config.dir, named);
    return { host: context.host, contextName: named };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    throw new ClientError(`Failed to initialize: unable to resolve docker endpoint: ${error.message}`);
  }
}

/** `wanted` keeps the client from settling on a version with the engine. */
function abilitiesOf(engine: EngineApi | undefined, wanted: string): EngineAbilities {
  const settled = engine ? (engine.vintage === '20.10' ? '1.41' : '1.45') : CLIENT_API_VERSION;
  const apiVersion = wanted.replace(/^v/, '') || settled;
  return { apiVersion, isExperimental: false, ...(engine ? { osType: 'linux' } : {}) };
}

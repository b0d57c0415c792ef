import { splitVariable } from '../../build/expand/environment.ts';
import { BuildError } from '../../build/buildError.ts';
import { formatPlatform, parsePlatform } from '../../build/plan/platform.ts';
import type { CreateContainer } from '../../engine/containerCalls.ts';
import { EngineError } from '../../engine/engineError.ts';
import type { Digest } from '../../image/digest.ts';
import { familiarForm, parseAnyReference, withDefaultTag } from '../../image/reference.ts';
import { ImageError } from '../../image/imageError.ts';
import { statIfThere, unlink, writeFile } from '../../shell/kernel/calls.ts';
import {
  type Client,
  ClientError,
  type CommandCall,
  describeError,
  type DockerCommand,
  waitThrough,
} from '../client.ts';
import { flagFault } from '../commandLine/dispatch.ts';
import { FlagError } from '../commandLine/flagSet.ts';
import { compareVersions } from '../commandLine/support.ts';
import { platformOption } from '../platformOption.ts';
import { ProgressDisplay } from '../progressDisplay.ts';
import { CONTAINER_FLAGS, readContainerOptions } from '../runOptions/containerOptions.ts';
import { attachTo, connect } from './attachStreams.ts';
import { requireTerminal } from './exec.ts';
import { forwardSignals } from './forwardSignals.ts';
import { watchSize } from './terminalSize.ts';

/** What the daemon refuses; commands that cannot be executed or are not there have statuses of their own. */
const REFUSED_STATUS = 125;
const DENIED_STATUS = 126;
const NOT_FOUND_STATUS = 127;
/** From this on a MAC address is a network's, not a container's. */
const MAC_ADDRESS_API = '1.44';

export const create: DockerCommand = {
  flags: CONTAINER_FLAGS,
  async run(call) {
    const { client } = call;
    const request = await readRequest(call, 'create');
    await client.print(`${await createContainer(call, request)}\n`);
    return 0;
  },
};

export const run: DockerCommand = {
  flags: [...CONTAINER_FLAGS, 'detach', 'detach-keys', 'sig-proxy'],
  async run(call) {
    const { client, flags } = call;
    const request = await readRequest(call, 'run');
    if (!flags.isOn('detach')) {
      requireTerminal(client, request.config.AttachStdin ?? false, request.config.Tty ?? false);
      return runContainer(call, request);
    }
    if (flags.has('attach')) {
      throw new ClientError('conflicting options: cannot specify both --attach and --detach');
    }
    const detached = { AttachStdin: false, AttachStdout: false, AttachStderr: false, StdinOnce: false };
    return runContainer(call, { ...request, config: { ...request.config, ...detached } });
  },
};

async function runContainer(call: CommandCall, request: CreateContainer): Promise<number> {
  const { client, flags } = call;
  const { containers } = client.engine;
  const { AttachStdin: stdin = false, AttachStdout: stdout = false, AttachStderr: stderr = false } = request.config;
  const id = await withStatus(client, 'create', () => createContainer(call, request));
  const isAttached = stdin || stdout || stderr;
  if (!isAttached) {
    await client.print(`${id}\n`);
    await withStatus(client, 'start', () => containers.start(id));
    return 0;
  }
  const unforward = flags.isOn('sig-proxy') && !request.config.Tty ? forwardSignals(client, id) : undefined;
  let unwatch: () => void = () => undefined;
  try {
    const attachment = await attachTo(client, id, {
      wantsStdin: stdin,
      wantsStdout: stdout,
      wantsStderr: stderr,
      detachKeys: flags.text('detach-keys') || client.config.detachKeys,
    });
    const exit = containers.wait(id, request.hostConfig.AutoRemove ? 'removed' : 'next-exit');
    exit.catch(() => undefined);
    const terminal = client.terminal(1);
    const size = request.config.Tty && terminal ? { columns: terminal.columns, rows: terminal.rows } : {};
    try {
      await withStatus(client, 'start', () => containers.start(id, size));
    } catch (error) {
      attachment.detach();
      if (request.hostConfig.AutoRemove) await exit;
      throw error;
    }
    if (request.config.Tty) unwatch = watchSize(client, (columns, rows) => resize(client, id, columns, rows));
    const end = await connect(client, attachment, { wantsStdin: stdin, hasTty: request.config.Tty ?? false });
    return end === 'detached' ? 0 : (await waitThrough(client.process, exit)).statusCode;
  } finally {
    unwatch();
    unforward?.();
  }
}

function resize(client: Client, id: string, columns: number, rows: number): void {
  try {
    client.engine.containers.resize(id, columns, rows);
  } catch (error) {
    // It has ended already.
    if (!(error instanceof EngineError)) throw error;
  }
}

async function withStatus<T>(client: Client, step: 'create' | 'start', act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ClientError && error.status !== 1) throw error;
    const text = describeError(error);
    if (text === undefined) throw error;
    throw new ClientError(withHelp(client, text, 'run', step), statusOf(error));
  }
}

function statusOf(error: unknown): number {
  if (!(error instanceof EngineError)) return REFUSED_STATUS;
  if (error.code === 'startNotFound') return NOT_FOUND_STATUS;
  return error.code === 'startDenied' ? DENIED_STATUS : REFUSED_STATUS;
}

/** As the client tells what went wrong. That of 20.10 adds a full stop, and helps with what was asked for only. */
function withHelp({ vintage }: Client, text: string, command: string, step: 'create' | 'start'): string {
  if (vintage !== '20.10') return `docker: ${text}\n\nRun 'docker ${command} --help' for more information`;
  const help = step === 'create' ? `\nSee 'docker ${command} --help'.` : '';
  return `docker: ${text.replace(/\.$/, '')}.${help}`;
}

async function readRequest(
  { client, flags, path, arguments: words }: CommandCall,
  command: string,
): Promise<CreateContainer> {
  try {
    const pull = flags.text('pull');
    if (!['always', 'missing', 'never', ''].includes(pull)) {
      throw new ClientError(`invalid pull option: '${pull}': must be one of "always", "missing" or "never"`);
    }
    const request = await readContainerOptions(client.process, flags, words);
    const given = flags.list('env').map((one) => splitVariable(one)[0]);
    const proxies = client.config.proxyVariables(client.host, given).map(([name, value]) => `${name}=${value}`);
    if (proxies.length === 0) return request;
    return { ...request, config: { ...request.config, Env: [...(request.config.Env ?? []), ...proxies] } };
  } catch (error) {
    if (error instanceof ClientError)
      throw new ClientError(withHelp(client, error.message, command, 'create'), REFUSED_STATUS);
    if (error instanceof FlagError) throw flagFault(path, error.message, client.vintage);
    throw error;
  }
}

/** As the client sends it (containerd platforms, Parse). Throws ClientError for what is none. */
function readPlatform(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return formatPlatform(parsePlatform(text));
  } catch (error) {
    if (error instanceof BuildError) throw new ClientError(`error parsing specified platform: ${error.message}`);
    throw error;
  }
}

async function createContainer({ client, flags }: CommandCall, asked: CreateContainer): Promise<string> {
  const { process, engine } = client;
  const request = { ...asked, platform: readPlatform(platformOption(client, flags)) };
  const idFile = flags.text('cidfile');
  if (idFile !== '') {
    if (statIfThere(process, idFile)) {
      throw new ClientError(`container ID file found, make sure the other container isn't running or delete ${idFile}`);
    }
    await writeFile(process, idFile, '');
  }
  try {
    const { id, warnings } = await createWithPull(
      client,
      flags.text('pull') || 'missing',
      flags.isOn('quiet'),
      request,
    );
    for (const warning of warnings) await client.complain(`WARNING: ${warning}\n`);
    if (idFile !== '') await writeFile(process, idFile, id);
    engine.containers.resolve(id);
    return id;
  } catch (error) {
    if (idFile !== '') unlink(process, idFile);
    throw error;
  }
}

async function createWithPull(
  client: Client,
  policy: string,
  isQuiet: boolean,
  request: CreateContainer,
): Promise<{ readonly id: string; readonly warnings: readonly string[] }> {
  const image = request.config.Image ?? '';
  const name = imageName(image);
  if (policy === 'always') await pullFor(client, image, request.platform, isQuiet);
  requireAbilities(client, request);
  try {
    return await client.engine.containers.create(request);
  } catch (error) {
    const isMissing = error instanceof EngineError && error.code === 'noSuchImage';
    if (!isMissing || name === undefined || policy !== 'missing') throw error;
    if (!isQuiet) await client.complain(`Unable to find image '${name}' locally\n`);
    await pullFor(client, image, request.platform, isQuiet);
    return client.engine.containers.create(request);
  }
}

/** What newer clients ask for in a way that older daemons have not (docker client/container_create.go). */
function requireAbilities({ vintage, abilities }: Client, { config }: CreateContainer): void {
  if (vintage === '20.10' || config.MacAddress === undefined) return;
  if (compareVersions(abilities.apiVersion, MAC_ADDRESS_API) >= 0) return;
  throw new ClientError(
    `"specify mac-address per network" requires API version ${MAC_ADDRESS_API}, but the Docker daemon API version is ${abilities.apiVersion}`,
  );
}

/** The familiar name; undefined for an ID. */
function imageName(image: string): string | undefined {
  try {
    const parsed: ReturnType<typeof parseAnyReference> | { readonly id: Digest } = parseAnyReference(image);
    return 'id' in parsed ? undefined : familiarForm(withDefaultTag(parsed));
  } catch (error) {
    if (error instanceof ImageError) throw new ClientError(error.message);
    throw error;
  }
}

async function pullFor(client: Client, image: string, platform: string | undefined, isQuiet: boolean): Promise<void> {
  const display = new ProgressDisplay(client.process, 2);
  try {
    await client.engine.images.pull(
      { reference: image, platform, login: client.config.loginFor(image) },
      (message) => {
        if (!isQuiet) display.show(message);
      },
      client.process.signal,
    );
  } finally {
    await display.end();
  }
}

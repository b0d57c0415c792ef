import { splitVariable } from '../../build/expand/environment.ts';
import { buildWithBuildkit } from '../../build/buildkit/buildkitBuilder.ts';
import { BuildkitError } from '../../build/buildkit/buildkitError.ts';
import type { BuildOutput, BuildSource, CacheTransfer, NamedContext } from '../../build/buildkit/buildkitOptions.ts';
import { LogTail } from '../../build/buildkit/logTail.ts';
import { PlainProgress } from '../../build/buildkit/plainProgress.ts';
import type { ProgressDisplay } from '../../build/buildkit/progress.ts';
import { RawJsonProgress } from '../../build/buildkit/rawJsonProgress.ts';
import { TtyProgress } from '../../build/buildkit/ttyProgress.ts';
import { rfc3339 } from '../../engine/goTime.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { type Client, ClientError, fileErrorText } from '../client.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';
import { parseGoBool } from '../commandLine/flagValue.ts';
import { readTagReference } from '../references.ts';
import { buildkitSource } from './buildkitSource.ts';
import { clientOutput } from './clientOutput.ts';
import { daemonRequest } from './daemonRequest.ts';
import { cacheTransfer } from './cacheTransfer.ts';
import { readSecrets } from './secrets.ts';
import { checkAgents, MISSING_20_10 } from './sshAgents.ts';
import { tellsWhy, watched } from './buildWatch.ts';
import { downloadForBuildkit } from './fetchFile.ts';
import { gitFetchOf } from './fetchGit.ts';
import { ownerNames } from './ownerNames.ts';

const RULE = '------';
const DEFAULT_COLUMNS = 80;
const PROGRESS = ['auto', 'plain', 'tty'];

/** Whether client 20.10 builds with BuildKit: `DOCKER_BUILDKIT` decides. */
export function usesBuildkit(client: Client): boolean {
  const text = client.environment('DOCKER_BUILDKIT');
  if (text === '') return false;
  const value = parseGoBool(text);
  if (value === undefined)
    throw new ClientError(
      `DOCKER_BUILDKIT environment variable expects boolean value: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return value;
}

/** What the builder of a client differs in. */
export interface BuildkitForm {
  /** Of `--progress`. */
  readonly modes: readonly string[];
  /** Whether `tty` is refused where there is no terminal: else it is as good as `plain`. */
  readonly needsConsole: boolean;
  /** Whether a quiet build that fails is told whole. */
  readonly tellsQuietFailures: boolean;
  /** Of the client's own BuildKit, where it prints digests of vertices, and DONE behind an unfinished line. */
  readonly showsDigests: boolean;
  /** Whether what a command printed last is told again when it failed. */
  readonly repeatsLogs: boolean;
  /** In front of all that `plain` prints. */
  readonly banner: string;
  /** At the end of a terminal's first line. */
  readonly title: string;
  /** What is printed when a build failed: after the vertex, before the message. */
  readonly failure: (client: Client, error: BuildkitError, from: BuildSource) => Promise<ClientError>;
}

const CLIENT_FORM: BuildkitForm = {
  modes: PROGRESS,
  needsConsole: false,
  tellsQuietFailures: true,
  showsDigests: true,
  repeatsLogs: false,
  banner: '',
  title: '',
  failure: async (_, { message }) => new ClientError(message),
};

/** A build as a command asks for it, read so far that only the context is left. */
export interface BuildkitRequest {
  readonly source: string;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly tags: readonly string[];
  readonly platform: string;
  readonly output: BuildOutput;
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly namedContexts?: ReadonlyMap<string, NamedContext>;
  readonly cache?: CacheTransfer;
  readonly uncachedStages?: readonly string[];
  /** Of every RUN that says nothing else. */
  readonly network?: 'none' | 'host' | undefined;
  /** `NAME:ADDRESS`. */
  readonly extraHosts?: readonly string[];
}

/** `docker build` of client 20.10 with the BuildKit of the daemon. */
export async function buildkitBuild(
  client: Client,
  flags: FlagSet,
  source: string,
  buildArgs: ReadonlyMap<string, string>,
): Promise<number> {
  const tags = flags.list('tag');
  for (const tag of tags) readTagReference(tag);
  const idFile = flags.text('iidfile');
  if (idFile !== '' && calls.lstatIfThere(client.process, idFile)) calls.unlink(client.process, idFile);
  const output = await clientOutput(client, flags.list('output'));
  const [secretFlags, agentFlags] = [flags.list('secret'), flags.list('ssh')];
  const secrets = await inWords(`could not parse secrets: [${secretFlags.join(' ')}]: `, () =>
    readSecrets(client, secretFlags),
  );
  await inWords(`could not parse ssh: [${agentFlags.join(' ')}]: `, async () =>
    checkAgents(client, agentFlags, MISSING_20_10),
  );
  const asked = daemonRequest(client, flags);
  checkProgress(client, flags, CLIENT_FORM);
  const cache = cacheTransfer(client, { from: flags.list('cache-from'), to: [] }, buildArgs);
  const request = { source, buildArgs, tags, output, secrets, cache, ...asked };
  const { id } = await runBuildkit(client, flags, request, CLIENT_FORM);
  try {
    return await tellResult(client, flags, id);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    throw new ClientError(`cannot write image ID file: ${fileErrorText(error, 'open')}`);
  }
}

async function inWords<T>(prefix: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof ClientError ? new ClientError(prefix + error.message) : error;
  }
}

/** `--iidfile` and `--quiet`. */
export async function tellResult(client: Client, flags: FlagSet, id: string | undefined): Promise<number> {
  const idFile = flags.text('iidfile');
  if (idFile !== '' && id !== undefined) await calls.writeFile(client.process, idFile, id, 0o600);
  if (flags.isOn('quiet') && id !== undefined) await client.print(`${id}\n`);
  return 0;
}

/** `--progress`, or what the environment says in its place. */
function progressMode(client: Client, flags: FlagSet): string {
  const mode = flags.text('progress');
  return mode === 'auto' ? client.environment('BUILDKIT_PROGRESS') || mode : mode;
}

/** Throws ClientError for a progress that there is not, or not here. */
export function checkProgress(client: Client, flags: FlagSet, { modes, needsConsole }: BuildkitForm): void {
  const mode = progressMode(client, flags);
  if (!modes.includes(mode))
    throw new ClientError(`invalid value "${mode}" passed to --progress, valid values are: ${modes.join(', ')}`);
  if (mode === 'tty' && needsConsole && !client.terminal(2))
    throw new ClientError('failed to get console: provided file is not a console');
}

/** Builds, and prints what happens; gives the image's ID. Throws ClientError. */
export async function runBuildkit(
  client: Client,
  flags: FlagSet,
  request: BuildkitRequest,
  form: BuildkitForm,
): Promise<{ readonly id: string | undefined }> {
  const { process, engine } = client;
  const work = { platform: engine.platform, signal: process.signal };
  const { source, tags, ...wanted } = request;
  const from = await buildkitSource(client, source, flags.text('file'), work);
  const { clock } = process.kernel;
  const nowMs = () => {
    const { sec, nsec } = clock.now();
    return sec * 1000 + nsec / 1e6;
  };
  let tail: LogTail | undefined;
  const untold: string[] = [];
  const isQuiet = flags.isOn('quiet') || flags.text('progress') === 'quiet';
  const print = (text: string) => {
    if (!isQuiet) return client.complain(text);
    if (form.tellsQuietFailures) untold.push(text);
    return undefined;
  };
  try {
    const about = { builder: 'buildkit', source, file: flags.text('file'), tags } as const;
    const owners = await ownerNames(process);
    const display = await displayOf(client, flags, form, nowMs, print);
    tail = tailOf(client, flags, form, display);
    const id = await watched(client, about, (onStep) =>
      buildWithBuildkit(
        from,
        {
          ...wanted,
          tags,
          vintage: engine.vintage === '20.10' ? '0.8' : 'current',
          target: flags.text('target'),
          labels: Object.fromEntries(flags.list('label').map(splitVariable)),
          usesCache: !flags.isOn('no-cache'),
          pulls: flags.isOn('pull'),
        },
        {
          engine,
          work,
          display: tail ?? display,
          download: (url) => downloadForBuildkit(process, url),
          fetchGit: gitFetchOf(process),
          loginFor: (image) => client.config.loginFor(image),
          owners,
          onStep,
          tellsWhy: tellsWhy(client),
          random: (length) => process.kernel.random(length),
          nowMs,
          now: () => rfc3339(clock.now()),
        },
      ),
    );
    return { id };
  } catch (error) {
    if (!(error instanceof BuildkitError)) throw error;
    if (untold.length > 0) await client.complain(untold.join(''));
    const { vertexName } = error;
    if (vertexName !== undefined) {
      const lines = (tail?.linesOf(vertexName) ?? []).map((line) => `${line}\n`);
      await client.complain(`${RULE}\n > ${vertexName}:\n${lines.join('')}${RULE}\n`);
    }
    throw await form.failure(client, error, from);
  }
}

/** Lines for the message about a step that failed (progressui, the ring of its logs). */
const KEPT_LINES = 10;
const KEPT_TERMINAL_LINES = 10_000;

/** What of a command's output is told again: a terminal of 20.10 had shown none of it. */
function tailOf(client: Client, flags: FlagSet, form: BuildkitForm, display: ProgressDisplay): LogTail | undefined {
  if (form.repeatsLogs) return new LogTail(display, { lineCount: KEPT_LINES, isNumbered: false });
  const isShown = !client.terminal(2) || progressMode(client, flags) === 'plain';
  return isShown ? undefined : new LogTail(display, { lineCount: KEPT_TERMINAL_LINES, isNumbered: true });
}

async function displayOf(
  client: Client,
  flags: FlagSet,
  { showsDigests, banner, title }: BuildkitForm,
  nowMs: () => number,
  print: (text: string) => undefined | Promise<void>,
): Promise<ProgressDisplay> {
  const mode = progressMode(client, flags);
  if (mode === 'rawjson') return new RawJsonProgress(print, nowMs);
  const terminal = client.terminal(2);
  if (terminal && mode !== 'plain')
    return new TtyProgress({ print, nowMs, title, columns: () => terminal.columns || DEFAULT_COLUMNS });
  if (banner !== '') await print(banner);
  return new PlainProgress(print, { showsDigests, joinsRests: showsDigests, nowMs });
}

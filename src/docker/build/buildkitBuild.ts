import { splitVariable } from '../../build/expand/environment.ts';
import { buildWithBuildkit } from '../../build/buildkit/buildkitBuilder.ts';
import { BuildkitError } from '../../build/buildkit/buildkitError.ts';
import { PlainProgress } from '../../build/buildkit/plainProgress.ts';
import { TtyProgress } from '../../build/buildkit/ttyProgress.ts';
import { csvFields } from '../../build/go/csvFields.ts';
import { rfc3339 } from '../../engine/goTime.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { type Client, ClientError, fileErrorText } from '../client.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';
import { parseGoBool } from '../commandLine/flagValue.ts';
import { readTagReference } from '../references.ts';
import { buildkitSource } from './buildkitSource.ts';
import { buildOutput } from './buildOutput.ts';
import { tellsWhy, watched } from './buildWatch.ts';
import { downloadForBuild } from './fetchFile.ts';
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

/** `docker build` of client 20.10 with the BuildKit of the daemon. */
export async function buildkitBuild(
  client: Client,
  flags: FlagSet,
  source: string,
  buildArgs: ReadonlyMap<string, string>,
): Promise<number> {
  const { process, engine } = client;
  const work = { platform: engine.platform, signal: process.signal };
  const mode = flags.text('progress');
  if (!PROGRESS.includes(mode))
    throw new ClientError(`invalid value "${mode}" passed to --progress, valid values are: auto, plain, tty`);
  if (mode === 'tty' && !client.terminal(2))
    throw new ClientError('failed to get console: provided file is not a console');
  // BuildKit reads inline caches of registries alone, and no image here has one.
  if (flags.has('cache-from')) throw new ClientError('--cache-from is not simulated for BuildKit');
  for (const tag of flags.list('tag')) readTagReference(tag);
  const isQuiet = flags.isOn('quiet');
  const output = buildOutput(client, flags.list('output'));
  const secrets = await readSecrets(client, flags.list('secret'));
  const from = await buildkitSource(client, source, flags.text('file'), work);
  const { clock } = process.kernel;
  const nowMs = () => {
    const { sec, nsec } = clock.now();
    return sec * 1000 + nsec / 1e6;
  };
  const print = (text: string) => (isQuiet ? undefined : client.complain(text));
  const terminal = client.terminal(2);
  const display =
    terminal && mode !== 'plain'
      ? new TtyProgress({ print, nowMs, columns: () => terminal.columns || DEFAULT_COLUMNS })
      : new PlainProgress(print, { showsDigests: true });
  try {
    const about = { builder: 'buildkit', source, file: flags.text('file'), tags: flags.list('tag') } as const;
    const owners = await ownerNames(process);
    const id = await watched(client, about, (onStep) =>
      buildWithBuildkit(
        from,
        {
          vintage: '0.8',
          buildArgs,
          target: flags.text('target'),
          tags: flags.list('tag'),
          labels: Object.fromEntries(flags.list('label').map(splitVariable)),
          usesCache: !flags.isOn('no-cache'),
          pulls: flags.isOn('pull'),
          platform: flags.text('platform'),
          secrets,
          output,
        },
        {
          engine,
          work,
          display,
          download: (url) => downloadForBuild(process, url),
          fetchGit: gitFetchOf(process),
          owners,
          onStep,
          tellsWhy: tellsWhy(client),
          random: (length) => process.kernel.random(length),
          nowMs,
          now: () => rfc3339(clock.now()),
        },
      ),
    );
    const idFile = flags.text('iidfile');
    if (idFile !== '' && id !== undefined) await calls.writeFile(process, idFile, id, 0o600);
    if (isQuiet && id !== undefined) await client.print(`${id}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof BuildkitError)) throw error;
    if (error.vertexName !== undefined) await client.complain(`${RULE}\n > ${error.vertexName}:\n${RULE}\n`);
    throw new ClientError(error.message);
  }
}

/** `id=NAME[,src=FILE]`. Throws ClientError. */
async function readSecrets(client: Client, given: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const secrets = new Map<string, Uint8Array>();
  for (const text of given) {
    let id = '';
    let path = '';
    for (const field of csvFields(text)) {
      const [key, value] = splitVariable(field);
      if (!field.includes('=')) throw new ClientError(`invalid field '${field}' must be a key=value pair`);
      if (key === 'type' && value !== 'file') throw new ClientError(`unsupported secret type "${value}"`);
      else if (key === 'id') id = value;
      else if (key === 'src' || key === 'source') path = value;
      else if (key !== 'type') throw new ClientError(`unexpected key '${key}' in '${field}'`);
    }
    if (id === '') throw new ClientError('secret missing id');
    try {
      secrets.set(id, await calls.readFile(client.process, path === '' ? id : path));
    } catch (error) {
      if (error instanceof VfsError) throw new ClientError(`could not parse secrets: ${fileErrorText(error, 'stat')}`);
      throw error;
    }
  }
  return secrets;
}

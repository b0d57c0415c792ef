import { decodeName } from '../../bytes/byteName.ts';
import { excerpt } from '../../build/buildkit/buildkitError.ts';
import type { BuildOutput } from '../../build/buildkit/buildkitOptions.ts';
import { fullForm, withDefaultTag } from '../../image/reference.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { type BuildkitForm, checkProgress, runBuildkit, tellResult } from '../build/buildkitBuild.ts';
import { buildArguments } from '../build/buildArguments.ts';
import { buildOutput, pushedImage } from '../build/buildOutput.ts';
import { cacheTransfer } from '../build/cacheTransfer.ts';
import { namedContexts } from '../build/namedContexts.ts';
import { readSecrets } from '../build/secrets.ts';
import { checkAgents } from '../build/sshAgents.ts';
import { type Client, ClientError, type DockerCommand } from '../client.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';
import { indentJson } from '../inspection.ts';
import { readTagReference } from '../references.ts';
import { checkBuilder } from './builders.ts';

const MANY_PLATFORMS = `Multi-platform build is not supported for the docker driver.
Switch to a different driver, or turn on the containerd image store, and try again.
Learn more at https://docs.docker.com/go/build-multi-platform/`;

const FORM: BuildkitForm = {
  modes: ['auto', 'quiet', 'plain', 'tty', 'rawjson'],
  needsConsole: true,
  tellsQuietFailures: false,
  showsDigests: false,
  repeatsLogs: true,
  banner: '#0 building with "default" instance using docker driver\n\n',
  title: 'docker:default',
  failure: async (client, { message, lines }, from) => {
    const { value } = await from.dockerfile();
    const text = value ? decodeName(await value.read(0, value.sizeBytes)) : '';
    const words = message.startsWith('failed to solve: ') ? message : `failed to solve: ${message}`;
    await client.complain(excerpt(from.dockerfileName, text, lines));
    return new ClientError(`failed to build: ${words}`);
  },
};

/** `docker buildx build`, and `docker build` of a client that has buildx. */
export const buildxBuild: DockerCommand = {
  flags: [
    'build-arg',
    'build-context',
    'builder',
    'cache-from',
    'cache-to',
    'debug',
    'file',
    'iidfile',
    'label',
    'load',
    'metadata-file',
    'no-cache',
    'no-cache-filter',
    'output',
    'platform',
    'progress',
    'pull',
    'push',
    'quiet',
    'secret',
    'ssh',
    'tag',
    'target',
  ],
  async run({ client, flags, arguments: [source = ''] }) {
    checkBuilder(client, flags);
    checkProgress(client, flags, FORM);
    const platforms = flags.list('platform').flatMap((text) => text.split(','));
    if (platforms.length > 1) throw new ClientError(MANY_PLATFORMS);
    const tags = flags.list('tag');
    const names = tags.map((tag) => fullForm(withDefaultTag(readTagReference(tag))));
    checkAgents(client, flags.list('ssh'));
    const buildArgs = buildArguments(client, flags.list('build-arg'));
    const work = { platform: client.engine.platform, signal: client.process.signal };
    const request = {
      source,
      buildArgs,
      tags,
      platform: platforms[0] ?? client.environment('DOCKER_DEFAULT_PLATFORM'),
      output: outputOf(client, flags),
      secrets: await readSecrets(client, flags.list('secret')),
      namedContexts: namedContexts(client, flags.list('build-context'), work),
      cache: cacheTransfer(client, { from: flags.list('cache-from'), to: flags.list('cache-to') }, buildArgs),
      uncachedStages: flags.list('no-cache-filter').flatMap((text) => text.split(',')),
    };
    const { id } = await runBuildkit(client, flags, request, FORM);
    await writeMetadata(client, flags.text('metadata-file'), id, names);
    return tellResult(client, flags, id);
  },
};

/** Throws ClientError where --push or --load stands beside another output. */
function outputOf(client: Client, flags: FlagSet): BuildOutput {
  const given = flags.list('output');
  const [pushes, loads] = [flags.isOn('push'), flags.isOn('load')];
  if (pushes && loads && given.length === 0) return pushedImage(client);
  const output = buildOutput(client, given);
  const type = /(?:^|,)type=([^,]+)/.exec(given[0] ?? '')?.[1] ?? 'local';
  if (given.length > 0 && pushes && !['image', 'registry'].includes(type))
    throw new ClientError(`push and ${JSON.stringify(type)} output can't be used together`);
  if (given.length > 0 && loads && type !== 'docker')
    throw new ClientError(`load and ${JSON.stringify(type)} output can't be used together`);
  return pushes ? pushedImage(client) : output;
}

async function writeMetadata(
  { process }: Client,
  path: string,
  id: string | undefined,
  names: readonly string[],
): Promise<void> {
  if (path === '') return;
  const document = {
    'buildx.build.ref': `default/default/${[...process.kernel.random(25)].map((byte) => (byte % 36).toString(36)).join('')}`,
    ...(id !== undefined && { 'containerimage.config.digest': id, 'containerimage.digest': id }),
    ...(names.length > 0 && { 'image.name': names.join(',') }),
  };
  await calls.writeFile(process, path, new TextEncoder().encode(indentJson(document, '  ')), 0o644);
}

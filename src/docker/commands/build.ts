import { splitVariable } from '../../build/expand/environment.ts';
import { decodeName } from '../../bytes/byteName.ts';
import { gzip } from '../../codec/gzipWriter.ts';
import { BuildError } from '../../build/buildError.ts';
import { buildClassic } from '../../build/classic/classicBuilder.ts';
import type { ClassicOptions } from '../../build/classic/classicOptions.ts';
import { ContextFiles } from '../../build/classic/contextFiles.ts';
import { DEFAULT_IGNORE_FILE } from '../../build/context/contextFilter.ts';
import { readIgnoreFile } from '../../build/context/ignoreFile.ts';
import { PatternMatcher } from '../../build/context/patternMatcher.ts';
import type { HostConfig } from '../../engine/containerConfig.ts';
import { EngineError } from '../../engine/engineError.ts';
import { RunFailed } from '../../build/classic/runFailed.ts';
import type { StepListener } from '../../build/stepEvent.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { buildArguments } from '../build/buildArguments.ts';
import { tellsWhy, watched } from '../build/buildWatch.ts';
import { buildkitBuild, usesBuildkit } from '../build/buildkitBuild.ts';
import { checkWindowsOptions } from '../build/daemonRequest.ts';
import { downloadForBuild } from '../build/fetchFile.ts';
import { ownerNames } from '../build/ownerNames.ts';
import { readContext, type SentContext } from '../build/readContext.ts';
import { type Client, ClientError, type DockerCommand } from '../client.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';
import { humanSize } from '../humanUnits.ts';
import { hostConfigOf } from '../runOptions/containerOptions.ts';
import { ProgressDisplay } from '../progressDisplay.ts';
import { readTagReference } from '../references.ts';
import { platformOption } from '../platformOption.ts';

/** Go's default. */
const CONTEXT_LEVEL = 6;
const RED = '\u001b[91m';
const PLAIN = '\u001b[0m';

/** What RUN of the classic builder is given. */
const LIMITS = [
  'add-host',
  'cgroup-parent',
  'cpu-shares',
  'cpuset-cpus',
  'memory',
  'memory-swap',
  'shm-size',
  'ulimit',
];
/** What only BuildKit takes, and makes nothing of. */
const NOT_CLASSIC = ['cpu-period', 'cpu-quota', 'cpuset-mems'];
const REFUSED_STATUS = 125;

/** `docker build` with the classic builder. */
export const build: DockerCommand = {
  flags: [
    ...LIMITS,
    ...NOT_CLASSIC,
    'build-arg',
    'cache-from',
    'compress',
    'file',
    'force-rm',
    'iidfile',
    'isolation',
    'label',
    'network',
    'no-cache',
    'platform',
    'pull',
    'quiet',
    'rm',
    'tag',
    'target',
    'output',
    'progress',
    'secret',
    'security-opt',
    'ssh',
  ],
  async run({ client, flags, arguments: [source = ''] }) {
    if (client.vintage === '20.10' && usesBuildkit(client))
      return buildkitBuild(client, flags, source, buildArguments(client, flags.list('build-arg')));
    const refused = NOT_CLASSIC.filter((name) => flags.has(name)).map((name) => `--${name}`);
    if (refused.length > 0)
      throw new ClientError(`docker: ${refused.join(', ')} of 'docker build' is not simulated`, REFUSED_STATUS);
    for (const name of ['output', 'progress', 'secret', 'ssh'])
      if (flags.has(name)) throw new ClientError(`--${name} needs BuildKit`);
    const { process } = client;
    const work = { platform: client.engine.platform, signal: process.signal };
    for (const tag of flags.list('tag')) readTagReference(tag);
    const isQuiet = flags.isOn('quiet');
    const printed: string[] = [];
    const print = async (text: string): Promise<void> => {
      if (isQuiet) printed.push(text);
      else await client.print(text);
    };
    try {
      const sent = await readContext(client, source, flags.text('file'), work);
      const sentBytes = flags.isOn('compress') ? await compressedBytes(sent) : sent.sentBytes;
      if (sentBytes !== undefined)
        await print(`Sending build context to Docker daemon ${humanSize(sentBytes, 4).padStart(8)}\r\r\n`);
      checkWindowsOptions(flags);
      const about = { builder: 'classic', source, file: flags.text('file'), tags: flags.list('tag') } as const;
      const id = await watched(client, about, (onStep) => daemonBuild(client, flags, sent, { print, onStep }));
      if (isQuiet) await client.print(`${id}\n`);
      const idFile = flags.text('iidfile');
      if (idFile !== '' && id !== undefined) await calls.writeFile(process, idFile, isQuiet ? `${id}\n` : id, 0o600);
      return 0;
    } catch (error) {
      if (isQuiet) await client.complain(printed.join(''));
      if (error instanceof RunFailed) throw new ClientError(error.message, error.code);
      if (error instanceof BuildError) throw new ClientError(error.message);
      throw error;
    }
  },
};

/** What goes over of a context that is sent with gzip. */
async function compressedBytes({ sentBytes, tar }: SentContext): Promise<number | undefined> {
  if (sentBytes === undefined) return undefined;
  let sum = 0;
  for await (const chunk of gzip(tar.stream(), CONTEXT_LEVEL)) sum += chunk.length;
  return sum;
}

/** How the containers of RUN are run. */
function limitsOf(flags: FlagSet): Partial<HostConfig> {
  const { CgroupParent, CpuShares, CpusetCpus, ExtraHosts, Memory, MemorySwap, ShmSize, Ulimits } = hostConfigOf(flags);
  return {
    CgroupParent: CgroupParent ?? '',
    CpuShares: CpuShares ?? 0,
    CpusetCpus: CpusetCpus ?? '',
    ExtraHosts: ExtraHosts ?? null,
    Memory: Memory ?? 0,
    MemorySwap: MemorySwap ?? 0,
    Ulimits: Ulimits ?? null,
    ...(ShmSize ? { ShmSize } : {}),
    ...(flags.has('network') ? { NetworkMode: flags.text('network') } : {}),
  };
}

async function daemonBuild(
  client: Client,
  flags: FlagSet,
  sent: SentContext,
  { print, onStep }: { readonly print: (text: string) => Promise<void>; readonly onStep: StepListener },
): Promise<string> {
  const { process, engine } = client;
  const work = { platform: engine.platform, signal: process.signal };
  const all = await ContextFiles.read(sent.tar, work, 'plain');
  const file = all.resolve(sent.dockerfile);
  if (!file)
    throw new ClientError(`Error response from daemon: Cannot locate specified Dockerfile: ${sent.dockerfile}`);
  if (file.content.sizeBytes === 0)
    throw new ClientError(`Error response from daemon: the Dockerfile (${sent.dockerfile}) cannot be empty`);
  const text = decodeName(await file.content.read(0, file.content.sizeBytes));
  const context = await withoutIgnored(all, sent.dockerfile);
  const display = new ProgressDisplay(process, 1);
  let isParsed = false;
  try {
    return await buildClassic(
      text,
      context,
      { ...optionsOf(client, flags), dockerfile: sent.dockerfile },
      {
        engine,
        work,
        download: (url) => downloadForBuild(process, url),
        loginFor: (image) => client.config.loginFor(image),
        owners: await ownerNames(process),
        random: (length) => process.kernel.random(length),
        print: async (line) => {
          isParsed = true;
          await print(line);
        },
        onStep,
        tellsWhy: tellsWhy(client),
        printError: (line) => print(`${RED}${line}${PLAIN}`),
        onPull: (message) => {
          if (!flags.isOn('quiet')) display.show(message);
        },
      },
    );
  } catch (error) {
    // What is wrong before the first step is the answer to the request, not a line of its stream.
    if (error instanceof BuildError && !isParsed)
      throw new ClientError(`Error response from daemon: ${error.message.trim()}`);
    throw error instanceof EngineError && isParsed ? error.inStream() : error;
  }
}

/** The daemon takes the build's own files out where the ignore file names them. */
async function withoutIgnored(context: ContextFiles, dockerfile: string): Promise<ContextFiles> {
  const file = context.resolve(DEFAULT_IGNORE_FILE);
  if (file?.kind !== 'file') return context;
  const lines = readIgnoreFile(decodeName(await file.content.read(0, file.content.sizeBytes)));
  const matcher = new PatternMatcher(lines.map(({ pattern }) => pattern));
  return context.without([DEFAULT_IGNORE_FILE, dockerfile].filter((path) => matcher.matchesOrParentMatches(path)));
}

function optionsOf(client: Client, flags: FlagSet): ClassicOptions {
  const labels = Object.fromEntries(flags.list('label').map(splitVariable));
  return {
    buildArgs: buildArguments(client, flags.list('build-arg')),
    target: flags.text('target'),
    tags: flags.list('tag'),
    bareArgs: flags.list('build-arg').filter((one) => !one.includes('=') && client.process.env.get(one) === undefined),
    labels,
    usesCache: !flags.isOn('no-cache'),
    cacheFrom: flags.list('cache-from').flatMap((names) => names.split(',')),
    removes: flags.isOn('force-rm') ? 'always' : flags.isOn('rm') ? 'onSuccess' : 'never',
    pulls: flags.isOn('pull'),
    platform: platformOption(client, flags),
    hostConfig: limitsOf(flags),
  };
}

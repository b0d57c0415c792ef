import { BuildError } from '../../build/buildError.ts';
import { oldWords } from '../../build/classic/readClassic.ts';
import { parsePlatform } from '../../build/plan/platform.ts';
import { type Client, ClientError } from '../client.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';
import { platformOption } from '../platformOption.ts';

/** What the daemon of 20.10 takes of `docker build` for both builders, and its BuildKit has no use for: RUN is given
 *  neither limits nor a cgroup (moby builder/builder-next, Build). */
export const BUILDKIT_IGNORES: readonly string[] = [
  'cgroup-parent',
  'compress',
  'cpu-period',
  'cpu-quota',
  'cpu-shares',
  'cpuset-cpus',
  'cpuset-mems',
  'force-rm',
  'memory',
  'memory-swap',
  'rm',
  'shm-size',
  'ulimit',
];

const DAEMON = 'Error response from daemon: ';

/** What a daemon of Windows takes: isolation, of which Linux has one, and security options. Throws ClientError in the
 *  daemon's words. */
export function checkWindowsOptions(flags: FlagSet): void {
  const isolation = flags.text('isolation');
  if (isolation !== '' && isolation.toLowerCase() !== 'default')
    throw new ClientError(`${DAEMON}Unsupported isolation: ${JSON.stringify(isolation)}`);
  if (flags.list('security-opt').length > 0)
    throw new ClientError(`${DAEMON}The daemon on this platform does not support setting security options on build`);
}

/** What the daemon reads of a request before BuildKit has it. Throws ClientError in its words. */
export function daemonRequest(
  client: Client,
  flags: FlagSet,
): {
  readonly platform: string;
  readonly network: 'none' | 'host' | undefined;
  readonly extraHosts: readonly string[];
} {
  checkWindowsOptions(flags);
  const platform = platformOption(client, flags);
  if (platform !== '') checkPlatform(platform);
  return { platform, network: networkOf(flags.text('network')), extraHosts: flags.list('add-host') };
}

function checkPlatform(platform: string): void {
  const name = JSON.stringify(platform);
  if (platform.split('/').length > 3)
    throw new ClientError(`${DAEMON}${name}: cannot parse platform specifier: invalid argument`);
  try {
    parsePlatform(platform);
  } catch (error) {
    throw error instanceof BuildError ? new ClientError(DAEMON + oldWords(error.message)) : error;
  }
}

function networkOf(mode: string): 'none' | 'host' | undefined {
  if (mode === '' || mode === 'default') return undefined;
  if (mode === 'none' || mode === 'host') return mode;
  throw new ClientError(`${DAEMON}network mode ${JSON.stringify(mode)} not supported by buildkit`);
}

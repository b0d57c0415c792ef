import * as calls from '../../shell/kernel/calls.ts';
import type { Program } from '../../shell/kernel/program.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { isRegular } from '../../vfs/overlay/fileMode.ts';
import { type Client, ClientError, type ClientVintage } from '../client.ts';
import { isRecord } from '../clientConfig.ts';
import { parseGoBool } from '../commandLine/flagValue.ts';

/** The program's name, and where a host that has it keeps it. */
export const BUILDX_PROGRAM = 'docker-buildx';
export const BUILDX_PATH = `/usr/libexec/docker/cli-plugins/${BUILDX_PROGRAM}`;

/** `docker buildx version`. */
export const BUILDX_VERSION = 'github.com/docker/buildx v0.24.0 d0e5e86';

/** Where the client looks for plugins, after its configuration's own folder (docker/cli, defaultSystemPluginDirs). */
const PLUGIN_FOLDERS = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
];
const ANY_EXECUTE = 0o111;

/** Whether the client finds buildx. */
export function hasBuildx(process: Process, configDir: string): boolean {
  return [`${configDir}/cli-plugins`, ...PLUGIN_FOLDERS].some((folder) => {
    const stat = calls.statIfThere(process, `${folder}/${BUILDX_PROGRAM}`);
    return stat !== undefined && isRegular(stat.mode) && (stat.mode & ANY_EXECUTE) !== 0;
  });
}

/** The words of a command line that buildx is to answer, with `buildx` in front: client 28 hands `build` and `builder`
 *  to it, that of 20.10 only where an alias says so. `DOCKER_BUILDKIT=0` keeps the client's own builder. */
export function forwarded(client: Client, words: readonly string[], vintage: ClientVintage): readonly string[] {
  const [first, second] = words;
  if (first === 'bake') return ['buildx', ...words];
  const isOwn = first === 'build' || first === 'builder' || (first === 'image' && second === 'build');
  if (!isOwn || isOff(client) || (vintage === '20.10' && !isAliased(client))) return words;
  return ['buildx', ...words.slice(first === 'build' ? 0 : 1)];
}

function isOff(client: Client): boolean {
  const text = client.environment('DOCKER_BUILDKIT');
  if (text === '') return false;
  const isOn = parseGoBool(text);
  if (isOn === undefined)
    throw new ClientError(
      `DOCKER_BUILDKIT environment variable expects boolean value: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return !isOn;
}

/** What `docker buildx install` writes. */
function isAliased({ config }: Client): boolean {
  const aliases = config.value('aliases');
  return isRecord(aliases) && aliases.builder === 'buildx';
}

/** The plugin run by itself. */
export function buildxProgram(docker: Program): Program {
  return (process) => {
    const [, ...words] = process.argv;
    process.argv = ['docker', 'buildx', ...(words[0] === 'buildx' ? words.slice(1) : words)];
    return docker(process);
  };
}

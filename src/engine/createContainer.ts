import { readdir, makeDirectories, statIfThere } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import { isDirectory } from '../vfs/overlay/fileMode.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { cleaned, planMounts, type PlannedMount } from './containerMountPoints.ts';
import { checkLogConfig, checkSettings, discardedLimits } from './checkContainer.ts';
import type { CreateContainer } from './containerCalls.ts';
import { type ContainerConfig, EMPTY_CONFIG, type HostConfig } from './containerConfig.ts';
import { keptLinks } from './containerLinks.ts';
import { logContainerEvent } from './containerEvents.ts';
import { checkedName, inventName } from './containerNames.ts';
import { filesNamespace } from './containerNamespace.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import type { ContainerRuntime } from './containerRuntime.ts';
import { copyContents } from './copyTree.ts';
import { fullDisk, requireContainerRoom } from './diskRoom.ts';
import type { EngineCore } from './engineCore.ts';
import { withEntry, withoutEntry } from './engineState.ts';
import { ZERO_TIME } from './goTime.ts';
import { helperProcess } from './helperProcess.ts';
import { withDefaults } from './hostConfigDefaults.ts';
import { EngineError } from './engineError.ts';
import type { ImageRecord } from './imageRecord.ts';
import { findImage } from './imageStore.ts';
import { objectField } from '../image/jsonFields.ts';
import { mergeConfig } from './mergeConfig.ts';
import { other } from './messages.ts';
import { plannedEndpoints } from './networkStore.ts';
import { readContainerConfig } from './readContainerConfig.ts';
import { volumeContent } from './localVolume.ts';

/** `docker create` (moby daemon, containerCreate): name, merged config, layer, volumes, working directory. */
export async function createContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  request: CreateContainer,
): Promise<{ readonly id: string; readonly warnings: readonly string[] }> {
  const given = { ...EMPTY_CONFIG, ...request.config };
  const hostConfig = withDefaults(request.hostConfig);
  checkSettings(given, hostConfig, core.vintage);
  const image = given.Image === '' ? undefined : findImage(core, given.Image);
  if (image) requirePlatform(image, given.Image, request.platform);
  const imageConfig = image && objectField(image.document, 'config');
  const config = mergeConfig(given, imageConfig && readContainerConfig(imageConfig));
  const options = modeConflict(hostConfig, given);
  if (options !== undefined)
    throw other('invalidParameter', `conflicting options: ${options} and the container type network mode`);
  checkLogConfig(hostConfig.LogConfig);
  const id = core.newId();
  const name = request.name === '' ? inventName(core) : checkedName(core, request.name);
  requireContainerRoom(core, id);
  const links = keptLinks(core, name, hostConfig.Links ?? []);
  const planned = planMounts(core, config, hostConfig);
  const hostname = hostnameOf(core, config.Hostname, hostConfig.NetworkMode, id);
  const command = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  const record: ContainerRecord = {
    id,
    name,
    createdAt: core.now(),
    imageId: image?.id ?? '',
    layers: image?.layers ?? [],
    config: { ...config, Hostname: hostname },
    hostConfig: links.length > 0 ? { ...hostConfig, Links: links } : hostConfig,
    path: command[0] as string,
    args: command.slice(1),
    state: {
      status: 'created',
      pid: 0,
      exitCode: 0,
      error: '',
      startedAt: ZERO_TIME,
      finishedAt: ZERO_TIME,
      health: undefined,
    },
    restartCount: 0,
    mounts: planned.map(({ point }) => point),
    endpoints: plannedEndpoints(core, hostConfig.NetworkMode, request.networks ?? {}),
    platform: 'linux',
    wasStopped: false,
  };
  core.update({ containers: withEntry(core.state.containers, id, record) });
  try {
    await prepareFiles(core, record, runtimes.create(record), planned);
  } catch (error) {
    runtimes.delete(id);
    core.update({ containers: withoutEntry(core.state.containers, id) });
    throw fullDisk(error) ?? error;
  }
  logContainerEvent(core, record, 'create');
  return { id, warnings: warningsOf(hostConfig, request.hostConfig) };
}

/** Throws EngineError `noSuchImage`, on which clients pull. */
function requirePlatform({ config }: ImageRecord, typed: string, platform: string | undefined): void {
  if (platform === undefined) return;
  const [os = '', architecture = config.architecture] = platform.split('/');
  if (os === config.os && architecture === config.architecture) return;
  throw new EngineError(
    'notFound',
    'noSuchImage',
    `image with reference ${typed} was found but does not match the specified platform: wanted ${platform}, actual: ${config.os ?? ''}/${config.architecture ?? ''}`,
  );
}

/** What another container's network does not go with (moby runconfig, validateNetMode). */
function modeConflict({ NetworkMode: mode, ...host }: HostConfig, given: ContainerConfig): string | undefined {
  if (!mode.startsWith('container:')) return undefined;
  if (given.Hostname !== '') return 'hostname';
  if ((host.Links ?? []).length > 0) return 'links';
  if (host.Dns.length > 0) return 'dns';
  if ((host.ExtraHosts ?? []).length > 0) return 'custom host-to-IP mapping';
  if (Object.keys(host.PortBindings).length > 0 || host.PublishAllPorts) return 'port publishing';
  return Object.keys(given.ExposedPorts ?? {}).length > 0 ? 'port exposing' : undefined;
}

/** moby daemon_unix.go, verifyPlatformContainerSettings. */
function warningsOf(
  { NetworkMode: mode, PortBindings: bindings }: HostConfig,
  asked: Partial<HostConfig>,
): readonly string[] {
  const warnings = discardedLimits(asked);
  if (mode === 'host' && Object.keys(bindings).length > 0)
    warnings.push('Published ports are discarded when using host network mode');
  return warnings;
}

function hostnameOf(core: EngineCore, asked: string, networkMode: string, id: string): string {
  if (asked !== '') return asked;
  return networkMode === 'host' ? core.host.uts.hostname : id.slice(0, 12);
}

/** moby container, SetupWorkingDirectory. Throws EngineError where a file is in the way. */
function makeWorkingDirectory(helper: Process, id: string, directory: string): void {
  const found = statIfThere(helper, directory);
  if (found && isDirectory(found.mode)) return;
  if (found) throw other('invalidParameter', `Cannot mkdir: ${directory} is not a directory`);
  try {
    makeDirectories(helper, directory, 0o755);
  } catch (error) {
    if (!(error instanceof VfsError) || !['ENOTDIR', 'EEXIST'].includes(error.code)) throw error;
    throw other('system', `lstat /var/lib/docker/overlay2/${id}/merged${directory}: not a directory`);
  }
}

/** New volumes get what the image has at their place; the working directory is made. */
async function prepareFiles(
  core: EngineCore,
  record: ContainerRecord,
  runtime: ContainerRuntime,
  planned: readonly PlannedMount[],
): Promise<void> {
  const bare = filesNamespace(core, runtime, []);
  const helper = helperProcess(core.kernel, bare);
  for (const { point, copiesImage } of planned) {
    if (point.type !== 'volume' || point.name === undefined || !copiesImage) continue;
    const found = statIfThere(helper, point.destination);
    if (!found) continue;
    if (!isDirectory(found.mode))
      throw other('invalidParameter', `cannot mount volume over existing file, file exists ${point.destination}`);
    const volume = volumeContent(core, point.name);
    // What is copied into memory is gone when the copying ends.
    if (volume.kind === 'directory' && readdir(core.daemon, volume.path).length === 0)
      await copyContents(helper, point.destination, core.daemon, volume.path);
  }
  const { WorkingDir: workingDir } = record.config;
  if (workingDir === '') return;
  const directory = cleaned(workingDir);
  const isMounted = record.mounts.some(({ destination }) => `${directory}/`.startsWith(`${destination}/`));
  if (!isMounted) makeWorkingDirectory(helper, record.id, directory);
}

import type { Cgroup } from '../shell/kernel/cgroup.ts';
import { makeDirectories, statIfThere, writeFile } from '../shell/kernel/calls.ts';
import { MountNamespace } from '../shell/kernel/mountNamespace.ts';
import type { Process } from '../shell/kernel/process.ts';
import { isDirectory } from '../vfs/overlay/fileMode.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { MountPoint } from './containerCalls.ts';
import { cannotStart, MOUNT_HINT } from './containerMessages.ts';
import { bridgeLinks, linkHost } from './containerLinks.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntime } from './containerRuntime.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { helperProcess } from './helperProcess.ts';
import { mountKernelFilesystems, SHARED_MEMORY } from './kernelMounts.ts';
import { mountedVolume } from './localVolume.ts';
import { other } from './messages.ts';
import { mountTmpfs } from './mountTmpfs.ts';
import { DEFAULT_BRIDGE } from './networkStore.ts';

const DIRECTORY_MODE = 0o755;
const OWN_FILES = ['hostname', 'hosts', 'resolv.conf'];
const FALLBACK_SERVERS = ['8.8.8.8', '8.8.4.4'];

/** The host's directory with what the engine keeps of a container. */
export function containerDirectory(id: string): string {
  return `/var/lib/docker/containers/${id}`;
}

/** The tree that a container's processes see: its root, volumes and bound directories, the engine's own files and the
 *  kernel's filesystems. Places to mount at are made in its layer where they are not there. */
export async function runNamespace(
  core: EngineCore,
  record: ContainerRecord,
  runtime: ContainerRuntime,
  cgroup: Cgroup,
): Promise<MountNamespace> {
  const mounts = new MountNamespace(runtime.rootfs);
  const { ShmSize: sharedMemoryBytes } = record.hostConfig;
  const isTaken = record.mounts.some(({ destination }) => destination === SHARED_MEMORY);
  mountKernelFilesystems(mounts, {
    kernel: core.kernel,
    terminals: runtime,
    ...(isTaken ? { sharedMemoryBytes: 0 } : sharedMemoryBytes > 0 ? { sharedMemoryBytes } : {}),
    interfaces: interfacesOf(record),
    cgroup,
    access: record.hostConfig.Privileged ? 'all' : 'restricted',
  });
  protectKernel(mounts, record.hostConfig.ReadonlyPaths ?? []);
  mountPoints(core, mounts, record.mounts, record.id);
  await mountOwnFiles(core, record, mounts);
  return record.hostConfig.ReadonlyRootfs ? readOnlyRoot(mounts, runtime) : mounts;
}

/** Files of the kernel that cannot be written to: as many as there are (runc, readonlyPath). */
function protectKernel(mounts: MountNamespace, paths: readonly string[]): void {
  for (const path of paths) {
    const { mount, inner } = mounts.placeOf(path);
    if (mount.path === '/') continue;
    const { filesystem, type, source, options } = mount;
    if (goesThrough(() => filesystem.lstat(inner)))
      mounts.mount(path, filesystem, { root: inner, type, source, options, isReadOnly: true });
  }
}

/** Whether a call on files is not refused. */
function goesThrough(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof VfsError) return false;
    throw error;
  }
}

/** In the order of its networks; of the host's network, the host's. */
function interfacesOf({ endpoints, hostConfig }: ContainerRecord): readonly string[] {
  if (hostConfig.NetworkMode === 'host') return ['docker0', 'eth0'];
  const joined = endpoints.filter(({ networkName }) => !['none', 'host'].includes(networkName));
  return joined.map((_, index) => `eth${index}`);
}

/** What `docker cp` sees, whether it runs or not: its root, volumes and bound directories, and the engine's own files
 *  that its last start has written; nothing of the kernel's and no tmpfs (moby daemon, mountVolumes). */
export function copyNamespace(core: EngineCore, record: ContainerRecord, runtime: ContainerRuntime): MountNamespace {
  const mounts = filesNamespace(
    core,
    runtime,
    record.mounts.filter(({ type }) => type !== 'tmpfs'),
  );
  const taken = new Set(record.mounts.map(({ destination }) => destination));
  for (const name of OWN_FILES) {
    const path = `${containerDirectory(record.id)}/${name}`;
    if (!taken.has(`/etc/${name}`) && statIfThere(core.daemon, path)) mountOwnFile(core, mounts, name, path);
  }
  return mounts;
}

/** The tree of a container's files with these mounts. */
export function filesNamespace(
  core: EngineCore,
  runtime: ContainerRuntime,
  points: readonly MountPoint[],
): MountNamespace {
  const mounts = new MountNamespace(runtime.rootfs);
  mountPoints(core, mounts, points);
  return mounts;
}

/** `container`: one that starts. */
function mountPoints(
  core: EngineCore,
  mounts: MountNamespace,
  points: readonly MountPoint[],
  container?: string,
): void {
  const helper = helperProcess(core.kernel, mounts);
  for (const point of [...points].sort(byDepth)) mountPoint(core, mounts, helper, point, container);
}

function byDepth(a: MountPoint, b: MountPoint): number {
  return a.destination.split('/').length - b.destination.split('/').length;
}

/** The same tree over a root that cannot be written to. */
function readOnlyRoot(mounts: MountNamespace, runtime: ContainerRuntime): MountNamespace {
  const readOnly = new MountNamespace(runtime.rootfs);
  readOnly.mount('/', runtime.rootfs, { type: 'overlay', source: 'overlay', isReadOnly: true });
  for (const { path, filesystem, ...options } of mounts.mounts)
    if (path !== '/') readOnly.mount(path, filesystem, options);
  return readOnly;
}

function mountPoint(
  core: EngineCore,
  mounts: MountNamespace,
  helper: Process,
  point: MountPoint,
  container: string | undefined,
): void {
  const { destination } = point;
  if (point.type === 'tmpfs') {
    mountTmpfs(core, mounts, helper, point);
    return;
  }
  const volume = point.name === undefined ? undefined : mountedVolume(core, point.name, container);
  if (volume?.kind === 'tmpfs') {
    const { filesystem, options, isReadOnly } = volume;
    makeDirectories(helper, destination, DIRECTORY_MODE);
    const target = mounts.resolve(helper, destination, 'follow').path;
    mounts.mount(target, filesystem, {
      type: 'tmpfs',
      source: 'tmpfs',
      options,
      isReadOnly: isReadOnly || !point.isWritable,
    });
    return;
  }
  const source = volume?.path ?? point.source;
  const found = statIfThere(core.daemon, source);
  if (!found) throw bindSourceMissing(source);
  const before = statIfThere(helper, destination);
  if (before && isDirectory(before.mode) !== isDirectory(found.mode))
    throw kindMismatch(core, source, destination, point.isWritable);
  if (isDirectory(found.mode)) makeDirectories(helper, destination, DIRECTORY_MODE);
  else if (!before) makeFile(helper, destination);
  const place = core.host.mounts.resolve(core.daemon, source, 'follow');
  const target = mounts.resolve(helper, destination, 'follow').path;
  mounts.mount(target, place.mount.filesystem, {
    root: place.inner,
    type: place.mount.type,
    source: place.mount.source,
    isReadOnly: !point.isWritable || volume?.isReadOnly === true || place.mount.isReadOnly,
  });
}

/** What runc says of a directory on a file, and of a file on a directory. */
function kindMismatch(core: EngineCore, source: string, destination: string, mayWrite: boolean): EngineError {
  const flags = mayWrite ? '0x5000' : '0x5001';
  const fault = cannotStart(
    core.vintage,
    `error during container init: error mounting "${source}" to rootfs at "${destination}": mount ${source}:${destination} (via /proc/self/fd/6), flags: ${flags}: not a directory`,
    'other',
  );
  return new EngineError(fault.kind, fault.code, `${fault.message}: ${MOUNT_HINT}`);
}

export function bindSourceMissing(source: string) {
  return other('invalidParameter', `invalid mount config for type "bind": bind source path does not exist: ${source}`);
}

function makeFile(helper: Process, path: string): void {
  const slash = path.lastIndexOf('/');
  if (slash > 0) makeDirectories(helper, path.slice(0, slash), DIRECTORY_MODE);
  helper.mounts.call(helper, path, 'noFollow', 'open', 'write', (filesystem, inner) =>
    filesystem.close(filesystem.open(inner, 0o101, DIRECTORY_MODE)),
  );
}

/** /etc/hostname, /etc/hosts and /etc/resolv.conf are files of the engine, bound into the container. */
async function mountOwnFiles(core: EngineCore, record: ContainerRecord, mounts: MountNamespace): Promise<void> {
  const directory = containerDirectory(record.id);
  const own = ownFiles(core, record);
  makeDirectories(core.daemon, directory, 0o710);
  const taken = new Set(record.mounts.map(({ destination }) => destination));
  for (const [name, text] of own) {
    if (taken.has(`/etc/${name}`)) continue;
    const path = `${directory}/${name}`;
    await writeFile(core.daemon, path, text, 0o644);
    mountOwnFile(core, mounts, name, path);
  }
}

function mountOwnFile(core: EngineCore, mounts: MountNamespace, name: string, path: string): void {
  const place = core.host.mounts.resolve(core.daemon, path, 'follow');
  const target = `/etc/${name}`;
  if (!hasTarget(mounts, helperProcess(core.kernel, mounts), target)) return;
  mounts.mount(target, place.mount.filesystem, {
    root: place.inner,
    type: place.mount.type,
    source: place.mount.source,
  });
}

/** It is there, or is made in a volume over /etc, as runc makes it. */
function hasTarget(mounts: MountNamespace, helper: Process, path: string): boolean {
  if (goesThrough(() => mounts.stat(helper, path))) return true;
  return mounts.placeOf(path).mount.path !== '/' && goesThrough(() => makeFile(helper, path));
}

/** As it stands beside an address in /etc/hosts. */
export function ownHostName({ config: { Hostname: name, Domainname: domain } }: ContainerRecord): string {
  return domain === '' ? name : `${name}.${domain} ${name}`;
}

function ownFiles(core: EngineCore, record: ContainerRecord): readonly (readonly [name: string, text: string])[] {
  const hostname = record.config.Hostname;
  const full = ownHostName(record);
  const addresses = record.endpoints.filter(({ ipAddress }) => ipAddress !== '');
  const hosts = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'ff00::0\tip6-mcastprefix',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    ...(record.hostConfig.ExtraHosts ?? []).map((entry) => extraHost(core, entry)),
    ...bridgeLinks(core, record).map(linkHost),
    ...addresses.map(({ ipAddress }) => `${ipAddress}\t${full}`),
  ];
  const resolver = resolverLines(record);
  return [
    ['hostname', `${hostname}\n`],
    ['hosts', hosts.map((line) => `${line}\n`).join('')],
    ['resolv.conf', resolver.map((line) => `${line}\n`).join('')],
  ];
}

/** `NAME:ADDRESS`, as `--add-host` has it. */
function extraHost(core: EngineCore, entry: string): string {
  const colon = entry.indexOf(':');
  const address = entry.slice(colon + 1);
  const gateway = () =>
    [...core.state.networks.values()].find(({ name }) => name === DEFAULT_BRIDGE)?.gateway ?? address;
  return `${address === 'host-gateway' ? gateway() : address}\t${entry.slice(0, colon)}`;
}

const PREDEFINED: readonly string[] = [DEFAULT_BRIDGE, 'host', 'none'];

/** On user networks the engine's own resolver; on the default bridge the host's servers, and since its own is of no use
 *  in a container, those that dockerd falls back to (libnetwork/resolvconf). */
function resolverLines(record: ContainerRecord): readonly string[] {
  const { Dns: servers, DnsSearch: search, DnsOptions: options } = record.hostConfig;
  const hasResolver = record.endpoints.some(({ networkName }) => !PREDEFINED.includes(networkName));
  const shownServers = hasResolver ? ['127.0.0.11'] : servers.length > 0 ? servers : FALLBACK_SERVERS;
  const shownOptions = hasResolver ? [...options, 'ndots:0'] : options;
  return [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...shownServers.map((server) => `nameserver ${server}`),
    ...(shownOptions.length > 0 ? [`options ${shownOptions.join(' ')}`] : []),
  ];
}

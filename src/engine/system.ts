import type { JsonWritable } from '../image/writeJson.ts';
import { MACHINE } from '../shell/kernel/procfs.ts';
import { buildCacheUsage } from './buildCacheUsage.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { type EngineCore, engineVersion } from './engineCore.ts';
import { watchEvents } from './events.ts';
import { listContainers } from './listContainers.ts';
import { imagesWithUsage } from './listImages.ts';
import { registryLogin } from './registryLogin.ts';
import { isRunning } from './removeImage.ts';
import type { DiskUsage, SystemCalls } from './systemCalls.ts';
import { summarizeVolume, volumeBytes } from './volumes.ts';
import { usersOf } from './volumeStore.ts';

/** The calls about the daemon as a whole. */
export function systemCalls(core: EngineCore, runtimes: ContainerRuntimes): SystemCalls {
  return {
    info: () => systemInfo(core),
    version: () => systemVersion(core),
    diskUsage: () => diskUsage(core, runtimes),
    events: (options) => watchEvents(core, options),
    login: (login, serverAddress) => registryLogin(core, login, serverAddress),
  };
}

function diskUsage(core: EngineCore, runtimes: ContainerRuntimes): DiskUsage {
  const layersBytes = [...core.state.layers.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    layersBytes,
    images: imagesWithUsage(core),
    containers: listContainers(core, runtimes, { isAll: true, wantsSize: true }),
    volumes: [...core.state.volumes.values()].map((volume) => ({
      ...summarizeVolume(volume),
      sizeBytes: volumeBytes(core, volume.name),
      links: usersOf(core, volume.name).length,
    })),
    buildCache: buildCacheUsage(core),
  };
}

function apiVersions(core: EngineCore): { readonly api: string; readonly least: string } {
  return core.vintage === '20.10' ? { api: '1.41', least: '1.12' } : { api: '1.45', least: '1.24' };
}

function systemVersion(core: EngineCore): Record<string, JsonWritable> {
  const { api, least } = apiVersions(core);
  const isOld = core.vintage === '20.10';
  const version = engineVersion(core.vintage);
  const components: readonly (readonly [name: string, version: string, details: Record<string, string>])[] = [
    ['Engine', version, engineDetails(core)],
    ['containerd', isOld ? '1.6.20~ds1' : '1.7.24~ds1', { GitCommit: isOld ? '1.6.20~ds1-1+deb12u3' : '1.7.24~ds1-6' }],
    ['runc', isOld ? '1.1.5+ds1' : '1.1.15+ds1', { GitCommit: isOld ? '1.1.5+ds1-1+deb12u1' : '1.1.15+ds1-2' }],
    ['docker-init', '0.19.0', { GitCommit: '' }],
  ];
  return {
    Platform: { Name: '' },
    Components: components.map(([Name, Version, Details]) => ({ Name, Version, Details })),
    Version: version,
    ApiVersion: api,
    MinAPIVersion: least,
    GitCommit: engineDetails(core).GitCommit as string,
    GoVersion: engineDetails(core).GoVersion as string,
    Os: 'linux',
    Arch: 'amd64',
    KernelVersion: MACHINE.kernelRelease,
    BuildTime: engineDetails(core).BuildTime as string,
  };
}

function engineDetails(core: EngineCore): Record<string, string> {
  const { api, least } = apiVersions(core);
  const isOld = core.vintage === '20.10';
  return {
    ApiVersion: api,
    Arch: 'amd64',
    BuildTime: isOld ? '2023-05-18T08:00:00.000000000+00:00' : '2024-12-05T20:00:00.000000000+00:00',
    Experimental: 'false',
    GitCommit: isOld ? '5d6db84' : '411e817',
    GoVersion: isOld ? 'go1.19.8' : 'go1.24.1',
    KernelVersion: MACHINE.kernelRelease,
    MinAPIVersion: least,
    Os: 'linux',
  };
}

/** The names of the shims are runtimes of their own there (moby daemon/runtime_unix.go). */
const RUNTIMES_20_10 = {
  'io.containerd.runc.v2': { path: 'runc' },
  'io.containerd.runtime.v1.linux': { path: 'runc' },
  runc: { path: 'runc' },
};

/** The part of moby's api/types/system.Info that a machine like this one has. */
function systemInfo(core: EngineCore): Record<string, JsonWritable> {
  const containers = [...core.state.containers.values()];
  const paused = containers.filter(({ state }) => state.status === 'paused').length;
  const running = containers.filter(isRunning).length - paused;
  return {
    ID: core.daemonId,
    Containers: containers.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running - paused,
    Images: core.state.images.size,
    Driver: 'overlay2',
    DriverStatus: [
      ['Backing Filesystem', 'extfs'],
      ['Supports d_type', 'true'],
      ...(core.vintage === '20.10' ? [] : [['Using metacopy', 'false']]),
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ],
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'ipvlan', 'macvlan', 'null', 'overlay'],
      Authorization: null,
      Log: [
        'awslogs',
        'fluentd',
        'gcplogs',
        'gelf',
        'journald',
        'json-file',
        'local',
        'logentries',
        'splunk',
        'syslog',
      ],
    },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    IPv4Forwarding: true,
    BridgeNfIptables: true,
    BridgeNfIp6tables: true,
    Debug: false,
    NFd: 0,
    OomKillDisable: false,
    NGoroutines: 0,
    SystemTime: core.now(),
    LoggingDriver: 'json-file',
    CgroupDriver: 'systemd',
    CgroupVersion: '2',
    NEventsListener: 0,
    KernelVersion: MACHINE.kernelRelease,
    OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
    OSVersion: '12',
    OSType: 'linux',
    Architecture: MACHINE.architecture,
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: {
      AllowNondistributableArtifactsCIDRs: [],
      AllowNondistributableArtifactsHostnames: [],
      InsecureRegistryCIDRs: ['127.0.0.0/8'],
      IndexConfigs: { 'docker.io': { Name: 'docker.io', Mirrors: [], Secure: true, Official: true } },
      Mirrors: [],
    },
    NCPU: MACHINE.processors,
    MemTotal: MACHINE.memoryBytes,
    GenericResources: null,
    DockerRootDir: '/var/lib/docker',
    HttpProxy: '',
    HttpsProxy: '',
    NoProxy: '',
    Name: core.host.uts.hostname,
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: engineVersion(core.vintage),
    Runtimes: core.vintage === '20.10' ? RUNTIMES_20_10 : { runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    Swarm: {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
    LiveRestoreEnabled: false,
    Isolation: '',
    InitBinary: 'docker-init',
    ContainerdCommit: { ID: '', Expected: '' },
    RuncCommit: { ID: '', Expected: '' },
    InitCommit: { ID: '', Expected: '' },
    SecurityOptions: ['name=seccomp,profile=default', 'name=cgroupns'],
    Warnings: null,
  };
}

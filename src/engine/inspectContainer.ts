import type { JsonWritable } from '../image/writeJson.ts';
import { configJson, type HostConfig } from './containerConfig.ts';
import type { MountPoint } from './containerCalls.ts';
import { containerDirectory } from './containerNamespace.ts';
import type { ContainerRecord, Endpoint } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { sizeRwBytes } from './containerSize.ts';
import type { EngineCore } from './engineCore.ts';
import { defined, diffDirectory } from './inspectImage.ts';
import { imageBytes } from './listContainers.ts';
import { isRunning } from './removeImage.ts';

/** The document of `docker container inspect`, in the order of the API's struct (moby api/types, ContainerJSON). */
export function inspectContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  { wantsSize }: { readonly wantsSize: boolean },
): Record<string, JsonWritable> {
  const directory = containerDirectory(record.id);
  const hasRun = record.state.startedAt !== '0001-01-01T00:00:00Z';
  const sizeRw = wantsSize ? sizeRwBytes(runtimes.of(record).upper) : 0;
  return defined({
    Id: record.id,
    Created: record.createdAt,
    Path: record.path,
    Args: record.args,
    State: stateJson(record),
    Image: record.imageId,
    ResolvConfPath: hasRun ? `${directory}/resolv.conf` : '',
    HostnamePath: hasRun ? `${directory}/hostname` : '',
    HostsPath: hasRun ? `${directory}/hosts` : '',
    LogPath: hasRun ? `${directory}/${record.id}-json.log` : '',
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: 'overlay2',
    Platform: record.platform,
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: null,
    HostConfig: hostConfigJson(record.hostConfig),
    GraphDriver: { Data: directories(record), Name: 'overlay2' },
    SizeRw: wantsSize ? sizeRw : undefined,
    SizeRootFs: wantsSize ? sizeRw + imageBytes(record) : undefined,
    Mounts: record.mounts.map(mountJson),
    Config: configJson(record.config) as JsonWritable,
    NetworkSettings: networkJson(core, record),
  });
}

function stateJson(record: ContainerRecord): JsonWritable {
  const { state } = record;
  return defined({
    Status: state.status,
    Running: isRunning(record),
    Paused: state.status === 'paused',
    Restarting: state.status === 'restarting',
    OOMKilled: false,
    Dead: state.status === 'dead',
    Pid: state.pid,
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: state.startedAt,
    FinishedAt: state.finishedAt,
    Health: state.health && {
      Status: state.health.status,
      FailingStreak: state.health.failingStreak,
      Log: state.health.log.map(({ start, end, exitCode, output }) => ({
        Start: start,
        End: end,
        ExitCode: exitCode,
        Output: output,
      })),
    },
  });
}

/** moby api/types/container, HostConfig and Resources. */
function hostConfigJson(host: HostConfig): JsonWritable {
  return defined({
    Binds: host.Binds,
    ContainerIDFile: host.ContainerIDFile,
    LogConfig: host.LogConfig,
    NetworkMode: host.NetworkMode,
    PortBindings: portBindingsJson(host),
    RestartPolicy: { Name: host.RestartPolicy.Name, MaximumRetryCount: host.RestartPolicy.MaximumRetryCount },
    AutoRemove: host.AutoRemove,
    VolumeDriver: host.VolumeDriver,
    VolumesFrom: host.VolumesFrom,
    CapAdd: host.CapAdd,
    CapDrop: host.CapDrop,
    CgroupnsMode: host.CgroupnsMode,
    Dns: host.Dns,
    DnsOptions: host.DnsOptions,
    DnsSearch: host.DnsSearch,
    ExtraHosts: host.ExtraHosts,
    GroupAdd: host.GroupAdd,
    IpcMode: host.IpcMode,
    Cgroup: host.Cgroup,
    Links: host.Links,
    OomScoreAdj: host.OomScoreAdj,
    PidMode: host.PidMode,
    Privileged: host.Privileged,
    PublishAllPorts: host.PublishAllPorts,
    ReadonlyRootfs: host.ReadonlyRootfs,
    SecurityOpt: host.SecurityOpt,
    StorageOpt: host.StorageOpt,
    Tmpfs: host.Tmpfs,
    UTSMode: host.UTSMode,
    UsernsMode: host.UsernsMode,
    ShmSize: host.ShmSize,
    Sysctls: host.Sysctls,
    Runtime: host.Runtime,
    ConsoleSize: host.ConsoleSize,
    Isolation: host.Isolation,
    CpuShares: host.CpuShares,
    Memory: host.Memory,
    NanoCpus: host.NanoCpus,
    CgroupParent: host.CgroupParent,
    BlkioWeight: 0,
    BlkioWeightDevice: [],
    BlkioDeviceReadBps: null,
    BlkioDeviceWriteBps: null,
    BlkioDeviceReadIOps: null,
    BlkioDeviceWriteIOps: null,
    CpuPeriod: 0,
    CpuQuota: 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: host.CpusetCpus,
    CpusetMems: '',
    Devices: [],
    DeviceCgroupRules: null,
    DeviceRequests: null,
    KernelMemory: 0,
    KernelMemoryTCP: 0,
    MemoryReservation: host.MemoryReservation,
    MemorySwap: host.MemorySwap,
    MemorySwappiness: null,
    OomKillDisable: false,
    PidsLimit: host.PidsLimit,
    Ulimits: host.Ulimits as JsonWritable,
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    Mounts: host.Mounts as JsonWritable | undefined,
    MaskedPaths: host.MaskedPaths,
    ReadonlyPaths: host.ReadonlyPaths,
    Init: host.Init,
  });
}

/** Where the overlay2 driver has the layers of a container: its own directory is named by an ID of its own. */
function directories({ id, layers }: ContainerRecord): JsonWritable {
  const own = `/var/lib/docker/overlay2/${id}`;
  const lower = [`${own}-init/diff`, ...[...layers].reverse().map(diffDirectory)];
  return { LowerDir: lower.join(':'), MergedDir: `${own}/merged`, UpperDir: `${own}/diff`, WorkDir: `${own}/work` };
}

function mountJson(point: MountPoint): JsonWritable {
  return defined({
    Type: point.type,
    Name: point.name,
    Source: point.source,
    Destination: point.destination,
    Driver: point.driver,
    Mode: point.mode,
    RW: point.isWritable,
    Propagation: point.propagation,
  });
}

function networkJson(core: EngineCore, record: ContainerRecord): JsonWritable {
  const main = record.endpoints.find(({ networkName }) => networkName === 'bridge');
  const gateway = (endpoint: Endpoint | undefined) =>
    endpoint?.ipAddress ? (core.state.networks.get(endpoint.networkId)?.gateway ?? '') : '';
  return {
    Bridge: '',
    SandboxID: main?.endpointId ?? '',
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    Ports: isRunning(record) ? publishedPorts(record) : {},
    SandboxKey: main?.endpointId ? `/var/run/docker/netns/${main.endpointId.slice(0, 12)}` : '',
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: main?.endpointId ?? '',
    Gateway: gateway(main),
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: main?.ipAddress ?? '',
    IPPrefixLen: main?.ipAddress ? 16 : 0,
    IPv6Gateway: '',
    MacAddress: main?.macAddress ?? '',
    Networks: Object.fromEntries(
      record.endpoints.map((endpoint) => [endpoint.networkName, endpointJson(endpoint, gateway(endpoint))]),
    ),
  };
}

function endpointJson(endpoint: Endpoint, gateway: string): JsonWritable {
  return {
    IPAMConfig: null,
    Links: null,
    Aliases: endpoint.aliases.length > 0 ? endpoint.aliases : null,
    NetworkID: endpoint.networkId,
    EndpointID: endpoint.endpointId,
    Gateway: gateway,
    IPAddress: endpoint.ipAddress,
    IPPrefixLen: endpoint.ipAddress === '' ? 0 : 16,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    MacAddress: endpoint.macAddress,
    DriverOpts: null,
  };
}

/** Null for a port that is only exposed. */
function publishedPorts({ config, hostConfig }: ContainerRecord): JsonWritable {
  const names = [
    ...new Set([...Object.keys(config.ExposedPorts ?? {}), ...Object.keys(hostConfig.PortBindings)]),
  ].sort();
  return Object.fromEntries(
    names.map((name): [string, JsonWritable] => {
      const bindings = hostConfig.PortBindings[name] ?? [];
      if (bindings.length === 0) return [name, null];
      return [
        name,
        bindings.map(({ HostIp: ip, HostPort: port }) => ({
          HostIp: ip || '0.0.0.0',
          HostPort: port || (name.split('/')[0] as string),
        })),
      ];
    }),
  );
}

function portBindingsJson({ PortBindings: bindings }: HostConfig): JsonWritable {
  return Object.fromEntries(
    Object.entries(bindings).map(([port, list]) => [port, list.map(({ HostIp, HostPort }) => ({ HostIp, HostPort }))]),
  );
}

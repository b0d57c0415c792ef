import type { JsonWritable } from '../image/writeJson.ts';
import { configJson, type HostConfig } from './containerConfig.ts';
import { listedMounts, type MountPoint } from './containerCalls.ts';
import { containerDirectory } from './containerNamespace.ts';
import type { ContainerRecord, Endpoint } from './containerRecord.ts';
import type { ContainerRuntime } from './containerRuntime.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { sizeRwBytes } from './containerSize.ts';
import type { EngineCore } from './engineCore.ts';
import { defined, diffDirectory } from './inspectImage.ts';
import { imageBytes } from './listContainers.ts';
import { DEFAULT_BRIDGE, prefixBits } from './networkStore.ts';
import { portNames, publishedAt, shownAddresses } from './publishedPort.ts';
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
    LogPath: hasRun && record.hostConfig.LogConfig.Type === 'json-file' ? `${directory}/${record.id}-json.log` : '',
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: 'overlay2',
    Platform: record.platform,
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: execIds(runtimes.of(record)),
    HostConfig: hostConfigJson(record.hostConfig),
    GraphDriver: { Data: directories(record), Name: 'overlay2' },
    SizeRw: wantsSize ? sizeRw : undefined,
    SizeRootFs: wantsSize ? sizeRw + imageBytes(record) : undefined,
    Mounts: listedMounts(record.mounts).map(mountJson),
    Config: configJson(record.config) as JsonWritable,
    NetworkSettings: networkJson(core, record),
  });
}

function execIds({ running }: ContainerRuntime): readonly string[] | null {
  return running && running.execs.size > 0 ? [...running.execs.values()] : null;
}

function stateJson(record: ContainerRecord): JsonWritable {
  const { state } = record;
  return defined({
    Status: state.status,
    Running: isRunning(record),
    Paused: state.status === 'paused',
    Restarting: state.status === 'restarting',
    OOMKilled: state.isOutOfMemory === true,
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
  // Clients send empty lists; what the daemon makes itself has none.
  const unset = host.Ulimits === null ? null : [];
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
    BlkioWeight: host.BlkioWeight,
    BlkioWeightDevice: [],
    BlkioDeviceReadBps: unset,
    BlkioDeviceWriteBps: unset,
    BlkioDeviceReadIOps: unset,
    BlkioDeviceWriteIOps: unset,
    CpuPeriod: host.CpuPeriod,
    CpuQuota: host.CpuQuota,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: host.CpusetCpus,
    CpusetMems: host.CpusetMems,
    Devices: [],
    DeviceCgroupRules: null,
    DeviceRequests: (host.DeviceRequests ?? null) as JsonWritable,
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
  const main = record.endpoints.find(({ networkName }) => networkName === DEFAULT_BRIDGE);
  const gateway = (endpoint: Endpoint | undefined) =>
    endpoint?.ipAddress ? (core.state.networks.get(endpoint.networkId)?.gateway ?? '') : '';
  return {
    Bridge: '',
    SandboxID: main?.endpointId ?? '',
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    Ports: isRunning(record) ? portsJson(record) : {},
    SandboxKey: main?.endpointId ? `/var/run/docker/netns/${main.endpointId.slice(0, 12)}` : '',
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: main?.endpointId ?? '',
    Gateway: gateway(main),
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: main?.ipAddress ?? '',
    IPPrefixLen: main?.ipAddress ? prefixBits(core, main.networkId) : 0,
    IPv6Gateway: '',
    MacAddress: main?.macAddress ?? '',
    Networks: Object.fromEntries(
      record.endpoints.map((endpoint) => [
        endpoint.networkName,
        endpointJson(core, record, endpoint, gateway(endpoint)),
      ]),
    ),
  };
}

function endpointJson(core: EngineCore, record: ContainerRecord, endpoint: Endpoint, gateway: string): JsonWritable {
  const { aliases, ipAddress, networkId } = endpoint;
  const shortId = record.id.slice(0, 12);
  const isUserNetwork = core.state.networks.get(networkId)?.isPredefined === false;
  // Since 25 the short ID stands among the DNS names alone.
  const shown = core.vintage === '20.10' && isUserNetwork ? [...aliases, shortId] : aliases;
  return defined({
    IPAMConfig: null,
    Links: null,
    Aliases: shown.length > 0 ? shown : null,
    NetworkID: networkId,
    EndpointID: endpoint.endpointId,
    Gateway: gateway,
    IPAddress: ipAddress,
    IPPrefixLen: ipAddress === '' ? 0 : prefixBits(core, networkId),
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    MacAddress: endpoint.macAddress,
    DriverOpts: null,
    DNSNames: core.vintage === '20.10' ? undefined : isUserNetwork ? [record.name, ...aliases, shortId] : null,
  });
}

/** Null for a port that is only exposed. */
function portsJson(record: ContainerRecord): JsonWritable {
  return Object.fromEntries(
    portNames(record).map((name): [string, JsonWritable] => {
      const published = publishedAt(record, name).flatMap(({ hostIp, hostPort }) =>
        shownAddresses(hostIp).map((HostIp) => ({ HostIp, HostPort: String(hostPort) })),
      );
      return [name, published.length > 0 ? published : null];
    }),
  );
}

function portBindingsJson({ PortBindings: bindings }: HostConfig): JsonWritable {
  return Object.fromEntries(
    Object.entries(bindings).map(([port, list]) => [port, list.map(({ HostIp, HostPort }) => ({ HostIp, HostPort }))]),
  );
}

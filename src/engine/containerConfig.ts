import type { JsonWritable } from '../image/writeJson.ts';

/** A set as Go keeps it: `{"80/tcp":{}}`. */
export type NameSet = { readonly [name: string]: Readonly<Record<string, never>> };

/** Nanoseconds. */
export interface HealthConfig {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/** What a container runs, as an image's config stores it and the API takes it: moby api/types/container.Config, its
 *  fields in its order. Null is Go's nil, which is kept apart from an empty list. */
export interface ContainerConfig {
  readonly Hostname: string;
  readonly Domainname: string;
  readonly User: string;
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  readonly ExposedPorts?: NameSet;
  readonly Tty: boolean;
  readonly OpenStdin: boolean;
  readonly StdinOnce: boolean;
  readonly Env: readonly string[] | null;
  readonly Cmd: readonly string[] | null;
  readonly Healthcheck?: HealthConfig;
  readonly ArgsEscaped?: boolean;
  readonly Image: string;
  readonly Volumes: NameSet | null;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[] | null;
  readonly NetworkDisabled?: boolean;
  readonly MacAddress?: string;
  readonly OnBuild: readonly string[] | null;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly StopSignal?: string;
  /** Seconds. */
  readonly StopTimeout?: number;
  readonly Shell?: readonly string[];
}

export const EMPTY_CONFIG: ContainerConfig = {
  Hostname: '',
  Domainname: '',
  User: '',
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  Env: null,
  Cmd: null,
  Image: '',
  Volumes: null,
  WorkingDir: '',
  Entrypoint: null,
  OnBuild: null,
  Labels: null,
};

export interface RestartPolicy {
  readonly Name: '' | 'no' | 'always' | 'unless-stopped' | 'on-failure';
  readonly MaximumRetryCount: number;
}

export interface PortBinding {
  readonly HostIp: string;
  readonly HostPort: string;
}

export interface MountSpec {
  /** `bind`, `volume` or `tmpfs`; what else was typed is refused when the container is made. */
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly VolumeOptions?: {
    readonly NoCopy?: boolean;
    readonly Labels?: Readonly<Record<string, string>>;
    readonly DriverConfig?: { readonly Name?: string; readonly Options?: Readonly<Record<string, string>> };
  };
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
}

/** What `--gpus` asks for. */
export interface DeviceRequest {
  readonly Driver: string;
  /** -1 for all. */
  readonly Count: number;
  readonly DeviceIDs: readonly string[] | null;
  readonly Capabilities: readonly (readonly string[])[];
  readonly Options: Readonly<Record<string, string>>;
}

/** How a container is run, as the API takes it: moby api/types/container.HostConfig. */
export interface HostConfig {
  readonly Binds: readonly string[] | null;
  readonly ContainerIDFile: string;
  readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
  readonly NetworkMode: string;
  readonly PortBindings: Readonly<Record<string, readonly PortBinding[]>>;
  readonly RestartPolicy: RestartPolicy;
  readonly AutoRemove: boolean;
  readonly VolumeDriver: string;
  readonly VolumesFrom: readonly string[] | null;
  readonly CapAdd: readonly string[] | null;
  readonly CapDrop: readonly string[] | null;
  readonly CgroupnsMode: string;
  readonly Dns: readonly string[];
  readonly DnsOptions: readonly string[];
  readonly DnsSearch: readonly string[];
  readonly ExtraHosts: readonly string[] | null;
  readonly GroupAdd: readonly string[] | null;
  readonly DeviceRequests?: readonly DeviceRequest[] | null;
  readonly IpcMode: string;
  readonly Cgroup: string;
  readonly Links: readonly string[] | null;
  readonly OomScoreAdj: number;
  readonly PidMode: string;
  readonly Privileged: boolean;
  readonly PublishAllPorts: boolean;
  readonly ReadonlyRootfs: boolean;
  readonly SecurityOpt: readonly string[] | null;
  readonly StorageOpt?: Readonly<Record<string, string>>;
  readonly Tmpfs?: Readonly<Record<string, string>>;
  readonly UTSMode: string;
  readonly UsernsMode: string;
  readonly ShmSize: number;
  readonly Sysctls?: Readonly<Record<string, string>>;
  readonly Runtime: string;
  readonly ConsoleSize: readonly [number, number];
  readonly Isolation: string;
  readonly CpuShares: number;
  readonly Memory: number;
  readonly NanoCpus: number;
  readonly CgroupParent: string;
  /** 10 to 1000; 0: not set. */
  readonly BlkioWeight: number;
  /** Microseconds. */
  readonly CpuPeriod: number;
  readonly CpuQuota: number;
  readonly MemoryReservation: number;
  readonly MemorySwap: number;
  /** 0 to 100; null: not set. */
  readonly MemorySwappiness: number | null;
  readonly OomKillDisable: boolean;
  readonly KernelMemory: number;
  readonly PidsLimit: number | null;
  readonly CpusetCpus: string;
  readonly CpusetMems: string;
  readonly Ulimits: readonly { readonly Name: string; readonly Hard: number; readonly Soft: number }[] | null;
  readonly Mounts?: readonly MountSpec[];
  readonly MaskedPaths: readonly string[] | null;
  readonly ReadonlyPaths: readonly string[] | null;
  /** `--init`. */
  readonly Init?: boolean;
}

/** Fields in the order of the Go struct, empty ones with `omitempty` left out, maps sorted: the bytes that an image's
 *  config holds. `withNetworkDisabled` etc. are just fields. */
export function configJson(config: ContainerConfig): { readonly [key: string]: JsonWritable | undefined } {
  return {
    Hostname: config.Hostname,
    Domainname: config.Domainname,
    User: config.User,
    AttachStdin: config.AttachStdin,
    AttachStdout: config.AttachStdout,
    AttachStderr: config.AttachStderr,
    ExposedPorts: sortedSet(config.ExposedPorts) ?? undefined,
    Tty: config.Tty,
    OpenStdin: config.OpenStdin,
    StdinOnce: config.StdinOnce,
    Env: config.Env,
    Cmd: config.Cmd,
    Healthcheck: config.Healthcheck && healthJson(config.Healthcheck),
    ArgsEscaped: config.ArgsEscaped || undefined,
    Image: config.Image,
    Volumes: sortedSet(config.Volumes ?? undefined, 'keepEmpty') ?? null,
    WorkingDir: config.WorkingDir,
    Entrypoint: config.Entrypoint,
    NetworkDisabled: config.NetworkDisabled || undefined,
    MacAddress: config.MacAddress || undefined,
    OnBuild: config.OnBuild,
    Labels: config.Labels && sortedRecord(config.Labels),
    StopSignal: config.StopSignal || undefined,
    StopTimeout: config.StopTimeout,
    Shell: config.Shell && config.Shell.length > 0 ? config.Shell : undefined,
  };
}

function sortedSet(set: NameSet | undefined, empty?: 'keepEmpty'): JsonWritable | undefined {
  if (!set) return undefined;
  const names = Object.keys(set).sort();
  if (names.length === 0 && empty !== 'keepEmpty') return undefined;
  return new Map(names.map((name) => [name, {}] as const));
}

function sortedRecord(record: Readonly<Record<string, string>>): JsonWritable {
  return new Map(
    Object.keys(record)
      .sort()
      .map((key) => [key, record[key] ?? ''] as const),
  );
}

function healthJson(health: HealthConfig): JsonWritable {
  return {
    Test: health.Test && health.Test.length > 0 ? health.Test : undefined,
    Interval: health.Interval || undefined,
    Timeout: health.Timeout || undefined,
    StartPeriod: health.StartPeriod || undefined,
    StartInterval: health.StartInterval || undefined,
    Retries: health.Retries || undefined,
  };
}

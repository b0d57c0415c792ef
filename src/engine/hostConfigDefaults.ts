import type { HostConfig } from './containerConfig.ts';

/** What the daemon fills in (moby daemon/daemon_unix.go, adaptContainerSettings; runconfig). */
export const DEFAULT_HOST_CONFIG: HostConfig = {
  Binds: null,
  ContainerIDFile: '',
  LogConfig: { Type: 'json-file', Config: {} },
  NetworkMode: 'default',
  PortBindings: {},
  RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
  AutoRemove: false,
  VolumeDriver: '',
  VolumesFrom: null,
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: 'private',
  Dns: [],
  DnsOptions: [],
  DnsSearch: [],
  ExtraHosts: null,
  GroupAdd: null,
  IpcMode: 'private',
  Cgroup: '',
  Links: null,
  OomScoreAdj: 0,
  PidMode: '',
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  UTSMode: '',
  UsernsMode: '',
  ShmSize: 67108864,
  Runtime: 'runc',
  ConsoleSize: [0, 0],
  Isolation: '',
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: '',
  BlkioWeight: 0,
  CpuPeriod: 0,
  CpuQuota: 0,
  MemoryReservation: 0,
  MemorySwap: 0,
  MemorySwappiness: null,
  OomKillDisable: false,
  KernelMemory: 0,
  PidsLimit: null,
  CpusetCpus: '',
  CpusetMems: '',
  Ulimits: null,
  MaskedPaths: [
    '/proc/asound',
    '/proc/acpi',
    '/proc/kcore',
    '/proc/keys',
    '/proc/latency_stats',
    '/proc/timer_list',
    '/proc/timer_stats',
    '/proc/sched_debug',
    '/proc/scsi',
    '/sys/firmware',
  ],
  ReadonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
};

export function withDefaults(given: Partial<HostConfig>): HostConfig {
  const merged = { ...DEFAULT_HOST_CONFIG, ...given };
  const { RestartPolicy: policy, LogConfig: log } = merged;
  return {
    ...merged,
    RestartPolicy: policy.Name === '' ? { ...policy, Name: 'no' } : policy,
    LogConfig: log.Type === '' ? { ...log, Type: 'json-file' } : log,
    CapAdd: capabilities(merged.CapAdd),
    CapDrop: capabilities(merged.CapDrop),
    // runconfig: who may do all sees all
    ...(merged.Privileged && { MaskedPaths: null, ReadonlyPaths: null }),
    Runtime: merged.Runtime || 'runc',
    IpcMode: merged.IpcMode || 'private',
    CgroupnsMode: merged.CgroupnsMode || 'private',
    // What a kernel with cgroup v2 cannot do is told when the container is made, and left out.
    MemorySwappiness: null,
    OomKillDisable: false,
    KernelMemory: 0,
    ShmSize: merged.ShmSize || DEFAULT_HOST_CONFIG.ShmSize,
    PidsLimit: merged.PidsLimit || null,
    // moby daemon_unix.go, adaptContainerSettings
    MemorySwap: merged.Memory > 0 && merged.MemorySwap === 0 ? merged.Memory * 2 : merged.MemorySwap,
  };
}

/** As they are kept: `CAP_SYS_ADMIN` for `sys_admin` (moby oci/caps, NormalizeLegacyCapabilities). */
function capabilities(names: readonly string[] | null): readonly string[] | null {
  if (!names) return null;
  return names.map((given) => {
    const name = given.toUpperCase();
    return name === 'ALL' || name.startsWith('CAP_') ? name : `CAP_${name}`;
  });
}

import { MACHINE } from '../shell/kernel/procfs.ts';
import { parseSignal } from '../shell/kernel/signals.ts';
import type { ContainerConfig, HostConfig, RestartPolicy } from './containerConfig.ts';
import type { EngineError } from './engineError.ts';
import { other } from './messages.ts';

const MIN_MEMORY_BYTES = 6 * 1024 * 1024;

/** capabilities(7), without `CAP_`. */
const CAPABILITIES: ReadonlySet<string> = new Set(
  (
    'ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE ' +
    'DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD ' +
    'NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN ' +
    'SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG ' +
    'WAKE_ALARM'
  ).split(' '),
);

/** Options of the log drivers that are there (moby daemon/logger, ValidateLogOpt). */
const LOG_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'json-file': ['max-file', 'max-size', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'],
  local: ['max-file', 'max-size', 'compress'],
  none: [],
};
/** Every driver takes these. */
const COMMON_LOG_OPTIONS = ['mode', 'max-buffer-size'];
const KNOWN_RUNTIMES = ['runc', 'io.containerd.runc.v2', 'io.containerd.runtime.v1.linux'];

/** What the daemon refuses of a new container before it looks for its image (moby daemon/container.go,
 *  verifyContainerSettings). Throws EngineError. */
export function checkSettings(config: ContainerConfig, host: HostConfig): void {
  const { Isolation: isolation } = host;
  // runconfig, validateIsolation: while the request is read
  if (isolation !== '' && isolation !== 'default')
    throw refused(`Invalid isolation: "${isolation}" - linux only supports 'default'`);
  checkConfig(config);
  if (host.AutoRemove && host.RestartPolicy.Name !== 'no')
    throw refused(`can't create 'AutoRemove' container with restart policy`);
  checkRestartPolicy(host.RestartPolicy);
  checkCapabilities('CapAdd', host.CapAdd);
  checkCapabilities('CapDrop', host.CapDrop);
  for (const path of Object.keys(host.Tmpfs ?? {}))
    if (!path.startsWith('/')) throw refused(`invalid mount path: '${path}' mount path must be absolute`);
  checkResources(host);
}

const NANOSECONDS_PER_MS = 1_000_000;

/** moby daemon/container.go, validateHealthCheck: nothing, or a millisecond. */
function checkHealth(health: ContainerConfig['Healthcheck']): void {
  const times = { Interval: health?.Interval, Timeout: health?.Timeout, StartPeriod: health?.StartPeriod };
  for (const [name, time = 0] of Object.entries(times))
    if (time !== 0 && time < NANOSECONDS_PER_MS) throw refused(`${name} in Healthcheck cannot be less than 1ms`);
  if ((health?.Retries ?? 0) < 0) throw refused('Retries in Healthcheck cannot be negative');
}

function checkConfig(config: ContainerConfig): void {
  const { WorkingDir: directory, StopSignal: signal = '', Env: variables, Healthcheck: health } = config;
  if (directory !== '' && !directory.startsWith('/'))
    throw refused(`the working directory '${directory}' is invalid, it needs to be an absolute path`);
  if (signal !== '' && !/^0*[1-9]\d*$/.test(signal) && !parseSignal(signal)) throw refused(`Invalid signal: ${signal}`);
  checkHealth(health);
  for (const variable of variables ?? [])
    if (variable === '' || variable.startsWith('=')) throw refused(`invalid environment variable: ${variable}`);
}

/** moby daemon/container.go, validateRestartPolicy. */
export function checkRestartPolicy({ Name: name, MaximumRetryCount: count }: RestartPolicy): void {
  switch (name) {
    case 'always':
    case 'unless-stopped':
    case 'no':
      if (count !== 0) throw refused(`maximum retry count cannot be used with restart policy '${name}'`);
      return;
    case 'on-failure':
      if (count < 0) throw refused('maximum retry count cannot be negative');
      return;
    case '':
      return;
    default:
      throw refused(`invalid restart policy '${String(name)}'`);
  }
}

function checkCapabilities(field: 'CapAdd' | 'CapDrop', names: readonly string[] | null): void {
  for (const given of names ?? []) {
    const name = given.toUpperCase();
    if (CAPABILITIES.has(name.replace(/^CAP_/, ''))) continue;
    throw refused(`invalid ${field}: unknown capability: "${name.startsWith('CAP_') ? name : `CAP_${name}`}"`);
  }
}

/** moby daemon/daemon_unix.go, verifyPlatformContainerResources. */
function checkResources(host: HostConfig): void {
  const { Memory: memory, MemorySwap: swap, NanoCpus: nanoCpus, OomScoreAdj: score } = host;
  if (memory > 0 && memory < MIN_MEMORY_BYTES) throw refused('Minimum memory limit allowed is 6MB');
  if (memory > 0 && swap > 0 && swap < memory)
    throw refused('Minimum memoryswap limit should be larger than memory limit, see usage');
  if (memory === 0 && swap > 0)
    throw refused('You should always set the Memory limit when using Memoryswap limit, see usage');
  const { processors } = MACHINE;
  if (nanoCpus < 0 || nanoCpus > processors * 1e9)
    throw refused(`Range of CPUs is from 0.01 to ${processors}.00, as there are only ${processors} CPUs available`);
  if (host.ShmSize < 0) throw refused('SHM size can not be less than 0');
  if (score < -1000 || score > 1000) throw refused(`Invalid value ${score}, range for oom score adj is [-1000, 1000]`);
  if (!KNOWN_RUNTIMES.includes(host.Runtime)) throw refused(`Unknown runtime specified ${host.Runtime}`);
}

/** What is refused once the image is found (moby daemon/logs.go, mergeAndVerifyLogConfig). */
export function checkLogConfig({ Type: type, Config: options }: HostConfig['LogConfig']): void {
  const known = LOG_OPTIONS[type];
  if (!known) throw other('notFound', `error looking up logging plugin ${type}: plugin "${type}" not found`);
  for (const name of Object.keys(options))
    if (![...known, ...COMMON_LOG_OPTIONS].includes(name))
      throw refused(`unknown log opt '${name}' for ${type} log driver`);
}

function refused(message: string): EngineError {
  return other('invalidParameter', message);
}

import { MACHINE } from '../shell/kernel/procfs.ts';
import { NO_CAPABILITIES } from '../shell/kernel/capabilities.ts';
import { parseSignal } from '../shell/kernel/signals.ts';
import type { ContainerConfig, HostConfig, RestartPolicy } from './containerConfig.ts';
import type { EngineError } from './engineError.ts';
import { numbersIn } from './containerLimits.ts';
import { capabilitiesNamed, knownCapabilities, securityOptionsOf } from './containerPrivileges.ts';
import { other } from './messages.ts';
import type { EngineVintage } from './systemCalls.ts';

const MIN_MEMORY_BYTES = 6 * 1024 * 1024;

/** Options of the log drivers that are there (moby daemon/logger, ValidateLogOpt). */
const LOG_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'json-file': ['max-file', 'max-size', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'],
  local: ['max-file', 'max-size', 'compress'],
  none: [],
  journald: ['labels', 'labels-regex', 'env', 'env-regex', 'tag'],
};
/** Every driver takes these. */
const COMMON_LOG_OPTIONS = ['mode', 'max-buffer-size'];
const KNOWN_RUNTIMES = ['runc', 'io.containerd.runc.v2', 'io.containerd.runtime.v1.linux'];

/** What the daemon refuses of a new container before it looks for its image (moby daemon/container.go,
 *  verifyContainerSettings). Throws EngineError. */
export function checkSettings(config: ContainerConfig, host: HostConfig, vintage: EngineVintage): void {
  const { Isolation: isolation } = host;
  // runconfig, validateIsolation: while the request is read
  if (isolation !== '' && isolation !== 'default')
    throw refused(`Invalid isolation: "${isolation}" - linux only supports 'default'`);
  checkConfig(config);
  if (host.AutoRemove && host.RestartPolicy.Name !== 'no')
    throw refused(`can't create 'AutoRemove' container with restart policy`);
  checkRestartPolicy(host.RestartPolicy);
  checkCapabilities('CapAdd', host.CapAdd, vintage);
  checkCapabilities('CapDrop', host.CapDrop, vintage);
  for (const path of Object.keys(host.Tmpfs ?? {}))
    if (!path.startsWith('/')) throw refused(`invalid mount path: '${path}' mount path must be absolute`);
  checkResources(host);
  securityOptionsOf(host);
  if (Object.keys(host.StorageOpt ?? {}).length > 0)
    throw refused("--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
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

function checkCapabilities(field: 'CapAdd' | 'CapDrop', names: readonly string[] | null, vintage: EngineVintage): void {
  const known = knownCapabilities(vintage);
  for (const given of names ?? []) {
    const name = given.toUpperCase();
    if (name === 'ALL' || (known & capabilitiesNamed([name])) !== NO_CAPABILITIES) continue;
    throw refused(`invalid ${field}: unknown capability: "${name.startsWith('CAP_') ? name : `CAP_${name}`}"`);
  }
}

/** moby daemon/daemon_unix.go, verifyPlatformContainerResources. Throws EngineError. */
export function checkResources(host: HostConfig): void {
  const { Memory: memory, MemorySwap: swap, NanoCpus: nanoCpus, OomScoreAdj: score } = host;
  if (memory > 0 && memory < MIN_MEMORY_BYTES) throw refused('Minimum memory limit allowed is 6MB');
  if (memory > 0 && swap > 0 && swap < memory)
    throw refused('Minimum memoryswap limit should be larger than memory limit, see usage');
  if (memory === 0 && swap > 0)
    throw refused('You should always set the Memory limit when using Memoryswap limit, see usage');
  const { MemoryReservation: reservation } = host;
  if (reservation > 0 && reservation < MIN_MEMORY_BYTES) throw refused('Minimum memory reservation allowed is 6MB');
  if (memory > 0 && reservation > memory)
    throw refused('Minimum memory limit can not be less than memory reservation limit, see usage');
  checkProcessors(host);
  const { processors } = MACHINE;
  if (nanoCpus < 0 || nanoCpus > processors * 1e9)
    throw refused(`Range of CPUs is from 0.01 to ${processors}.00, as there are only ${processors} CPUs available`);
  if (host.ShmSize < 0) throw refused('SHM size can not be less than 0');
  if (score < -1000 || score > 1000) throw refused(`Invalid value ${score}, range for oom score adj is [-1000, 1000]`);
  if (!KNOWN_RUNTIMES.includes(host.Runtime)) throw refused(`Unknown runtime specified ${host.Runtime}`);
}

function checkProcessors({ NanoCpus: nanoCpus, ...host }: HostConfig): void {
  const { CpuPeriod: periodUs, CpuQuota: quotaUs, CpusetCpus: cpus, CpusetMems: nodes, BlkioWeight: weight } = host;
  if (nanoCpus > 0 && periodUs > 0) throw refused('Conflicting options: Nano CPUs and CPU Period cannot both be set');
  if (nanoCpus > 0 && quotaUs > 0) throw refused('Conflicting options: Nano CPUs and CPU Quota cannot both be set');
  if (periodUs !== 0 && (periodUs < 1000 || periodUs > 1_000_000))
    throw refused('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)');
  if (quotaUs > 0 && quotaUs < 1000) throw refused('CPU cfs quota can not be less than 1ms (i.e. 1000)');
  requireNumbers(cpus, 'cpus', 'CPUs', MACHINE.processors - 1);
  requireNumbers(nodes, 'mems', 'memory nodes', 0);
  if (weight !== 0 && (weight < 10 || weight > 1000)) throw refused('Range of blkio weight is from 10 to 1000');
}

function requireNumbers(list: string, field: string, words: string, last: number): void {
  if (list === '') return;
  const numbers = numbersIn(list);
  if (!numbers) throw refused(`Invalid value ${list} for cpuset ${field}: invalid format: ${list}`);
  const available = last === 0 ? '0' : `0-${last}`;
  if (numbers.some((number) => number > last))
    throw refused(`Requested ${words} are not available - requested ${list}, available: ${available}`);
}

/** What was asked for, and a kernel with cgroup v2 does not have: it is told, and left out. */
export function discardedLimits(asked: Partial<HostConfig>): string[] {
  const warnings: string[] = [];
  if ((asked.MemorySwappiness ?? -1) >= 0)
    warnings.push(
      'Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.',
    );
  if ((asked.KernelMemory ?? 0) > 0)
    warnings.push(
      'Your kernel does not support kernel memory limit capabilities or the cgroup is not mounted. Limitation discarded.',
    );
  if (asked.OomKillDisable) warnings.push('Your kernel does not support OomKillDisable. OomKillDisable discarded.');
  return warnings;
}

/** What is refused once the image is found (moby daemon/logs.go, mergeAndVerifyLogConfig). */
export function checkLogConfig({ Type: type, Config: options }: HostConfig['LogConfig']): void {
  const known = LOG_OPTIONS[type];
  if (!known) throw other('notFound', `error looking up logging plugin ${type}: plugin "${type}" not found`);
  for (const name of Object.keys(options))
    if (![...known, ...COMMON_LOG_OPTIONS].includes(name))
      throw refused(`unknown log opt '${name}' for ${type} log driver`);
  const { mode = '', 'max-buffer-size': buffer } = options;
  if (!['', 'blocking', 'non-blocking'].includes(mode)) throw refused(`logger: logging mode not supported: ${mode}`);
  if (buffer !== undefined && mode !== 'non-blocking')
    throw refused("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
}

function refused(message: string): EngineError {
  return other('invalidParameter', message);
}

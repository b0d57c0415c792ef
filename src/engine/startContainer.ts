import { Cgroup } from '../shell/kernel/cgroup.ts';
import { PidNamespace, type Namespaces } from '../shell/kernel/namespaces.ts';
import { exitCode as shellExitCode } from '../shell/kernel/waitStatus.ts';
import { cannotStart } from './containerMessages.ts';
import { environmentOf } from './containerEnvironment.ts';
import { logContainerEvent } from './containerEvents.ts';
import { runNamespace } from './containerNamespace.ts';
import { launchInContainer, type LaunchedProcess } from './containerProcess.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntime } from './containerRuntime.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { cgroupLimitsOf } from './containerLimits.ts';
import { containerCredentials, securityOptionsOf } from './containerPrivileges.ts';
import { changeContainer, changeState } from './containerState.ts';
import { resolveUser } from './containerUser.ts';
import { fullDisk } from './diskRoom.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { watchHealth } from './healthCheck.ts';
import { helperProcess } from './helperProcess.ts';
import { checkLogSettings } from './logSettings.ts';
import { other } from './messages.ts';
import { bridgeLinks, linkVariables } from './containerLinks.ts';
import { joinNetwork, networkNamespaceOf } from './containerNetwork.ts';
import { connectedEndpoint, disconnectedEndpoint } from './networkStore.ts';
import { allocatePorts, publishPorts } from './publishedPorts.ts';
import { ProcessOutput } from './processOutput.ts';
import { deleteContainer } from './removeContainer.ts';
import { scheduleRestart } from './restartPolicy.ts';
import { releaseVolumes } from './localVolume.ts';
import { logVolumeMounts, logVolumeUnmounts } from './volumeEvents.ts';

type Launched = LaunchedProcess & { readonly namespaces: Namespaces };

export interface StartOptions {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Exit statuses of a container that could not be started, as the daemon keeps them. */
const CANNOT_START = { startNotFound: 127, startDenied: 126, other: 128 } as const;

/** `docker start` (moby daemon, containerStart). Nothing happens where it runs. Throws EngineError where its command
 *  cannot be executed; the container then stays as it was, or goes with `--rm`. */
export async function startContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  options: StartOptions = {},
): Promise<void> {
  const runtime = runtimes.of(record);
  const { status } = record.state;
  if (status === 'paused') throw other('conflict', 'cannot start a paused container, try unpause instead');
  if (status === 'running') return;
  if (runtime.starting) return runtime.starting;
  runtime.restartDelay?.abort();
  runtime.starting = startNow(core, runtimes, record, runtime, options);
  try {
    await runtime.starting;
  } finally {
    runtime.starting = undefined;
  }
}

async function startNow(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  before: ContainerRecord,
  runtime: ContainerRuntime,
  options: StartOptions,
): Promise<void> {
  const output = runtime.waitingOutput.shift() ?? new ProcessOutput(core.kernel.clock, runtime.log);
  runtime.waitingOutput.length = 0;
  let leave: () => void = () => undefined;
  try {
    const joined =
      changeContainer(core, before.id, (current) => ({
        ...current,
        wasStopped: false,
        state: { ...current.state, isOutOfMemory: undefined },
        endpoints: current.endpoints.map((endpoint) => connectedEndpoint(core, endpoint)),
      })) ?? before;
    leave = joinNetwork(core, joined);
    const publishedPorts = usesOwnNetwork(joined) ? allocatePorts(core, joined) : [];
    const record = changeContainer(core, before.id, (current) => ({ ...current, publishedPorts })) ?? joined;
    const launched = await launchFirst(core, runtimes, record, runtime, output, options);
    markRunning(core, runtimes, record, runtime, output, { ...launched, leave });
  } catch (fault) {
    const error = fullDisk(fault) ?? fault;
    leave();
    await startFailed(core, runtimes, before, output, error);
    throw error;
  }
}

/** Ports of the host's network, and of another container's, are not published (runconfig, validateNetMode). */
function usesOwnNetwork({ hostConfig: { NetworkMode: mode } }: ContainerRecord): boolean {
  return mode !== 'host' && mode !== 'none' && !mode.startsWith('container:');
}

/** A host without drivers for devices has none to give (moby daemon/devices.go, handleDevice). */
function refuseDevices({ DeviceRequests: requests }: ContainerRecord['hostConfig']): void {
  const [request] = requests ?? [];
  if (!request) return;
  const capabilities = request.Capabilities.map((all) => `[${all.join(' ')}]`).join(' ');
  throw other('system', `could not select device driver "${request.Driver}" with capabilities: [${capabilities}]`);
}

async function launchFirst(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  runtime: ContainerRuntime,
  output: ProcessOutput,
  options: StartOptions,
): Promise<Launched> {
  const { config, hostConfig } = record;
  refuseDevices(hostConfig);
  checkLogSettings(hostConfig.LogConfig);
  const network = networkNamespaceOf(core, runtimes, record);
  const links = bridgeLinks(core, record);
  const cgroup = new Cgroup(cgroupLimitsOf(hostConfig));
  cgroup.onOutOfMemory = () => outOfMemory(core, record);
  const mounts = await runNamespace(core, record, runtime, cgroup);
  logVolumeMounts(core, record);
  const helper = helperProcess(core.kernel, mounts);
  const user = await resolveUser(helper, config.User, hostConfig.GroupAdd ?? []);
  const namespaces: Namespaces = {
    mounts,
    pids: hostConfig.PidMode === 'host' ? core.host.pids : new PidNamespace(core.host.pids),
    uts: hostConfig.UTSMode === 'host' ? core.host.uts : { hostname: config.Hostname },
    network,
    cgroup,
    cgroupPath: hostConfig.CgroupnsMode === 'host' ? `/system.slice/docker-${record.id}.scope` : '/',
    sysctls: new Map(
      Object.entries(hostConfig.Sysctls ?? {}).map(([name, value]) => [name.replaceAll('.', '/'), value]),
    ),
    isFiltered: securityOptionsOf(hostConfig).seccomp === 'filtered',
  };
  const launched = await launchInContainer(
    core,
    namespaces,
    {
      command: [record.path, ...record.args],
      env: environmentOf(record, {
        hasTty: config.Tty,
        home: user.home,
        linked: links.flatMap((link) => linkVariables(link, record.name)),
      }),
      workingDir: config.WorkingDir,
      user: { ...user, credentials: containerCredentials(core.vintage, hostConfig, user.credentials) },
      hasTty: config.Tty,
      wantsStdin: config.OpenStdin,
      columns: options.columns ?? hostConfig.ConsoleSize[1],
      rows: options.rows ?? hostConfig.ConsoleSize[0],
      hasInit: hostConfig.Init === true,
      limits: hostConfig.Ulimits,
    },
    output,
    runtime.terminals,
  );
  if ('why' in launched) throw cannotStart(core.vintage, launched.why, launched.code);
  return { ...launched, namespaces };
}

function markRunning(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  runtime: ContainerRuntime,
  output: ProcessOutput,
  { process, namespaces, terminal, stdin, status, leave }: Launched & { readonly leave: () => void },
): void {
  const running =
    changeState(core, record.id, {
      status: 'running',
      pid: process.hostPid,
      exitCode: 0,
      error: '',
      startedAt: core.now(),
      health: undefined,
    }) ?? record;
  let settle: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const unpublish = publishPorts(core, running);
  runtime.running = {
    process,
    namespaces,
    output,
    terminal,
    stdin,
    ended,
    execs: new Map(),
    isStopping: false,
    stopHealthChecks: undefined,
    unpublish: () => {
      unpublish();
      leave();
    },
  };
  logContainerEvent(core, running, 'start');
  runtime.running.stopHealthChecks = watchHealth(core, running, runtime.running);
  void status
    .then((waitStatus) => containerEnded(core, runtimes, runtime, output, shellExitCode(waitStatus)))
    // A fault of ours must not take the machine down.
    .catch((error: unknown) => core.kernel.onFault?.(error, process))
    .finally(settle);
}

/** One of its processes was killed for the memory that there was not (moby daemon/monitor.go). */
function outOfMemory(core: EngineCore, { id }: ContainerRecord): void {
  const record = changeState(core, id, { isOutOfMemory: true });
  if (record) logContainerEvent(core, record, 'oom');
}

/** Writes down that a container has ended, and does what shall follow. */
async function containerEnded(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  runtime: ContainerRuntime,
  output: ProcessOutput,
  exitCode: number,
): Promise<void> {
  const { running } = runtime;
  running?.stopHealthChecks?.();
  running?.unpublish();
  running?.stdin?.close();
  if (running?.terminal) output.close();
  while (!output.isClosed) await output.change();
  runtime.running = undefined;
  releaseVolumes(core, runtime.id);
  const record = changeContainer(core, runtime.id, (current) => ({
    ...current,
    state: { ...current.state, status: 'exited', pid: 0, exitCode, finishedAt: core.now() },
    publishedPorts: undefined,
    endpoints: current.endpoints.map(disconnectedEndpoint),
  }));
  if (!record) return;
  logContainerEvent(core, record, 'die', { exitCode: String(exitCode) });
  logVolumeUnmounts(core, record);
  for (const listener of [...runtime.exitListeners]) listener(exitCode);
  if (record.hostConfig.AutoRemove) {
    deleteContainer(core, runtimes, record, { removesVolumes: true });
    return;
  }
  if (!running?.isStopping && !record.wasStopped)
    scheduleRestart(core, runtime, record, exitCode, (again) => startContainer(core, runtimes, again));
}

async function startFailed(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  output: ProcessOutput,
  error: unknown,
): Promise<void> {
  output.close();
  releaseVolumes(core, record.id);
  const code =
    error instanceof EngineError && error.code in CANNOT_START ? (error.code as keyof typeof CANNOT_START) : 'other';
  const failed = changeContainer(core, record.id, (current) => ({
    ...current,
    state: {
      ...current.state,
      exitCode: CANNOT_START[code],
      error: error instanceof Error ? error.message : String(error),
    },
    publishedPorts: undefined,
    endpoints: current.endpoints.map(disconnectedEndpoint),
  }));
  if (failed) logVolumeUnmounts(core, failed);
  if (failed?.hostConfig.AutoRemove) deleteContainer(core, runtimes, failed, { removesVolumes: true });
}

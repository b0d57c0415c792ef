import { exitCode } from '../shell/kernel/waitStatus.ts';
import { decodeName } from '../bytes/byteName.ts';
import type { Pty } from '../shell/kernel/pty.ts';
import { SIGNALS } from '../shell/kernel/signals.ts';
import { environmentOf } from './containerEnvironment.ts';
import { logContainerEvent } from './containerEvents.ts';
import { launchInContainer } from './containerProcess.ts';
import type { ContainerRecord, HealthState } from './containerRecord.ts';
import type { RunningContainer } from './containerRuntime.ts';
import { changeState } from './containerState.ts';
import { containerCredentials } from './containerPrivileges.ts';
import { resolveUser } from './containerUser.ts';
import type { EngineCore } from './engineCore.ts';
import { goDuration } from './goDuration.ts';
import { timeSec } from './goTime.ts';
import { helperProcess } from './helperProcess.ts';
import { ProcessOutput } from './processOutput.ts';

// moby daemon/health.go.
const DEFAULT_INTERVAL_MS = 30_000;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RETRIES = 3;
const MAX_OUTPUT_BYTES = 4096;
const MAX_LOG_ENTRIES = 5;
const NANOSECONDS_PER_MS = 1e6;

/** Looks after a container that has a health check, until the function that it gives is called: it then counts as
 *  unhealthy, and nobody is told (moby container/health.go, CloseMonitorChannel). */
export function watchHealth(
  core: EngineCore,
  record: ContainerRecord,
  running: RunningContainer,
  since: 'started' | 'unpaused' = 'started',
): (() => void) | undefined {
  const health = record.config.Healthcheck;
  const command = probeCommand(record);
  if (!health || !command) return undefined;
  const stopped = new AbortController();
  if (since === 'started') changeState(core, record.id, { health: { status: 'starting', failingStreak: 0, log: [] } });
  const intervalMs = milliseconds(health.Interval) || DEFAULT_INTERVAL_MS;
  void (async () => {
    while (!stopped.signal.aborted) {
      try {
        await core.kernel.clock.sleep(intervalMs, stopped.signal);
      } catch {
        return;
      }
      const probe = await runProbe(core, record, running, command).catch((error: unknown) => failedProbe(core, error));
      if (!stopped.signal.aborted) note(core, record, probe);
    }
  })();
  return () => {
    if (stopped.signal.aborted) return;
    stopped.abort();
    const last = core.state.containers.get(record.id)?.state.health;
    if (last) changeState(core, record.id, { health: { ...last, status: 'unhealthy' } });
  };
}

function milliseconds(nanoseconds: number | undefined): number {
  return (nanoseconds ?? 0) / NANOSECONDS_PER_MS;
}

function probeCommand({ config }: ContainerRecord): readonly string[] | undefined {
  const [kind, ...words] = config.Healthcheck?.Test ?? [];
  if (kind === 'CMD') return words;
  if (kind === 'CMD-SHELL') return [...(config.Shell ?? ['/bin/sh', '-c']), ...words];
  return undefined;
}

const NO_TERMINALS = new Set<Pty>();

type Probe = HealthState['log'][number];

/** A probe that could not even begin. */
function failedProbe(core: EngineCore, error: unknown): Probe {
  const now = core.now();
  return { start: now, end: now, exitCode: -1, output: error instanceof Error ? error.message : String(error) };
}

async function runProbe(
  core: EngineCore,
  record: ContainerRecord,
  running: RunningContainer,
  command: readonly string[],
): Promise<Probe> {
  const start = core.now();
  const output = new ProcessOutput(core.kernel.clock, undefined);
  const reader = output.attach();
  const { mounts } = running.namespaces;
  const execID = core.newId();
  logContainerEvent(core, record, `exec_create: ${command.join(' ')}`, { execID });
  const user = await resolveUser(helperProcess(core.kernel, mounts), record.config.User);
  const launched = await launchInContainer(
    core,
    running.namespaces,
    {
      command,
      env: environmentOf(record, { hasTty: false, home: user.home }),
      workingDir: record.config.WorkingDir,
      user: { ...user, credentials: containerCredentials(core.vintage, record.hostConfig, user.credentials) },
      hasTty: false,
      wantsStdin: false,
      limits: record.hostConfig.Ulimits,
    },
    output,
    NO_TERMINALS,
  );
  logContainerEvent(core, record, `exec_start: ${command.join(' ')}`, { execID });
  if ('why' in launched) return { start, end: core.now(), exitCode: -1, output: launched.why };
  const timer = new AbortController();
  const timeoutMs = milliseconds(record.config.Healthcheck?.Timeout) || DEFAULT_TIMEOUT_MS;
  let isLate = false;
  void core.kernel.clock.sleep(timeoutMs, timer.signal).then(
    () => {
      isLate = true;
      launched.process.kill(SIGNALS.KILL);
    },
    () => undefined,
  );
  let text = '';
  for await (const { bytes } of reader) if (text.length < MAX_OUTPUT_BYTES) text += decodeName(bytes);
  const status = await launched.status;
  timer.abort();
  logContainerEvent(core, record, 'exec_die', { execID, exitCode: String(exitCode(status)) });
  const late = `Health check exceeded timeout (${goDuration(timeoutMs)})`;
  return {
    start,
    end: core.now(),
    exitCode: isLate ? -1 : exitCode(status),
    output: isLate ? late : text.slice(0, MAX_OUTPUT_BYTES),
  };
}

function note(core: EngineCore, record: ContainerRecord, probe: Probe): void {
  const current = core.state.containers.get(record.id);
  const before = current?.state.health;
  if (!current || !before) return;
  const { Retries: retries, StartPeriod: startPeriod } = record.config.Healthcheck ?? {};
  const isGood = probe.exitCode === 0;
  const elapsedMs = (timeSec(probe.start) - timeSec(current.state.startedAt)) * 1000;
  const isExcused = before.status === 'starting' && elapsedMs < milliseconds(startPeriod);
  const failingStreak = isGood ? 0 : before.failingStreak + (isExcused ? 0 : 1);
  const hasFailed = failingStreak >= (retries || DEFAULT_RETRIES);
  const status = isGood ? 'healthy' : hasFailed ? 'unhealthy' : before.status;
  const log = [...before.log, probe].slice(-MAX_LOG_ENTRIES);
  const changed = changeState(core, record.id, { health: { status, failingStreak, log } });
  if (status !== before.status) logContainerEvent(core, changed ?? record, `health_status: ${status}`);
}

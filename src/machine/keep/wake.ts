import type { ContainerRecord } from '../../engine/containerRecord.ts';
import type { EngineSnapshot } from '../../engine/engineSnapshot.ts';
import { rfc3339, ZERO_TIME } from '../../engine/goTime.ts';
import { disconnectedEndpoint } from '../../engine/networkStore.ts';
import { topologyChanged } from '../../shell/kernel/mountNamespace.ts';
import { addPrograms, type Host } from '../host.ts';
import type { HostState } from '../machine.ts';

/** What moby gives a container that ran when the power went (daemon/daemon.go, restore). */
const LOST_EXIT_CODE = 255;
const RUNNING = new Set(['running', 'paused', 'restarting']);

/** Switches a host on with the disk and the engine of another day. As after a power cut: what ran has ended, what is to
 *  restart always starts, and what was to be removed at its end is removed. Programs that came since are given to it, but
 *  none of `givenPrograms`: those that are not there were removed. */
export async function wakeHost(host: Host, state: HostState, givenPrograms: readonly string[] = []): Promise<void> {
  const { engine, kernel, root } = host;
  root.restore(state.disk);
  kernel.disk.usedBytes = state.diskUsedBytes;
  topologyChanged();
  addPrograms(host, givenPrograms);
  const after = afterPowerCut(state.engine, rfc3339(kernel.clock.now()));
  await engine.restore(after);
  for (const record of after.state.containers.values()) {
    const { id, hostConfig, state: containerState } = record;
    if (mustStart(record)) await engine.containers.start(id).catch(() => undefined);
    else if (containerState.status === 'removing' || (hostConfig.AutoRemove && hasStarted(record)))
      await engine.containers.remove(id, { isForced: true, removesVolumes: true }).catch(() => undefined);
  }
}

function afterPowerCut({ state, containers }: EngineSnapshot, now: string): EngineSnapshot {
  const stopped = [...state.containers].map(([id, record]) => [id, withoutProcess(record, now)] as const);
  return { state: { ...state, containers: new Map(stopped) }, containers };
}

function withoutProcess(record: ContainerRecord, now: string): ContainerRecord {
  if (!RUNNING.has(record.state.status)) return record;
  return {
    ...record,
    publishedPorts: undefined,
    endpoints: record.endpoints.map(disconnectedEndpoint),
    state: {
      ...record.state,
      status: 'exited',
      pid: 0,
      exitCode: LOST_EXIT_CODE,
      finishedAt: now,
      health: undefined,
    },
  };
}

/** moby restartmanager, ShouldRestart, as the daemon asks it when it starts. */
function mustStart(record: ContainerRecord): boolean {
  const { hostConfig, restartCount, wasStopped, state } = record;
  if (!hasStarted(record) || state.status === 'removing') return false;
  const { Name: policy, MaximumRetryCount: retries } = hostConfig.RestartPolicy;
  switch (policy) {
    case 'always':
      return true;
    case 'unless-stopped':
      return !wasStopped;
    case 'on-failure':
      return state.exitCode !== 0 && (retries === 0 || restartCount < retries);
    default:
      return false;
  }
}

function hasStarted({ state }: ContainerRecord): boolean {
  return state.startedAt !== ZERO_TIME;
}

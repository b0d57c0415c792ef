import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntime } from './containerRuntime.ts';
import { changeContainer, changeState } from './containerState.ts';
import type { EngineCore } from './engineCore.ts';

/** As moby's restartmanager: 100 ms, doubled at each quick end, at most a minute. */
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 60_000;

/** Starts a container again after its end where its policy says so. */
export function scheduleRestart(
  core: EngineCore,
  runtime: ContainerRuntime,
  record: ContainerRecord,
  exitCode: number,
  start: (record: ContainerRecord) => Promise<void>,
): void {
  if (!mustRestart(record, exitCode)) return;
  const delay = new AbortController();
  runtime.restartDelay = delay;
  changeContainer(core, record.id, (current) => ({
    ...current,
    restartCount: current.restartCount + 1,
    state: { ...current.state, status: 'restarting' },
  }));
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(record.restartCount, 20), MAX_DELAY_MS);
  void core.kernel.clock.sleep(delayMs, delay.signal).then(
    async () => {
      runtime.restartDelay = undefined;
      const current = core.state.containers.get(record.id);
      if (current) await start(current).catch(() => changeState(core, record.id, { status: 'exited' }));
    },
    () => undefined,
  );
}

function mustRestart({ hostConfig, restartCount }: ContainerRecord, exitCode: number): boolean {
  const { Name: policy, MaximumRetryCount: retries } = hostConfig.RestartPolicy;
  switch (policy) {
    case 'always':
    case 'unless-stopped':
      return true;
    case 'on-failure':
      return exitCode !== 0 && (retries === 0 || restartCount < retries);
    default:
      return false;
  }
}

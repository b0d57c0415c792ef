import { SIGNALS } from '../shell/kernel/signals.ts';
import { topologyChanged } from '../shell/kernel/mountNamespace.ts';
import { Upper } from '../vfs/overlay/upper.ts';
import { UpperView } from '../vfs/overlay/upperView.ts';
import type { ContainerRecord } from './containerRecord.ts';
import { makeInitLayer, mountRootfs } from './containerRootfs.ts';
import type { ContainerRuntime } from './containerRuntime.ts';
import type { EngineCore } from './engineCore.ts';
import type { ContainerSnapshot, EngineSnapshot } from './engineSnapshot.ts';
import { withEntry } from './engineState.ts';
import { ZERO_TIME } from './goTime.ts';
import { noSuchContainer } from './containerMessages.ts';
import { disconnectedEndpoint } from './networkStore.ts';
import { OutputLog } from './outputLog.ts';
import { isRunning } from './removeImage.ts';

/** The live sides of all containers. */
export class ContainerRuntimes {
  readonly #core: EngineCore;
  readonly #runtimes = new Map<string, ContainerRuntime>();
  /** Starts a container again after a restore. Set by whoever can. */
  onRevive: ((record: ContainerRecord) => Promise<void>) | undefined;

  constructor(core: EngineCore) {
    this.#core = core;
  }

  /** A new container's: with an init layer over its image, and nothing written. */
  create(record: Pick<ContainerRecord, 'id' | 'layers'>): ContainerRuntime {
    const { clock } = this.#core.kernel;
    const now = () => clock.now();
    const initLayer = makeInitLayer(record.layers, now);
    return this.#add(record, initLayer, new Upper({ now }), new OutputLog());
  }

  of({ id }: Pick<ContainerRecord, 'id'>): ContainerRuntime {
    const runtime = this.#runtimes.get(id);
    if (!runtime) throw noSuchContainer(id);
    return runtime;
  }

  delete(id: string): void {
    this.#runtimes.delete(id);
  }

  snapshot(): EngineSnapshot {
    const containers = new Map<string, ContainerSnapshot>();
    for (const [id, { initLayer, upper, log }] of this.#runtimes)
      containers.set(id, { initLayer: initLayer.state, upper: upper.snapshot(), log: log.freeze() });
    return { state: this.#core.state, containers };
  }

  async restore({ state, containers }: EngineSnapshot): Promise<void> {
    await this.#killAll();
    this.#runtimes.clear();
    this.#core.replace(state);
    topologyChanged();
    const { clock } = this.#core.kernel;
    const now = () => clock.now();
    const revived: ContainerRecord[] = [];
    for (const record of state.containers.values()) {
      const kept = containers.get(record.id);
      if (!kept) continue;
      const initLayer = new UpperView(new Uint8Array(16), kept.initLayer);
      this.#add(record, initLayer, new Upper({ now }, kept.upper), new OutputLog(kept.log));
      if (isRunning(record)) revived.push(this.#stopped(record));
    }
    for (const record of revived) await this.onRevive?.(record);
  }

  async shutDown(): Promise<void> {
    await this.#killAll();
  }

  /** A record of what no longer runs. */
  #stopped(record: ContainerRecord): ContainerRecord {
    const state = { ...record.state, status: 'exited' as const, pid: 0, exitCode: 137, health: undefined };
    const stopped = {
      ...record,
      publishedPorts: undefined,
      endpoints: record.endpoints.map(disconnectedEndpoint),
      state: { ...state, finishedAt: state.finishedAt || ZERO_TIME },
    };
    this.#core.update({ containers: withEntry(this.#core.state.containers, record.id, stopped) });
    return stopped;
  }

  async #killAll(): Promise<void> {
    const ends: Promise<void>[] = [];
    for (const runtime of this.#runtimes.values()) {
      runtime.restartDelay?.abort();
      const { running } = runtime;
      if (!running) continue;
      running.isStopping = true;
      running.process.kill(SIGNALS.KILL);
      ends.push(running.ended);
    }
    await Promise.all(ends);
  }

  #add(
    record: Pick<ContainerRecord, 'id' | 'layers'>,
    initLayer: UpperView,
    upper: Upper,
    log: OutputLog,
  ): ContainerRuntime {
    const { clock } = this.#core.kernel;
    const runtime: ContainerRuntime = {
      id: record.id,
      initLayer,
      upper,
      rootfs: mountRootfs(record.layers, initLayer, upper, () => clock.now()),
      log,
      terminals: new Set(),
      running: undefined,
      starting: undefined,
      waitingOutput: [],
      exitListeners: new Set(),
      removalListeners: new Set(),
      restartDelay: undefined,
    };
    this.#runtimes.set(record.id, runtime);
    return runtime;
  }
}

import type { Process } from '../shell/kernel/process.ts';
import { ROOT } from '../vfs/overlay/permission.ts';
import { containerCalls } from './containers.ts';
import { hostView } from './containerNetwork.ts';
import { ContainerRuntimes } from './containerRuntimes.ts';
import type { EngineApi } from './engineApi.ts';
import { EngineCore, type EngineSetup } from './engineCore.ts';
import type { EngineSnapshot } from './engineSnapshot.ts';
import { localImageCalls } from './images.ts';
import { networkCalls } from './networks.ts';
import { predefineNetworks } from './networkStore.ts';
import { registryCalls, registryImageCalls } from './registries.ts';
import { systemCalls } from './system.ts';
import type { EngineEvent } from './systemCalls.ts';
import { volumeCalls } from './volumes.ts';

/** An engine that can go back to what it was. */
export interface Engine extends EngineApi {
  /** All that it knows, as one value that shares what does not change. Cost: one reference a container. */
  snapshot(): EngineSnapshot;
  /** Goes to a state of this engine, or of one on the same blobs. What runs is killed; what ran then runs again from its
   *  start. */
  restore(snapshot: EngineSnapshot): Promise<void>;
  /** The latest events, oldest first, to be kept. */
  readonly pastEvents: readonly EngineEvent[];
  /** Events of another day. */
  recall(events: readonly EngineEvent[]): void;
  /** Stops everything, as a machine that is switched off. */
  shutDown(): Promise<void>;
}

/** Starts the daemon on a machine. */
export function createEngine(setup: EngineSetup): Engine {
  const core = new EngineCore(setup, launchDaemon(setup));
  const runtimes = new ContainerRuntimes(core);
  predefineNetworks(core);
  setup.kernel.network.attach?.(setup.host.network.host, hostView(core));
  return {
    vintage: core.vintage,
    platform: core.platform,
    images: { ...localImageCalls(core), ...registryImageCalls(core) },
    containers: containerCalls(core, runtimes),
    volumes: volumeCalls(core),
    networks: networkCalls(core),
    system: systemCalls(core, runtimes),
    registries: registryCalls(core),
    subscribe: (listener) => core.events.subscribe(listener),
    get pastEvents() {
      return core.events.kept;
    },
    recall: (events) => core.events.recall(events),
    snapshot: () => runtimes.snapshot(),
    restore: (snapshot) => runtimes.restore(snapshot),
    shutDown: () => runtimes.shutDown(),
  };
}

/** A process that does nothing by itself: it stands in the host's table, and makes the daemon's calls on files. */
function launchDaemon({ kernel, host }: EngineSetup): Process {
  return kernel.launch(
    {
      namespaces: host,
      argv: ['/usr/bin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'],
      env: new Map([['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']]),
      cwd: '/',
      credentials: ROOT,
      files: new Map(),
      group: 'new',
    },
    (process) => process.waitFor(new Promise<number>(() => undefined)),
  );
}

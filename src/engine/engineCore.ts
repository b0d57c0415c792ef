import type { Platform, Work } from '../bytes/platform.ts';
import { toHex } from '../bytes/hex.ts';
import type { Kernel } from '../shell/kernel/kernel.ts';
import type { Namespaces } from '../shell/kernel/namespaces.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { ContainerConfig } from './containerConfig.ts';
import { EMPTY_STATE, type EngineState } from './engineState.ts';
import { EventLog } from './eventLog.ts';
import { rfc3339 } from './goTime.ts';
import type { LayerShelf } from './layerShelf.ts';
import type { EngineVintage } from './systemCalls.ts';

/** Dockerfile instructions as `--change` gives them, over a config: the builder's doing. Throws an Error with the
 *  daemon's words. */
export type ApplyChanges = (config: ContainerConfig, changes: readonly string[]) => ContainerConfig;

export interface EngineSetup {
  readonly kernel: Kernel;
  /** The host's: where bind mounts and volumes lie, and what the daemon sees. */
  readonly host: Namespaces;
  readonly platform: Platform;
  readonly vintage: EngineVintage;
  readonly applyChanges: ApplyChanges;
  readonly shelf?: LayerShelf | undefined;
  readonly state?: EngineState;
}

const ID_BYTES = 32;

/** What all parts of an engine share. */
export class EngineCore {
  readonly kernel: Kernel;
  readonly host: Namespaces;
  readonly platform: Platform;
  readonly vintage: EngineVintage;
  readonly applyChanges: ApplyChanges;
  readonly shelf: LayerShelf | undefined;
  /** dockerd: makes the daemon's own calls on the host's files. */
  readonly daemon: Process;
  readonly events: EventLog;
  /** Of `docker info`. */
  readonly daemonId: string;
  #state: EngineState;

  constructor(setup: EngineSetup, daemon: Process) {
    this.kernel = setup.kernel;
    this.host = setup.host;
    this.platform = setup.platform;
    this.vintage = setup.vintage;
    this.applyChanges = setup.applyChanges;
    this.shelf = setup.shelf;
    this.daemon = daemon;
    this.events = new EventLog(setup.kernel.clock);
    this.#state = setup.state ?? EMPTY_STATE;
    this.daemonId = uuid(this.newId());
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Goes to a state that differs in these parts. */
  update(changed: Partial<EngineState>): void {
    this.#state = { ...this.#state, ...changed };
  }

  /** Goes to another state altogether. */
  replace(state: EngineState): void {
    this.#state = state;
  }

  /** RFC 3339, UTC. */
  now(): string {
    return rfc3339(this.kernel.clock.now());
  }

  /** 64 hex digits that name nothing yet: a seeded machine that was restored begins its sequence again. */
  newId(): string {
    for (;;) {
      const id = toHex(this.kernel.random(ID_BYTES));
      const { containers, volumes, networks } = this.#state;
      if (!containers.has(id) && !volumes.has(id) && !networks.has(id)) return id;
    }
  }

  work(signal?: AbortSignal): Work {
    return { platform: this.platform, signal };
  }
}

function uuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** What `docker version` tells of this vintage. */
export function engineVersion(vintage: EngineVintage): string {
  return vintage === '20.10' ? '20.10.24+dfsg1' : '26.1.5+dfsg1';
}

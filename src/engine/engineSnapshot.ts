import type { UpperState } from '../vfs/overlay/upperView.ts';
import type { EngineState } from './engineState.ts';
import type { LoggedChunk } from './outputLog.ts';

/** An engine at one moment. */
export interface EngineSnapshot {
  readonly state: EngineState;
  /** By container. */
  readonly containers: ReadonlyMap<string, ContainerSnapshot>;
}

export interface ContainerSnapshot {
  readonly initLayer: UpperState;
  readonly upper: UpperState;
  readonly log: readonly LoggedChunk[];
}

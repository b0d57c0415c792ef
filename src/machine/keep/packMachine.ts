import type { Platform } from '../../bytes/platform.ts';
import type { EngineEvent, EngineVintage } from '../../engine/systemCalls.ts';
import type { RegistryStore } from '../../registry/simulated/registryStore.ts';
import type { MachineState } from '../machine.ts';
import type { Timeline } from '../timeline.ts';
import { encodeDocument, type Plain } from './document.ts';
import { KEPT_VERSION, type KeptMachine } from './keptMachine.ts';
import { type PackedEvent, packEvents } from './packEvents.ts';
import { type PackedHost, type PackedOther, type PackedParts, packHost, packOthers } from './packHost.ts';
import { type PackedTimeline, packMoments } from './packMoments.ts';
import { type PackedRepository, packRegistry } from './packRegistry.ts';

/** What there is of a machine to keep. */
export interface MachineAtRest {
  readonly vintage: EngineVintage;
  readonly state: MachineState;
  /** The registry of its own. */
  readonly registry: RegistryStore;
  /** Its past, and what was undone; undefined: none. */
  readonly timeline?: Timeline<MachineState> | undefined;
  /** What the engines of its hosts remember. */
  readonly events?: ReadonlyMap<string, readonly EngineEvent[]>;
  /** The programs that its hosts were given; undefined: it is not known. */
  readonly programs?: readonly string[] | undefined;
}

export interface PackedHead extends PackedHost {
  readonly version: number;
  readonly vintage: EngineVintage;
  readonly registry: readonly PackedRepository[];
  readonly others?: readonly PackedOther[];
  readonly timeline?: PackedTimeline;
  readonly events?: readonly (readonly [host: string, events: readonly PackedEvent[]])[];
  readonly programs?: readonly string[];
}

/** A machine as a head and parts. Cost: what changed since the last time, and one reference for all else. */
export async function packMachine(machine: MachineAtRest, platform: Platform): Promise<KeptMachine> {
  const into: PackedParts = { parts: new Map(), trees: new Map() };
  const { state, vintage, registry, timeline, events, programs } = machine;
  const head: PackedHead = {
    version: KEPT_VERSION,
    vintage,
    ...(await packHost(state, into, platform)),
    registry: packRegistry(registry.snapshot(), registry.blobs, into.parts),
    others: await packOthers(state.others, into, platform),
    // Last: what the present has costs it nothing.
    ...(timeline && { timeline: await packMoments(timeline, registry, into, platform) }),
    ...(events && { events: [...events].map(([host, list]) => [host, packEvents(list)] as const) }),
    ...(programs && { programs }),
  };
  return { head: encodeDocument(head as unknown as Plain), parts: into.parts, trees: into.trees };
}

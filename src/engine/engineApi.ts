import type { Platform } from '../bytes/platform.ts';
import type { ContainerCalls } from './containerCalls.ts';
import type { ImageCalls } from './imageCalls.ts';
import type { NetworkCalls } from './networkCalls.ts';
import type { EngineEvent, EngineVintage, RegistryCalls, SystemCalls } from './systemCalls.ts';
import type { VolumeCalls } from './volumeCalls.ts';

/** A container engine: what dockerd answers, as typed calls (Engine API v1.41 and, for vintage 26, v1.45). Made by
 *  `createEngine` (engine.ts). Every call throws EngineError and nothing else of its own. */
export interface EngineApi {
  readonly vintage: EngineVintage;
  /** What the engine hashes and spools with. */
  readonly platform: Platform;
  readonly images: ImageCalls;
  readonly containers: ContainerCalls;
  readonly volumes: VolumeCalls;
  readonly networks: NetworkCalls;
  readonly system: SystemCalls;
  readonly registries: RegistryCalls;
  /** Told of every event, as `docker events` shows them. Gives the function that ends it. */
  subscribe(listener: (event: EngineEvent) => void): () => void;
}

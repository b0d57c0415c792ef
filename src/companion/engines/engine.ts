import type { BuildResult, ContainerEvent, ContainerRequest, EngineInfo, StepEvent } from '../protocol.ts';

/** An image that a FROM finds without any registry: an OCI layout in a folder. */
export interface BaseImage {
  /** As the Dockerfile names it. */
  readonly reference: string;
  readonly folder: string;
  readonly digest: string;
}

/** One build, made ready: everything it names lies in folders of its own. */
export interface BuildRequest {
  readonly build: string;
  readonly user: string;
  readonly contextFolder: string;
  /** The context as it came, for engines that read it so; undefined when it came otherwise. */
  readonly contextTar: string | undefined;
  /** Path in the context. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly platform: string | undefined;
  readonly tag: string | undefined;
  readonly buildArgs: readonly (readonly [name: string, value: string])[];
  readonly bases: readonly BaseImage[];
  readonly noCache: boolean;
  /** Seconds since 1970 that all times of the image become; undefined: as they come. */
  readonly sourceDateEpoch: number | undefined;
  /** Where the result is to be written. */
  readonly resultFile: string;
  /** For files of the driver's own. */
  readonly workFolder: string;
}

export interface BuildRules {
  /** RUN may use the network. */
  readonly runNetwork: boolean;
  /** The engine may fetch what a Dockerfile names: images, frontends, files and repositories. */
  readonly fetch: boolean;
  /** Without `fetch`: images that may be fetched nevertheless, references or beginnings with `*` at the end. */
  readonly images: readonly string[];
  readonly resultBytes: number;
  /** What must stay free on the engine's disk, where that can be looked at. */
  readonly freeBytes: number;
  readonly memoryBytes: number;
  readonly processes: number;
}

/** What is said of an engine when several users share it, or it is too old for that. */
export interface EngineFacts {
  readonly version: string;
  readonly platforms: readonly string[];
  readonly running: number;
  /** Why several users may not share it; undefined when they may. */
  readonly unfitForSeveral: string | undefined;
  readonly notes: readonly string[];
}

export type EmitStep = (event: StepEvent) => void;

/** What of a build was begun before its context was there. */
export interface EarlyStart {
  /** Ends it. Resolves when nothing of it runs. */
  discard(): Promise<void>;
}

/** A container engine that is there already. Drivers hold no state between calls but connections. */
export interface Engine {
  readonly kind: EngineInfo['kind'];
  /** Tells endpoints apart; may be shown. */
  readonly name: string;
  readonly slots: number;
  /** Builds take their context as a tar; else as a folder. */
  readonly readsContextTar: boolean;
  /** Throws CompanionError `connectionLost` where nothing answers. */
  facts(signal: AbortSignal): Promise<EngineFacts>;
  /** Begins what takes time and needs no context, perhaps long before there is one. Only `workFolder` is there yet, the
   *  request has no bases, and nothing of it reaches the engine before `build` is given what this returned. Undefined:
   *  there is nothing to begin. */
  readonly startEarly?: (request: BuildRequest, rules: BuildRules) => EarlyStart;
  /** Resolves when `resultFile` holds the image. Throws CompanionError `failed`, `refused`, `limit`, `unsupported`,
   *  `connectionLost`, or the signal's reason; nothing of the build runs on afterwards, nor of its early start. */
  build(
    request: BuildRequest,
    rules: BuildRules,
    emit: EmitStep,
    signal: AbortSignal,
    early?: EarlyStart,
  ): Promise<BuildResult>;
  /** Runs a container and waits for its end; the container is gone afterwards. Undefined: the engine cannot. */
  readonly run?: (request: ContainerRun, emit: (event: ContainerEvent) => void, signal: AbortSignal) => Promise<void>;
  /** Removes what workers left behind that died; `isAlive` tells of whom. */
  sweep(isAlive: (worker: string) => Promise<boolean>): Promise<void>;
  close(): void;
}

export interface ContainerRun {
  readonly request: ContainerRequest;
  /** An archive to be loaded first, and removed from the engine afterwards. */
  readonly archive: string | undefined;
  readonly network: boolean;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly logBytes: number;
}

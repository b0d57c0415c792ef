/** What travels between a page and the companion, version 1 (docs/companion.md). Types only: the page imports them. */

export type EngineKind = 'buildkit' | 'docker' | 'podman';

export interface EngineInfo {
  readonly kind: EngineKind;
  /** As the companion was told, without what is secret: the host of an address, or a socket's path. */
  readonly name: string;
  readonly state: 'ready' | 'unreachable' | 'refused';
  readonly version?: string;
  /** Platforms that it builds for, its own first. */
  readonly platforms?: readonly string[];
  /** Builds under way, those of other companions included where the engine tells. */
  readonly running?: number;
  readonly slots: number;
  /** It can run containers. */
  readonly runsContainers: boolean;
  /** Why it cannot be used, or what it does less well; for people. */
  readonly notes: readonly string[];
}

export interface CompanionInfo {
  readonly protocol: number;
  readonly version: string;
  readonly user: string;
  readonly engines: readonly EngineInfo[];
  /** No engine: what to install, for people. */
  readonly advice?: string;
  /** What builds may reach: RUN the network, the engine all that a Dockerfile names, or these images only. */
  readonly network: { readonly run: boolean; readonly fetch: boolean; readonly images: readonly string[] };
  readonly limits: {
    readonly contextBytes: number;
    readonly contextEntries: number;
    readonly buildMs: number;
    readonly logBytes: number;
    readonly concurrentPerUser: number;
    readonly queuedPerUser: number;
    readonly keptPerUser: number;
  };
}

/** Of one build, in order. `seq` begins with 0 and has no gaps. */
export type BuildEvent = { readonly seq: number; readonly timeMs: number } & BuildEventBody;

export type BuildEventBody =
  | { readonly type: 'queued'; readonly build: string; readonly ahead: number }
  /** More than once when the connection to an engine was lost: all steps before are void. */
  | { readonly type: 'started'; readonly engine: string; readonly attempt: number }
  | StepEvent
  | { readonly type: 'error'; readonly code: BuildFailure; readonly message: string; readonly step?: string }
  | { readonly type: 'done'; readonly result: BuildResult };

export type StepEvent =
  | { readonly type: 'step'; readonly step: string; readonly name: string }
  | {
      readonly type: 'step-done';
      readonly step: string;
      readonly cached: boolean;
      readonly durationMs: number;
      readonly error?: string;
    }
  /** Text as the step wrote it, escapes and all. */
  | { readonly type: 'log'; readonly step: string; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** No more log of this build is kept; told once. */
  | { readonly type: 'log-truncated'; readonly keptBytes: number };

export type BuildFailure =
  | 'failed' // a step, or the Dockerfile
  | 'cancelled'
  | 'timeout'
  | 'limit'
  | 'refused' // the engine was told not to: network, images, entitlements
  | 'engine'; // the engine, or every engine, is gone

export interface BuildResult {
  readonly sizeBytes: number;
  readonly format: 'oci-layout' | 'docker-archive';
}

export interface BuildSummary {
  readonly build: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  readonly result?: BuildResult;
}

/** Body of every answer that is not 2xx. */
export interface CompanionFault {
  readonly error: { readonly code: string; readonly message: string };
}

/** `POST /v1/containers`; the answer is a stream of `ContainerEvent`. */
export interface ContainerRequest {
  /** A build whose result is kept; or an image that the engine has. */
  readonly build?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: readonly string[];
  readonly workingFolder?: string;
  readonly user?: string;
}

export type ContainerEvent =
  | { readonly type: 'created'; readonly container: string }
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'log-truncated'; readonly keptBytes: number }
  | { readonly type: 'exited'; readonly code: number; readonly isOutOfMemory: boolean }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

import type { Platform } from '../../bytes/platform.ts';

/** What a companion offers to `docker`: builds and containers of a real engine, and nothing else of it. Both throw an
 *  Error with words for people, or the signal's reason. */
export interface RealEngine {
  build(
    context: Blob | { readonly git: string; readonly ref?: string },
    question: RealBuild,
    signal: AbortSignal,
  ): AsyncIterable<RealBuildEvent>;
  /** The image of a build that is done, as an archive. */
  image(build: string, onBytes: (doneBytes: number) => void, signal: AbortSignal): Promise<Blob>;
  run(request: RealRun, signal: AbortSignal): AsyncIterable<RealRunEvent>;
}

export interface RealBuild {
  readonly dockerfile?: string;
  readonly target?: string;
  readonly platform?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly noCache?: boolean;
}

export type RealBuildEvent =
  | { readonly type: 'queued'; readonly build: string; readonly ahead: number }
  | { readonly type: 'started'; readonly engine: string; readonly attempt: number }
  | { readonly type: 'step'; readonly step: string; readonly name: string }
  | {
      readonly type: 'step-done';
      readonly step: string;
      readonly cached: boolean;
      readonly durationMs: number;
      readonly error?: string;
    }
  | { readonly type: 'log'; readonly step: string; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'log-truncated'; readonly keptBytes: number }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly step?: string }
  | { readonly type: 'done' };

/** Of a build whose result the companion keeps, or of an image that its engine has. */
export interface RealRun {
  readonly build?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: readonly string[];
  readonly workingFolder?: string;
  readonly user?: string;
}

export type RealRunEvent =
  | { readonly type: 'created'; readonly container: string }
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'log-truncated'; readonly keptBytes: number }
  | { readonly type: 'exited'; readonly code: number; readonly isOutOfMemory: boolean }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** A companion that is connected, and what was built there under a name. */
export interface CompanionEngine {
  readonly engine: RealEngine;
  readonly platform: Platform;
  /** Builds by the names that they were given, while the companion keeps them. */
  readonly builds: Map<string, string>;
}

import type { Platform } from '../../bytes/platform.ts';
import type { BuildEventBody, ContainerEvent, ContainerRequest } from '../../companion/protocol.ts';

/** What a companion offers to `docker`: builds and containers of a real engine, and nothing else of it. Both throw an
 *  Error with words for people, or the signal's reason. */
export interface RealEngine {
  build(
    context: Blob | { readonly git: string; readonly ref?: string },
    question: RealBuild,
    signal: AbortSignal,
  ): AsyncIterable<BuildEventBody>;
  /** The image of a build that is done, as an archive. */
  image(build: string, onBytes: (doneBytes: number) => void, signal: AbortSignal): Promise<Blob>;
  run(request: ContainerRequest, signal: AbortSignal): AsyncIterable<ContainerEvent>;
}

export interface RealBuild {
  readonly dockerfile?: string;
  readonly target?: string;
  readonly platform?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly noCache?: boolean;
}

/** A companion that is connected, and what was built there under a name. */
export interface CompanionEngine {
  readonly engine: RealEngine;
  readonly platform: Platform;
  /** Builds by the names that they were given, while the companion keeps them. */
  readonly builds: Map<string, string>;
}

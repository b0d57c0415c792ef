import type { EngineApi } from '../../engine/engineApi.ts';
import type { RegistryLogin } from '../../engine/systemCalls.ts';
import type { ProgressMessage } from '../../engine/progress.ts';
import type { HostConfig } from '../../engine/containerConfig.ts';
import type { Work } from '../../bytes/platform.ts';
import type { OwnerNames } from './imageFiles.ts';
import type { StepListener } from '../stepEvent.ts';
import type { CacheDecision } from './cacheProbe.ts';

/** What `docker build` asks of the classic builder. */
export interface ClassicOptions {
  /** Its path in the context, as errors name it; `Dockerfile` where it is not said. */
  readonly dockerfile?: string;
  /** With their values: those that the environment did not have are left out. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** Those that have none. */
  readonly bareArgs?: readonly string[];
  readonly target: string;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly usesCache: boolean;
  readonly cacheFrom: readonly string[];
  /** Takes intermediate containers away: after a step, and after a failure. */
  readonly removes: 'never' | 'onSuccess' | 'always';
  readonly pulls: boolean;
  /** `os[/arch[/variant]]`; '' for the host's. */
  readonly platform?: string;
  readonly hostConfig: Partial<HostConfig>;
}

/** What the builder works with. */
export interface ClassicSurroundings {
  readonly engine: EngineApi;
  readonly work: Work;
  /** Reads a URL for ADD. Throws BuildError with the daemon's words. */
  readonly download: (url: string) => Promise<DownloadedFile>;
  /** What the client knows of the registry of an image that is pulled. */
  readonly loginFor?: (image: string) => RegistryLogin | undefined;
  readonly owners: OwnerNames;
  readonly random: (length: number) => Uint8Array;
  /** The daemon's standard output, line by line or in pieces. */
  readonly print: (text: string) => Promise<void>;
  /** What a RUN writes to its standard error. */
  readonly printError: (text: string) => Promise<void>;
  readonly onPull: (message: ProgressMessage) => void;
  /** Told of each step's probe of the cache. */
  readonly onCache?: (step: number, decision: CacheDecision) => void;
  readonly onStep?: StepListener;
  /** Prints of each step why it was taken from the cache or was not. */
  readonly tellsWhy?: boolean;
}

export interface DownloadedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Undefined where the server does not say. */
  readonly modifiedSec: number | undefined;
}

import type { Digest } from './digest.ts';

/** The part of an image config that we read (image-spec config.md). Everything else is kept in its bytes. */
export interface ImageConfig {
  readonly created?: string;
  readonly author?: string;
  readonly architecture?: string;
  readonly os?: string;
  readonly variant?: string;
  readonly dockerVersion?: string;
  readonly config?: ContainerConfig;
  readonly diffIds: readonly Digest[];
  readonly history: readonly HistoryEntry[];
}

export interface ContainerConfig {
  readonly user?: string;
  readonly exposedPorts?: readonly string[];
  readonly env?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly volumes?: readonly string[];
  readonly workingDir?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly stopSignal?: string;
  readonly healthcheck?: { readonly test?: readonly string[] };
}

export interface HistoryEntry {
  readonly created?: string;
  readonly createdBy?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly emptyLayer?: boolean;
}

/** A recorded session of docker (fixtures/docker/README.md). */
export interface Transcript {
  readonly name: string;
  readonly title: string;
  readonly client: string;
  readonly daemon: string;
  readonly env: Readonly<Record<string, string>>;
  readonly starting_images: readonly string[];
  readonly services: readonly ('registry' | 'authregistry' | 'http' | 'hub')[];
  /** Of files that tell none, in seconds. */
  readonly mtime: number;
  readonly files: readonly TranscriptFile[];
  readonly steps: readonly TranscriptStep[];
  /** Steps and fields that differ from run to run. */
  readonly unstable: readonly { readonly step: number; readonly field: string }[];
}

export interface TranscriptFile {
  /** A directory's ends in a slash. */
  readonly path: string;
  readonly mode: string;
  readonly text?: string;
  readonly base64?: string;
  readonly link?: string;
  readonly mtime?: number;
}

export type OutputField = 'stdout' | 'stderr' | 'screen';

export interface TranscriptStep {
  readonly cmd: string;
  readonly exit: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly tty?: boolean;
  readonly input?: string;
  readonly screen?: string;
  readonly ws?: 'collapsed';
  readonly unordered?: readonly string[];
  readonly fuzzy?: readonly string[];
  readonly compare?: 'progress' | 'buildkit';
  readonly progress?: unknown;
  readonly buildkit?: unknown;
  readonly state?: MachineState;
}

/** What an engine holds. */
export interface MachineState {
  /** Oldest first. */
  readonly images: readonly ImageState[];
  readonly containers: readonly unknown[];
  readonly volumes: readonly string[];
}

export interface ImageState {
  readonly id: string;
  readonly parent: string | null;
  readonly repo_tags: readonly string[];
  readonly repo_digests: readonly string[];
}

/** What a step gave here. */
export interface StepResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The bytes that a terminal got. */
  readonly screenBytes: string;
}

import type { SyntaxNode } from '../parse/syntaxNode.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** The old form `KEY value`, without `=`. */
  readonly legacy: boolean;
}

export interface BuildArgument {
  readonly key: string;
  /** undefined: `ARG NAME`, without a default. */
  readonly value: string | undefined;
  /** What a comment above says: `# NAME this is …`. */
  readonly description: string;
}

/** A file that is written in the Dockerfile itself. */
export interface InlineFile {
  readonly name: string;
  readonly data: string;
  /** Variables in it are expanded. */
  readonly expand: boolean;
}

/** Sources and destination of ADD and COPY. */
export interface CopyPaths {
  readonly sources: readonly string[];
  readonly inline: readonly InlineFile[];
  readonly destination: string;
}

/** A command, as the exec form gives it, or one text for the shell. */
export interface CommandLine {
  readonly args: readonly string[];
  /** The shell form: the stage's SHELL comes before it. */
  readonly shell: boolean;
}

/** A here-document of RUN, given to the command as it stands. */
export interface CommandFile {
  readonly name: string;
  readonly data: string;
  readonly chomp: boolean;
}

export type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';
export type CacheSharing = 'shared' | 'private' | 'locked';

export interface Mount {
  readonly type: MountType;
  readonly from: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Of a tmpfs; 0 is no limit. */
  readonly sizeLimitBytes: number;
  readonly cacheId: string;
  readonly cacheSharing: CacheSharing | undefined;
  readonly required: boolean;
  /** Of a secret: the variable that holds it. */
  readonly env: string | undefined;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export interface Device {
  readonly name: string;
  readonly required: boolean;
}

export interface HealthCheck {
  /** `['NONE']`, `['CMD', ...]`, `['CMD-SHELL', text]`. */
  readonly test: readonly string[];
  readonly intervalNanoseconds: bigint;
  readonly timeoutNanoseconds: bigint;
  readonly startPeriodNanoseconds: bigint;
  readonly startIntervalNanoseconds: bigint;
  readonly retries: number;
}

export interface CopyInstruction extends CopyPaths {
  readonly kind: 'COPY';
  /** A stage's name or number, an image, a named context; empty: the build context. */
  readonly from: string;
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly parents: boolean;
  readonly excludes: readonly string[];
}

export interface AddInstruction extends CopyPaths {
  readonly kind: 'ADD';
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly excludes: readonly string[];
  readonly checksum: string;
  /** undefined: not said. */
  readonly keepGitDir: boolean | undefined;
  readonly unpack: boolean | undefined;
}

export interface RunInstruction {
  readonly kind: 'RUN';
  readonly command: CommandLine;
  readonly files: readonly CommandFile[];
  /** `--mount` as written: variables in them are expanded when the step runs. */
  readonly mountFlags: readonly string[];
  readonly devices: readonly Device[];
  readonly network: 'default' | 'none' | 'host';
  readonly security: 'sandbox' | 'insecure';
}

export type InstructionBody =
  | CopyInstruction
  | AddInstruction
  | RunInstruction
  | { readonly kind: 'ARG'; readonly args: readonly BuildArgument[] }
  | { readonly kind: 'CMD' | 'ENTRYPOINT'; readonly command: CommandLine }
  | { readonly kind: 'ENV' | 'LABEL'; readonly pairs: readonly KeyValue[] }
  | { readonly kind: 'EXPOSE'; readonly ports: readonly string[] }
  | { readonly kind: 'HEALTHCHECK'; readonly health: HealthCheck }
  | { readonly kind: 'MAINTAINER'; readonly maintainer: string }
  | { readonly kind: 'ONBUILD'; readonly expression: string }
  | { readonly kind: 'SHELL'; readonly shell: readonly string[] }
  | { readonly kind: 'STOPSIGNAL'; readonly signal: string }
  | { readonly kind: 'USER'; readonly user: string }
  | { readonly kind: 'VOLUME'; readonly volumes: readonly string[] }
  | { readonly kind: 'WORKDIR'; readonly path: string };

/** An instruction of a stage: what it says, and where it stands. */
export interface Instruction {
  /** The keyword as it is written. */
  readonly name: string;
  /** The logical line, trimmed. */
  readonly source: string;
  readonly node: SyntaxNode;
  readonly body: InstructionBody;
}

export interface FromInstruction {
  readonly keyword: string;
  /** Before expansion. */
  readonly base: string;
  /** In lower case; empty for none. */
  readonly name: string;
  /** Before expansion; empty for none. */
  readonly platform: string;
  readonly description: string;
  readonly node: SyntaxNode;
}

export interface Stage extends FromInstruction {
  readonly instructions: readonly Instruction[];
}

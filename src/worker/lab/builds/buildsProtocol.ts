import type { StepEvent } from '../../../build/stepEvent.ts';

export type { StepDecision } from '../../../build/buildkit/stepCache.ts';
export type { CacheDecision } from '../../../build/classic/cacheProbe.ts';
export type { FileChanges } from '../../../build/copiedFiles.ts';
export type { StepEvent, StepOutcome } from '../../../build/stepEvent.ts';

export type Builder = 'classic' | 'buildkit';

/** What the page may ask about builds on the machine. Paths are absolute paths of its disk. */
export interface BuildsService {
  /** Text of a file; undefined where there is none. Rejects for what is no text or over 4 MiB. */
  readText(path: string): Promise<string | undefined>;
  /** Writes a file, folders above it too. A moment of the timeline. */
  saveText(path: string, text: string): Promise<void>;
  /** Writes files below a folder, by their relative paths. A moment of the timeline. */
  putFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** Where Dockerfiles lie below /root. */
  buildFolders(): Promise<readonly BuildFolder[]>;
  listContext(request: ContextRequest): Promise<ContextListing>;
  /** The context as a tar, for an engine elsewhere. Rejects over 512 MiB. */
  packContext(request: ContextRequest): Promise<Blob>;
  /** What the parser, the planner and the linter say of a text, which need not be saved. */
  checkDockerfile(text: string, request: ContextRequest): Promise<DockerfileCheck>;
  /** Names for FROM: what is here, and what the hub has. */
  imageNames(): Promise<readonly string[]>;
  /** Runs `docker build`; resolves when it has ended. Its steps and its log come as events. */
  build(request: BuildRequest): Promise<BuildResult>;
  /** As Ctrl-C would end it. */
  cancelBuild(): Promise<void>;
}

export interface BuildFolder {
  readonly folder: string;
  /** Names of its Dockerfiles. */
  readonly dockerfiles: readonly string[];
}

export interface ContextRequest {
  readonly folder: string;
  /** Name in the folder. */
  readonly dockerfile: string;
  readonly builder: Builder;
}

export interface ContextListing {
  readonly rows: readonly ContextRow[];
  /** There is more than is listed. */
  readonly isCut: boolean;
  /** Path of the ignore file in force; undefined for none. */
  readonly ignoreFile: string | undefined;
  /** What is wrong with the ignore file. */
  readonly fault: string | undefined;
  readonly sentBytes: number;
  readonly sentCount: number;
}

export interface ContextRow {
  /** Relative, in the order of a walk. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly sizeBytes: number;
  readonly isSent: boolean;
  /** The last pattern that decided, and its line; line 0 for one that the client adds. */
  readonly pattern: { readonly text: string; readonly line: number } | undefined;
}

export interface Diagnostic {
  /** UTF-16 offsets. */
  readonly from: number;
  readonly to: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Of a lint rule. */
  readonly rule: string | undefined;
  readonly url: string | undefined;
}

export interface OutlineNode {
  /** In capitals. */
  readonly keyword: string;
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly startLine: number;
  readonly endLine: number;
}

export interface DockerfileCheck {
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined where the text cannot be parsed. */
  readonly nodes: readonly OutlineNode[] | undefined;
  /** In the order of the file; the name is empty for none. */
  readonly stages: readonly { readonly name: string; readonly line: number }[];
  /** Names of ARG and ENV. */
  readonly variables: readonly string[];
}

export interface BuildRequest extends ContextRequest {
  /** Empty for none. */
  readonly tag: string;
  readonly target: string;
  /** `NAME=value`. */
  readonly buildArgs: readonly string[];
  readonly usesCache: boolean;
}

export interface BuildResult {
  readonly status: number;
  readonly imageId: string | undefined;
  readonly isCanceled: boolean;
}

/** Of any build on the machine, typed or asked for by the page; a build is known by its number. */
export type BuildEvent =
  | {
      readonly kind: 'began';
      readonly build: number;
      readonly builder: Builder;
      /** Absolute; undefined for a context that is no folder. */
      readonly folder: string | undefined;
      /** Absolute path of the Dockerfile, as far as it is a file. */
      readonly dockerfile: string | undefined;
      readonly tags: readonly string[];
      /** Somebody typed it: its log is in that terminal. */
      readonly isTyped: boolean;
    }
  /** The command line of a build that the page asked for, before the client has begun. */
  | { readonly kind: 'asked'; readonly build: number; readonly commandLine: string }
  | { readonly kind: 'step'; readonly build: number; readonly atMs: number; readonly event: StepEvent }
  | { readonly kind: 'log'; readonly build: number; readonly text: string }
  | { readonly kind: 'ended'; readonly build: number; readonly imageId: string | undefined };

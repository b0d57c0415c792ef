import type { JsonWritable } from '../image/writeJson.ts';
import type { Digest } from '../image/digest.ts';
import type { Stat } from '../vfs/overlay/stat.ts';
import type { ContainerConfig, HostConfig, RestartPolicy } from './containerConfig.ts';
import type { Filters } from './filters.ts';

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** A row of `GET /containers/json`. */
export interface ContainerSummary {
  readonly id: string;
  /** Without a leading slash. */
  readonly name: string;
  /** As it was given to `create`; the short ID where that no longer names the image. */
  readonly image: string;
  /** '': it has no image. */
  readonly imageId: Digest | '';
  /** Path and arguments joined by blanks, quoted as `docker ps` shows them. */
  readonly command: string;
  readonly createdSec: number;
  readonly ports: readonly PortSummary[];
  /** Undefined unless asked for. */
  readonly sizeRwBytes?: number;
  readonly sizeRootFsBytes?: number;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly state: ContainerStatus;
  /** `Up 2 minutes`, `Exited (0) 3 seconds ago`. */
  readonly status: string;
  readonly networkNames: readonly string[];
  readonly mounts: readonly MountPoint[];
}

export interface PortSummary {
  readonly ip?: string;
  readonly privatePort: number;
  readonly publicPort?: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
}

export interface MountPoint {
  readonly type: 'bind' | 'volume' | 'tmpfs';
  /** Of a volume. */
  readonly name?: string;
  readonly source: string;
  readonly destination: string;
  readonly driver?: string;
  readonly mode: string;
  readonly isWritable: boolean;
  readonly propagation: string;
  /** Of `--tmpfs`, as typed: the API does not list these among the mounts. */
  readonly tmpfsOptions?: string;
  /** Of `--mount type=tmpfs`, in the same form. */
  readonly tmpfsData?: string;
}

/** Those that the API lists. */
export function listedMounts(mounts: readonly MountPoint[]): readonly MountPoint[] {
  return mounts.filter(({ tmpfsOptions }) => tmpfsOptions === undefined);
}

export interface CreateContainer {
  /** Empty: one is made up. */
  readonly name: string;
  /** Fields that are absent are as of `EMPTY_CONFIG`; `Image` as typed. */
  readonly config: Partial<ContainerConfig>;
  readonly hostConfig: Partial<HostConfig>;
  /** Networks besides that of `NetworkMode`, with aliases. */
  readonly networks?: Readonly<Record<string, { readonly Aliases?: readonly string[] }>>;
  readonly platform?: string | undefined;
}

export interface AttachOptions {
  readonly wantsStdin: boolean;
  readonly wantsStdout: boolean;
  readonly wantsStderr: boolean;
  /** What was logged before comes first. */
  readonly wantsLogs?: boolean;
  /** `ctrl-p,ctrl-q` where undefined; empty: none. */
  readonly detachKeys?: string | undefined;
}

export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** A connection to a running process: input there, output back, as a hijacked HTTP connection is. */
export interface Attachment {
  /** Output until the process ends or the attachment does. Read it or the process waits. */
  readonly output: AsyncIterable<OutputChunk>;
  /** Input as typed. Detach keys among it end the attachment. Undefined when taken at once. */
  write(bytes: Uint8Array): undefined | Promise<void>;
  /** The end of the input. */
  closeInput(): void;
  /** Goes away; the process goes on. */
  detach(): void;
  /** Why it ended. */
  readonly ended: Promise<'exited' | 'detached'>;
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** When it was written, in seconds, and RFC 3339 with nine digits. */
  readonly atSec: number;
  readonly at: string;
  /** With its line end, where there was one. */
  readonly bytes: Uint8Array;
}

export interface LogOptions {
  readonly wantsStdout: boolean;
  readonly wantsStderr: boolean;
  readonly follow?: boolean;
  /** The last so many lines; undefined: all. */
  readonly tail?: number | undefined;
  readonly sinceSec?: number | undefined;
  readonly untilSec?: number | undefined;
}

export interface ExecOptions {
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly user: string;
  readonly hasTty: boolean;
  readonly isPrivileged: boolean;
  readonly wantsStdin: boolean;
  readonly isDetached: boolean;
  readonly detachKeys?: string | undefined;
  readonly columns?: number;
  readonly rows?: number;
}

export interface StartedExec {
  readonly id: string;
  /** Undefined for a detached one. */
  readonly attachment: Attachment | undefined;
  /** The exit status. For a command that cannot be executed: the runtime's message has been in the output, 126. */
  readonly exit: Promise<number>;
  resize(columns: number, rows: number): void;
}

/** What a path of a container is (`X-Docker-Container-Path-Stat`). */
export interface PathStat {
  /** Base name. */
  readonly name: string;
  readonly sizeBytes: number;
  /** st_mode, type bits included. */
  readonly mode: number;
  readonly mtimeSec: number;
  /** For a symlink: its target resolved within the container. */
  readonly linkTarget: string;
  readonly stat: Stat;
}

export type ChangeKind = 'C' | 'A' | 'D';

export interface PathChange {
  readonly kind: ChangeKind;
  readonly path: string;
}

export interface CommitOptions {
  /** As typed; undefined: not tagged. */
  readonly reference?: string | undefined;
  readonly comment: string;
  readonly author: string;
  readonly changes: readonly string[];
  readonly pauses: boolean;
  /** Over the container's own. */
  readonly config?: Partial<ContainerConfig>;
}

export interface UpdateOptions {
  readonly restartPolicy?: RestartPolicy;
  /** Limits, shown by `inspect`. */
  readonly resources?: Partial<HostConfig>;
}

/** Containers. A `name` is an ID, the beginning of one, or a name. All throw EngineError. */
export interface ContainerCalls {
  /** Newest first. `limit`: the last so many, running or not. Filters: id, name, label, status, exited, ancestor, before,
   *  since, health, volume, network, publish, expose, is-task. */
  list(options: {
    readonly isAll?: boolean;
    readonly limit?: number;
    readonly wantsSize?: boolean;
    readonly filters?: Filters;
  }): readonly ContainerSummary[];
  create(request: CreateContainer): Promise<{ readonly id: string; readonly warnings: readonly string[] }>;
  /** The document of `docker container inspect`, keys in the API's order. */
  inspect(name: string, options?: { readonly wantsSize?: boolean }): Readonly<Record<string, JsonWritable>>;
  /** Throws EngineError `startNotFound`, `startDenied` where the command cannot be executed. Nothing happens where it
   *  runs already. */
  start(
    name: string,
    options?: { readonly detachKeys?: string; readonly columns?: number; readonly rows?: number },
  ): Promise<void>;
  /** `stopSignal`: instead of the container's own; a name or number. */
  stop(name: string, timeoutSec?: number, signal?: AbortSignal, stopSignal?: string): Promise<void>;
  restart(name: string, timeoutSec?: number, signal?: AbortSignal, stopSignal?: string): Promise<void>;
  /** `signal`: `KILL`, `SIGTERM`, `9`. */
  kill(name: string, signal: string): Promise<void>;
  pause(name: string): void;
  unpause(name: string): void;
  attach(name: string, options: AttachOptions): Promise<Attachment>;
  resize(name: string, columns: number, rows: number): void;
  exec(name: string, options: ExecOptions): Promise<StartedExec>;
  logs(name: string, options: LogOptions, signal?: AbortSignal): AsyncIterable<LogLine>;
  wait(
    name: string,
    condition: 'not-running' | 'next-exit' | 'removed',
    signal?: AbortSignal,
  ): Promise<{ readonly statusCode: number }>;
  top(
    name: string,
    psArgs: string,
  ): Promise<{ readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] }>;
  rename(name: string, newName: string): void;
  update(name: string, options: UpdateOptions): { readonly warnings: readonly string[] };
  remove(name: string, options?: { readonly isForced?: boolean; readonly removesVolumes?: boolean }): Promise<void>;
  /** `rm --link`. Throws EngineError. */
  removeLink(name: string): void;
  /** Filters: label, label!, until. */
  prune(filters: Filters): Promise<{ readonly ids: readonly string[]; readonly reclaimedBytes: number }>;
  /** Sorted by path. */
  changes(name: string): readonly PathChange[];
  exportContainer(name: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Stores the container's own layer on those of its image: the first half of a commit. Undefined where nothing was
   *  written. */
  sealLayer(name: string): Promise<Digest | undefined>;
  /** Gives the new image's ID. */
  commit(name: string, options: CommitOptions): Promise<Digest>;
  statPath(name: string, path: string): PathStat;
  /** A tar of what is at a path, named by its base name. */
  readArchive(name: string, path: string): { readonly stat: PathStat; readonly tar: AsyncIterable<Uint8Array> };
  /** Extracts a tar into a directory of the container. */
  writeArchive(
    name: string,
    path: string,
    tar: AsyncIterable<Uint8Array>,
    options?: { readonly refusesDirectoryOverwrite?: boolean; readonly copiesOwners?: boolean },
  ): Promise<void>;
  /** The whole ID of a container. Throws EngineError `noSuchContainer`, `conflict` for an ambiguous beginning. */
  resolve(name: string): {
    readonly id: string;
    readonly name: string;
    readonly hasTty: boolean;
    readonly openStdin: boolean;
  };
}

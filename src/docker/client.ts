import { decodeName, encodeName } from '../bytes/byteName.ts';
import { EngineError } from '../engine/engineError.ts';
import type { EngineApi } from '../engine/engineApi.ts';
import type { Filters } from '../engine/filters.ts';
import { errnoText } from '../shell/kernel/errnoText.ts';
import type { OpenFile } from '../shell/kernel/openFile.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { Pty } from '../shell/kernel/pty.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { ClientConfig } from './clientConfig.ts';
import type { FlagSet } from './commandLine/flagSet.ts';
import type { CommandPath } from './commandLine/spec.ts';
import type { EngineAbilities } from './commandLine/support.ts';
import { hubNote } from './hubNote.ts';

/** Clients that differ in how they build: 20.10 has BuildKit built in, 28 asks a plugin that is not there. */
export type ClientVintage = '20.10' | '28';

/** What each says of itself, but for what builds images. */
export const CLIENT_BUILDS: Readonly<Record<ClientVintage, { readonly version: string; readonly commit: string }>> = {
  '20.10': { version: '20.10.24+dfsg1', commit: '297e128' },
  '28': { version: '28.2.2', commit: 'e6534b4' },
};

/** A command that failed: what is printed on standard error (nothing when empty), and the status. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** A running `docker`: its process, and the engine that it speaks to. */
export class Client {
  readonly process: Process;
  readonly abilities: EngineAbilities;
  readonly config: ClientConfig;
  /** `unix:///var/run/docker.sock`. */
  readonly host: string;
  readonly #engine: EngineApi | undefined;
  readonly contextName: string;
  readonly isDebug: boolean;
  readonly vintage: ClientVintage;
  /** Whether a companion is connected, behind the context of that name. */
  readonly hasCompanion: boolean;

  constructor(setup: {
    readonly process: Process;
    /** Undefined where none listens. */
    readonly engine: EngineApi | undefined;
    readonly abilities: EngineAbilities;
    readonly config: ClientConfig;
    readonly host: string;
    readonly contextName: string;
    readonly isDebug: boolean;
    readonly vintage: ClientVintage;
    readonly hasCompanion?: boolean;
  }) {
    this.process = setup.process;
    this.#engine = setup.engine;
    this.abilities = setup.abilities;
    this.config = setup.config;
    this.host = setup.host;
    this.contextName = setup.contextName;
    this.isDebug = setup.isDebug;
    this.vintage = setup.vintage;
    this.hasCompanion = setup.hasCompanion ?? false;
  }

  /** Throws ClientError where none listens. */
  get engine(): EngineApi {
    if (this.#engine) return this.#engine;
    throw new ClientError(`Cannot connect to the Docker daemon at ${this.host}. Is the docker daemon running?`);
  }

  /** What finds no room is lost without a word, as what Go programs print. */
  print(text: string | Uint8Array): undefined | Promise<void> {
    try {
      return this.process.write(1, text)?.catch(ignoreFull);
    } catch (error) {
      ignoreFull(error);
      return undefined;
    }
  }

  complain(text: string): undefined | Promise<void> {
    return this.process.write(2, text);
  }

  get nowSec(): number {
    return this.process.kernel.clock.now().sec;
  }

  /** The terminal that a descriptor leads to. */
  terminal(fd: 0 | 1 | 2): Pty | undefined {
    const file: OpenFile | undefined = this.process.files.get(fd);
    return file?.isTerminal ? (file.terminal ?? this.process.terminal) : undefined;
  }

  environment(name: string): string {
    return this.process.env.get(name) ?? '';
  }
}

function ignoreFull(error: unknown): void {
  if (!(error instanceof VfsError && error.code === 'ENOSPC')) throw error;
}

/** A command as it was called. */
export interface CommandCall {
  readonly client: Client;
  readonly path: CommandPath;
  readonly flags: FlagSet;
  readonly arguments: readonly string[];
}

/** A command of `docker`: one file in `commands/`, a line in `registry.ts`. */
export interface DockerCommand {
  /** The flags that are simulated; others are refused by name. */
  readonly flags: readonly string[];
  /** Gives the exit status. Throws ClientError, EngineError, VfsError. */
  readonly run: (call: CommandCall) => number | Promise<number>;
}

/** What is printed for an error of a command. Undefined for what is a bug. */
export function describeError(error: unknown): string | undefined {
  if (error instanceof ClientError) return error.message;
  if (error instanceof EngineError) {
    if (error.code === 'emptyName') return 'invalid container name or ID: value is empty';
    const text = error.isInStream ? error.message : `Error response from daemon: ${error.message.trim()}`;
    const note = error.asked === undefined ? undefined : hubNote(error.asked);
    return note === undefined ? text : `${text}\npalimpsest: ${note}`;
  }
  if (error instanceof VfsError) return fileErrorText(error);
  return undefined;
}

/** As Go words an error of the system: `open x: no such file or directory`. */
export function fileErrorText(error: VfsError, syscall: string = error.syscall): string {
  const words = errnoText(error.code);
  return `${syscall} ${error.path}: ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

/** Runs a call for each name and prints the name, or what went wrong; goes on after an error. */
export async function forEachName(
  { client }: Pick<CommandCall, 'client'>,
  names: readonly string[],
  call: (name: string) => string | Promise<string>,
): Promise<number> {
  const problems: string[] = [];
  for (const name of names) {
    try {
      await client.print(await call(name));
    } catch (error) {
      const text = describeError(error);
      if (text === undefined) throw error;
      problems.push(text);
    }
  }
  if (problems.length > 0) throw new ClientError(problems.join('\n'));
  return 0;
}

/** `--filter name=value`, all of them. */
export function filtersOf(flags: FlagSet, name = 'filter'): Filters {
  const filters = new Map<string, string[]>();
  for (const filter of flags.list(name)) {
    const at = filter.indexOf('=');
    const key = filter.slice(0, at);
    filters.set(key, [...(filters.get(key) ?? []), filter.slice(at + 1)]);
  }
  return filters;
}

export function textOf(bytes: Uint8Array): string {
  return decodeName(bytes);
}

export function bytesOf(text: string): Uint8Array {
  return encodeName(text);
}

/** Waits for a promise although signals come that are handled. */
export async function waitThrough<T>(process: Process, promise: Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await process.waitFor(promise);
    } catch (error) {
      if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
    }
  }
}

/** Reads through signals that are handled elsewhere. A signal that ends the process leaves what comes to others. */
async function readThrough(process: Process, file: OpenFile, maxBytes: number): Promise<Uint8Array> {
  for (let ready = file.whenReadable(); ready; ready = file.whenReadable()) await waitThrough(process, ready);
  const reading = file.read(maxBytes);
  return reading instanceof Promise ? waitThrough(process, reading) : reading;
}

/** Bytes of a descriptor until its end. */
export async function* readStream(process: Process, file: OpenFile): AsyncGenerator<Uint8Array> {
  for (;;) {
    const chunk = await readThrough(process, file, 1 << 18);
    if (chunk.length === 0) return;
    yield chunk;
    if (process.isDue) await process.pause();
  }
}

/** A line that is typed in answer to a question, without its end. Undefined at the end of the input. */
export async function readLine(process: Process): Promise<string | undefined> {
  const file = process.file(0);
  const bytes: number[] = [];
  for (;;) {
    const [byte] = await readThrough(process, file, 1);
    if (byte === undefined) return bytes.length > 0 ? decodeName(Uint8Array.from(bytes)) : undefined;
    if (byte === 10) return decodeName(Uint8Array.from(bytes)).replace(/\r$/, '');
    if (bytes.length < MAX_LINE_BYTES) bytes.push(byte);
  }
}

const MAX_LINE_BYTES = 65_536;

/** Asks `QUESTION [y/N] ` on standard output, as before anything is pruned. */
export async function confirm(client: Client, question: string): Promise<boolean> {
  await client.print(`${question} [y/N] `);
  const answer = await readLine(client.process);
  return answer?.trim().toLowerCase() === 'y';
}

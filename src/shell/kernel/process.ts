import { joinBytes } from '../../bytes/joinBytes.ts';
import { encodeName } from '../../bytes/byteName.ts';
import { nextTask } from '../../bytes/nextTask.ts';
import type { Credentials } from '../../vfs/overlay/permission.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { errnoText } from './errnoText.ts';
import type { Kernel } from './kernel.ts';
import type { MountNamespace } from './mountNamespace.ts';
import type { OpenFile } from './openFile.ts';
import type { Flavour, Program } from './program.ts';
import type { Pty } from './pty.ts';
import { defaultAction, SIGNALS } from './signals.ts';

/** Work between two looks at whether the thread is wanted elsewhere. */
const SLICE_MS = 10;
/** Clock reads are dear in a tight loop: every so many calls of `isDue` reads it. */
const CALLS_PER_CLOCK = 32;
const MAX_FILES = 1024;

/** How a process ended: by itself, or by a signal. */
export type WaitStatus = { readonly code: number } | { readonly signal: number };

/** The status as a shell shows it in `$?`. */
export function exitCode(status: WaitStatus): number {
  return 'code' in status ? status.code : 128 + status.signal;
}

/** Unwinds a program whose process was ended. Programs let it through (`finally` runs); `trap` in a shell handles
 *  signals before it comes to this. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
  readonly status: WaitStatus;
  constructor(status: WaitStatus) {
    super('the process ended');
    this.status = status;
  }
}

export type SignalHandler = 'default' | 'ignore' | ((signal: number) => void);

/** What containers have apart and a host shares (namespaces(7)). */
export interface Namespaces {
  mounts: MountNamespace;
  readonly pids: PidNamespace;
  readonly uts: { hostname: string };
  /** The host's name in the lab network. */
  readonly network: { readonly host: string; readonly isIsolated: boolean };
}

/** Numbers processes from 1. A process is also known in the namespaces outside its own. */
export class PidNamespace {
  readonly parent: PidNamespace | undefined;
  readonly processes = new Map<number, Process>();
  #next = 1;

  constructor(parent: PidNamespace | undefined, firstPid = 1) {
    this.parent = parent;
    this.#next = firstPid;
  }

  add(process: Process): number {
    const pid = this.#next++;
    this.processes.set(pid, process);
    return pid;
  }

  /** Numbers that nobody gets. */
  skip(count: number): void {
    this.#next += count;
  }
}

export interface ProcessSetup {
  readonly kernel: Kernel;
  readonly parent: Process | undefined;
  readonly namespaces: Namespaces;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly credentials: Credentials;
  /** Descriptors by number; each is retained for the new process. */
  readonly files: ReadonlyMap<number, OpenFile>;
  /** Undefined: the parent's group; 'new': a group of its own, which it leads. */
  readonly group?: number | 'new' | undefined;
  readonly terminal?: Pty | undefined;
  readonly flavour?: Flavour | undefined;
}

/** What a parent gives a child. All else is inherited. */
export interface SpawnOptions {
  readonly argv?: readonly string[];
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  readonly credentials?: Credentials;
  readonly files?: ReadonlyMap<number, OpenFile>;
  readonly group?: number | 'new' | undefined;
  readonly terminal?: Pty | undefined;
}

/** What ends a wait that a signal came into. */
const INTERRUPTED = Symbol('interrupted');

/** A number, or `unlimited`. */
export interface ResourceLimit {
  readonly soft: string;
  readonly hard: string;
}

/** One process: what a program sees of the system. Paths may be relative to `cwd`; strings are as of
 *  `bytes/byteName.ts`. */
export class Process {
  readonly kernel: Kernel;
  readonly namespaces: Namespaces;
  /** In its own namespace. */
  readonly pid: number;
  /** In the host's. */
  readonly hostPid: number;
  parent: Process | undefined;
  readonly children = new Set<Process>();
  readonly files = new Map<number, OpenFile>();
  /** Those that were set, by the letters of `ulimit`; children inherit them. */
  readonly limits: Map<string, ResourceLimit>;
  readonly startedAt: { readonly sec: number; readonly nsec: number };
  argv: readonly string[];
  env: Map<string, string>;
  cwd: string;
  credentials: Credentials;
  /** Process group, by its leader's host pid: what Ctrl-C reaches. */
  group: number;
  /** The controlling terminal. */
  terminal: Pty | undefined;
  flavour: Flavour;
  status: WaitStatus | undefined;
  readonly #ended: Promise<WaitStatus>;
  #resolveEnded: (status: WaitStatus) => void = () => undefined;
  /** Made when somebody asks for the signal: most processes end before anybody does. */
  #abort: AbortController | undefined;
  #ending: ProcessEnded | undefined;
  readonly #handlers = new Map<number, SignalHandler>();
  #pending: number[] = [];
  #stopped: { readonly promise: Promise<void>; readonly resume: () => void } | undefined;
  readonly #wakers = new Set<() => void>();
  readonly #stopListeners = new Set<() => void>();
  #calls = 0;
  #sliceStart = performance.now();

  constructor(setup: ProcessSetup) {
    this.kernel = setup.kernel;
    this.parent = setup.parent;
    this.namespaces = setup.namespaces;
    this.argv = setup.argv;
    this.env = new Map(setup.env);
    this.cwd = setup.cwd;
    this.credentials = setup.credentials;
    this.terminal = setup.terminal;
    this.flavour = setup.flavour ?? 'gnu';
    this.limits = new Map(setup.parent?.limits);
    this.startedAt = setup.kernel.clock.now();
    let namespace: PidNamespace | undefined = setup.namespaces.pids;
    this.pid = namespace.add(this);
    let hostPid = this.pid;
    for (namespace = namespace.parent; namespace; namespace = namespace.parent) hostPid = namespace.add(this);
    this.hostPid = hostPid;
    this.group = setup.group === 'new' ? this.hostPid : (setup.group ?? setup.parent?.group ?? this.hostPid);
    for (const [fd, file] of setup.files) this.files.set(fd, file.retain());
    for (const [signal, handler] of setup.parent?.ignoredSignals ?? []) this.#handlers.set(signal, handler);
    setup.parent?.children.add(this);
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** The name of the program, as messages begin. */
  get name(): string {
    const first = this.argv[0] ?? '';
    return first.slice(first.lastIndexOf('/') + 1).replace(/^-/, '');
  }

  get mounts(): MountNamespace {
    return this.namespaces.mounts;
  }

  // Ending and waiting

  /** Aborted when the process is killed. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#ending) this.#abort.abort(this.#ending);
    }
    return this.#abort.signal;
  }

  get hasEnded(): boolean {
    return this.status !== undefined;
  }

  /** How it ended; waits for that. Does not reap. */
  wait(): Promise<WaitStatus> {
    return this.#ended;
  }

  /** Runs a program as this process, to its end. The kernel calls this once. */
  async run(program: Program): Promise<WaitStatus> {
    let status: WaitStatus;
    try {
      const code = await program(this);
      status = { code: code & 0xff };
    } catch (error) {
      status = await this.#statusOf(error);
    }
    this.#finish(this.#killedBy === undefined ? status : { signal: this.#killedBy });
    return this.status as WaitStatus;
  }

  /** Ends this process from within: unwinds the program. */
  exit(code: number): never {
    throw new ProcessEnded({ code: code & 0xff });
  }

  async #statusOf(error: unknown): Promise<WaitStatus> {
    if (error instanceof ProcessEnded) return error.status;
    if (this.#ending) return { signal: this.#killedBy ?? SIGNALS.KILL };
    let text = error instanceof VfsError ? this.kernel.describeError(error) : `internal fault: ${String(error)}`;
    if (error instanceof VfsError && error.code === 'ENOSPC' && error.syscall === 'write')
      text = `write error: ${errnoText(error.code)}`;
    if (!(error instanceof VfsError)) this.kernel.onFault?.(error, this);
    try {
      await this.files.get(2)?.write(encodeName(`${this.name}: ${text}\n`));
    } catch {
      // Nobody listens to its errors.
    }
    return { code: 1 };
  }

  #finish(status: WaitStatus): void {
    if (this.status) return;
    for (const file of this.files.values()) file.close();
    this.files.clear();
    this.status = status;
    this.kernel.processEnded(this);
    this.#resolveEnded(status);
  }

  // Signals

  #killedBy: number | undefined;

  get ignoredSignals(): [number, SignalHandler][] {
    return [...this.#handlers].filter(([, handler]) => handler === 'ignore');
  }

  /** What shall happen on a signal. KILL and STOP cannot be changed. A function is called as soon as the process gives
   *  way (`pause`, any wait): what waits then fails with EINTR where POSIX lets it. */
  onSignal(signal: number, handler: SignalHandler): void {
    if (signal === SIGNALS.KILL || signal === SIGNALS.STOP) return;
    if (handler === 'default') this.#handlers.delete(signal);
    else this.#handlers.set(signal, handler);
  }

  handlerOf(signal: number): SignalHandler {
    return this.#handlers.get(signal) ?? 'default';
  }

  /** Sends it a signal. */
  kill(signal: number): void {
    if (signal === 0 || this.hasEnded) return;
    if (signal === SIGNALS.CONT) this.#resume();
    const handler = this.#handlers.get(signal);
    if (handler === 'ignore') return;
    if (typeof handler === 'function') {
      this.#pending.push(signal);
      for (const wake of this.#wakers) wake();
      return;
    }
    switch (defaultAction(signal)) {
      case 'terminate':
        this.#killedBy ??= signal;
        this.#resume();
        this.#ending ??= new ProcessEnded({ signal });
        this.#abort?.abort(this.#ending);
        for (const wake of this.#wakers) wake();
        break;
      case 'stop':
        this.stop();
        break;
      default:
        break;
    }
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** As SIGSTOP does, and the freezer of `docker pause`: it goes on at SIGCONT. */
  stop(): void {
    if (this.#stopped) return;
    let resume: () => void = () => undefined;
    const promise = new Promise<void>((resolve) => {
      resume = resolve;
    });
    this.#stopped = { promise, resume };
    for (const tell of this.#stopListeners) tell();
    this.#stopListeners.clear();
  }

  /** Ends when the process is stopped, at once when it is already; for shells that wait for their jobs. */
  whenStopped(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stopListeners.add(resolve);
    });
  }

  #resume(): void {
    this.#stopped?.resume();
    this.#stopped = undefined;
  }

  /** Calls the handlers of signals that came. Throws when the process was killed. */
  checkSignals(): void {
    if (this.#ending) throw this.#ending;
    while (this.#pending.length > 0) {
      const signal = this.#pending.shift() as number;
      const handler = this.#handlers.get(signal);
      if (typeof handler === 'function') handler(signal);
    }
  }

  // Giving way

  /** Whether a long loop should `await pause()` now. Cheap. */
  get isDue(): boolean {
    if (this.#ending !== undefined || this.#pending.length > 0 || this.#stopped) return true;
    if (++this.#calls % CALLS_PER_CLOCK !== 0) return false;
    return performance.now() - this.#sliceStart > SLICE_MS;
  }

  /** Lets other tasks run, waits while stopped, calls signal handlers, throws when killed. */
  async pause(): Promise<void> {
    if (performance.now() - this.#sliceStart > SLICE_MS) {
      await nextTask();
      this.#sliceStart = performance.now();
    }
    await this.#whileStopped();
    this.checkSignals();
  }

  async #whileStopped(): Promise<void> {
    while (this.#stopped) await this.#stopped.promise;
  }

  /** Waits for something of the world; a signal ends the wait: when killed by ProcessEnded, when handled by VfsError
   *  EINTR (the handler has run). */
  async waitFor<T>(promise: Promise<T>): Promise<T> {
    if (this.#stopped || this.#ending || this.#pending.length > 0) {
      // Its failure is nobody's when a signal ends the wait.
      promise.catch(() => undefined);
      await this.#whileStopped();
      this.checkSignals();
    }
    let value: T;
    try {
      value = await this.#unlessWoken(promise);
    } catch (error) {
      if (error !== INTERRUPTED) throw error;
      await this.#whileStopped();
      this.checkSignals();
      throw new VfsError('EINTR', 'wait', '');
    }
    if (this.#stopped) await this.#whileStopped();
    return value;
  }

  /** Rejects with INTERRUPTED when a signal comes first. Cheaper than a race: one promise. */
  #unlessWoken<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        this.#wakers.delete(wake);
        reject(INTERRUPTED);
      };
      this.#wakers.add(wake);
      promise.then(
        (value) => {
          this.#wakers.delete(wake);
          resolve(value);
        },
        (error: unknown) => {
          this.#wakers.delete(wake);
          reject(error);
        },
      );
    });
  }

  sleep(durationMs: number): Promise<void> {
    const abort = new AbortController();
    return this.waitFor(this.kernel.clock.sleep(durationMs, abort.signal)).finally(() => abort.abort());
  }

  // Descriptors

  /** Throws EBADF. */
  file(fd: number): OpenFile {
    const file = this.files.get(fd);
    if (!file) throw new VfsError('EBADF', 'fd', String(fd));
    return file;
  }

  /** Takes the caller's reference of the file over; gives the lowest free descriptor from `least` on. */
  install(file: OpenFile, least = 0): number {
    let fd = least;
    while (this.files.has(fd)) fd++;
    if (this.files.size >= MAX_FILES || fd >= this.#limit('n')) throw new VfsError('EMFILE', 'open', file.path);
    this.files.set(fd, file);
    return fd;
  }

  /** dup2(2), with the file of any process. */
  replace(fd: number, file: OpenFile): void {
    if (this.files.get(fd) === file) return;
    const retained = file.retain();
    this.files.get(fd)?.close();
    this.files.set(fd, retained);
  }

  close(fd: number): void {
    const file = this.file(fd);
    this.files.delete(fd);
    file.close();
  }

  /** Up to `maxBytes`, none at the end of the file. */
  read(fd: number, maxBytes = 65536): Uint8Array | Promise<Uint8Array> {
    const file = this.file(fd);
    const ready = file.whenReadable();
    if (ready) return this.#readWhenReady(file, ready, maxBytes);
    const result = file.read(maxBytes);
    return result instanceof Promise ? this.waitFor(result) : result;
  }

  // A read that a signal ends takes nothing from who reads next.
  async #readWhenReady(file: OpenFile, ready: Promise<void>, maxBytes: number): Promise<Uint8Array> {
    for (let waiting: Promise<void> | undefined = ready; waiting; waiting = file.whenReadable()) {
      await this.waitFor(waiting);
    }
    const result = file.read(maxBytes);
    return result instanceof Promise ? this.waitFor(result) : result;
  }

  /** Everything up to the end. Throws VfsError EFBIG above `limitBytes`. */
  async readAll(fd: number, limitBytes = 256 * 1024 * 1024): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for (;;) {
      const chunk = await this.read(fd, 1 << 20);
      if (chunk.length === 0) break;
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw new VfsError('EFBIG', 'read', this.file(fd).path);
      chunks.push(chunk.slice());
      if (this.isDue) await this.pause();
    }
    return joinBytes(chunks);
  }

  /** Writes all. To a pipe that nobody reads: SIGPIPE, and EPIPE where that is ignored or handled. Undefined when done
   *  at once. */
  write(fd: number, data: Uint8Array | string): undefined | Promise<void> {
    const bytes = typeof data === 'string' ? encodeName(data) : data;
    if (bytes.length === 0) {
      this.file(fd);
      return undefined;
    }
    try {
      const result = this.file(fd).write(bytes);
      return result && this.#written(result);
    } catch (error) {
      throw this.#afterPipe(error);
    }
  }

  async #written(writing: Promise<void>): Promise<void> {
    try {
      await this.waitFor(writing);
    } catch (error) {
      throw this.#afterPipe(error);
    }
  }

  #afterPipe(error: unknown): unknown {
    if (!(error instanceof VfsError) || error.code !== 'EPIPE') return error;
    this.kill(SIGNALS.PIPE);
    return this.#ending ?? error;
  }

  /** To standard output. */
  print(data: Uint8Array | string): undefined | Promise<void> {
    return this.write(1, data);
  }

  /** `NAME: MESSAGE` to standard error. */
  complain(message: string): undefined | Promise<void> {
    return this.write(2, `${this.name}: ${message}\n`);
  }

  // Children

  /** A child that runs a function of the parent's choice, as after fork(2). */
  fork(program: Program, options: SpawnOptions = {}): Process {
    const child = this.#child(options);
    this.kernel.start(child, program);
    return child;
  }

  /** A child that executes a file. Throws what exec(2) gives: ENOENT, EACCES, ENOEXEC…, before a process is made. */
  async spawn(path: string, options: SpawnOptions = {}): Promise<Process> {
    const image = await this.kernel.findProgram(this, path, options.argv ?? [path], options.cwd ?? this.cwd);
    const child = this.#child({ ...options, argv: image.argv });
    child.flavour = image.flavour;
    this.kernel.start(child, image.program);
    return child;
  }

  /** Replaces the program of this process: what it gives is the status to exit with. Throws as `spawn` does, before
   *  anything has changed. */
  async exec(path: string, argv: readonly string[]): Promise<number> {
    const image = await this.kernel.findProgram(this, path, argv, this.cwd);
    this.argv = image.argv;
    this.flavour = image.flavour;
    for (const [signal, handler] of this.#handlers) if (handler !== 'ignore') this.#handlers.delete(signal);
    try {
      return await image.program(this);
    } catch (error) {
      if (this.#ending || error instanceof ProcessEnded) throw error;
      // The program's own fault, none of who called exec.
      return exitCode(await this.#statusOf(error));
    }
  }

  /** Forgets a child that has ended. */
  reap(child: Process): void {
    this.children.delete(child);
    this.kernel.forget(child);
  }

  /** A limit that was set (getrlimit(2)). */
  #limit(letter: string): number {
    const soft = this.limits.get(letter)?.soft ?? 'unlimited';
    return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  }

  #child(options: SpawnOptions): Process {
    this.kernel.requireRoom();
    const { uid } = options.credentials ?? this.credentials;
    if (uid !== 0 && this.kernel.countOf(uid) >= this.#limit('u')) throw new VfsError('EAGAIN', 'fork', '');
    const child = new Process({
      kernel: this.kernel,
      parent: this,
      namespaces: this.namespaces,
      argv: options.argv ?? this.argv,
      env: options.env ?? this.env,
      cwd: options.cwd ?? this.cwd,
      credentials: options.credentials ?? this.credentials,
      files: options.files ?? this.files,
      group: options.group,
      terminal: options.terminal ?? this.terminal,
      flavour: this.flavour,
    });
    return child;
  }
}

import { joinBytes } from '../../bytes/joinBytes.ts';
import { encodeName } from '../../bytes/byteName.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { errnoText } from './errnoText.ts';
import type { ProgramImage } from './findProgram.ts';
import type { Kernel } from './kernel.ts';
import type { MountNamespace } from './mountNamespace.ts';
import type { Namespaces, PidNamespace } from './namespaces.ts';
import type { OpenFile } from './openFile.ts';
import type { CapabilityName } from './capabilities.ts';
import { afterExec, hasCapability, type ProcessCredentials, realUidOf } from './processCredentials.ts';
import { ProcessEnded } from './processEnded.ts';
import type { ProcessSetup, ResourceLimit, SpawnOptions } from './processSetup.ts';
import type { Flavour, Program } from './program.ts';
import type { Pty } from './pty.ts';
import { RegularFile } from './regularFile.ts';
import { Signalled } from './signalled.ts';
import { SIGNALS } from './signals.ts';
import { exitCode, type WaitStatus } from './waitStatus.ts';

const MAX_FILES = 1024;
/** Of the limit's letter. */
const FSIZE_UNIT_BYTES = 1024;

/** One process: what a program sees of the system. Paths may be relative to `cwd`; strings are as of
 *  `bytes/byteName.ts`. */
export class Process extends Signalled {
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
  /** Shared with who gave it: a change replaces it. */
  env: ReadonlyMap<string, string>;
  cwd: string;
  credentials: ProcessCredentials;
  /** Process group, by its leader's host pid: what Ctrl-C reaches. */
  group: number;
  /** The controlling terminal. */
  terminal: Pty | undefined;
  flavour: Flavour;
  /** Counted while its time has a limit. */
  #ranMs = 0;
  /** Made when somebody waits: most are looked at when they have ended. */
  #ended: Promise<WaitStatus> | undefined;
  #resolveEnded: ((status: WaitStatus) => void) | undefined;

  constructor(setup: ProcessSetup) {
    super();
    this.kernel = setup.kernel;
    this.parent = setup.parent;
    this.namespaces = setup.namespaces;
    this.argv = setup.argv;
    this.env = setup.env;
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
    setup.namespaces.cgroup?.join(this);
    for (const [fd, file] of setup.files) this.files.set(fd, file.retain());
    if (setup.parent) this.ignoreAs(setup.parent);
    setup.parent?.children.add(this);
  }

  /** The name of the program, as messages begin. */
  get name(): string {
    const first = this.argv[0] ?? '';
    return first.slice(first.lastIndexOf('/') + 1).replace(/^-/, '');
  }

  /** Whether a call that wants the capability may be made. */
  can(name: CapabilityName): boolean {
    return hasCapability(this.credentials, name);
  }

  /** Of who started it, whoever it runs as. */
  get realUid(): number {
    return realUidOf(this.credentials);
  }

  get mounts(): MountNamespace {
    return this.namespaces.mounts;
  }

  // Ending and waiting

  /** How it ended; waits for that. Does not reap. */
  wait(): Promise<WaitStatus> {
    if (this.status) return Promise.resolve(this.status);
    this.#ended ??= new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    return this.#ended;
  }

  /** Runs a program as this process: at once, as far as it does not wait. The kernel calls this once. */
  run(program: Program): void {
    const done = (code: number): void => this.#finish({ code: code & 0xff });
    const failed = (error: unknown): void => {
      const status = this.#statusOf(error);
      if (status instanceof Promise) void status.then((told) => this.#finish(told));
      else this.#finish(status);
    };
    let running: number | Promise<number>;
    try {
      running = program(this);
    } catch (error) {
      failed(error);
      return;
    }
    if (running instanceof Promise) running.then(done, failed);
    else done(running);
  }

  /** Ends this process from within: unwinds the program. */
  exit(code: number): never {
    throw new ProcessEnded({ code: code & 0xff });
  }

  #statusOf(error: unknown): WaitStatus | Promise<WaitStatus> {
    if (error instanceof ProcessEnded) return error.status;
    if (this.ending) return { signal: this.killedBy ?? SIGNALS.KILL };
    let text = error instanceof VfsError ? this.kernel.describeError(error) : `internal fault: ${String(error)}`;
    if (error instanceof VfsError && (error.code === 'ENOSPC' || error.code === 'EFBIG') && error.syscall === 'write')
      text = `write error: ${errnoText(error.code)}`;
    if (!(error instanceof VfsError)) this.kernel.onFault?.(error, this);
    return this.#told(text);
  }

  async #told(text: string): Promise<WaitStatus> {
    try {
      await this.files.get(2)?.write(encodeName(`${this.name}: ${text}\n`));
    } catch {
      // Nobody listens to its errors.
    }
    return { code: 1 };
  }

  #finish(ended: WaitStatus): void {
    if (this.status) return;
    const status = this.killedBy === undefined ? ended : { signal: this.killedBy };
    for (const file of this.files.values()) file.close();
    this.files.clear();
    this.status = status;
    this.kernel.processEnded(this);
    this.#resolveEnded?.(status);
  }

  /** Sets a variable of its environment, or takes it away. */
  setEnv(name: string, value: string | undefined): void {
    const env = new Map(this.env);
    if (value === undefined) env.delete(name);
    else env.set(name, value);
    this.env = env;
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
      this.hold(chunk.length);
      chunks.push(chunk.slice());
      if (this.isDue) await this.pause();
    }
    this.hold(-sizeBytes);
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
    this.requireSize(this.file(fd), bytes);
    try {
      const result = this.file(fd).write(bytes);
      return result && this.#written(result);
    } catch (error) {
      throw this.#afterPipe(error);
    }
  }

  /** Writes what the longest file has room for, and ends with that (setrlimit(2), RLIMIT_FSIZE). */
  requireSize(file: OpenFile, bytes: Uint8Array): void {
    if (!this.limits.has('f') || !(file instanceof RegularFile)) return;
    const roomBytes = file.roomBelow(this.longestFileBytes);
    if (bytes.length <= roomBytes) return;
    if (roomBytes > 0) file.write(bytes.subarray(0, roomBytes));
    this.failSize(file.path);
  }

  /** A file would become too long. The first process of a container is not ended by signals of its own. */
  failSize(path: string): never {
    if (this.pid !== 1) this.kill(SIGNALS.XFSZ);
    throw this.ending ?? new VfsError('EFBIG', 'write', path);
  }

  /** The longest file that it may make. */
  get longestFileBytes(): number {
    return this.limits.has('f') ? this.#limit('f') * FSIZE_UNIT_BYTES : Number.POSITIVE_INFINITY;
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
    return this.ending ?? error;
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
    const child = this.makeChild(options);
    this.kernel.start(child, program);
    return child;
  }

  /** A child before it runs: `kernel.start` starts it, which must be called. */
  makeChild(options: SpawnOptions = {}): Process {
    this.kernel.requireRoom();
    // It will run at once, on this one's time.
    this.askClock();
    this.namespaces.cgroup?.requireRoom();
    const credentials = options.credentials ?? this.credentials;
    if (this.limits.has('u') && this.kernel.countOf(realUidOf(credentials)) >= this.#limitOfCount(credentials))
      throw new VfsError('EAGAIN', 'fork', '');
    return new Process({
      kernel: this.kernel,
      parent: this,
      namespaces: this.namespaces,
      argv: options.argv ?? this.argv,
      env: options.env ?? this.env,
      cwd: options.cwd ?? this.cwd,
      credentials,
      files: options.files ?? this.files,
      group: options.group,
      terminal: options.terminal ?? this.terminal,
      flavour: this.flavour,
    });
  }

  /** A child that executes a file. Throws what exec(2) gives: ENOENT, EACCES, ENOEXEC…, before a process is made. */
  async spawn(path: string, options: SpawnOptions = {}): Promise<Process> {
    return this.spawnSoon(path, options);
  }

  /** The same, at once where the file and its program are there. */
  spawnSoon(path: string, options: SpawnOptions = {}): Process | Promise<Process> {
    const image = this.kernel.findProgram(this, path, options.argv ?? [path], options.cwd ?? this.cwd);
    return image instanceof Promise
      ? image.then((found) => this.#startImage(found, options))
      : this.#startImage(image, options);
  }

  #startImage(image: ProgramImage, options: SpawnOptions): Process {
    const credentials = afterExec(options.credentials ?? this.credentials, image.file, image.argv[0] ?? '');
    const child = this.makeChild({ ...options, credentials, argv: image.argv });
    child.flavour = image.flavour;
    this.kernel.start(child, image.program);
    return child;
  }

  /** Replaces the program of this process: what it gives is the status to exit with. Throws as `spawn` does, before
   *  anything has changed. */
  exec(path: string, argv: readonly string[]): number | Promise<number> {
    const image = this.kernel.findProgram(this, path, argv, this.cwd);
    return image instanceof Promise ? image.then((found) => this.#become(found)) : this.#become(image);
  }

  #become(image: ProgramImage): number | Promise<number> {
    this.credentials = afterExec(this.credentials, image.file, image.argv[0] ?? '');
    this.argv = image.argv;
    this.flavour = image.flavour;
    this.forgetHandlers();
    const failed = (error: unknown): number | Promise<number> => {
      if (this.ending || error instanceof ProcessEnded) throw error;
      // The program's own fault, none of who called exec.
      const status = this.#statusOf(error);
      return status instanceof Promise ? status.then(exitCode) : exitCode(status);
    };
    try {
      const running = image.program(this);
      return running instanceof Promise ? running.catch(failed) : running;
    } catch (error) {
      return failed(error);
    }
  }

  /** Holds so many bytes more in memory, or less, than before: what a control group counts. */
  hold(sizeBytes: number): void {
    const { cgroup } = this.namespaces;
    if (!cgroup) return;
    cgroup.hold(this, sizeBytes);
    if (this.ending) throw this.ending;
  }

  protected override get isTimed(): boolean {
    return this.namespaces.cgroup !== undefined || this.limits.has('t');
  }

  protected override spend(ranMs: number): number {
    if (this.limits.has('t')) this.#limitTime(ranMs);
    return this.namespaces.cgroup?.spend(ranMs) ?? 0;
  }

  protected override async untilTurn(durationMs: number): Promise<void> {
    // Whatever ends it ends this wait, and is seen by who asked for it.
    await this.kernel.clock.sleep(durationMs, this.signal).catch(() => undefined);
  }

  /** A signal in each second beyond the soft limit; the hard one ends it (setrlimit(2), RLIMIT_CPU). */
  #limitTime(ranMs: number): void {
    const beforeSec = Math.floor(this.#ranMs / 1000);
    this.#ranMs += ranMs;
    const ranSec = Math.floor(this.#ranMs / 1000);
    if (ranSec === beforeSec) return;
    if (ranSec >= Number(this.limits.get('t')?.hard)) this.kill(SIGNALS.KILL);
    else if (ranSec >= this.#limit('t')) this.kill(SIGNALS.XCPU);
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

  /** Root of the machine, and whoever has these, may have any number (setrlimit(2), RLIMIT_NPROC). */
  #limitOfCount(credentials: ProcessCredentials): number {
    const isFree = realUidOf(credentials) === 0 || hasCapability(credentials, 'SYS_ADMIN');
    return isFree || hasCapability(credentials, 'SYS_RESOURCE') ? Number.POSITIVE_INFINITY : this.#limit('u');
  }
}

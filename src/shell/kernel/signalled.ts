import { nextTask } from '../../bytes/nextTask.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { ProcessEnded } from './processEnded.ts';
import { defaultAction, SIGNALS } from './signals.ts';
import type { WaitStatus } from './waitStatus.ts';

/** Work between two looks at whether the thread is wanted elsewhere. */
const SLICE_MS = 10;
/** Clock reads are dear in a tight loop: every so many calls of `isDue` reads it. */
const CALLS_PER_CLOCK = 32;

export type SignalHandler = 'default' | 'ignore' | ((signal: number) => void);

/** What ends a wait that a signal came into. */
const INTERRUPTED = Symbol('interrupted');

/** What signals reach and end, what is stopped and goes on, and gives way to others. A part of a process, and no
 *  object of its own: loops ask `isDue` all the time. */
export abstract class Signalled {
  status: WaitStatus | undefined;
  /** Thrown from where the program gives way, once a signal has ended it. */
  protected ending: ProcessEnded | undefined;
  protected killedBy: number | undefined;
  /** Made when somebody asks for the signal: most processes end before anybody does. */
  #abort: AbortController | undefined;
  /** Undefined while all are as they come. */
  #handlers: Map<number, SignalHandler> | undefined;
  #pending: number[] = [];
  #stopped: { readonly promise: Promise<void>; readonly resume: () => void } | undefined;
  /** Of the waits under way: seldom more than one. */
  #wakers: (() => void)[] = [];
  #stopListeners: (() => void)[] = [];
  #calls = 0;
  #isOver = false;
  #sliceStart = performance.now();

  /** Aborted when the process is killed. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.ending) this.#abort.abort(this.ending);
    }
    return this.#abort.signal;
  }

  /** A signal ends it, as soon as it gives way. */
  get isKilled(): boolean {
    return this.ending !== undefined;
  }

  get hasEnded(): boolean {
    return this.status !== undefined;
  }

  get ignoredSignals(): [number, SignalHandler][] {
    return [...(this.#handlers ?? [])].filter(([, handler]) => handler === 'ignore');
  }

  /** fork(2): what the parent ignores, the child ignores, too. */
  protected ignoreAs(parent: Signalled): void {
    if (parent.#handlers)
      for (const [signal, handler] of parent.#handlers) if (handler === 'ignore') this.onSignal(signal, handler);
  }

  /** What shall happen on a signal. KILL and STOP cannot be changed. A function is called as soon as the process gives
   *  way (`pause`, any wait): what waits then fails with EINTR where POSIX lets it. */
  onSignal(signal: number, handler: SignalHandler): void {
    if (signal === SIGNALS.KILL || signal === SIGNALS.STOP) return;
    if (handler === 'default') {
      this.#handlers?.delete(signal);
      return;
    }
    this.#handlers ??= new Map();
    this.#handlers.set(signal, handler);
  }

  handlerOf(signal: number): SignalHandler {
    return this.#handlers?.get(signal) ?? 'default';
  }

  /** exec(2): functions of the program that is replaced go, what is ignored stays so. */
  protected forgetHandlers(): void {
    for (const [signal, handler] of this.#handlers ?? []) if (handler !== 'ignore') this.#handlers?.delete(signal);
  }

  /** Sends it a signal. */
  kill(signal: number): void {
    if (signal === 0 || this.hasEnded) return;
    if (signal === SIGNALS.CONT) this.#resume();
    const handler = this.#handlers?.get(signal);
    if (handler === 'ignore') return;
    if (typeof handler === 'function') {
      this.#pending.push(signal);
      this.#wake();
      return;
    }
    switch (defaultAction(signal)) {
      case 'terminate':
        this.killedBy ??= signal;
        this.#resume();
        this.ending ??= new ProcessEnded({ signal });
        this.#abort?.abort(this.ending);
        this.#wake();
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
    const listeners = this.#stopListeners;
    this.#stopListeners = [];
    for (const tell of listeners) tell();
  }

  /** Ends when the process is stopped, at once when it is already; for shells that wait for their jobs. */
  whenStopped(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stopListeners.push(resolve);
    });
  }

  #resume(): void {
    this.#stopped?.resume();
    this.#stopped = undefined;
  }

  /** Calls the handlers of signals that came. Throws when the process was killed. */
  checkSignals(): void {
    if (this.ending) throw this.ending;
    while (this.#pending.length > 0) {
      const signal = this.#pending.shift() as number;
      const handler = this.#handlers?.get(signal);
      if (typeof handler === 'function') handler(signal);
    }
  }

  // Giving way

  /** Whether a long loop should `await pause()` now. Cheap. */
  get isDue(): boolean {
    if (this.#isOver || this.ending !== undefined || this.#pending.length > 0 || this.#stopped) return true;
    if (++this.#calls % CALLS_PER_CLOCK !== 0) return false;
    // It stays due: who asks first need not be who can pause.
    this.#isOver = performance.now() - this.#sliceStart > SLICE_MS;
    return this.#isOver;
  }

  /** Something ran that may have taken long: the next `isDue` reads the clock. */
  protected askClock(): void {
    this.#calls = -1;
  }

  /** Lets other tasks run, waits while stopped, calls signal handlers, throws when killed. */
  async pause(): Promise<void> {
    if (performance.now() - this.#sliceStart > SLICE_MS) {
      const waitMs = this.#endSlice();
      if (waitMs > 0) await this.untilTurn(waitMs);
      else await nextTask();
      this.#sliceStart = performance.now();
    }
    this.#isOver = false;
    await this.#whileStopped();
    this.checkSignals();
  }

  /** Whether somebody counts how long it runs. Only then are waits told from work, which takes looks at the clock. */
  protected abstract get isTimed(): boolean;

  /** It ran so long. Returns how long it is to wait before it goes on, in ms. */
  protected abstract spend(ranMs: number): number;

  /** Waits for its turn, or until it is killed. */
  protected abstract untilTurn(durationMs: number): Promise<void>;

  #endSlice(): number {
    return this.isTimed ? this.spend(performance.now() - this.#sliceStart) : 0;
  }

  async #whileStopped(): Promise<void> {
    while (this.#stopped) await this.#stopped.promise;
  }

  /** Waits for something of the world; a signal ends the wait: when killed by ProcessEnded, when handled by VfsError
   *  EINTR (the handler has run). */
  async waitFor<T>(promise: Promise<T>): Promise<T> {
    if (this.#stopped || this.ending || this.#pending.length > 0) {
      // Its failure is nobody's when a signal ends the wait.
      promise.catch(() => undefined);
      await this.#whileStopped();
      this.checkSignals();
    }
    let value: T;
    const { isTimed } = this;
    const waitMs = isTimed ? this.#endSlice() : 0;
    if (waitMs > 0) {
      promise.catch(() => undefined);
      await this.untilTurn(waitMs);
    }
    try {
      value = await this.#unlessWoken(promise);
    } catch (error) {
      if (error !== INTERRUPTED) throw error;
      await this.#whileStopped();
      this.checkSignals();
      throw new VfsError('EINTR', 'wait', '');
    } finally {
      if (isTimed) this.#sliceStart = performance.now();
    }
    if (this.#stopped) await this.#whileStopped();
    return value;
  }

  /** Rejects with INTERRUPTED when a signal comes first. Cheaper than a race: one promise. */
  #unlessWoken<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        this.#forgetWaker(wake);
        reject(INTERRUPTED);
      };
      this.#wakers.push(wake);
      promise.then(
        (value) => {
          this.#forgetWaker(wake);
          resolve(value);
        },
        (error: unknown) => {
          this.#forgetWaker(wake);
          reject(error);
        },
      );
    });
  }

  #forgetWaker(wake: () => void): void {
    const wakers = this.#wakers;
    if (wakers.at(-1) === wake) {
      wakers.pop();
      return;
    }
    const at = wakers.indexOf(wake);
    if (at >= 0) wakers.splice(at, 1);
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}

import { CompanionError } from '../companionError.ts';
import type { BuildRequest, BuildRules, EarlyStart, Engine } from '../engines/engine.ts';
import type { CompanionLimits } from '../limits.ts';
import type { BuildFailure, BuildResult, BuildSummary } from '../protocol.ts';
import type { EarlyPlace, PoolJob } from './enginePool.ts';
import { EventLog } from './eventLog.ts';
import { StepRecorder } from './stepRecorder.ts';

/** What all builds of a companion share. */
export interface BuildSetting {
  readonly limits: CompanionLimits;
  readonly rules: BuildRules;
  /** Of errors that nobody foresaw. */
  readonly report: (error: unknown) => void;
}

/** One build from its context to its result. */
export class Build implements PoolJob {
  readonly id: string;
  readonly user: string;
  readonly folder: string;
  readonly log = new EventLog();
  readonly #controller = new AbortController();
  readonly #setting: BuildSetting;
  #request: BuildRequest | undefined;
  #state: BuildSummary['state'] = 'queued';
  #result: BuildResult | undefined;
  #ended: (() => void) | undefined;
  /** Resolves when it has ended and nothing of it runs. */
  readonly ended: Promise<void>;
  /** Cancelled before its turn: takes it out of the queue. */
  leaveQueue: () => boolean = () => false;
  lastUsedMs = Date.now();
  /** What an engine began while the context was on its way. */
  early: EarlyPlace | undefined;

  constructor(id: string, user: string, folder: string, setting: BuildSetting) {
    this.id = id;
    this.user = user;
    this.folder = folder;
    this.#setting = setting;
    this.ended = new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  get summary(): BuildSummary {
    return { build: this.id, state: this.#state, ...(this.#result ? { result: this.#result } : {}) };
  }

  get resultFile(): string | undefined {
    return this.#state === 'done' ? this.#request?.resultFile : undefined;
  }

  get hasEnded(): boolean {
    return this.#state === 'done' || this.#state === 'failed';
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  ready(request: BuildRequest): void {
    this.#request = request;
  }

  cancel(why = 'the build was cancelled'): void {
    if (this.hasEnded) return;
    this.#controller.abort(new CompanionError('cancelled', why));
    if (this.leaveQueue()) this.giveUp(new CompanionError('cancelled', why));
  }

  giveUp(why: CompanionError): void {
    this.#fail(why);
  }

  /** Ends what was begun early, where it was not used. */
  async dropEarly(): Promise<void> {
    const { early } = this;
    this.early = undefined;
    await early?.discard();
  }

  async run(engine: Engine, attempt: number): Promise<'ended' | 'lost'> {
    if (this.hasEnded) return 'ended';
    const request = this.#request;
    if (!request) throw new Error('a build runs before it is ready');
    this.#state = 'running';
    this.log.append({ type: 'started', engine: engine.name, attempt });
    const timeout = new AbortController();
    const timer = setTimeout(() => {
      timeout.abort(new CompanionError('timeout', `the build took over ${this.#setting.limits.buildMs / 1000} s`));
    }, this.#setting.limits.buildMs);
    const recorder = new StepRecorder(this.#setting.limits, (event) => this.log.append(event));
    try {
      const signal = AbortSignal.any([this.#controller.signal, timeout.signal]);
      const early = await this.#earlyAt(engine);
      const result = await engine.build(request, this.#setting.rules, (event) => recorder.add(event), signal, early);
      this.#result = result;
      this.#state = 'done';
      this.lastUsedMs = Date.now();
      this.log.append({ type: 'done', result });
      this.#ended?.();
      return 'ended';
    } catch (error) {
      if (error instanceof CompanionError && error.code === 'connectionLost' && !this.signal.aborted) {
        this.#state = 'queued';
        return 'lost';
      }
      this.#fail(error);
      return 'ended';
    } finally {
      clearTimeout(timer);
    }
  }

  /** Another engine than that which began has to begin anew. */
  async #earlyAt(engine: Engine): Promise<EarlyStart | undefined> {
    const { early } = this;
    if (early?.engine !== engine) await this.dropEarly();
    this.early = undefined;
    return early?.engine === engine ? early.take() : undefined;
  }

  #fail(error: unknown): void {
    if (this.hasEnded) return;
    this.#state = 'failed';
    const known = error instanceof CompanionError ? error : undefined;
    const code: BuildFailure = known && isFailure(known.code) ? known.code : 'engine';
    const message = known?.message ?? 'the companion failed; its log tells more';
    if (!known) this.#setting.report(error);
    this.log.append({ type: 'error', code, message: message.slice(0, 8192) });
    void this.dropEarly().then(() => this.#ended?.());
  }
}

const FAILURES: readonly string[] = ['failed', 'cancelled', 'timeout', 'limit', 'refused', 'engine'];

function isFailure(code: string): code is BuildFailure {
  return FAILURES.includes(code);
}

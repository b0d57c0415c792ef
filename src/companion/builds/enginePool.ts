import { CompanionError } from '../companionError.ts';
import type { BuildRequest, BuildRules, EarlyStart, Engine, EngineFacts } from '../engines/engine.ts';
import type { EngineInfo } from '../protocol.ts';
import { chooseEndpoint, type EndpointLoad } from './chooseEndpoint.ts';
import { FairQueue } from './fairQueue.ts';

/** Something that runs on an engine when its turn comes. */
export interface PoolJob {
  readonly user: string;
  /** Never rejects. `lost`: the connection to the engine, not the job, failed. */
  run(engine: Engine, attempt: number): Promise<'ended' | 'lost'>;
  /** No engine will take it any more. */
  giveUp(why: CompanionError): void;
}

/** A build that an engine began while its context was on its way. */
export interface EarlyPlace {
  readonly engine: Engine;
  /** For `Engine.build`, which ends it from now on. */
  take(): EarlyStart;
  discard(): Promise<void>;
}

/** A build that an engine began before anybody asked for it: it takes no slot and no turn. */
export interface HeadStart {
  readonly engine: Engine;
  readonly start: EarlyStart;
}

export interface PoolLimits {
  readonly runningPerUser: number;
  readonly queuedPerUser: number;
  readonly queued: number;
}

const MAX_ATTEMPTS = 3;
const PROBE_TIMEOUT_MS = 4_000;
/** Between looks at engines: at those that are gone, and at the load of the others. */
const PROBE_PAUSE_MS = 2_000;
/** Jobs wait so long for some engine to come back. */
const ALL_GONE_MS = 30_000;
const FACTS_AGE_MS = 1_000;

class Endpoint implements EndpointLoad {
  readonly engine: Engine;
  running = 0;
  /** Builds that were begun and whose contexts are on their way: they take nobody's turn. */
  early = 0;
  foreign = 0;
  isUp = true;
  facts: EngineFacts | undefined;
  fault: string | undefined;
  lookedAtMs = 0;

  constructor(engine: Engine) {
    this.engine = engine;
  }
  get name(): string {
    return this.engine.name;
  }
  get slots(): number {
    return this.engine.slots;
  }
}

/** Engines and the builds that wait for them: users in turn, each near its cache, a build whose engine vanished again
 *  elsewhere. All that it knows is of this moment: another worker needs none of it. */
export class EnginePool {
  readonly #endpoints: readonly Endpoint[];
  readonly #limits: PoolLimits;
  readonly #isForSeveral: boolean;
  readonly #queue = new FairQueue<Waiting>();
  readonly #runningOf = new Map<string, number>();
  readonly #earlyOf = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #allGoneSinceMs: number | undefined;

  constructor(engines: readonly Engine[], limits: PoolLimits, isForSeveral: boolean) {
    this.#endpoints = engines.map((engine) => new Endpoint(engine));
    this.#limits = limits;
    this.#isForSeveral = isForSeveral;
  }

  /** First look at every engine; further ones follow while there is work. */
  async open(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => this.#look(endpoint)));
  }

  /** Throws CompanionError `noEngine`, `busy`. Returns the jobs ahead. */
  submit(job: PoolJob): { readonly ahead: number; cancel(): boolean } {
    if (!this.#endpoints.some((endpoint) => this.#isFit(endpoint))) {
      const [first] = this.#endpoints;
      throw new CompanionError('noEngine', first ? (this.#unfitness(first) ?? 'no engine') : 'there is no engine');
    }
    const { queuedPerUser, queued } = this.#limits;
    if (this.#queue.sizeOf(job.user) >= queuedPerUser) {
      throw new CompanionError('busy', `${queuedPerUser} builds of yours wait already`);
    }
    if (this.#queue.size >= queued) throw new CompanionError('busy', `${queued} builds wait already`);
    const waiting: Waiting = { user: job.user, job, attempts: 0 };
    this.#queue.add(waiting);
    const ahead = this.#queue.aheadOf(waiting);
    queueMicrotask(() => this.#dispatch());
    this.#watch();
    return { ahead, cancel: () => this.#queue.remove(waiting) };
  }

  /** Some engine reads contexts as they came. */
  get readsContextTar(): boolean {
    return this.#endpoints.some(({ engine }) => engine.readsContextTar);
  }

  /** Where a build of that user may be begun before he asks for it; undefined while there is anything else to do. */
  idleEngine(user: string): Engine | undefined {
    if (this.#endpoints.some(({ running, early }) => running + early > 0)) return undefined;
    return chooseEndpoint(this.#usable(), user)?.engine;
  }

  /** Begins a build where it would run if its context were there now; undefined where it would have to wait.
   *  `head` is gone on with where that engine began it, and else ended. */
  startEarly(request: BuildRequest, rules: BuildRules, head?: HeadStart): EarlyPlace | undefined {
    const { user } = request;
    const endpoint = this.#earlyEndpoint(user);
    const begun = head?.engine === endpoint?.engine ? head?.start : undefined;
    if (!begun) void head?.start.discard();
    const start = begun ?? endpoint?.engine.startEarly?.(request, rules);
    if (!endpoint || !start) return undefined;
    this.#countEarly(user, endpoint, 1);
    let isOpen = true;
    const leave = (): void => {
      if (isOpen) this.#countEarly(user, endpoint, -1);
      isOpen = false;
    };
    return {
      engine: endpoint.engine,
      take: () => {
        leave();
        return start;
      },
      discard: async () => {
        leave();
        await start.discard();
      },
    };
  }

  /** Where a build of that user would run at once. */
  #earlyEndpoint(user: string): Endpoint | undefined {
    const builds = (this.#runningOf.get(user) ?? 0) + (this.#earlyOf.get(user) ?? 0);
    if (this.#queue.size > 0 || builds >= this.#limits.runningPerUser) return undefined;
    const endpoint = chooseEndpoint(this.#usable(), user);
    return endpoint && endpoint.running + endpoint.early < endpoint.slots ? endpoint : undefined;
  }

  /** The engine that runs containers, if there is one. */
  containerEngine(): Engine | undefined {
    const isUsable = (endpoint: Endpoint): boolean =>
      endpoint.isUp && endpoint.facts !== undefined && this.#isFit(endpoint);
    return this.#endpoints.find((endpoint) => endpoint.engine.run && isUsable(endpoint))?.engine;
  }

  async info(): Promise<EngineInfo[]> {
    await Promise.all(this.#endpoints.map((endpoint) => this.#look(endpoint)));
    return this.#endpoints.map((endpoint) => {
      const { engine, facts, isUp, running, foreign } = endpoint;
      const unfitness = this.#unfitness(endpoint);
      return {
        kind: engine.kind,
        name: engine.name,
        state: !isUp ? 'unreachable' : unfitness === undefined ? 'ready' : 'refused',
        ...(facts ? { version: facts.version, platforms: facts.platforms } : {}),
        running: running + foreign,
        slots: engine.slots,
        runsContainers: engine.run !== undefined,
        notes: [...(unfitness === undefined ? [] : [unfitness]), ...(facts?.notes ?? [])],
      };
    });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const { job } of this.#queue.all()) job.giveUp(new CompanionError('cancelled', 'the companion ends'));
    for (const { engine } of this.#endpoints) engine.close();
  }

  #isFit(endpoint: Endpoint): boolean {
    return this.#unfitness(endpoint, 'unknownIsFit') === undefined;
  }

  #unfitness({ facts, fault, isUp, engine }: Endpoint, unknown?: 'unknownIsFit'): string | undefined {
    if (!isUp && unknown === undefined) return fault ?? `${engine.name} does not answer`;
    return this.#isForSeveral ? facts?.unfitForSeveral : undefined;
  }

  #usable(): Endpoint[] {
    return this.#endpoints.filter((endpoint) => endpoint.facts && this.#isFit(endpoint));
  }

  #dispatch(): void {
    for (;;) {
      const usable = this.#usable();
      if (!usable.some(({ isUp, running, slots }) => isUp && running < slots)) return;
      const next = this.#queue.take((user) => (this.#runningOf.get(user) ?? 0) < this.#limits.runningPerUser);
      if (!next) return;
      const endpoint = chooseEndpoint(usable, next.user);
      if (!endpoint) {
        this.#queue.addFirst(next);
        return;
      }
      void this.#run(next, endpoint);
    }
  }

  async #run(waiting: Waiting, endpoint: Endpoint): Promise<void> {
    const { user, job } = waiting;
    const attempt = ++waiting.attempts;
    this.#count(user, endpoint, 1);
    const end = await job.run(endpoint.engine, attempt);
    this.#count(user, endpoint, -1);
    if (end === 'lost') {
      endpoint.isUp = false;
      endpoint.fault = `${endpoint.name} was lost`;
      if (attempt < MAX_ATTEMPTS) this.#queue.addFirst(waiting);
      else job.giveUp(new CompanionError('engine', `the connection to an engine was lost ${attempt} times`));
      await this.#look(endpoint);
    }
    this.#dispatch();
    this.#watch();
  }

  #count(user: string, endpoint: Endpoint, change: number): void {
    endpoint.running += change;
    countUp(this.#runningOf, user, change);
  }

  #countEarly(user: string, endpoint: Endpoint, change: number): void {
    endpoint.early += change;
    countUp(this.#earlyOf, user, change);
  }

  #watch(): void {
    if (this.#queue.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#allGoneSinceMs = undefined;
      return;
    }
    this.#timer ??= setInterval(() => void this.#lookAtAll(), PROBE_PAUSE_MS);
  }

  async #lookAtAll(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => this.#look(endpoint)));
    if (this.#endpoints.some((endpoint) => endpoint.isUp && this.#isFit(endpoint))) this.#allGoneSinceMs = undefined;
    else {
      this.#allGoneSinceMs ??= Date.now();
      if (Date.now() - this.#allGoneSinceMs > ALL_GONE_MS) {
        for (const waiting of this.#queue.all()) {
          this.#queue.remove(waiting);
          waiting.job.giveUp(new CompanionError('engine', 'no engine answers that may be used'));
        }
      }
    }
    this.#dispatch();
    this.#watch();
  }

  async #look(endpoint: Endpoint): Promise<void> {
    if (endpoint.isUp && Date.now() - endpoint.lookedAtMs < FACTS_AGE_MS) return;
    endpoint.lookedAtMs = Date.now();
    try {
      const facts = await endpoint.engine.facts(AbortSignal.timeout(PROBE_TIMEOUT_MS));
      endpoint.facts = facts;
      endpoint.foreign = Math.max(0, facts.running - endpoint.running);
      endpoint.isUp = true;
      endpoint.fault = undefined;
    } catch (error) {
      endpoint.isUp = false;
      endpoint.fault = error instanceof Error ? error.message : String(error);
    }
  }
}

/** Users without any are not kept. */
function countUp(counts: Map<string, number>, user: string, change: number): void {
  const count = (counts.get(user) ?? 0) + change;
  if (count === 0) counts.delete(user);
  else counts.set(user, count);
}

interface Waiting {
  readonly user: string;
  readonly job: PoolJob;
  attempts: number;
}

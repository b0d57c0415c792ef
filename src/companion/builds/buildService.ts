import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompanionError } from '../companionError.ts';
import type { CompanionLimits } from '../limits.ts';
import { Build, type BuildSetting } from './build.ts';
import { parseBuildOptions } from './buildOptions.ts';
import type { EnginePool } from './enginePool.ts';
import type { BuildOptions } from './buildOptions.ts';
import { LikelyBuild } from './likelyBuild.ts';
import { ContextUploads, type ContextInput } from './contextUploads.ts';
import { planRequest, prepareBuild, RESULT_TAR, type PlannedBuild } from './prepareBuild.ts';
import type { WorkFolders } from './workFolders.ts';

const TIDY_PAUSE_MS = 5_000;
const FAREWELL_MS = 500;

/** The builds of all users, from the upload to the day their results are forgotten. */
export class BuildService {
  readonly #pool: EnginePool;
  readonly #folders: WorkFolders;
  readonly #limits: CompanionLimits;
  readonly #setting: BuildSetting;
  readonly #contexts: ContextUploads;
  readonly #likely: LikelyBuild;
  readonly #builds = new Map<string, Build>();
  /** Contexts under way, by user: they count as waiting builds. */
  readonly #uploads = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(pool: EnginePool, folders: WorkFolders, setting: BuildSetting) {
    this.#pool = pool;
    this.#folders = folders;
    this.#limits = setting.limits;
    this.#setting = setting;
    this.#contexts = new ContextUploads(pool.readsContextTar);
    this.#likely = new LikelyBuild({
      idleEngine: (user) => pool.idleEngine(user),
      plan: (user, options) => this.#plan(user, options),
      rules: setting.rules,
      removeFolder: (folder) => folders.remove(folder),
    });
    this.#timer = setInterval(() => void this.#tidy(), TIDY_PAUSE_MS);
  }

  /** Takes a context and queues its build. Nothing is left of one that is refused. `signal`: of the sender. */
  async start(user: string, query: URLSearchParams, input: ContextInput, signal: AbortSignal): Promise<Build> {
    const options = parseBuildOptions(query);
    this.#countUpload(user, 1);
    let build: Build | undefined;
    try {
      // A digest of a base stands on the command line, and is known only when all is there.
      const isQuick = this.#contexts.isSmall(input) && options.bases.length === 0;
      const plan = (isQuick ? this.#likely.take(user, options) : undefined) ?? this.#plan(user, options);
      build = new Build(plan.build, user, plan.folder, this.#setting);
      if (isQuick) build.early = this.#pool.startEarly(plan.request, this.#setting.rules, plan.head);
      await this.#prepare(build, plan, input, signal);
      this.#queue(build);
      if (isQuick) void build.ended.then(() => this.#expectAgain(plan));
      return build;
    } catch (error) {
      await build?.dropEarly();
      if (build) await this.#folders.remove(build.folder);
      throw error;
    } finally {
      this.#countUpload(user, -1);
    }
  }

  #plan(user: string, options: BuildOptions): PlannedBuild {
    const build = randomBytes(16).toString('hex');
    const preparation = { build, user, folder: this.#folders.make(), options };
    try {
      return { ...preparation, request: planRequest(preparation) };
    } catch (error) {
      void this.#folders.remove(preparation.folder);
      throw error;
    }
  }

  async #prepare(build: Build, plan: PlannedBuild, input: ContextInput, signal: AbortSignal): Promise<void> {
    const { contextBytes: maxBytes, uploadIdleMs: idleMs } = this.#limits;
    const context = await this.#contexts.receive(input, plan.folder, { maxBytes, idleMs, signal });
    try {
      build.ready(await prepareBuild(plan.request, plan, context.source, this.#limits, signal));
    } finally {
      await context.close();
    }
  }

  #expectAgain(plan: PlannedBuild): void {
    if (!this.#isClosed && this.#builds.get(plan.build)?.resultFile !== undefined) this.#likely.repeat(plan);
  }

  #queue(build: Build): void {
    if (this.#isClosed) throw new CompanionError('cancelled', 'the companion ends');
    const { ahead, cancel } = this.#pool.submit(build);
    build.leaveQueue = cancel;
    build.log.append({ type: 'queued', build: build.id, ahead });
    this.#builds.set(build.id, build);
    this.#watchReaders(build);
    void build.ended.then(() => this.#afterEnd(build));
  }

  /** Nobody listens: nobody waits for it. */
  #watchReaders(build: Build): void {
    let timer: NodeJS.Timeout | undefined;
    const abandon = (): void => build.cancel('nobody listens to the build any more');
    const change = (readers: number): void => {
      clearTimeout(timer);
      build.lastUsedMs = Date.now();
      if (readers === 0 && !build.hasEnded) timer = setTimeout(abandon, this.#limits.abandonedMs);
    };
    build.log.onReaders(change);
    change(0);
    void build.ended.then(() => clearTimeout(timer));
  }

  async #afterEnd(build: Build): Promise<void> {
    if (build.resultFile === undefined) await this.#folders.remove(build.folder);
    else await this.#removeInput(build.folder);
    const kept = [...this.#builds.values()].filter(({ user, hasEnded }) => user === build.user && hasEnded);
    for (const old of kept.slice(0, Math.max(0, kept.length - this.#limits.keptPerUser))) await this.#forget(old);
  }

  /** What went in is of no use any more. */
  async #removeInput(folder: string): Promise<void> {
    for (const part of await readdir(folder).catch(() => [])) {
      if (part !== RESULT_TAR) await this.#folders.remove(join(folder, part));
    }
  }

  /** A user's own build. Throws CompanionError `notFound`, also for those of others. */
  find(user: string, id: string): Build {
    const build = this.#builds.get(id);
    if (!build || build.user !== user) throw new CompanionError('notFound', 'there is no such build');
    return build;
  }

  of(user: string): Build[] {
    return [...this.#builds.values()].filter((build) => build.user === user);
  }

  /** Cancels a build that runs, and forgets it with its result. Resolves when nothing is left. */
  async remove(user: string, id: string): Promise<void> {
    const build = this.find(user, id);
    build.cancel();
    await build.ended;
    await this.#forget(build);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#likely.close();
    for (const build of this.#builds.values()) build.cancel('the companion ends');
    await Promise.all([...this.#builds.values()].map(({ ended }) => ended));
    // Readers hear how it ended before their connections are cut.
    for (let waitedMs = 0; waitedMs < FAREWELL_MS && this.#readers > 0; waitedMs += 10) await sleep(10);
  }

  get #readers(): number {
    return [...this.#builds.values()].reduce((sum, { log }) => sum + log.readers, 0);
  }

  async #forget(build: Build): Promise<void> {
    this.#builds.delete(build.id);
    this.#likely.drop(build.id);
    await this.#folders.remove(build.folder);
  }

  async #tidy(): Promise<void> {
    const oldest = Date.now() - this.#limits.keptMs;
    for (const build of this.#builds.values()) {
      if (build.hasEnded && build.log.readers === 0 && build.lastUsedMs < oldest) await this.#forget(build);
    }
  }

  #countUpload(user: string, change: number): void {
    const count = (this.#uploads.get(user) ?? 0) + change;
    const { queuedPerUser } = this.#limits;
    if (count > queuedPerUser) throw new CompanionError('busy', `${queuedPerUser} uploads of yours are under way`);
    if (count === 0) this.#uploads.delete(user);
    else this.#uploads.set(user, count);
  }
}

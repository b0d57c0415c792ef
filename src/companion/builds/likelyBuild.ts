import { isDeepStrictEqual } from 'node:util';
import type { BuildRules, Engine } from '../engines/engine.ts';
import type { BuildOptions } from './buildOptions.ts';
import type { PlannedBuild } from './prepareBuild.ts';

/** When all that a build has to say is said, and its engine has time. */
const PAUSE_MS = 40;
/** A program that waits takes some 30 MB. */
const KEPT_MS = 60_000;

export interface LikelyBuildSetting {
  /** One that has nothing to do. */
  readonly idleEngine: (user: string) => Engine | undefined;
  /** A new build of that kind, in a folder of its own. */
  readonly plan: (user: string, options: BuildOptions) => PlannedBuild;
  readonly rules: BuildRules;
  readonly removeFolder: (folder: string) => Promise<void>;
}

/** The build that most likely comes next: the last one again. Its program is started beforehand, which takes a sixth
 *  of a build that is cached. There is one at a time, for a minute. */
export class LikelyBuild {
  readonly #setting: LikelyBuildSetting;
  #planned: PlannedBuild | undefined;
  /** Of the build that it repeats. */
  #model: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dropping: Promise<void> = Promise.resolve();

  constructor(setting: LikelyBuildSetting) {
    this.#setting = setting;
  }

  /** After a build that ended well. */
  repeat({ build, user, options }: PlannedBuild): void {
    this.drop();
    this.#model = build;
    this.#timer = setTimeout(() => this.#begin(user, options), PAUSE_MS).unref();
  }

  #begin(user: string, options: BuildOptions): void {
    const engine = this.#setting.idleEngine(user);
    if (!engine?.startEarly) {
      this.#forget();
      return;
    }
    try {
      this.#planned = this.#setting.plan(user, options);
      const start = engine.startEarly(this.#planned.request, this.#setting.rules);
      this.#planned = { ...this.#planned, head: { engine, start } };
      this.#timer = setTimeout(() => this.drop(), KEPT_MS).unref();
    } catch {
      this.drop(); // a full disk, no process to be had: who asks for a build is told
    }
  }

  /** What was planned, where it is this user's and the same in everything that is asked. */
  take(user: string, options: BuildOptions): PlannedBuild | undefined {
    const planned = this.#planned;
    if (planned?.user !== user || !isDeepStrictEqual(planned.options, options)) return undefined;
    this.#forget();
    return planned;
  }

  /** Ends it; of a build: where it repeats that one. */
  drop(model = this.#model): void {
    if (model !== this.#model) return;
    const planned = this.#planned;
    this.#forget();
    if (planned) this.#dropping = Promise.all([this.#dropping, this.#remove(planned)]).then(() => undefined);
  }

  /** Resolves when nothing is left of any that was dropped. */
  async close(): Promise<void> {
    this.drop();
    await this.#dropping;
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#planned = undefined;
    this.#model = undefined;
  }

  async #remove({ head, folder }: PlannedBuild): Promise<void> {
    await head?.start.discard();
    await this.#setting.removeFolder(folder);
  }
}

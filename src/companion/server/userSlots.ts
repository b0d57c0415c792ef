import { CompanionError } from '../companionError.ts';

/** So much of one kind of work may each user have under way. */
export class UserSlots {
  readonly #most: number;
  readonly #what: string;
  readonly #counts = new Map<string, number>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(most: number, what: string) {
    this.#most = most;
    this.#what = what;
  }

  /** Throws CompanionError `busy`. The slot is free again when the returned function was called. */
  take(user: string): () => void {
    const count = this.#counts.get(user) ?? 0;
    if (count >= this.#most) throw new CompanionError('busy', `${count} ${this.#what} of yours are under way`);
    this.#counts.set(user, count + 1);
    let end: (() => void) | undefined;
    const work = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#underWay.add(work);
    return () => {
      if (!this.#underWay.delete(work)) return;
      const left = (this.#counts.get(user) ?? 1) - 1;
      if (left === 0) this.#counts.delete(user);
      else this.#counts.set(user, left);
      end?.();
    };
  }

  /** Resolves when all that is under way has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}

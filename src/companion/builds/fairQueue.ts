/** Waiting jobs of several users: each user's in order, the users in turn. */
export class FairQueue<Job extends { readonly user: string }> {
  /** The user whose turn it is comes first. */
  readonly #lanes = new Map<string, Job[]>();

  get size(): number {
    let size = 0;
    for (const lane of this.#lanes.values()) size += lane.length;
    return size;
  }

  sizeOf(user: string): number {
    return this.#lanes.get(user)?.length ?? 0;
  }

  add(job: Job): void {
    const lane = this.#lanes.get(job.user);
    if (lane) lane.push(job);
    else this.#lanes.set(job.user, [job]);
  }

  /** Before the user's others: one that had its turn and could not end. */
  addFirst(job: Job): void {
    const lane = this.#lanes.get(job.user);
    if (lane) lane.unshift(job);
    else this.#lanes.set(job.user, [job]);
  }

  /** Takes the next job of the next user that may have one; that user's next turn comes after all others'. */
  take(mayRun: (user: string) => boolean): Job | undefined {
    for (const [user, lane] of this.#lanes) {
      if (!mayRun(user)) continue;
      const job = lane.shift();
      this.#lanes.delete(user);
      if (lane.length > 0) this.#lanes.set(user, lane);
      if (job) return job;
    }
    return undefined;
  }

  remove(job: Job): boolean {
    const lane = this.#lanes.get(job.user);
    const at = lane?.indexOf(job) ?? -1;
    if (!lane || at < 0) return false;
    lane.splice(at, 1);
    if (lane.length === 0) this.#lanes.delete(job.user);
    return true;
  }

  /** Jobs of others and of the same user that will come first, if nothing else happens. */
  aheadOf(job: Job): number {
    const own = this.#lanes.get(job.user)?.indexOf(job) ?? 0;
    let ahead = own;
    for (const [user, lane] of this.#lanes) if (user !== job.user) ahead += Math.min(lane.length, own + 1);
    return ahead;
  }

  all(): Job[] {
    return [...this.#lanes.values()].flat();
  }
}

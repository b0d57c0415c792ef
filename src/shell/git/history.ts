import type { Commit } from '../../git/commit.ts';
import type { Repository } from './repository.ts';

/** Commits that `from` reaches and `without` does not, newest first, children before their parents among those of one
 *  second as far as they are known. */
export async function* reachable(
  repository: Repository,
  from: readonly string[],
  without: readonly string[] = [],
  rules: { readonly firstParent?: boolean } = {},
): AsyncGenerator<Commit> {
  const hidden = without.length > 0 ? await reachableSet(repository, without) : new Set<string>();
  const seen = new Set<string>(from);
  const queue = new CommitQueue();
  for (const oid of new Set(from)) if (!hidden.has(oid)) queue.push(await repository.commit(oid));
  for (let commit = queue.pop(); commit; commit = queue.pop()) {
    yield commit;
    for (const parent of rules.firstParent ? commit.parents.slice(0, 1) : commit.parents) {
      if (seen.has(parent) || hidden.has(parent)) continue;
      seen.add(parent);
      const known = await commitIfThere(repository, parent);
      if (known) queue.push(known);
    }
    if (repository.process.isDue) await repository.process.pause();
  }
}

/** A shallow clone ends where its parents are not there. */
async function commitIfThere(repository: Repository, oid: string): Promise<Commit | undefined> {
  return repository.commit(oid).catch(() => undefined);
}

/** All ids of commits that these reach, themselves among them. */
export async function reachableSet(repository: Repository, from: readonly string[]): Promise<Set<string>> {
  const seen = new Set(from);
  const stack = [...seen];
  for (let oid = stack.pop(); oid !== undefined; oid = stack.pop()) {
    for (const parent of (await commitIfThere(repository, oid))?.parents ?? []) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      stack.push(parent);
    }
    if (repository.process.isDue) await repository.process.pause();
  }
  return seen;
}

/** The newest commit that both reach; undefined where their histories never meet. */
export async function mergeBase(repository: Repository, a: string, b: string): Promise<string | undefined> {
  const ofA = await reachableSet(repository, [a]);
  for await (const { oid } of reachable(repository, [b])) if (ofA.has(oid)) return oid;
  return undefined;
}

/** How many commits each side has that the other has not. */
export async function aheadBehind(repository: Repository, ours: string, theirs: string) {
  const [a, b] = [await reachableSet(repository, [ours]), await reachableSet(repository, [theirs])];
  const only = (these: Set<string>, those: Set<string>) => [...these].filter((oid) => !those.has(oid)).length;
  return { ahead: only(a, b), behind: only(b, a) };
}

/** By the committer's time, the newest first; among equals, those that came first. */
class CommitQueue {
  readonly #heap: { readonly commit: Commit; readonly order: number }[] = [];
  #count = 0;

  push(commit: Commit): void {
    const heap = this.#heap;
    heap.push({ commit, order: this.#count++ });
    for (let at = heap.length - 1; at > 0;) {
      const above = (at - 1) >> 1;
      if (!this.#precedes(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  pop(): Commit | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first?.commit;
    heap[0] = last;
    for (let at = 0; ;) {
      let best = at;
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < heap.length && this.#precedes(below, best)) best = below;
      if (best === at) return first.commit;
      this.#swap(at, best);
      at = best;
    }
  }

  #precedes(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (!one || !other) return false;
    const difference = one.commit.committer.timeSec - other.commit.committer.timeSec;
    return difference === 0 ? one.order < other.order : difference > 0;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (!one || !other) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}

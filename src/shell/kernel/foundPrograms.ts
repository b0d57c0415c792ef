import type { Credentials } from '../../vfs/overlay/permission.ts';
import type { Filesystem } from './filesystem.ts';

/** Directories that a search went through, by the filesystem that they lie in. */
const watched = new WeakMap<Filesystem, Set<string>>();
let changes = 0;

/** Grows with each change in a directory that is watched, wherever it is made. */
export function watchedChanges(): number {
  return changes;
}

export function watchDirectory(filesystem: Filesystem, inner: string): void {
  const directories = watched.get(filesystem);
  if (directories) directories.add(inner);
  else watched.set(filesystem, new Set([inner]));
}

/** To be told before a name of a filesystem is made, removed or opened for writing. */
export function nameChanges(filesystem: Filesystem, inner: string): void {
  const directories = watched.get(filesystem);
  if (!directories) return;
  const slash = inner.lastIndexOf('/');
  if (directories.has(slash <= 0 ? '/' : inner.slice(0, slash))) changes++;
}

/** To be told when rights change: a search may come to another end for them. */
export function rightsChange(): void {
  changes++;
}

/** As many programs are run again and again, at most. */
const MAX_KNOWN = 2_000;

interface Known<T> {
  readonly credentials: Credentials;
  readonly value: T;
}

/** What was found out about programs, for as long as nothing changes that could tell otherwise. A shell's loop asks the
 *  same thousands of times, and each search is a dozen calls of a filesystem. */
export class KnownFacts<T> {
  readonly #known = new Map<string, Known<T>>();
  #epoch = -1;

  /** `epoch`: of all that the fact depends on. Undefined where it is not known for that caller. */
  get(key: string, epoch: number, credentials: Credentials): T | undefined {
    if (this.#epoch !== epoch) {
      this.#epoch = epoch;
      this.#known.clear();
      return undefined;
    }
    const known = this.#known.get(key);
    return known?.credentials === credentials ? known.value : undefined;
  }

  /** `epoch`: as it was before the fact was looked for. */
  set(key: string, epoch: number, credentials: Credentials, value: T): void {
    if (this.#epoch !== epoch) return;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, { credentials, value });
  }
}

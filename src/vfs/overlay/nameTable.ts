import type { Stamp } from './inodeTrie.ts';
import type { UndoLog } from './undoLog.ts';

/** Names in one bucket on average before the table is spread over twice as many. */
const LOAD = 64;

/** A directory's names, persistent: a version shares its buckets with the one it was made from, so that a first
 *  write after a snapshot copies one bucket and a pointer for each other one. A table up to 64 names is one bucket,
 *  in the order of insertion; larger ones have the order of their hashes. */
export class NameTable {
  readonly stamp: Stamp;
  /** All names of a table that has but one bucket, which is most. */
  #only: Map<string, number> | undefined = new Map();
  #isOwned = true;
  /** A power of four, and the names in them. */
  #buckets: Bucket[] | undefined = undefined;
  #bucketedSize = 0;

  constructor(stamp: Stamp) {
    this.stamp = stamp;
  }

  get size(): number {
    return this.#only ? this.#only.size : this.#bucketedSize;
  }

  get(name: string): number | undefined {
    return this.#namesWith(name).get(name);
  }

  /** The same names, to be changed under another stamp. */
  fork(stamp: Stamp): NameTable {
    const copy = new NameTable(stamp);
    copy.#only = this.#only;
    copy.#isOwned = false;
    copy.#buckets = this.#buckets?.slice();
    copy.#bucketedSize = this.#bucketedSize;
    return copy;
  }

  /** Only on a table that the current stamp owns. */
  set(name: string, inode: number, log: UndoLog): void {
    const old = this.get(name);
    if (old === undefined) this.add(name, inode, log);
    else log.replaceEntry(this.#ownNames(name), name, old, inode);
  }

  /** As `set`, for a name that is known to be new. */
  add(name: string, inode: number, log: UndoLog): void {
    if (this.size >= LOAD * (this.#buckets?.length ?? 1)) this.#spread(log);
    log.addEntry(this.#ownNames(name), name, inode);
    if (this.#buckets) this.#count(1, log);
  }

  /** Only on a table that the current stamp owns. */
  delete(name: string, log: UndoLog): void {
    const old = this.get(name);
    if (old !== undefined) this.remove(name, old, log);
  }

  /** As `delete`, for a name that is known to have that inode. */
  remove(name: string, inode: number, log: UndoLog): void {
    log.removeEntry(this.#ownNames(name), name, inode);
    if (this.#buckets) this.#count(-1, log);
  }

  keys(): Iterable<string> {
    return this.#only ? this.#only.keys() : eachOf(this.#buckets ?? [], (names) => names.keys());
  }

  entries(): Iterable<[string, number]> {
    return this.#only ?? eachOf(this.#buckets ?? [], (names) => names);
  }

  copy(): TableShape {
    return { only: this.#only, isOwned: this.#isOwned, buckets: this.#buckets, size: this.#bucketedSize };
  }

  restore({ only, isOwned, buckets, size }: TableShape): void {
    this.#only = only;
    this.#isOwned = isOwned;
    this.#buckets = buckets;
    this.#bucketedSize = size;
  }

  #namesWith(name: string): Map<string, number> {
    return this.#only ?? (this.#bucketOf(name).names as Map<string, number>);
  }

  #bucketOf(name: string): Bucket {
    const buckets = this.#buckets as Bucket[];
    return buckets[hashName(name) & (buckets.length - 1)] as Bucket;
  }

  /** What is copied here holds the same: it needs no way back. */
  #ownNames(name: string): Map<string, number> {
    if (this.#only) {
      if (!this.#isOwned) this.#only = new Map(this.#only);
      this.#isOwned = true;
      return this.#only;
    }
    const bucket = this.#bucketOf(name);
    if (bucket.stamp === this.stamp) return bucket.names;
    const own = { stamp: this.stamp, names: new Map(bucket.names) };
    const buckets = this.#buckets as Bucket[];
    buckets[hashName(name) & (buckets.length - 1)] = own;
    return own.names;
  }

  #count(difference: number, log: UndoLog): void {
    log.keep<TableShape>(this);
    this.#bucketedSize += difference;
  }

  #spread(log: UndoLog): void {
    log.keep<TableShape>(this);
    const count = (this.#buckets?.length ?? 1) * 4;
    const wider = Array.from({ length: count }, () => ({ stamp: this.stamp, names: new Map<string, number>() }));
    for (const [name, inode] of this.entries()) (wider[hashName(name) & (count - 1)] as Bucket).names.set(name, inode);
    this.#bucketedSize = this.size;
    this.#only = undefined;
    this.#buckets = wider;
  }
}

interface TableShape {
  readonly only: Map<string, number> | undefined;
  readonly isOwned: boolean;
  readonly buckets: Bucket[] | undefined;
  readonly size: number;
}

interface Bucket {
  readonly stamp: Stamp;
  readonly names: Map<string, number>;
}

function* eachOf<T>(buckets: readonly Bucket[], what: (names: Map<string, number>) => Iterable<T>): Iterable<T> {
  for (const { names } of buckets) yield* what(names);
}

/** FNV-1a over UTF-16 code units. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

import type { Stamp } from './inodeTrie.ts';
import type { UndoLog } from './undoLog.ts';

/** Names in one bucket on average before the table is spread over twice as many. */
const LOAD = 64;

/** A directory's names, persistent: a version shares its buckets with the one it was made from, so that a first
 *  write after a snapshot copies one bucket and a pointer for each other one. A table up to 64 names is one bucket,
 *  in the order of insertion; larger ones have the order of their hashes. */
export class NameTable {
  readonly stamp: Stamp;
  size = 0;
  /** A power of four; the class's own affair. */
  buckets: Bucket[];

  constructor(stamp: Stamp) {
    this.stamp = stamp;
    this.buckets = [{ stamp, names: new Map() }];
  }

  get(name: string): number | undefined {
    return this.#bucketOf(name).names.get(name);
  }

  /** The same names, to be changed under another stamp. */
  fork(stamp: Stamp): NameTable {
    const copy = new NameTable(stamp);
    copy.size = this.size;
    copy.buckets = this.buckets.slice();
    return copy;
  }

  /** Only on a table that the current stamp owns. */
  set(name: string, inode: number, log: UndoLog): void {
    if (this.#bucketOf(name).names.has(name)) {
      log.setEntry(this.#ownNames(name), name, inode);
      return;
    }
    if (this.size >= LOAD * this.buckets.length) this.#spread(log);
    log.addEntry(this.#ownNames(name), name, inode);
    log.assign(this, 'size', this.size + 1);
  }

  /** Only on a table that the current stamp owns. */
  delete(name: string, log: UndoLog): void {
    if (this.get(name) === undefined) return;
    log.deleteEntry(this.#ownNames(name), name);
    log.assign(this, 'size', this.size - 1);
  }

  keys(): Iterable<string> {
    return this.buckets.length === 1
      ? (this.buckets[0] as Bucket).names.keys()
      : eachOf(this.buckets, (names) => names.keys());
  }

  entries(): Iterable<[string, number]> {
    return this.buckets.length === 1 ? (this.buckets[0] as Bucket).names : eachOf(this.buckets, (names) => names);
  }

  #slotOf(name: string): number {
    const count = this.buckets.length;
    return count === 1 ? 0 : hashName(name) & (count - 1);
  }

  #bucketOf(name: string): Bucket {
    return this.buckets[this.#slotOf(name)] as Bucket;
  }

  #ownNames(name: string): Map<string, number> {
    const slot = this.#slotOf(name);
    const bucket = this.buckets[slot] as Bucket;
    if (bucket.stamp === this.stamp) return bucket.names;
    const own = { stamp: this.stamp, names: new Map(bucket.names) };
    this.buckets[slot] = own;
    return own.names;
  }

  #spread(log: UndoLog): void {
    const count = this.buckets.length * 4;
    const wider = Array.from({ length: count }, () => ({ stamp: this.stamp, names: new Map<string, number>() }));
    for (const [name, inode] of this.entries()) (wider[hashName(name) & (count - 1)] as Bucket).names.set(name, inode);
    log.assign(this, 'buckets', wider);
  }
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

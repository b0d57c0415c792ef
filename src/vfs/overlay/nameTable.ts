import type { Stamp } from './inodeTrie.ts';
import { eachEntry, eachName, inodeOf, type NameRows, ROW, rowOf } from './nameRows.ts';
import { hashText } from './textHash.ts';
import type { UndoLog } from './undoLog.ts';

/** Names that are kept one after the other; more are spread over buckets. */
const MAX_ROWS = 32;
/** Names in one bucket on average before the table is spread over four times as many. */
const LOAD = 64;
const NO_ROWS: NameRows = [];

/** A directory's names, persistent: a version shares its rows or buckets with the one it was made from, so that a first
 *  write after a snapshot copies one bucket and a pointer for each other one. A table of up to 64 names has the order of
 *  insertion; larger ones have the order of their hashes. */
export class NameTable {
  readonly stamp: Stamp;
  /** All names of a small table: changed in place, and the same array as long as the table lives. Else empty. */
  readonly rows: NameRows = [];
  /** A power of four, and the names in them. */
  #buckets: Bucket[] | undefined = undefined;
  #bucketedSize = 0;

  constructor(stamp: Stamp) {
    this.stamp = stamp;
  }

  get size(): number {
    return this.#buckets ? this.#bucketedSize : this.rows.length / ROW;
  }

  /** `hash`: its `hashText`. */
  get(name: string, hash = hashText(name)): number | undefined {
    if (this.#buckets) return bucketOf(this.#buckets, hash).names.get(name);
    const row = rowOf(this.rows, name, 0, hash);
    return row < 0 ? undefined : inodeOf(this.rows, row);
  }

  /** The same names, to be changed under another stamp. */
  fork(stamp: Stamp): NameTable {
    const copy = new NameTable(stamp);
    copy.rows.push(...this.rows);
    copy.#buckets = this.#buckets?.slice();
    copy.#bucketedSize = this.#bucketedSize;
    return copy;
  }

  /** Only on a table that the current stamp owns. */
  set(name: string, inode: number, log: UndoLog, hash = hashText(name)): void {
    if (this.#buckets) {
      const old = this.get(name, hash);
      if (old === undefined) this.add(name, inode, log, hash);
      else log.replaceEntry(this.#ownNames(hash), name, old, inode);
      return;
    }
    const row = rowOf(this.rows, name, 0, hash);
    if (row < 0) this.add(name, inode, log, hash);
    else log.assign(this.rows, row + 1, inode);
  }

  /** As `set`, for a name that is known to be new. */
  add(name: string, inode: number, log: UndoLog, hash = hashText(name)): void {
    if (!this.#buckets && this.size < MAX_ROWS) {
      log.note(this.rows, 'length', this.rows.length);
      this.rows.push(hash, inode, name);
      return;
    }
    if (!this.#buckets) this.#spread(1, log);
    else if (this.#bucketedSize >= LOAD * this.#buckets.length) this.#spread(this.#buckets.length * 4, log);
    log.addEntry(this.#ownNames(hash), name, inode);
    this.#count(1, log);
  }

  /** Only on a table that the current stamp owns. */
  delete(name: string, log: UndoLog): void {
    const old = this.get(name);
    if (old !== undefined) this.remove(name, old, log);
  }

  /** As `delete`, for a name that is known to have that inode. */
  remove(name: string, inode: number, log: UndoLog): void {
    if (this.#buckets) {
      log.removeEntry(this.#ownNames(hashText(name)), name, inode);
      this.#count(-1, log);
      return;
    }
    const row = rowOf(this.rows, name, 0, hashText(name));
    log.keep<TableShape>(this);
    this.rows.splice(row, ROW);
  }

  /** Gives what has one name another one, which is known to be new. */
  rename(from: NameOfHash, to: NameOfHash, inode: number, log: UndoLog): void {
    if (this.#buckets) {
      this.remove(from.name, inode, log);
      this.add(to.name, inode, log, to.hash);
      return;
    }
    const { rows } = this;
    const row = rowOf(rows, from.name, 0, from.hash);
    log.note(rows, row, from.hash);
    rows[row] = to.hash;
    log.note(rows, row + 2, from.name);
    rows[row + 2] = to.name;
  }

  keys(): Iterable<string> {
    return this.#buckets ? eachOf(this.#buckets, (names) => names.keys()) : eachName(this.rows);
  }

  entries(): Iterable<[string, number]> {
    return this.#buckets ? eachOf(this.#buckets, (names) => names) : eachEntry(this.rows);
  }

  copy(): TableShape {
    return { rows: this.#buckets ? NO_ROWS : this.rows.slice(), buckets: this.#buckets, size: this.#bucketedSize };
  }

  restore({ rows, buckets, size }: TableShape): void {
    this.rows.length = 0;
    this.rows.push(...rows);
    this.#buckets = buckets;
    this.#bucketedSize = size;
  }

  /** What is copied here holds the same: it needs no way back. */
  #ownNames(hash: number): Map<string, number> {
    const buckets = this.#buckets as Bucket[];
    const bucket = bucketOf(buckets, hash);
    if (bucket.stamp === this.stamp) return bucket.names;
    const own = { stamp: this.stamp, names: new Map(bucket.names) };
    buckets[hash & (buckets.length - 1)] = own;
    return own.names;
  }

  #count(difference: number, log: UndoLog): void {
    log.keep<TableShape>(this);
    this.#bucketedSize += difference;
  }

  #spread(count: number, log: UndoLog): void {
    log.keep<TableShape>(this);
    const wider = Array.from({ length: count }, () => ({ stamp: this.stamp, names: new Map<string, number>() }));
    for (const [name, inode] of this.entries()) bucketOf(wider, hashText(name)).names.set(name, inode);
    this.#bucketedSize = this.size;
    this.rows.length = 0;
    this.#buckets = wider;
  }
}

/** A name and its `hashText`. */
export interface NameOfHash {
  readonly name: string;
  readonly hash: number;
}

interface TableShape {
  readonly rows: NameRows;
  readonly buckets: Bucket[] | undefined;
  readonly size: number;
}

interface Bucket {
  readonly stamp: Stamp;
  readonly names: Map<string, number>;
}

function bucketOf(buckets: readonly Bucket[], hash: number): Bucket {
  return buckets[hash & (buckets.length - 1)] as Bucket;
}

function* eachOf<T>(buckets: readonly Bucket[], what: (names: Map<string, number>) => Iterable<T>): Iterable<T> {
  for (const { names } of buckets) yield* what(names);
}

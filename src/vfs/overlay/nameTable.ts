import type { Stamp } from './inodeTrie.ts';
import { hashText } from './textHash.ts';
import { isRest } from './textPart.ts';
import type { UndoLog } from './undoLog.ts';

/** Names that are kept one after the other; more are spread over buckets. */
const MAX_ROWS = 32;
/** Slots of each. */
const ROW = 3;
/** Names in one bucket on average before the table is spread over four times as many. */
const LOAD = 64;

/** A directory's names, persistent: a version shares its rows or buckets with the one it was made from, so that a first
 *  write after a snapshot copies one bucket and a pointer for each other one. A table of up to 64 names has the order of
 *  insertion; larger ones have the order of their hashes. */
export class NameTable {
  readonly stamp: Stamp;
  /** Of a few names, in the order of insertion: hash, inode, name. A look goes over all hashes, which lie close together,
   *  and at the text of none but the name that it means: a Map, whose keys lie all over memory, looks at others, too. */
  #rows: (number | string)[] | undefined = undefined;
  #ownsRows = false;
  /** A power of four, and the names in them. */
  #buckets: Bucket[] | undefined = undefined;
  #bucketedSize = 0;

  constructor(stamp: Stamp) {
    this.stamp = stamp;
  }

  get size(): number {
    return this.#buckets ? this.#bucketedSize : (this.#rows?.length ?? 0) / ROW;
  }

  /** `hash`: its `hashText`. */
  get(name: string, hash = hashText(name)): number | undefined {
    if (this.#buckets) return bucketOf(this.#buckets, hash).names.get(name);
    const at = this.#rowOf(name, hash);
    return at < 0 ? undefined : (this.#rows?.[at + 1] as number);
  }

  /** Where a small table has the name that a text has from `start` on; -1 where it has none. Undefined for a larger
   *  table. */
  rowAt(text: string, start: number, hash: number): number | undefined {
    if (this.#buckets) return undefined;
    const rows = this.#rows;
    if (!rows) return -1;
    for (let at = 0; at < rows.length; at += ROW)
      if (rows[at] === hash && isRest(text, start, rows[at + 2] as string)) return at;
    return -1;
  }

  inodeAt(row: number): number {
    return this.#rows?.[row + 1] as number;
  }

  nameAt(row: number): string {
    return this.#rows?.[row + 2] as string;
  }

  /** The same names, to be changed under another stamp. */
  fork(stamp: Stamp): NameTable {
    const copy = new NameTable(stamp);
    copy.#rows = this.#rows;
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
    const at = this.#rowOf(name, hash);
    if (at < 0) this.add(name, inode, log, hash);
    else log.assign(this.#ownRows(), at + 1, inode);
  }

  /** As `set`, for a name that is known to be new. */
  add(name: string, inode: number, log: UndoLog, hash = hashText(name)): void {
    if (!this.#buckets && this.size < MAX_ROWS) {
      const rows = this.#ownRows();
      log.note(rows, 'length', rows.length);
      rows.push(hash, inode, name);
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
    const at = this.#rowOf(name, hashText(name));
    log.keep<TableShape>(this);
    this.#rows = this.#rows?.filter((_, slot) => slot < at || slot >= at + ROW);
    this.#ownsRows = true;
  }

  /** Gives what has one name another one, which is known to be new. */
  rename(from: NameOfHash, to: NameOfHash, inode: number, log: UndoLog): void {
    if (this.#buckets) {
      this.remove(from.name, inode, log);
      this.add(to.name, inode, log, to.hash);
      return;
    }
    const rows = this.#ownRows();
    const at = this.#rowOf(from.name, from.hash);
    log.note(rows, at, rows[at] as number);
    rows[at] = to.hash;
    log.note(rows, at + 2, rows[at + 2] as string);
    rows[at + 2] = to.name;
  }

  keys(): Iterable<string> {
    return this.#buckets ? eachOf(this.#buckets, (names) => names.keys()) : eachName(this.#rows ?? []);
  }

  entries(): Iterable<[string, number]> {
    return this.#buckets ? eachOf(this.#buckets, (names) => names) : eachEntry(this.#rows ?? []);
  }

  copy(): TableShape {
    return { rows: this.#rows, ownsRows: this.#ownsRows, buckets: this.#buckets, size: this.#bucketedSize };
  }

  restore({ rows, ownsRows, buckets, size }: TableShape): void {
    this.#rows = rows;
    this.#ownsRows = ownsRows;
    this.#buckets = buckets;
    this.#bucketedSize = size;
  }

  /** Where the row of a name begins, or -1. */
  #rowOf(name: string, hash: number): number {
    return this.rowAt(name, 0, hash) ?? -1;
  }

  /** What is copied here, and below, holds the same: it needs no way back. */
  #ownRows(): (number | string)[] {
    if (this.#rows && this.#ownsRows) return this.#rows;
    this.#rows = this.#rows?.slice() ?? [];
    this.#ownsRows = true;
    return this.#rows;
  }

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
    this.#rows = undefined;
    this.#buckets = wider;
  }
}

/** A name and its `hashText`. */
export interface NameOfHash {
  readonly name: string;
  readonly hash: number;
}

interface TableShape {
  readonly rows: (number | string)[] | undefined;
  readonly ownsRows: boolean;
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

function* eachName(rows: readonly (number | string)[]): Iterable<string> {
  for (let at = 0; at < rows.length; at += ROW) yield rows[at + 2] as string;
}

function* eachEntry(rows: readonly (number | string)[]): Iterable<[string, number]> {
  for (let at = 0; at < rows.length; at += ROW) yield [rows[at + 2] as string, rows[at + 1] as number];
}

function* eachOf<T>(buckets: readonly Bucket[], what: (names: Map<string, number>) => Iterable<T>): Iterable<T> {
  for (const { names } of buckets) yield* what(names);
}

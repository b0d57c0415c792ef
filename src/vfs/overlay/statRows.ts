import { isDevice } from './fileMode.ts';
import type { Stat } from './stat.ts';

/** Six whole numbers (mode, uid, gid, link count, nanoseconds, nothing), then three of any size: size (of a device its
 *  number), seconds, inode number. */
const ROW_BYTES = 48;
const INTS = ROW_BYTES / 4;
const DOUBLES = ROW_BYTES / 8;
const FIRST_ROWS = 64;
const GROWTH = 1.5;

/** No row of `StatRows`. */
export const NO_ROW = -1;

/** What stat(2) gave for objects of lower layers, which do not change: numbers side by side, where the layers' columns
 *  and what leads there are a dozen places all over memory. */
export class StatRows {
  #ints = new Int32Array(0);
  #doubles = new Float64Array(0);
  #count = 0;

  get(row: number): Stat {
    const ints = this.#ints;
    const doubles = this.#doubles;
    const int = row * INTS;
    const double = row * DOUBLES + 3;
    const mode = ints[int] as number;
    const size = doubles[double] as number;
    const isNumbered = isDevice(mode);
    const time = { sec: doubles[double + 1] as number, nsec: ints[int + 4] as number };
    return {
      mode,
      uid: (ints[int + 1] as number) >>> 0,
      gid: (ints[int + 2] as number) >>> 0,
      linkCount: ints[int + 3] as number,
      device: isNumbered ? size : 0,
      sizeBytes: isNumbered ? 0 : size,
      atime: time,
      mtime: time,
      ctime: time,
      inodeNumber: doubles[double + 2] as number,
    };
  }

  /** Gives the row; NO_ROW for what has several times, as few lower layers tell. */
  add(stat: Stat): number {
    const { mode, mtime } = stat;
    if (stat.atime !== mtime || stat.ctime !== mtime) return NO_ROW;
    const row = this.#count;
    const int = row * INTS;
    const double = row * DOUBLES + 3;
    if (int === this.#ints.length) this.#grow(Math.max(FIRST_ROWS, Math.ceil(row * GROWTH)));
    this.#ints[int] = mode;
    this.#ints[int + 1] = stat.uid;
    this.#ints[int + 2] = stat.gid;
    this.#ints[int + 3] = stat.linkCount;
    this.#ints[int + 4] = mtime.nsec;
    this.#doubles[double] = isDevice(mode) ? stat.device : stat.sizeBytes;
    this.#doubles[double + 1] = mtime.sec;
    this.#doubles[double + 2] = stat.inodeNumber;
    this.#count = row + 1;
    return row;
  }

  #grow(rows: number): void {
    const buffer = new ArrayBuffer(rows * ROW_BYTES);
    const ints = new Int32Array(buffer);
    ints.set(this.#ints);
    this.#ints = ints;
    this.#doubles = new Float64Array(buffer);
  }
}

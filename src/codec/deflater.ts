import { BitWriter } from './bitWriter.ts';
import { DeflateBlock, writeStored } from './deflateBlock.ts';

/** Levels of zlib; 6 is what engines use. */
export type DeflateLevel = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

interface Effort {
  /** A match of that length halves the search for a better one twice. */
  readonly good: number;
  /** A match of that length is not looked beyond; without looking ahead: its strings are not remembered beyond. */
  readonly lazy: number;
  /** A match of that length ends the search. */
  readonly nice: number;
  /** Places that are tried. */
  readonly tries: number;
  readonly looksAhead: boolean;
}

/** As zlib has them. */
const EFFORTS: Readonly<Record<DeflateLevel, Effort>> = {
  1: { good: 4, lazy: 4, nice: 8, tries: 4, looksAhead: false },
  2: { good: 4, lazy: 5, nice: 16, tries: 8, looksAhead: false },
  3: { good: 4, lazy: 6, nice: 32, tries: 32, looksAhead: false },
  4: { good: 4, lazy: 4, nice: 16, tries: 16, looksAhead: true },
  5: { good: 8, lazy: 16, nice: 32, tries: 32, looksAhead: true },
  6: { good: 8, lazy: 16, nice: 128, tries: 128, looksAhead: true },
  7: { good: 8, lazy: 32, nice: 128, tries: 256, looksAhead: true },
  8: { good: 32, lazy: 128, nice: 258, tries: 1024, looksAhead: true },
  9: { good: 32, lazy: 258, nice: 258, tries: 4096, looksAhead: true },
};

const MIN_MATCH = 3;
const MAX_MATCH = 258;
const MIN_AHEAD = MAX_MATCH + MIN_MATCH + 1;
const HISTORY_BYTES = 32_768;
const PLACE_MASK = HISTORY_BYTES - 1;
const MAX_DISTANCE = HISTORY_BYTES - MIN_AHEAD;
/** A match of three bytes from further back costs more than its literals. */
const TOO_FAR = 4096;
/** Places of zlib's window at which it moves on by half of itself. */
const LAST_PLACE = 2 * HISTORY_BYTES - MIN_AHEAD;
const HASHES = 32_768;
const HASH_MASK = HASHES - 1;
/** Of the hash of four bytes with which Chromium's zlib, and Node's and pako's after it, look for matches. */
const HASH_FACTOR = 66_521;
/** Bytes that are held at a time. Far more than zlib's 64 KiB: the tables of places are moved as seldom. */
const HELD_BYTES = 512 * 1024;

/** Deflate without a frame (RFC 1951): the bytes that zlib gives at that level, faster than what was ported from it. The
 *  places of its window are imitated where they can be seen: its first one matches nothing, and a block whose start it
 *  has dropped cannot be stored. */
export class Deflater {
  readonly #effort: Effort;
  readonly #writer = new BitWriter();
  readonly #block = new DeflateBlock();
  // Room behind the end: comparing may read beyond it.
  readonly #bytes = new Uint8Array(HELD_BYTES + MAX_MATCH + MIN_AHEAD);
  #end = 0;
  #at = 0;
  /** Where zlib's window begins. */
  #base = 0;
  #blockStart = 0;
  /** The last place of each hash, and the one before each place. */
  readonly #heads = new Int32Array(HASHES);
  readonly #before = new Int32Array(HISTORY_BYTES);
  /** What zlib's window holds from before the last flush. */
  readonly #leftover = new Uint8Array(2 * HISTORY_BYTES);
  #matchStart = 0;
  /** Of the match at `#at`, which may still give way to one behind it. */
  #matchLength = MIN_MATCH - 1;
  #hasLiteral = false;

  constructor(level: DeflateLevel) {
    this.#effort = EFFORTS[level];
  }

  /** Takes bytes in. They may be changed afterwards. */
  push(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.length;) {
      if (this.#end === HELD_BYTES) this.#dropPast();
      const count = Math.min(bytes.length - taken, HELD_BYTES - this.#end);
      this.#bytes.set(bytes.subarray(taken, taken + count), this.#end);
      this.#end += count;
      taken += count;
      this.#run(MIN_AHEAD);
    }
  }

  /** Ends at a whole byte and refers to nothing before it from there on (Z_FULL_FLUSH). */
  flush(): void {
    this.#runOut();
    if (!this.#block.isEmpty) this.#endBlock(false);
    writeStored(this.#writer, new Uint8Array(0), false);
    this.#heads.fill(0);
    if (this.#base > 0)
      this.#leftover.set(this.#bytes.subarray(this.#base - HISTORY_BYTES, this.#base + HISTORY_BYTES));
    this.#leftover.set(this.#bytes.subarray(this.#base, this.#end));
    this.#end = 0;
    this.#at = 0;
    this.#base = 0;
    this.#blockStart = 0;
  }

  finish(): void {
    this.#runOut();
    this.#endBlock(true);
    this.#writer.align();
  }

  /** What has been written since the last call. */
  take(): Uint8Array {
    return this.#writer.take();
  }

  #runOut(): void {
    this.#bytes[this.#end] = this.#leftBehindEnd();
    this.#run(1);
    if (!this.#hasLiteral) return;
    this.#block.literal(this.#bytes[this.#at - 1] as number);
    this.#hasLiteral = false;
  }

  /** The hash of the last three bytes takes in the one behind the end: in zlib's window, what stood there before. */
  #leftBehindEnd(): number {
    const left = this.#base > 0 ? this.#bytes[this.#end - HISTORY_BYTES] : this.#leftover[this.#end];
    return left ?? 0;
  }

  /** Goes on as long as so many bytes are ahead. */
  #run(leastAhead: number): void {
    if (this.#effort.looksAhead) this.#runLazily(leastAhead);
    else this.#runGreedily(leastAhead);
  }

  /** Takes a match only if none that begins a byte later is longer. The hashed bytes are kept from place to place. */
  #runLazily(leastAhead: number): void {
    const [bytes, block, heads, before] = [this.#bytes, this.#block, this.#heads, this.#before];
    const end = this.#end;
    const lastStart = end - MIN_MATCH;
    const { lazy } = this.#effort;
    let at = this.#at;
    let four = this.#fourAt(at);
    let length = this.#matchLength;
    let hasLiteral = this.#hasLiteral;
    while (end - at >= leastAhead) {
      this.#moveWindow(at);
      const beforeLength = length;
      const beforeStart = this.#matchStart;
      length = MIN_MATCH - 1;
      if (at <= lastStart) {
        const hash = ((Math.imul(four, HASH_FACTOR) + HASH_FACTOR) >>> 16) & HASH_MASK;
        const place = heads[hash] as number;
        before[at & PLACE_MASK] = place;
        heads[hash] = at;
        if (place > this.#base && beforeLength < lazy && at - place <= MAX_DISTANCE) {
          length = this.#longestMatch(at, place, beforeLength);
          if (length === MIN_MATCH && at - this.#matchStart > TOO_FAR) length = MIN_MATCH - 1;
        }
      }
      if (beforeLength >= MIN_MATCH && length <= beforeLength) {
        const isFull = block.match(at - 1 - beforeStart, beforeLength);
        const matchEnd = at - 1 + beforeLength;
        this.#rememberAll(at + 1, Math.min(matchEnd, lastStart + 1));
        at = matchEnd;
        four = this.#fourAt(at);
        hasLiteral = false;
        length = MIN_MATCH - 1;
        if (isFull) this.#endBlockAt(at);
      } else {
        if (hasLiteral && block.literal(bytes[at - 1] as number)) this.#endBlockAt(at);
        hasLiteral = true;
        at++;
        four = (four >>> 8) | ((bytes[at + 3] as number) << 24);
      }
    }
    this.#at = at;
    this.#matchLength = length;
    this.#hasLiteral = hasLiteral;
  }

  /** Takes the first match. */
  #runGreedily(leastAhead: number): void {
    const bytes = this.#bytes;
    const block = this.#block;
    const end = this.#end;
    const { lazy } = this.#effort;
    let at = this.#at;
    while (end - at >= leastAhead) {
      this.#moveWindow(at);
      let length = 0;
      if (end - at >= MIN_MATCH) {
        const place = this.#remember(at);
        if (place > this.#base && at - place <= MAX_DISTANCE) length = this.#longestMatch(at, place, MIN_MATCH - 1);
      }
      let isFull: boolean;
      if (length >= MIN_MATCH) {
        isFull = block.match(at - this.#matchStart, length);
        const matchEnd = at + length;
        if (length <= lazy && end - matchEnd >= MIN_MATCH) this.#rememberAll(at + 1, matchEnd);
        at = matchEnd;
      } else {
        isFull = block.literal(bytes[at] as number);
        at++;
      }
      if (isFull) this.#endBlockAt(at);
    }
    this.#at = at;
  }

  #fourAt(at: number): number {
    const bytes = this.#bytes;
    return (
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    );
  }

  /** Notes the four bytes that stand there; gives where others of their hash stood last. */
  #remember(at: number): number {
    const hash = ((Math.imul(this.#fourAt(at), HASH_FACTOR) + HASH_FACTOR) >>> 16) & HASH_MASK;
    const place = this.#heads[hash] as number;
    this.#before[at & PLACE_MASK] = place;
    this.#heads[hash] = at;
    return place;
  }

  /** The same for all places in [from, until). */
  #rememberAll(from: number, until: number): void {
    const [bytes, heads, before] = [this.#bytes, this.#heads, this.#before];
    let four = this.#fourAt(from);
    for (let at = from; at < until; at++) {
      const hash = ((Math.imul(four, HASH_FACTOR) + HASH_FACTOR) >>> 16) & HASH_MASK;
      before[at & PLACE_MASK] = heads[hash] as number;
      heads[hash] = at;
      four = (four >>> 8) | ((bytes[at + 4] as number) << 24);
    }
  }

  /** The length of the longest match that begins at `first` or a place before, longer than `known`, and where it starts
   *  in `#matchStart`; `known` where there is none. */
  #longestMatch(at: number, first: number, known: number): number {
    const bytes = this.#bytes;
    const before = this.#before;
    const { good, nice, tries } = this.#effort;
    const ahead = this.#end - at;
    const most = Math.min(MAX_MATCH, ahead);
    const enough = Math.min(nice, ahead);
    const limit = Math.max(at - MAX_DISTANCE, this.#base);
    const head = bytes[at] as number;
    let best = known;
    let tail = bytes[at + best] as number;
    let beforeTail = bytes[at + best - 1] as number;
    let place = first;
    for (let left = known >= good ? tries >> 2 : tries; left > 0; left--) {
      // What cannot be longer differs there; one place more tells most of the rest.
      if (bytes[place + best] === tail && bytes[place] === head && bytes[place + best - 1] === beforeTail) {
        let length = 1;
        while (length < most && bytes[place + length] === bytes[at + length]) length++;
        if (length > best) {
          this.#matchStart = place;
          best = length;
          if (length >= enough) break;
          tail = bytes[at + best] as number;
          beforeTail = bytes[at + best - 1] as number;
        }
      }
      place = before[place & PLACE_MASK] as number;
      if (place <= limit) break;
    }
    return Math.min(best, ahead);
  }

  /** zlib's window moves when too little of it is ahead. */
  #moveWindow(at: number): void {
    if (at - this.#base > LAST_PLACE) this.#base += HISTORY_BYTES;
  }

  #endBlockAt(at: number): void {
    this.#at = at;
    this.#endBlock(false);
  }

  #endBlock(isLast: boolean): void {
    const isHeld = this.#blockStart >= this.#base;
    const plain = isHeld ? this.#bytes.subarray(this.#blockStart, this.#at) : undefined;
    this.#block.write(this.#writer, plain, isLast);
    this.#blockStart = this.#at;
  }

  /** Makes room: forgets what lies before zlib's window, where no match can begin, and before what it held last. */
  #dropPast(): void {
    const shift = this.#base - HISTORY_BYTES;
    this.#bytes.copyWithin(0, shift, this.#end);
    this.#base -= shift;
    this.#end -= shift;
    this.#at -= shift;
    this.#blockStart -= shift;
    this.#matchStart -= shift;
    for (const places of [this.#heads, this.#before]) {
      for (let i = 0; i < places.length; i++) places[i] = Math.max(0, (places[i] as number) - shift);
    }
  }
}

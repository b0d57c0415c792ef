import { SpareBuffers } from './spareBuffers.ts';

/** What is read at a time. Longer ones leave the processor's caches, of shorter ones the Blobs cost too much. */
const STRIPE_BYTES = 4 * 1024 * 1024;
/** In Chromium another process hands out the bytes of a stream, 64 KiB at a time, at most 1 GB/s: so many streams at a
 *  time are three times as fast as one. */
const LANE_COUNT = 4;
/** Stripes of one stream. Each stream costs a pipe, 2 MiB of fresh memory in two processes; each stripe of it 0.3 ms to
 *  begin with. */
const LONGEST_RUN = 8;
/** Disks and network drives may be slow. */
const GIVE_UP_MS = 10_000;

/** For all Blobs of this thread. */
const spareBuffers = new SpareBuffers(STRIPE_BYTES, 2 * LANE_COUNT);

/** Chromium forgets a stream that nothing but its own read refers to, and that read never ends. */
const underWay = new Set<object>();

/** The bytes of a Blob in order, read ahead by several streams into buffers that are filled again and again: a piece is
 *  valid until the next is asked for. In Chromium 1.2 GB take 0.3 s so, and 0.65 s as buffers of their own. Throws where
 *  that cannot be: where the Blob cannot be read, where streams of Blobs take no buffers (TypeError), or bring nothing
 *  (`StreamHung`). */
export async function* blobStripes(blob: Blob, ways: Partial<StripeWays> = {}): AsyncGenerator<Uint8Array> {
  const { giveUpMs = GIVE_UP_MS, open = openTogether } = ways;
  const stripeCount = Math.ceil(blob.size / STRIPE_BYTES);
  const laneCount = Math.min(LANE_COUNT, stripeCount);
  const lanes = Array.from({ length: laneCount }, (_, i) => new Lane(blob, i, laneCount, { giveUpMs, open }));
  try {
    for (let stripe = 0; stripe < stripeCount; stripe++) {
      const lane = lanes[stripe % laneCount] as Lane;
      yield await lane.stripe();
      lane.readOn();
    }
  } finally {
    for (const lane of lanes) lane.end();
  }
}

interface StripeWays {
  /** A stream that has brought nothing for so long is given up. */
  readonly giveUpMs: number;
  /** One stream of parts, end to end. */
  readonly open: (parts: Blob[]) => ReadableStream<Uint8Array>;
}

function openTogether(parts: Blob[]): ReadableStream<Uint8Array> {
  return new Blob(parts).stream();
}

export class StreamHung extends Error {
  override readonly name = 'StreamHung';
}

/** Every so many stripes of a Blob, one after the other. */
class Lane {
  readonly #blob: Blob;
  readonly #stepBytes: number;
  readonly #ways: StripeWays;
  /** Of the next stripe. */
  #offset: number;
  #buffer: ArrayBuffer | undefined = spareBuffers.take();
  #reading: Promise<Uint8Array>;
  #reader: ReadableStreamBYOBReader | undefined;
  #runLeft = 0;
  /** The first streams are short, of different lengths: the first stripe soon comes, and new ones do not all begin at
   *  the same time. */
  #runLength: number;

  constructor(blob: Blob, index: number, laneCount: number, ways: StripeWays) {
    this.#blob = blob;
    this.#stepBytes = laneCount * STRIPE_BYTES;
    this.#ways = ways;
    this.#offset = index * STRIPE_BYTES;
    this.#runLength = 1 + index;
    this.#reading = this.#start();
  }

  /** The stripe that is being read. */
  stripe(): Promise<Uint8Array> {
    return this.#reading;
  }

  /** Reads the next stripe, where there is one, in the place of the last. */
  readOn(): void {
    if (this.#offset < this.#blob.size) this.#reading = this.#start();
  }

  end(): void {
    this.#endRun();
    if (this.#buffer) spareBuffers.give(this.#buffer);
    this.#buffer = undefined;
  }

  #start(): Promise<Uint8Array> {
    const reading = this.#read();
    // Its failure counts when its bytes are needed.
    reading.catch(() => undefined);
    return reading;
  }

  async #read(): Promise<Uint8Array> {
    if (this.#runLeft === 0) this.#beginRun();
    this.#runLeft--;
    const length = Math.min(STRIPE_BYTES, this.#blob.size - this.#offset);
    this.#offset += this.#stepBytes;
    const buffer = this.#buffer as ArrayBuffer;
    this.#buffer = undefined;
    this.#buffer = await this.#fill(buffer, length);
    return new Uint8Array(this.#buffer, 0, length);
  }

  /** A Blob of the next stripes of this lane, as one stream. */
  #beginRun(): void {
    this.#endRun();
    const parts: Blob[] = [];
    for (let at = this.#offset; at < this.#blob.size && parts.length < this.#runLength; at += this.#stepBytes)
      parts.push(this.#blob.slice(at, at + STRIPE_BYTES));
    this.#runLeft = parts.length;
    this.#runLength = LONGEST_RUN;
    this.#reader = this.#ways.open(parts).getReader({ mode: 'byob' });
    underWay.add(this.#reader);
  }

  #endRun(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (!reader) return;
    underWay.delete(reader);
    reader.cancel().catch(() => undefined);
  }

  async #fill(empty: ArrayBuffer, length: number): Promise<ArrayBuffer> {
    let buffer = empty;
    for (let at = 0; at < length;) {
      const min = length - at;
      // Where `min` is not known, it comes piece by piece.
      const reading = (this.#reader as ReadableStreamBYOBReader).read(new Uint8Array(buffer, at, min), { min });
      const { value } = await this.#inTime(reading);
      if (!value || value.length === 0) throw new RangeError('a Blob is shorter than it says');
      buffer = value.buffer;
      at += value.length;
    }
    return buffer;
  }

  async #inTime<T>(reading: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StreamHung('the stream of a Blob brings nothing')), this.#ways.giveUpMs);
    });
    try {
      return await Promise.race([reading, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

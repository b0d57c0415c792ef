import type { BlobReadReply, BlobReadRequest } from './blobReader.ts';

/** In Chromium the bytes of a file come from another process, and a thread spends longer on taking them in than on
 *  reading 100,000 tar headers. Four workers take in 1.2 GB in 0.55 to 0.8 s, three in 0.85, one in 0.9 to 1.6, and
 *  this thread is free. */
const WORKER_COUNT = 4;
/** Workers that have nothing to do are ended. */
const IDLE_MS = 3000;

interface Waiting {
  /** Undefined when the worker is of no use, and the bytes must be had otherwise. */
  resolve(bytes: ArrayBuffer | undefined): void;
  reject(error: Error): void;
}

interface Reader {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** Numbers of the Blobs that it has. */
  readonly knownBlobs: Set<number>;
}

/** Reads large parts of Blobs on other threads. */
export class BlobReaders {
  readonly #createWorker: () => Worker;
  #readers: Reader[] = [];
  readonly #blobIds = new WeakMap<Blob, number>();
  #nextId = 0;
  #isBroken = false;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  /** `createWorker` starts `blobReader.ts`; where it throws there can be no workers. */
  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  /** The bytes, or undefined where there can be no workers. Rejects with an error of the name that reading gave. */
  async read(blob: Blob, start: number, end: number): Promise<ArrayBuffer | undefined> {
    const reader = this.#isBroken ? undefined : this.#leastBusy();
    if (!reader) return undefined;
    clearTimeout(this.#idleTimer);
    try {
      return await this.#ask(reader, blob, start, end);
    } finally {
      if (this.#readers.every((reader) => reader.waiting.size === 0)) {
        clearTimeout(this.#idleTimer);
        this.#idleTimer = setTimeout(() => this.#end(), IDLE_MS);
      }
    }
  }

  #ask(reader: Reader, blob: Blob, start: number, end: number): Promise<ArrayBuffer | undefined> {
    const id = this.#nextId++;
    const blobId = this.#idOf(blob);
    const isKnown = reader.knownBlobs.has(blobId);
    reader.knownBlobs.add(blobId);
    const request: BlobReadRequest = { id, blobId, blob: isKnown ? undefined : blob, start, end };
    return new Promise((resolve, reject) => {
      reader.waiting.set(id, { resolve, reject });
      reader.worker.postMessage(request);
    });
  }

  #idOf(blob: Blob): number {
    const blobId = this.#blobIds.get(blob) ?? this.#nextId++;
    this.#blobIds.set(blob, blobId);
    return blobId;
  }

  #leastBusy(): Reader | undefined {
    const [first] = [...this.#readers].sort((a, b) => a.waiting.size - b.waiting.size);
    if (first && (first.waiting.size === 0 || this.#readers.length === WORKER_COUNT)) return first;
    try {
      const reader = this.#start();
      this.#readers.push(reader);
      return reader;
    } catch {
      this.#isBroken = true;
      return undefined;
    }
  }

  #start(): Reader {
    const worker = this.#createWorker();
    const reader: Reader = { worker, waiting: new Map(), knownBlobs: new Set() };
    worker.onmessage = ({ data }: MessageEvent<BlobReadReply>) => {
      const waiting = reader.waiting.get(data.id);
      reader.waiting.delete(data.id);
      if ('bytes' in data) waiting?.resolve(data.bytes);
      else waiting?.reject(Object.assign(new Error(data.fault.message), { name: data.fault.name }));
    };
    // Its script could not be loaded: nothing else in it throws.
    worker.onerror = () => {
      this.#isBroken = true;
      this.#end();
    };
    return reader;
  }

  #end(): void {
    for (const { worker, waiting } of this.#readers.splice(0)) {
      worker.terminate();
      for (const { resolve } of waiting.values()) resolve(undefined);
    }
  }
}

/** One for the thread: Blobs come and go. */
export const blobReaders = new BlobReaders(
  () => new Worker(new URL('./blobReader.ts', import.meta.url), { type: 'module' }),
);

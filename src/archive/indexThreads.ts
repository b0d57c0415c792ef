import type { ByteSource, LentBytes } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import type { Compression } from '../codec/sniff.ts';
import { LayerTree } from '../vfs/layerTree.ts';
import type { IndexedLayer, LayerThreads } from './archive.ts';
import type { IndexReply, IndexRequest } from './indexMessages.ts';

/** A thread of the platform that runs `answerIndexRequests`. */
export interface IndexThread {
  post(request: IndexRequest): void;
  end(): void;
}

/** Starts a thread; throws where there can be none. `onFault` tells that it is of no use (any more). */
export type StartIndexThread = (listeners: {
  readonly onReply: (reply: IndexReply) => void;
  readonly onFault: () => void;
}) => IndexThread;

interface Waiting {
  readonly onProgress: (doneBytes: number) => void;
  resolve(indexed: IndexedLayer | undefined): void;
}

interface Running {
  readonly thread: IndexThread;
  readonly waiting: Map<number, Waiting>;
}

/** Threads that index layers for this one. They are there while someone uses them (`during`). */
export class IndexThreads implements LayerThreads {
  readonly maxCount: number;
  readonly #start: StartIndexThread;
  readonly #running: Running[] = [];
  #users = 0;
  /** The most that its users ask for. */
  #count = 0;
  #nextId = 0;
  #isBroken = false;

  constructor(start: StartIndexThread, maxCount: number) {
    this.#start = start;
    this.maxCount = maxCount;
  }

  /** Threads start when layers come while `task` runs, and end with the last of such tasks and what they left to do. */
  async during<T>(count: number, task: () => Promise<T>): Promise<T> {
    this.#users++;
    this.#count = Math.max(this.#count, Math.min(count, this.maxCount));
    try {
      return await task();
    } finally {
      this.#users--;
      this.#endUnused();
    }
  }

  /** Indexes a layer on the thread that has the fewest to do. Undefined where that cannot be: bytes that cannot be
   *  lent, a thread that fails, no threads now, or a layer with a fault, which this thread then finds for itself.
   *  Throws the signal's reason, and SourceError when the file is gone. */
  async index(source: ByteSource, compression: Compression, work: Work): Promise<IndexedLayer | undefined> {
    if (!source.lend || this.#users === 0) return undefined;
    const running = this.#leastBusy();
    if (!running) return undefined;
    const lent = source.lend();
    try {
      return await this.#ask(running, lent, compression, work);
    } finally {
      lent.release();
    }
  }

  async #ask(
    { thread, waiting }: Running,
    lent: LentBytes,
    compression: Compression,
    { signal, onProgress }: Work,
  ): Promise<IndexedLayer | undefined> {
    const id = this.#nextId++;
    const { holder, start, sizeBytes } = lent;
    const cancel = () => thread.post({ kind: 'cancel', id });
    signal?.throwIfAborted();
    signal?.addEventListener('abort', cancel);
    try {
      const indexed = await new Promise<IndexedLayer | undefined>((resolve) => {
        const report = (doneBytes: number) => onProgress?.({ phase: 'index', doneBytes, totalBytes: sizeBytes });
        waiting.set(id, { resolve, onProgress: report });
        thread.post({ kind: 'index', id, lent: { holder, start, sizeBytes }, compression });
      });
      signal?.throwIfAborted();
      return indexed;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #leastBusy(): Running | undefined {
    if (this.#isBroken) return undefined;
    const [first] = [...this.#running].sort((a, b) => a.waiting.size - b.waiting.size);
    if (first && (first.waiting.size === 0 || this.#running.length >= this.#count)) return first;
    try {
      return this.#startOne();
    } catch {
      this.#isBroken = true;
      return first;
    }
  }

  #startOne(): Running {
    const waiting = new Map<number, Waiting>();
    const thread = this.#start({
      onReply: (reply) => {
        const asked = waiting.get(reply.id);
        if (reply.kind === 'progress') {
          asked?.onProgress(reply.doneBytes);
          return;
        }
        waiting.delete(reply.id);
        asked?.resolve(reply.kind === 'indexed' ? fromReply(reply) : undefined);
        this.#endUnused();
      },
      onFault: () => {
        this.#isBroken = true;
        for (const each of [...this.#running]) this.#end(each);
      },
    });
    const running = { thread, waiting };
    this.#running.push(running);
    return running;
  }

  #endUnused(): void {
    if (this.#users > 0) return;
    this.#count = 0;
    for (const running of [...this.#running]) if (running.waiting.size === 0) this.#end(running);
  }

  #end(running: Running): void {
    this.#running.splice(this.#running.indexOf(running), 1);
    running.thread.end();
    for (const { resolve } of running.waiting.values()) resolve(undefined);
    running.waiting.clear();
  }
}

function fromReply({ columns, entryCount, sizeBytes, findings }: Extract<IndexReply, { kind: 'indexed' }>) {
  return { tree: new LayerTree(columns), entryCount, sizeBytes, findings };
}

import type { Clock } from '../shell/kernel/clock.ts';
import { plainStat } from '../shell/kernel/noStat.ts';
import { OpenFile } from '../shell/kernel/openFile.ts';
import { S_IFIFO } from '../vfs/overlay/fileMode.ts';
import type { Stat } from '../vfs/overlay/stat.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { OutputChunk } from './containerCalls.ts';
import type { OutputLog } from './outputLog.ts';

/** Output that waits for a reader; then the process waits, too. */
const MAX_WAITING_BYTES = 64 * 1024;

/** Where the output of a container's process, or of an exec, goes: to the log, and to everybody who is attached. */
export class ProcessOutput {
  readonly #clock: Clock;
  readonly #log: OutputLog | undefined;
  readonly #readers = new Set<OutputReader>();
  readonly #watchers = new Set<() => void>();
  #openWriters = 0;
  #isClosed = false;

  constructor(clock: Clock, log: OutputLog | undefined) {
    this.#clock = clock;
    this.#log = log;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A file whose writes come out as that stream. */
  writer(stream: OutputChunk['stream']): OpenFile {
    this.#openWriters++;
    return new OutputFile(
      stream,
      (bytes) => this.put(stream, bytes),
      () => this.#writerClosed(),
    );
  }

  put(stream: OutputChunk['stream'], bytes: Uint8Array): undefined | Promise<void> {
    this.#log?.add({ stream, bytes, at: this.#clock.now() });
    const waiting: Promise<void>[] = [];
    for (const reader of this.#readers) {
      const full = reader.put({ stream, bytes });
      if (full) waiting.push(full);
    }
    this.#wake();
    return waiting.length > 0 ? Promise.all(waiting).then(() => undefined) : undefined;
  }

  attach(): OutputReader {
    const reader = new OutputReader((gone) => this.#readers.delete(gone));
    if (this.#isClosed) reader.end();
    else this.#readers.add(reader);
    return reader;
  }

  /** Nothing more will come: readers end when they have read what there is. */
  close(): void {
    this.#isClosed = true;
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
    this.#wake();
  }

  /** Resolves when something was written, or all is over. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve));
  }

  #wake(): void {
    if (this.#watchers.size === 0) return;
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const resume of watchers) resume();
  }

  #writerClosed(): void {
    if (--this.#openWriters === 0) this.close();
  }
}

class OutputFile extends OpenFile {
  readonly path: string;
  readonly #put: (bytes: Uint8Array) => undefined | Promise<void>;
  readonly #onRelease: () => void;

  constructor(
    stream: OutputChunk['stream'],
    put: (bytes: Uint8Array) => undefined | Promise<void>,
    onRelease: () => void,
  ) {
    super();
    this.path = `pipe:[${stream}]`;
    this.#put = put;
    this.#onRelease = onRelease;
  }

  read(): Uint8Array {
    throw new VfsError('EBADF', 'read', this.path);
  }

  write(bytes: Uint8Array): undefined | Promise<void> {
    return this.#put(bytes);
  }

  stat(): Stat {
    return plainStat(S_IFIFO | 0o600, 1);
  }

  protected release(): void {
    this.#onRelease();
  }
}

/** One who listens: chunks in the order in which they were written. */
export class OutputReader implements AsyncIterable<OutputChunk> {
  readonly #onGone: (reader: OutputReader) => void;
  #chunks: OutputChunk[] = [];
  #waitingBytes = 0;
  #hasEnded = false;
  #arrived: (() => void) | undefined;
  #drained: (() => void)[] = [];

  constructor(onGone: (reader: OutputReader) => void) {
    this.#onGone = onGone;
  }

  put(chunk: OutputChunk): undefined | Promise<void> {
    if (this.#hasEnded) return undefined;
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.bytes.length;
    this.#arrived?.();
    if (this.#waitingBytes <= MAX_WAITING_BYTES) return undefined;
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  end(): void {
    this.#hasEnded = true;
    this.#arrived?.();
    this.#release();
  }

  /** Goes away, what waits is lost. */
  leave(): void {
    this.#chunks = [];
    this.end();
    this.#onGone(this);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<OutputChunk> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk) {
          this.#waitingBytes -= chunk.bytes.length;
          if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#release();
          yield chunk;
        } else if (this.#hasEnded) return;
        else
          await new Promise<void>((resolve) => {
            this.#arrived = resolve;
          });
      }
    } finally {
      this.leave();
    }
  }

  #release(): void {
    const drained = this.#drained;
    this.#drained = [];
    for (const resume of drained) resume();
  }
}

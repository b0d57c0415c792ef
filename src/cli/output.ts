import type { Writable } from 'node:stream';
import { OutputClosed } from './cliError.ts';

/** Characters gathered before they are handed to the stream: a write for each line costs 20 times as much. */
const BUFFER_CHARACTERS = 64 * 1024;

/** Text and bytes to a stream, in order, no faster than its reader takes them. Every method may be awaited after
 *  each call; it rejects with `OutputClosed` once the reader has gone. */
export class Output {
  readonly isTerminal: boolean;
  /** Of the terminal; what goes elsewhere has no bound. */
  readonly columns: number;
  readonly #stream: Writable;
  #pending = '';
  #failure: Error | undefined;
  #beforeWrite: (() => void) | undefined;

  constructor(stream: Writable & { isTTY?: boolean; columns?: number }) {
    this.#stream = stream;
    this.isTerminal = stream.isTTY === true;
    this.columns = (this.isTerminal ? stream.columns : undefined) || Number.POSITIVE_INFINITY;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
      this.#failure = isClosed ? new OutputClosed() : Object.assign(error, { path: error.path ?? 'standard output' });
    });
  }

  /** Called before anything appears, so that a progress line on the same terminal can step aside. */
  onBeforeWrite(callback: () => void): void {
    this.#beforeWrite = callback;
  }

  async line(text = ''): Promise<void> {
    this.#pending += `${text}\n`;
    if (this.#pending.length >= BUFFER_CHARACTERS) await this.flush();
  }

  async text(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= BUFFER_CHARACTERS) await this.flush();
  }

  /** The bytes are out of our hands when this resolves: the buffer may be used again. */
  async bytes(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await this.#write(bytes);
  }

  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    await this.#write(text);
  }

  #write(chunk: string | Uint8Array): Promise<void> {
    this.#beforeWrite?.();
    return new Promise((resolve, reject) => {
      this.#stream.write(chunk, (error) => {
        // The 'error' event, which knows the reason, comes at the same time or just after.
        if (error) setImmediate(() => reject(this.#failure ?? error));
        else resolve();
      });
    });
  }
}

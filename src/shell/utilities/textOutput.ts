import { encodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';

/** Text is collected up to that length before it is written. */
const BUFFER_LENGTH = 1 << 15;

/** Writes text in large pieces. What is left is written by `flush`, which whoever makes an output must call. */
export class TextOutput {
  readonly #write: (data: Uint8Array) => undefined | Promise<void>;
  readonly #process: Process;
  #text = '';

  constructor(process: Process, write = (data: Uint8Array) => process.write(1, data)) {
    this.#process = process;
    this.#write = write;
  }

  get isEmpty(): boolean {
    return this.#text === '';
  }

  /** Gives a promise only where it has to wait. */
  put(text: string): undefined | Promise<void> {
    this.#text += text;
    return this.#text.length >= BUFFER_LENGTH ? this.#pass() : undefined;
  }

  flush(): undefined | Promise<void> {
    const text = this.#text;
    if (text === '') return undefined;
    this.#text = '';
    return this.#write(encodeName(text));
  }

  #pass(): undefined | Promise<void> {
    const writing = this.flush();
    if (writing) return writing;
    return this.#process.isDue ? this.#process.pause() : undefined;
  }
}

import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';

/** Lines of standard input without their newline, as they come: what is read too much stays here. */
export class InputLines {
  readonly #process: Process;
  #held = '';
  #isAtEnd = false;

  constructor(process: Process) {
    this.#process = process;
  }

  async next(): Promise<string | undefined> {
    for (;;) {
      const newline = this.#held.indexOf('\n');
      if (newline >= 0) {
        const line = this.#held.slice(0, newline);
        this.#held = this.#held.slice(newline + 1);
        return line;
      }
      if (this.#isAtEnd) {
        const rest = this.#held;
        this.#held = '';
        return rest === '' ? undefined : rest;
      }
      const chunk = await this.#process.read(0);
      if (chunk.length === 0) this.#isAtEnd = true;
      else this.#held += decodeName(chunk);
    }
  }
}

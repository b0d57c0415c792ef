import type { Process } from '../kernel/process.ts';
import { parseSize } from './humanSize.ts';
import { eachInput } from './textInput.ts';

export interface DumpForm {
  readonly widthBytes: number;
  /** Of the first byte. */
  readonly offset: number;
  /** Whether lines that are as the one before them are shown as `*`, once. */
  readonly squeezes: boolean;
  readonly line: (bytes: Uint8Array, offset: number) => string;
}

/** Bytes in lines of so many, as od and hexdump show them. */
export class DumpLines {
  readonly #process: Process;
  readonly #form: DumpForm;
  #held: Uint8Array = new Uint8Array(0);
  #before: string | undefined;
  #isRepeating = false;
  hasBytes = false;
  /** Of the byte behind the last that was shown. */
  offset: number;

  constructor(process: Process, form: DumpForm) {
    this.#process = process;
    this.#form = form;
    this.offset = form.offset;
  }

  async add(chunk: Uint8Array): Promise<void> {
    const { widthBytes } = this.#form;
    if (chunk.length > 0) this.hasBytes = true;
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    let out = '';
    let at = 0;
    for (; at + widthBytes <= bytes.length; at += widthBytes) out += this.#line(bytes.subarray(at, at + widthBytes));
    this.#held = bytes.slice(at);
    await this.#process.print(out);
  }

  /** The last line, where it is shorter than the others. */
  lastLine(): string {
    return this.#held.length > 0 ? this.#line(this.#held) : '';
  }

  #line(bytes: Uint8Array): string {
    const key = bytes.join();
    const isSame = this.#form.squeezes && key === this.#before && bytes.length === this.#form.widthBytes;
    this.#before = key;
    const { offset } = this;
    this.offset += bytes.length;
    if (isSame) {
      const out = this.#isRepeating ? '' : '*\n';
      this.#isRepeating = true;
      return out;
    }
    this.#isRepeating = false;
    return this.#form.line(bytes, offset);
  }
}

/** What all operands hold, one behind the other, from `skipBytes` on, up to `countBytes`. Gives the status, and how many of
 *  the bytes to be skipped were not there. */
export async function dumpStretch(
  process: Process,
  operands: readonly string[],
  { skipBytes, countBytes }: { readonly skipBytes: number; readonly countBytes: number },
  add: (chunk: Uint8Array) => Promise<void>,
): Promise<{ readonly status: number; readonly unskippedBytes: number }> {
  let toSkip = skipBytes;
  let left = countBytes;
  const status = await eachInput(process, operands, async (input) => {
    while (left > 0) {
      let chunk = await input.read();
      if (chunk.length === 0) return;
      const skipped = Math.min(toSkip, chunk.length);
      toSkip -= skipped;
      chunk = chunk.subarray(skipped, skipped + Math.min(left, chunk.length));
      left -= chunk.length;
      await add(chunk);
      if (process.isDue) await process.pause();
    }
  });
  return { status, unskippedBytes: toSkip };
}

/** `0x10`, `512`, `1k`. Undefined for what is no number of bytes. */
export function dumpSize(text: string): number | undefined {
  const value = /^0x/i.test(text) ? Number(text) : parseSize(text);
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

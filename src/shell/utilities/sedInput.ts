import type { Process } from '../kernel/process.ts';
import { LineReader, InputError, openInput, type TextInput } from './textInput.ts';

/** The files of sed as one stream of lines; with `-s` and `-i`, each for itself. */
export class SedInput {
  readonly #process: Process;
  readonly #operands: readonly string[];
  readonly #delimiter: number;
  readonly #beforeWait: () => unknown;
  readonly #complain: (error: InputError) => Promise<void>;
  #at = 0;
  #reader: LineReader | undefined;
  #input: TextInput | undefined;
  lineNumber = 0;
  /** Whether the line that came last ended with its delimiter. */
  wasTerminated = true;

  constructor(
    process: Process,
    operands: readonly string[],
    form: { delimiter: number; beforeWait: () => unknown; complain: (error: InputError) => Promise<void> },
  ) {
    this.#process = process;
    this.#operands = operands;
    this.#delimiter = form.delimiter;
    this.#beforeWait = form.beforeWait;
    this.#complain = form.complain;
  }

  get operand(): string {
    return this.#input?.operand ?? '-';
  }

  next(): string | undefined | Promise<string | undefined> {
    const reader = this.#reader;
    if (!reader) return this.#nextOfFiles();
    const line = reader.next();
    if (typeof line !== 'string') return this.#nextOfFiles(line);
    this.lineNumber++;
    this.wasTerminated = reader.wasTerminated;
    return line;
  }

  async #nextOfFiles(pending?: Promise<string | undefined>): Promise<string | undefined> {
    let line = await this.#guarded(() => pending);
    while (line === undefined) {
      if (!(await this.#open())) return undefined;
      line = await this.#guarded(() => this.#reader?.next());
    }
    this.lineNumber++;
    this.wasTerminated = this.#reader?.wasTerminated ?? true;
    return line;
  }

  async #guarded<T>(read: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await this.#complain(error);
      this.#close();
      return undefined;
    }
  }

  /** Whether no line follows. */
  async isLast(): Promise<boolean> {
    for (;;) {
      if (this.#reader && (await this.#guarded(() => this.#reader?.hasNext()))) return false;
      if (!(await this.#open())) return true;
    }
  }

  /** The next file that can be opened. */
  async #open(): Promise<boolean> {
    while (this.#at < this.#operands.length) {
      const operand = this.#operands[this.#at++] as string;
      const input = await this.#guarded(() => openInput(this.#process, operand));
      if (!input) continue;
      this.#close();
      this.#input = input;
      this.#reader = new LineReader(input, { delimiter: this.#delimiter, beforeWait: this.#beforeWait });
      return true;
    }
    return false;
  }

  #close(): void {
    this.#input?.close();
    this.#input = undefined;
    this.#reader = undefined;
  }

  close(): void {
    this.#close();
    this.#at = this.#operands.length;
  }
}

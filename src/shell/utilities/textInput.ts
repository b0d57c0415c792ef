import { decodeName } from '../../bytes/byteName.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { andThen } from '../interpreter/waiting.ts';
import { causeOf } from './failure.ts';
import { quotedIfNeeded } from './quote.ts';

/** A longer line is refused. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;
const CHUNK_BYTES = 1 << 16;
/** From here on what is kept of a line counts as memory. */
const LARGE_BYTES = 1 << 20;

/** A file, or standard input, that a utility reads. Faults of reading come as InputError, so that they are not taken for
 *  those of writing. */
export class TextInput {
  /** As it was given: `-` for standard input. */
  readonly operand: string;
  readonly #process: Process;
  readonly #file: OpenFile | undefined;

  constructor(process: Process, operand: string, file: OpenFile | undefined) {
    this.#process = process;
    this.operand = operand;
    this.#file = file;
  }

  get file(): OpenFile {
    return this.#file ?? this.#process.file(0);
  }

  /** Of what was read, so many bytes more, or less, are kept in memory. */
  hold(sizeBytes: number): void {
    this.#process.hold(sizeBytes);
  }

  /** Some bytes; none at the end. */
  read(maxBytes = CHUNK_BYTES): Uint8Array | Promise<Uint8Array> {
    try {
      const reading = this.file.read(maxBytes);
      return reading instanceof Promise ? this.#wait(reading) : reading;
    } catch (error) {
      throw this.#fault(error);
    }
  }

  async #wait(reading: Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      return await this.#process.waitFor(reading);
    } catch (error) {
      throw this.#fault(error);
    }
  }

  #fault(error: unknown): unknown {
    return error instanceof VfsError && error.code !== 'EINTR' ? new InputError('read', this.operand, error) : error;
  }

  close(): void {
    this.#file?.close();
  }
}

/** An operand that cannot be opened or read. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly stage: 'open' | 'read';
  readonly operand: string;
  readonly words: string;
  /** What the call said. */
  readonly fault: VfsError;
  constructor(stage: 'open' | 'read', operand: string, cause: VfsError) {
    super(`${operand}: ${cause.code}`);
    this.fault = cause;
    this.stage = stage;
    this.operand = operand;
    this.words = causeOf(cause);
  }
}

/** Opens an operand; `-` is standard input. Waits only for a fifo's other end. Throws InputError. */
export function openInput(process: Process, operand: string): TextInput | Promise<TextInput> {
  return operand === '-' ? new TextInput(process, operand, undefined) : openNamed(process, operand);
}

/** Opens a file, `-` as any other. Throws InputError. */
export function openNamed(process: Process, path: string): TextInput | Promise<TextInput> {
  const failed = (error: unknown): never => {
    throw error instanceof VfsError ? new InputError('open', path, error) : error;
  };
  try {
    const opening = open(process, path, O_RDONLY);
    if (!(opening instanceof Promise)) return new TextInput(process, path, opening);
    return opening.then((file) => new TextInput(process, path, file), failed);
  } catch (error) {
    return failed(error);
  }
}

/** Does the same for each operand, or for standard input where there is none. One that cannot be read is told, and the
 *  next comes. Gives the status: 0, or `failureStatus`. */
export function eachInput(
  process: Process,
  operands: readonly string[],
  body: (input: TextInput, index: number) => unknown,
  form: EachForm = {},
): number | Promise<number> {
  const names = operands.length > 0 ? operands : ['-'];
  for (let index = 0; index < names.length; index++) {
    let input: TextInput | undefined;
    try {
      const opening = openInput(process, names[index] as string);
      if (opening instanceof Promise) return eachFrom(process, names, body, form, index, opening);
      input = opening;
      const running = body(input, index);
      if (running instanceof Promise) return eachFrom(process, names, body, form, index, input, running);
    } catch (error) {
      input?.close();
      const failed = Promise.reject(error);
      return eachFrom(process, names, body, form, index, failed);
    }
    input.close();
  }
  return 0;
}

interface EachForm {
  readonly words?: (error: InputError) => string;
  readonly failureStatus?: number;
}

/** The same from one that waits, or has failed. `running`: what its body does already. */
async function eachFrom(
  process: Process,
  names: readonly string[],
  body: (input: TextInput, index: number) => unknown,
  form: EachForm,
  from: number,
  opening: TextInput | Promise<TextInput>,
  running?: Promise<unknown>,
): Promise<number> {
  let status = 0;
  for (let index = from; index < names.length; index++) {
    try {
      const isFirst = index === from;
      const input = await (isFirst ? opening : openInput(process, names[index] as string));
      try {
        await (isFirst && running ? running : body(input, index));
      } finally {
        input.close();
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await process.complain(form.words?.(error) ?? `${quotedIfNeeded(error.operand)}: ${error.words}`);
      status = form.failureStatus ?? 1;
    }
  }
  return status;
}

/** The text of an input, line by line, without reading further than it must. */
export class LineReader {
  readonly #input: TextInput;
  #heldBytes = 0;
  readonly #delimiter: number;
  readonly #separator: string;
  readonly #beforeWait: (() => unknown) | undefined;
  #lines: string[] = [];
  #at = 0;
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #isAtEnd = false;
  /** Whether the line that came last had its delimiter: the last one of a file may lack it. */
  wasTerminated = true;

  /** `beforeWait` is called before more is read: a chance to write what there is. */
  constructor(input: TextInput, form: { readonly delimiter?: number; readonly beforeWait?: () => unknown } = {}) {
    this.#input = input;
    this.#delimiter = form.delimiter ?? 0x0a;
    this.#separator = String.fromCharCode(this.#delimiter);
    this.#beforeWait = form.beforeWait;
  }

  /** The next line without its delimiter; undefined at the end. Waits only where nothing is left of what was read. */
  next(): string | undefined | Promise<string | undefined> {
    if (this.#at < this.#lines.length) return this.#take();
    return this.#isAtEnd ? undefined : this.#nextRead();
  }

  #nextRead(): string | undefined | Promise<string | undefined> {
    return andThen(this.#fill(), (isThere) => (isThere ? this.#take() : undefined));
  }

  #take(): string {
    const line = this.#lines[this.#at++] as string;
    this.wasTerminated = this.#at < this.#lines.length || !this.#isAtEnd || this.#endsWithDelimiter;
    return line;
  }

  #endsWithDelimiter = true;

  /** Whether another line follows. */
  hasNext(): boolean | Promise<boolean> {
    if (this.#at < this.#lines.length) return true;
    return this.#isAtEnd ? false : this.#fill();
  }

  /** All lines that are there already, at least one; undefined at the end. */
  batch(): string[] | undefined | Promise<string[] | undefined> {
    if (this.#at < this.#lines.length) return this.#batchHeld();
    if (this.#isAtEnd) return undefined;
    return andThen(this.#fill(), (isThere) => (isThere ? this.#batchHeld() : undefined));
  }

  #batchHeld(): string[] {
    const lines = this.#at === 0 ? this.#lines : this.#lines.slice(this.#at);
    this.#lines = [];
    this.#at = 0;
    this.wasTerminated = !this.#isAtEnd || this.#endsWithDelimiter;
    return lines;
  }

  #fill(): boolean | Promise<boolean> {
    while (!this.#isAtEnd) {
      const reading = this.#input.read();
      if (reading instanceof Promise) return this.#fillLater(reading);
      if (this.#holds(reading)) return true;
    }
    return false;
  }

  async #fillLater(reading: Promise<Uint8Array>): Promise<boolean> {
    try {
      await this.#beforeWait?.();
    } catch (error) {
      reading.catch(() => undefined);
      throw error;
    }
    return this.#holds(await reading) || this.#fill();
  }

  /** Takes what was read. Whether there are lines now. */
  #holds(chunk: Uint8Array): boolean {
    if (chunk.length === 0) {
      this.#isAtEnd = true;
      if (this.#restBytes === 0) return false;
      this.#endsWithDelimiter = false;
      this.#lines = [decodeName(this.#joined(new Uint8Array(0)))];
      this.#at = 0;
      return true;
    }
    const last = chunk.lastIndexOf(this.#delimiter);
    if (last < 0) {
      this.#keep(chunk);
      return false;
    }
    const text = decodeName(this.#joined(chunk.subarray(0, last)));
    this.#keep(chunk.subarray(last + 1));
    this.#lines = text.split(this.#separator);
    this.#at = 0;
    return true;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#restBytes += bytes.length;
    if (this.#restBytes > MAX_LINE_BYTES) {
      throw new InputError('read', this.#input.operand, new VfsError('EFBIG', 'read', this.#input.operand));
    }
    if (this.#restBytes > LARGE_BYTES) {
      this.#input.hold(bytes.length);
      this.#heldBytes += bytes.length;
    }
    this.#rest.push(bytes.slice());
  }

  #joined(end: Uint8Array): Uint8Array {
    if (this.#restBytes === 0) return end;
    const all = new Uint8Array(this.#restBytes + end.length);
    let at = 0;
    for (const part of this.#rest) {
      all.set(part, at);
      at += part.length;
    }
    all.set(end, at);
    if (this.#heldBytes > 0) this.#input.hold(-this.#heldBytes);
    this.#heldBytes = 0;
    this.#rest = [];
    this.#restBytes = 0;
    return all;
  }
}

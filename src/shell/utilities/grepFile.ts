import { decodeName } from '../../bytes/byteName.ts';
import { isRegular } from '../../vfs/overlay/fileMode.ts';
import type { Process } from '../kernel/process.ts';
import type { GrepPatterns } from './grepPatterns.ts';
import { byteLength, type GrepForm, GrepPrinter } from './grepPrinter.ts';
import type { TextInput } from './textInput.ts';
import type { TextOutput } from './textOutput.ts';

const READ_BYTES = 1 << 17;

export interface FirstRead {
  readonly bytes: Uint8Array | Promise<Uint8Array>;
  /** Whether these are all bytes of the file. */
  readonly isWhole: boolean;
}

export interface GrepTarget {
  readonly output: TextOutput;
  /** In front of lines. */
  readonly name: string | undefined;
  readonly shownName: string;
  readonly maxCount: number;
  readonly printsLines: boolean;
  readonly stopsAtFirst: boolean;
  readonly binary: 'text' | 'skip' | 'tell';
  readonly progress: { hasShown: boolean };
}

/** The search of one file: as much at once as was read, up to the last whole line. */
export class GrepFile {
  readonly #process: Process;
  readonly #input: TextInput;
  readonly #patterns: GrepPatterns;
  readonly #form: GrepForm;
  readonly #target: GrepTarget;
  readonly #printer: GrepPrinter;
  readonly #delimiter: string;
  #count = 0;
  #number = 1;
  #offset = 0;
  #isBinary = false;
  #isDone = false;

  constructor(process: Process, input: TextInput, patterns: GrepPatterns, form: GrepForm, target: GrepTarget) {
    this.#process = process;
    this.#input = input;
    this.#patterns = patterns;
    this.#form = form;
    this.#target = target;
    this.#delimiter = form.lineEnd;
    this.#printer = new GrepPrinter(target.output, form, patterns, target.name);
  }

  /** How many lines were selected. `first`: bytes that were read already. */
  async search(first?: Uint8Array | Promise<Uint8Array>): Promise<number> {
    const { output, maxCount } = this.#target;
    const code = this.#delimiter.charCodeAt(0);
    let rest: Uint8Array = new Uint8Array(0);
    let known = first;
    if (maxCount === 0) return 0;
    while (!this.#isDone) {
      if (!output.isEmpty) await output.flush();
      const reading = known ?? this.#input.read(READ_BYTES);
      known = undefined;
      const chunk = reading instanceof Promise ? await reading : reading;
      if (this.#process.isDue) await this.#process.pause();
      if (chunk.length === 0) break;
      if (!this.#isBinary && this.#target.binary !== 'text' && chunk.includes(0)) {
        this.#isBinary = true;
        if (this.#target.binary === 'skip') return 0;
      }
      const last = chunk.lastIndexOf(code);
      if (last < 0) {
        rest = concatenated(rest, chunk);
        continue;
      }
      const bytes = concatenated(rest, chunk.subarray(0, last + 1));
      rest = chunk.slice(last + 1);
      const searching = this.#buffer(decodeName(bytes), bytes.length);
      if (searching) await searching;
    }
    if (!this.#isDone && rest.length > 0) await this.#buffer(decodeName(rest) + this.#delimiter, rest.length);
    return this.#count;
  }

  /** A text of whole lines. Most have no match and nothing to be shown. */
  #buffer(text: string, sizeBytes: number): undefined | Promise<void> {
    const { lineNumbers, before, after } = this.#form;
    const atOnce = this.#patterns.isBuffered && this.#delimiter === '\n';
    if (!atOnce) return this.#lines(text, sizeBytes, undefined);
    const match = this.#patterns.endOfSome(text, 0);
    const isIdle = match < 0 && !lineNumbers && before + after === 0 && !this.#printer.needsAllLines;
    if (!isIdle) return this.#lines(text, sizeBytes, match);
    this.#offset += sizeBytes;
    return undefined;
  }

  /** `firstMatch`: where a match ends first, -1 for none; undefined where line is searched for line. */
  async #lines(text: string, sizeBytes: number, firstMatch: number | undefined): Promise<void> {
    const isAscii = sizeBytes === text.length;
    const base = this.#offset;
    const needsNumbers = this.#form.lineNumbers || this.#form.before + this.#form.after > 0;
    const offsetOf = (at: number) => base + (this.#form.byteOffsets && !isAscii ? byteLength(text, at) : at);
    const { invert } = this.#form;
    const all = this.#printer.needsAllLines;
    let at = 0;
    while (at < text.length && !this.#isDone) {
      let [start, end] = [at, text.indexOf(this.#delimiter, at)];
      let isMatch: boolean;
      if (firstMatch !== undefined) {
        const match = at === 0 ? firstMatch : this.#patterns.endOfSome(text, at);
        start = match < 0 ? text.length : match === 0 ? 0 : text.lastIndexOf('\n', match - 1) + 1;
        isMatch = start < text.length;
        if (all) await this.#unmatched(text, at, start, offsetOf);
        else if (needsNumbers) this.#number += linesBetween(text, at, start);
        if (!isMatch || this.#isDone) break;
        end = text.indexOf('\n', match);
      } else {
        isMatch = this.#patterns.find(text.slice(start, end), 0) !== undefined;
        if (this.#process.isDue) await this.#process.pause();
        if (!isMatch) await this.#unmatched(text, start, end + 1, offsetOf);
      }
      if (isMatch) {
        const line = text.slice(start, end);
        if (invert) await this.#printer.passed(line, this.#number, offsetOf(start));
        else await this.#select(line, offsetOf(start));
        this.#number++;
      }
      at = end + 1;
      if (this.#process.isDue) await this.#process.pause();
    }
    this.#offset += sizeBytes;
  }

  /** Lines that match nothing: between two places of the text. */
  async #unmatched(text: string, from: number, to: number, offsetOf: (at: number) => number): Promise<void> {
    for (let at = from; at < to && !this.#isDone;) {
      const end = text.indexOf(this.#delimiter, at);
      const line = text.slice(at, end);
      const waiting = this.#form.invert
        ? this.#select(line, offsetOf(at))
        : this.#target.printsLines && !this.#isBinary
          ? this.#printer.passed(line, this.#number, offsetOf(at))
          : undefined;
      if (waiting) await waiting;
      this.#number++;
      at = end + 1;
    }
  }

  #select(line: string, offset: number): undefined | Promise<void> {
    const target = this.#target;
    if (this.#count >= target.maxCount) {
      // Only what follows the last one is still shown.
      if (!this.#printer.wantsMore) this.#isDone = true;
      return this.#isDone ? undefined : this.#printer.passed(line, this.#number, offset);
    }
    this.#count++;
    if (target.stopsAtFirst) this.#isDone = true;
    if (this.#count >= target.maxCount && this.#form.after === 0) this.#isDone = true;
    if (!target.printsLines) return undefined;
    if (this.#isBinary) {
      this.#isDone = true;
      const name = target.shownName;
      if (this.#process.flavour === 'busybox') return target.output.put(`Binary file ${name} matches\n`);
      return this.#process.complain(`${name}: binary file matches`);
    }
    return this.#printer.selected(line, this.#number, offset, target.progress);
  }
}

/** What the first read gives, of a regular file that may be small enough for it; undefined for all else. */
export function firstRead(input: TextInput): FirstRead | undefined {
  const { mode, sizeBytes } = input.file.stat();
  if (!isRegular(mode) || sizeBytes === 0 || sizeBytes > READ_BYTES) return undefined;
  const bytes = input.read(READ_BYTES);
  return { bytes, isWhole: !(bytes instanceof Promise) && bytes.length === sizeBytes };
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function linesBetween(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

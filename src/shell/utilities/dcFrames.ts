import type { Flavour } from '../kernel/program.ts';
import { DcFault } from './dcFault.ts';

/** A text that is being run. */
export interface DcFrame {
  text: string;
  at: number;
  /** How many macros it stands for: one that ends with a call of another gives its place to it. */
  levels: number;
}

/** Macros that wait for others. */
const MAX_FRAMES = 100_000;

/** Where dc is: the text that it was given, and the macros in it that run. */
export class DcFrames {
  readonly #frames: DcFrame[] = [];
  readonly #flavour: Flavour;

  constructor(flavour: Flavour) {
    this.#flavour = flavour;
  }

  get top(): DcFrame | undefined {
    return this.#frames.at(-1);
  }

  get isOutermost(): boolean {
    return this.#frames.length === 1;
  }

  begin(text: string): void {
    this.#frames.length = 0;
    this.#frames.push({ text, at: 0, levels: 1 });
  }

  end(): void {
    this.#frames.length = 0;
  }

  /** Only blanks behind a call leave nothing to come back to. */
  call(text: string): void {
    const caller = this.top;
    if (caller && !this.isOutermost && caller.at >= caller.text.length) {
      caller.text = text;
      caller.at = 0;
      // Busybox counts what it has, not what was called.
      if (this.#flavour === 'gnu') caller.levels++;
      return;
    }
    if (this.#frames.length >= MAX_FRAMES) throw new DcFault('limit');
    this.#frames.push({ text, at: 0, levels: 1 });
  }

  /** What is left of the text that was given. */
  takeRest(): string {
    const [frame] = this.#frames;
    if (!frame) return '';
    const rest = frame.text.slice(frame.at);
    frame.at = frame.text.length;
    return rest;
  }

  return(): void {
    this.#frames.pop();
  }

  /** Leaves this many macros. False where there are not so many. */
  leave(count: number): boolean {
    let left = count;
    for (let frame = this.top; frame && left > 0; frame = this.top) {
      if (this.isOutermost) return false;
      if (left < frame.levels) {
        frame.levels -= left;
        return true;
      }
      left -= frame.levels;
      this.#frames.pop();
    }
    return true;
  }

  /** As GNU's does it: it counts from the caller on, so that leaving one macro leaves none unless another calls it last,
   *  and what was asked for beyond the outermost is noticed only there. False there. */
  leaveAsGnu(count: number): boolean {
    let left = count - 1;
    const frame = this.top as DcFrame;
    if (this.isOutermost) return false;
    if (left < frame.levels) {
      frame.levels -= left;
      return true;
    }
    left -= frame.levels;
    this.#frames.pop();
    for (;;) {
      if (this.isOutermost) return false;
      this.#frames.pop();
      if (left <= 0) return true;
      left--;
    }
  }
}

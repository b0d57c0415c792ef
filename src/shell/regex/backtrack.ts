import type { Assertion } from './pattern.ts';
import { OP, type Look, type Program } from './program.ts';
import { RegexError } from './regexError.ts';
import { holds, kindOf } from './stateTable.ts';

/** Steps of one search, where nothing else bounds it (PCRE's match limit is of this order). */
const MAX_STEPS = 5_000_000;
/** Once a match was found, how long a longer one is looked for. */
const MAX_STEPS_FOR_LONGER = 200_000;
/** Bits of the table of (step, place) that were tried: 32 MiB. */
const MAX_TRIED_BITS = 2 ** 28;

export interface SearchOptions {
  /** The match must end there. */
  readonly end?: number;
  /** Whether the longest match counts, not the first by preference. */
  readonly longest: boolean;
  /** Whether to note what was tried: for regular programs with a known end. */
  readonly isTabled: boolean;
  readonly groupCount: number;
}

/** Slots: `[start, end, start of group 1, end of group 1, …]`, -1 where a group took no part. */
export type Slots = Int32Array;

/** Runs a program by trying, in order of preference, and finds where the groups lie. What is regular is bounded by a
 *  table of what was tried (steps times length); the rest by a count of steps: then it throws RegexError
 *  `tooComplex`. */
export class Backtracker {
  readonly #program: Program;
  #steps = 0;
  #tried: Uint32Array = new Uint32Array(0);

  constructor(program: Program) {
    this.#program = program;
  }

  /** A match that begins at `from`. */
  match(text: string, from: number, options: SearchOptions): Slots | undefined {
    this.#steps = 0;
    return this.run(text, from, options, new Int32Array(options.groupCount * 2 + 2).fill(-1));
  }

  /** As `match`, with slots that are set already (look-around). */
  run(text: string, from: number, options: SearchOptions, given: Slots): Slots | undefined {
    const program = this.#program;
    const { isTabled } = options;
    if (isTabled) this.#prepareTable((options.end ?? 0) - from + 1);
    const marks = new Int32Array(program.markCount);
    const slots = Int32Array.from(given);
    slots[0] = from;
    // Alternatives: pairs (step, place); undoing: (-1 - slot, old value); marks: (-100000 - mark, old value).
    const stack: number[] = [0, from];
    let best: Slots | undefined;
    let stepsAtBest = 0;
    while (stack.length > 0) {
      let at = stack.pop() as number;
      let step = stack.pop() as number;
      if (step < 0) {
        if (step <= MARK_BASE) marks[MARK_BASE - step] = at;
        else slots[-1 - step] = at;
        continue;
      }
      for (;;) {
        if (isTabled) {
          const bit = step * ((options.end ?? 0) - from + 1) + (at - from);
          const word = bit >>> 5;
          const mask = 1 << (bit & 31);
          if ((this.#tried[word] as number) & mask) break;
          this.#tried[word] = (this.#tried[word] as number) | mask;
        } else if (++this.#steps > MAX_STEPS) {
          if (best) return best;
          throw new RegexError('tooComplex', 0);
        } else if (best && this.#steps - stepsAtBest > MAX_STEPS_FOR_LONGER) {
          return best;
        }
        const op = program.ops[step] as number;
        const x = program.x[step] as number;
        if (op === OP.SET) {
          if (at >= text.length || (options.end !== undefined && at >= options.end)) break;
          if (!program.members[x]?.[program.classes.of(text.charCodeAt(at))]) break;
          at++;
          step++;
        } else if (op === OP.SPLIT) {
          stack.push(program.y[step] as number, at);
          step = x;
        } else if (op === OP.JUMP) {
          step = x;
        } else if (op === OP.SAVE) {
          stack.push(-1 - x, slots[x] as number);
          slots[x] = at;
          step++;
        } else if (op === OP.MARK) {
          stack.push(MARK_BASE - x, marks[x] as number);
          marks[x] = at;
          step++;
        } else if (op === OP.PROGRESS) {
          if (marks[x] === at && !isTabled) {
            // Leaves the loop: the step behind its jump back.
            step += 2;
          } else {
            step++;
          }
        } else if (op === OP.ASSERT) {
          if (!this.#asserts(x, text, at)) break;
          step++;
        } else if (op === OP.REFERENCE) {
          const end = this.#referenceEnd(text, at, slots, x, program.y[step] === 1);
          if (end < 0) break;
          at = end;
          step++;
        } else if (op === OP.KEEP) {
          stack.push(-1, slots[0] as number);
          slots[0] = at;
          step++;
        } else if (op === OP.LOOK || op === OP.ATOMIC) {
          const look = program.looks[x] as Look;
          const found = this.#looks(look, text, at, slots, options.groupCount);
          if ((found === undefined) !== look.negative) break;
          if (found && !look.negative) {
            for (let i = 2; i < slots.length; i++) {
              if (slots[i] === found[i]) continue;
              stack.push(-1 - i, slots[i] as number);
              slots[i] = found[i] as number;
            }
            if (op === OP.ATOMIC) at = found[1] as number;
          }
          step++;
        } else {
          if (options.end !== undefined && at !== options.end) break;
          if (!best || at > (best[1] as number)) {
            best = Int32Array.from(slots);
            best[1] = at;
            stepsAtBest = this.#steps;
          }
          if (!options.longest || options.end !== undefined) return best;
          break;
        }
      }
    }
    return best;
  }

  #prepareTable(places: number): void {
    const bits = this.#program.ops.length * places;
    if (bits > MAX_TRIED_BITS) throw new RegexError('tooComplex', 0);
    const words = (bits >>> 5) + 1;
    if (this.#tried.length < words) this.#tried = new Uint32Array(Math.max(words, 64));
    else this.#tried.fill(0, 0, words);
  }

  #asserts(number: number, text: string, at: number): boolean {
    const before = kindOf(at > 0 ? text.charCodeAt(at - 1) : -1);
    const after = kindOf(at < text.length ? text.charCodeAt(at) : -1);
    return holds(this.#program.assertions[number] as Assertion, before, after, this.#program.isMultiline);
  }

  #referenceEnd(text: string, at: number, slots: Slots, group: number, ignoreCase: boolean): number {
    const start = slots[group * 2] ?? -1;
    const end = slots[group * 2 + 1] ?? -1;
    if (start < 0 || end < 0) return -1;
    const wanted = text.slice(start, end);
    const found = text.slice(at, at + wanted.length);
    const isSame = ignoreCase ? found.toLowerCase() === wanted.toLowerCase() : found === wanted;
    this.#steps += wanted.length >> 3;
    return isSame ? at + wanted.length : -1;
  }

  #looks(look: Look, text: string, at: number, slots: Slots, groupCount: number): Slots | undefined {
    for (const width of look.widths) {
      if (width > at) continue;
      const inner = new Backtracker(look.program);
      inner.#steps = this.#steps;
      const end = look.direction === 'behind' ? { end: at } : {};
      const found = inner.run(text, at - width, { ...end, longest: false, isTabled: false, groupCount }, slots);
      this.#steps = inner.#steps;
      if (found) return found;
    }
    return undefined;
  }
}

/** Numbers of undone marks on the stack lie below those of slots. */
const MARK_BASE = -1_000_000;

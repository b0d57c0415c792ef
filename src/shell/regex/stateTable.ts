import { EDGE, isWordUnit, LINE_BREAK, OP, OTHER, WORD_CHARACTER, type Program } from './program.ts';
import type { Assertion } from './pattern.ts';

/** States kept at once; when there are more, all are made anew. Times the classes: cells of 4 bytes. */
const MAX_STATES = 2_000;
const MAX_CELLS = 500_000;
/** The state that nothing leads out of. */
const DEAD = 1;

/** A deterministic automaton that is made while it runs (Cox, "Regular Expression Matching in the Wild"): a step costs one
 *  look into a table. It tells whether and how far a pattern matches, not where its groups lie.
 *
 *  A state is the set of steps behind the character that was read last, and what that character was to assertions. What
 *  follows from there without reading is worked out when the next character is known, which assertions ask for. */
export class StateTable {
  readonly #program: Program;
  readonly #isAnchored: boolean;
  readonly #width: number;
  /** Class of the end of the text. */
  readonly #endClass: number;
  /** By state and class: the next state times 2, plus 1 where a match ends before that character. 0: not known yet. */
  #cells: Int32Array;
  #states: { readonly steps: Int32Array; readonly before: number }[] = [];
  #numbers = new Map<string, number>();
  /** States to begin in, by the kind of the character before; 0: not known yet. */
  readonly #starts = new Int32Array(4);
  readonly #seen: Uint32Array;
  #stamp = 0;

  /** Anchored: a match begins where the scan begins; otherwise, anywhere from there on. */
  constructor(program: Program, options: { readonly anchored: boolean }) {
    this.#program = program;
    this.#isAnchored = options.anchored;
    this.#endClass = program.classes.count;
    this.#width = program.classes.count + 1;
    this.#cells = new Int32Array(this.#width * 16);
    this.#seen = new Uint32Array(program.ops.length);
    this.#reset();
  }

  #reset(): void {
    this.#states = [];
    this.#numbers.clear();
    this.#cells.fill(0);
    this.#starts.fill(0);
    this.#number(new Int32Array(0), -1);
    // Number 1 stands for "dead"; it is made first, so that no other state has it.
    this.#number(new Int32Array(0), this.#isAnchored ? OTHER : -2);
  }

  #number(steps: Int32Array, before: number): number {
    const isDead = this.#isAnchored && steps.length === 0 && before >= 0;
    const key = isDead ? 'dead' : `${before}:${steps.join()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push({ steps, before }) - 1;
    this.#numbers.set(key, number);
    if (this.#cells.length < (number + 1) * this.#width) {
      const cells = new Int32Array(this.#cells.length * 2);
      cells.set(this.#cells);
      this.#cells = cells;
    }
    return number;
  }

  /** The state to begin in, beside that character code (-1: the edge of the text). */
  #start(code: number): number {
    const before = this.#program.usesAssertions ? kindOf(code) : OTHER;
    let state = this.#starts[before] as number;
    if (state === 0) {
      // The anchored automaton begins with the first step; the other adds it at every character.
      state = this.#number(this.#isAnchored ? FIRST_STEP : new Int32Array(0), before);
      this.#starts[before] = state;
    }
    return state;
  }

  /** Where the first match ends that ends at all, scanning forward from `from`; -1 for none. Not anchored: any match. */
  earliestEnd(text: string, from: number): number {
    const { low } = this.#program.classes;
    const width = this.#width;
    let state = this.#start(from > 0 ? text.charCodeAt(from - 1) : -1);
    let cells = this.#cells;
    const { length } = text;
    for (let i = from; i < length; i++) {
      const code = text.charCodeAt(i);
      const cls = code < 256 ? (low[code] as number) : this.#program.classes.of(code);
      let cell = cells[state * width + cls] as number;
      if (cell === 0) {
        cell = this.#fill(state, cls);
        cells = this.#cells;
      }
      if (cell & 1) return i;
      state = cell >> 1;
      if (state === DEAD) return -1;
    }
    return (cells[state * width + this.#endClass] || this.#fill(state, this.#endClass)) & 1 ? length : -1;
  }

  /** Where the longest match ends that begins at `from`; -1 for none. */
  longestEnd(text: string, from: number): number {
    const { low } = this.#program.classes;
    const width = this.#width;
    let state = this.#start(from > 0 ? text.charCodeAt(from - 1) : -1);
    let cells = this.#cells;
    const { length } = text;
    let end = -1;
    for (let i = from; i < length; i++) {
      const code = text.charCodeAt(i);
      const cls = code < 256 ? (low[code] as number) : this.#program.classes.of(code);
      let cell = cells[state * width + cls] as number;
      if (cell === 0) {
        cell = this.#fill(state, cls);
        cells = this.#cells;
      }
      if (cell & 1) end = i;
      state = cell >> 1;
      if (state === DEAD) return end;
    }
    const last = cells[state * width + this.#endClass] || this.#fill(state, this.#endClass);
    return last & 1 ? length : end;
  }

  /** Anchored: the first place in `from..last` at which a match begins; -1 when more than `budget` characters would be
   *  read for that. */
  leftmostStart(text: string, from: number, last: number, budget: number): number {
    const { classes } = this.#program;
    let left = budget;
    for (let start = from; start <= last; start++) {
      let state = this.#start(start > 0 ? text.charCodeAt(start - 1) : -1);
      for (let i = start; state !== DEAD; i++) {
        const cls = i < text.length ? classes.of(text.charCodeAt(i)) : this.#endClass;
        const cell = (this.#cells[state * this.#width + cls] as number) || this.#fill(state, cls);
        if (cell & 1) return start;
        state = cell >> 1;
        if (--left < 0) return -1;
      }
    }
    return -1;
  }

  /** For a reversed program that is not anchored: the first place from `from` on at which a match begins. Reads the whole
   *  text, from its end. */
  earliestStart(text: string, from: number): number {
    let state = this.#start(-1);
    let start = -1;
    for (let i = text.length - 1; i >= from; i--) {
      const cls = this.#program.classes.of(text.charCodeAt(i));
      const cell = this.#cells[state * this.#width + cls] || this.#fill(state, cls);
      if (cell & 1) start = i + 1;
      state = cell >> 1;
    }
    const cls = from > 0 ? this.#program.classes.of(text.charCodeAt(from - 1)) : this.#endClass;
    const last = this.#cells[state * this.#width + cls] || this.#fill(state, cls);
    return last & 1 ? from : start;
  }

  #fill(state: number, cls: number): number {
    const program = this.#program;
    const { steps, before } = this.#states[state] as { steps: Int32Array; before: number };
    const after = cls === this.#endClass ? EDGE : (program.classes.kinds[cls] as number);
    const next: number[] = [];
    const isMatch = this.#follow(steps, before, after, cls, next);
    let cell: number;
    if (cls === this.#endClass) {
      cell = (DEAD << 1) | (isMatch ? 1 : 0);
    } else {
      next.sort((a, b) => a - b);
      const kind = program.usesAssertions ? after : OTHER;
      const hasRoom = this.#states.length < MAX_STATES && this.#states.length * this.#width < MAX_CELLS;
      if (!hasRoom) {
        this.#reset();
        return (this.#number(Int32Array.from(next), kind) << 1) | (isMatch ? 1 : 0);
      }
      cell = (this.#number(Int32Array.from(next), kind) << 1) | (isMatch ? 1 : 0);
    }
    this.#cells[state * this.#width + cls] = cell;
    return cell;
  }

  /** Follows what needs no reading, between two characters; collects the steps behind those that read this class. Gives
   *  whether a match ends here. */
  #follow(steps: Int32Array, before: number, after: number, cls: number, next: number[]): boolean {
    const { ops, x, y, members, assertions } = this.#program;
    const stamp = ++this.#stamp;
    const stack: number[] = Array.from(steps);
    if (!this.#isAnchored) stack.push(0);
    let isMatch = false;
    while (stack.length > 0) {
      const step = stack.pop() as number;
      if (this.#seen[step] === stamp) continue;
      this.#seen[step] = stamp;
      switch (ops[step]) {
        case OP.SET:
          if (cls !== this.#endClass && members[x[step] as number]?.[cls]) next.push(step + 1);
          break;
        case OP.SPLIT:
          stack.push(x[step] as number, y[step] as number);
          break;
        case OP.JUMP:
          stack.push(x[step] as number);
          break;
        case OP.MATCH:
          isMatch = true;
          break;
        case OP.ASSERT: {
          const what = assertions[x[step] as number] as Assertion;
          const { isReversed, isMultiline } = this.#program;
          if (holds(what, isReversed ? after : before, isReversed ? before : after, isMultiline)) stack.push(step + 1);
          break;
        }
        default:
          stack.push(step + 1);
      }
    }
    return isMatch;
  }
}

const FIRST_STEP = Int32Array.of(0);

/** What a character code is to assertions; -1 is the edge. */
export function kindOf(code: number): number {
  if (code < 0) return EDGE;
  if (code === 0x0a) return LINE_BREAK;
  return isWordUnit(code) ? WORD_CHARACTER : OTHER;
}

/** Whether an assertion holds between two characters of those kinds. */
export function holds(what: Assertion, before: number, after: number, isMultiline: boolean): boolean {
  switch (what) {
    case 'lineStart':
      return before === EDGE || (isMultiline && before === LINE_BREAK);
    case 'lineEnd':
      return after === EDGE || (isMultiline && after === LINE_BREAK);
    case 'textStart':
      return before === EDGE;
    case 'textEnd':
      return after === EDGE;
    case 'boundary':
      return (before === WORD_CHARACTER) !== (after === WORD_CHARACTER);
    case 'notBoundary':
      return (before === WORD_CHARACTER) === (after === WORD_CHARACTER);
    case 'wordStart':
      return before !== WORD_CHARACTER && after === WORD_CHARACTER;
    case 'wordEnd':
      return before === WORD_CHARACTER && after !== WORD_CHARACTER;
    case 'noWordBefore':
      return before !== WORD_CHARACTER;
    case 'noWordAfter':
      return after !== WORD_CHARACTER;
  }
}

import type { CharSet } from './charSet.ts';
import type { Assertion, Pattern } from './pattern.ts';
import { RegexError } from './regexError.ts';

export const OP = {
  SET: 0,
  SPLIT: 1,
  SAVE: 2,
  ASSERT: 3,
  MATCH: 4,
  REFERENCE: 5,
  LOOK: 6,
  ATOMIC: 7,
  MARK: 8,
  PROGRESS: 9,
  KEEP: 10,
  JUMP: 11,
} as const;

/** Steps of a compiled pattern: more are refused. */
const MAX_STEPS = 20_000;
/** Classes of characters that sets tell apart. */
const MAX_CLASSES = 1_000;

/** What a character is to assertions. EDGE is the end of the text. */
export const EDGE = 0;
export const WORD_CHARACTER = 1;
export const OTHER = 2;
export const LINE_BREAK = 3;

export interface Look {
  readonly program: Program;
  /** For looking behind: how many code units. */
  readonly widths: readonly number[];
  readonly direction: 'ahead' | 'behind';
  readonly negative: boolean;
}

/** A pattern as steps over UTF-16 code units (Thompson 1968, Pike). `x` and `y` are arguments: the next steps of SPLIT
 *  in order of preference, the set of SET, the slot of SAVE, … */
export interface Program {
  readonly ops: Uint8Array;
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly classes: CharacterClasses;
  /** By number of the set: which classes are in it. */
  readonly members: readonly Uint8Array[];
  readonly assertions: readonly Assertion[];
  readonly looks: readonly Look[];
  readonly markCount: number;
  /** Whether `^` and `$` hold beside newlines, too. */
  readonly isMultiline: boolean;
  readonly usesAssertions: boolean;
  /** Whether a table of states (dfa.ts) can run it. */
  readonly isRegular: boolean;
  readonly isReversed: boolean;
}

export interface CompileOptions {
  readonly multiline: boolean;
  /** For scanning from the end: sequences the other way round. */
  readonly reversed: boolean;
}

/** Code units by class: those of one class are in the same sets. */
export class CharacterClasses {
  readonly count: number;
  /** Word character, newline, or other, by class. */
  readonly kinds: Uint8Array;
  readonly low = new Uint16Array(256);
  readonly #starts: number[];

  constructor(sets: readonly CharSet[], usesAssertions: boolean) {
    const cuts = new Set<number>([0]);
    const all = usesAssertions ? [...sets, WORD_UNITS, [0x0a, 0x0a]] : sets;
    for (const set of all) {
      for (let i = 0; i < set.length; i += 2) {
        cuts.add(set[i] as number);
        cuts.add((set[i + 1] as number) + 1);
      }
    }
    this.#starts = [...cuts].filter((cut) => cut <= 0xffff).sort((a, b) => a - b);
    this.count = this.#starts.length;
    if (this.count > MAX_CLASSES) throw new RegexError('tooBig', 0);
    for (let code = 0; code < 256; code++) this.low[code] = this.#search(code);
    this.kinds = Uint8Array.from(this.#starts, (start) =>
      start === 0x0a ? LINE_BREAK : isWordUnit(start) ? WORD_CHARACTER : OTHER,
    );
  }

  of(code: number): number {
    return code < 256 ? (this.low[code] as number) : this.#search(code);
  }

  #search(code: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  membersOf(set: CharSet): Uint8Array {
    const members = new Uint8Array(this.count);
    for (let i = 0; i < this.count; i++) {
      const start = this.#starts[i] as number;
      for (let r = 0; r < set.length; r += 2) {
        if (start >= (set[r] as number) && start <= (set[r + 1] as number)) members[i] = 1;
      }
    }
    return members;
  }
}

const WORD_UNITS: CharSet = [
  0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a, 0xc0, 0xd6, 0xd8, 0xf6, 0xf8, 0x24f, 0x370, 0x52f, 0x4e00, 0x9fff,
];

export function isWordUnit(code: number): boolean {
  if (code < 128)
    return (
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x5f
    );
  for (let i = 8; i < WORD_UNITS.length; i += 2) {
    if (code >= (WORD_UNITS[i] as number) && code <= (WORD_UNITS[i + 1] as number)) return true;
  }
  return false;
}

/** Throws RegexError `tooBig`. */
export function compileProgram(pattern: Pattern, options: CompileOptions): Program {
  return new Compiler(options).compile(pattern);
}

class Compiler {
  readonly #options: CompileOptions;
  readonly #ops: number[] = [];
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  readonly #sets: CharSet[] = [];
  readonly #setNumbers = new Map<string, number>();
  readonly #assertions: Assertion[] = [];
  readonly #looks: Look[] = [];
  #markCount = 0;
  #isRegular = true;

  constructor(options: CompileOptions) {
    this.#options = options;
  }

  compile(pattern: Pattern): Program {
    this.#pattern(pattern);
    this.#emit(OP.MATCH);
    const usesAssertions = this.#assertions.length > 0;
    const classes = new CharacterClasses(this.#sets, usesAssertions);
    return {
      ops: Uint8Array.from(this.#ops),
      x: Int32Array.from(this.#x),
      y: Int32Array.from(this.#y),
      classes,
      members: this.#sets.map((set) => classes.membersOf(set)),
      assertions: this.#assertions,
      looks: this.#looks,
      markCount: this.#markCount,
      isMultiline: this.#options.multiline,
      usesAssertions,
      isRegular: this.#isRegular,
      isReversed: this.#options.reversed,
    };
  }

  #emit(op: number, x = 0, y = 0): number {
    if (this.#ops.length >= MAX_STEPS) throw new RegexError('tooBig', 0);
    this.#ops.push(op);
    this.#x.push(x);
    this.#y.push(y);
    return this.#ops.length - 1;
  }

  get #here(): number {
    return this.#ops.length;
  }

  #pattern(pattern: Pattern): void {
    switch (pattern.kind) {
      case 'set':
        this.#set(pattern.set);
        break;
      case 'sequence': {
        const items = this.#options.reversed ? [...pattern.items].reverse() : pattern.items;
        for (const item of items) this.#pattern(item);
        break;
      }
      case 'either':
        this.#either(pattern.options.map((option) => () => this.#pattern(option)));
        break;
      case 'repeat':
        this.#repeat(pattern);
        break;
      case 'group':
        this.#emit(OP.SAVE, pattern.index * 2);
        this.#pattern(pattern.item);
        this.#emit(OP.SAVE, pattern.index * 2 + 1);
        break;
      case 'assertion':
        this.#emit(OP.ASSERT, this.#assertions.push(pattern.what) - 1);
        break;
      case 'reference':
        this.#isRegular = false;
        this.#emit(OP.REFERENCE, pattern.index, pattern.ignoreCase ? 1 : 0);
        break;
      case 'atomic':
        this.#isRegular = false;
        this.#emit(OP.ATOMIC, this.#look({ ...pattern, direction: 'ahead', negative: false }, [0]));
        break;
      case 'look':
        this.#isRegular = false;
        this.#emit(OP.LOOK, this.#look(pattern, pattern.direction === 'behind' ? widthsOf(pattern.item) : [0]));
        break;
      case 'keep':
        this.#isRegular = false;
        this.#emit(OP.KEEP);
        break;
    }
  }

  #look(
    look: { readonly item: Pattern; readonly direction: 'ahead' | 'behind'; readonly negative: boolean },
    widths: readonly number[],
  ): number {
    const program = new Compiler(this.#options).compile(look.item);
    return this.#looks.push({ program, widths, direction: look.direction, negative: look.negative }) - 1;
  }

  #either(options: readonly (() => void)[]): void {
    const jumps: number[] = [];
    for (const [i, option] of options.entries()) {
      if (i === options.length - 1) {
        option();
        break;
      }
      const split = this.#emit(OP.SPLIT);
      this.#x[split] = this.#here;
      option();
      jumps.push(this.#emit(OP.JUMP));
      this.#y[split] = this.#here;
    }
    for (const jump of jumps) this.#x[jump] = this.#here;
  }

  #repeat(pattern: Pattern & { kind: 'repeat' }): void {
    for (let i = 0; i < pattern.least; i++) this.#pattern(pattern.item);
    if (pattern.most === Number.POSITIVE_INFINITY) {
      this.#star(pattern);
      return;
    }
    const splits: number[] = [];
    for (let i = pattern.least; i < pattern.most; i++) {
      splits.push(this.#emit(OP.SPLIT));
      this.#order(splits.at(-1) as number, this.#here, pattern.mode);
      this.#pattern(pattern.item);
    }
    for (const split of splits) this.#orderExit(split, this.#here, pattern.mode);
  }

  #star(pattern: Pattern & { kind: 'repeat' }): void {
    const split = this.#emit(OP.SPLIT);
    this.#order(split, this.#here, pattern.mode);
    // An iteration that took nothing would go on for ever.
    const mark = canBeEmpty(pattern.item) ? this.#markCount++ : -1;
    if (mark >= 0) this.#emit(OP.MARK, mark);
    this.#pattern(pattern.item);
    if (mark >= 0) this.#emit(OP.PROGRESS, mark);
    this.#emit(OP.JUMP, split);
    this.#orderExit(split, this.#here, pattern.mode);
  }

  #order(split: number, into: number, mode: 'greedy' | 'lazy'): void {
    if (mode === 'greedy') this.#x[split] = into;
    else this.#y[split] = into;
  }

  #orderExit(split: number, exit: number, mode: 'greedy' | 'lazy'): void {
    if (mode === 'greedy') this.#y[split] = exit;
    else this.#x[split] = exit;
  }

  #set(set: CharSet): void {
    const last = set.at(-1) ?? -1;
    if (last <= 0xffff) {
      this.#units(set);
      return;
    }
    const low = withoutAstral(set);
    const options = pairsOf(set).map(([high, trail]) => () => {
      this.#units(this.#options.reversed ? trail : high);
      this.#units(this.#options.reversed ? high : trail);
    });
    this.#either([() => this.#units(low), ...options]);
  }

  #units(set: CharSet): void {
    const key = set.join();
    let number = this.#setNumbers.get(key);
    if (number === undefined) {
      number = this.#sets.push(set) - 1;
      this.#setNumbers.set(key, number);
    }
    this.#emit(OP.SET, number);
  }
}

/** The part below U+10000. High surrogates stand only before their low ones; low ones alone are bytes that are not
 *  UTF-8 (bytes/byteName.ts). */
function withoutAstral(set: CharSet): CharSet {
  const low: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    const from = set[i] as number;
    const to = Math.min(set[i + 1] as number, 0xffff);
    if (from > 0xffff) break;
    if (from < 0xd800) low.push(from, Math.min(to, 0xd7ff));
    if (to > 0xdbff) low.push(Math.max(from, 0xdc00), to);
  }
  return low;
}

/** Code points from U+10000 on as pairs of sets of surrogates. */
function pairsOf(set: CharSet): [CharSet, CharSet][] {
  const pairs: [CharSet, CharSet][] = [];
  for (let i = 0; i < set.length; i += 2) {
    const from = Math.max(set[i] as number, 0x10000) - 0x10000;
    const to = (set[i + 1] as number) - 0x10000;
    if (to < 0) continue;
    const [firstHigh, lastHigh] = [from >> 10, to >> 10];
    const add = (high: number, highEnd: number, low: number, lowEnd: number) =>
      pairs.push([
        [0xd800 + high, 0xd800 + highEnd],
        [0xdc00 + low, 0xdc00 + lowEnd],
      ]);
    if (firstHigh === lastHigh) {
      add(firstHigh, firstHigh, from & 0x3ff, to & 0x3ff);
      continue;
    }
    add(firstHigh, firstHigh, from & 0x3ff, 0x3ff);
    if (lastHigh > firstHigh + 1) add(firstHigh + 1, lastHigh - 1, 0, 0x3ff);
    add(lastHigh, lastHigh, 0, to & 0x3ff);
  }
  return pairs;
}

function canBeEmpty(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'set':
      return false;
    case 'sequence':
      return pattern.items.every(canBeEmpty);
    case 'either':
      return pattern.options.some(canBeEmpty);
    case 'repeat':
      return pattern.least === 0 || canBeEmpty(pattern.item);
    case 'group':
    case 'atomic':
      return canBeEmpty(pattern.item);
    default:
      return true;
  }
}

/** How many code units a pattern may take, for looking behind: few, fixed numbers. Throws RegexError. */
function widthsOf(pattern: Pattern): number[] {
  const widths = new Set<number>();
  const add = (width: number) => {
    if (widths.size > 64 || width > 4096) throw new RegexError('syntax', 0);
    widths.add(width);
  };
  switch (pattern.kind) {
    case 'set':
      add(1);
      if ((pattern.set.at(-1) ?? 0) > 0xffff) add(2);
      break;
    case 'sequence': {
      let sums = [0];
      for (const item of pattern.items) sums = [...new Set(sums.flatMap((sum) => widthsOf(item).map((w) => sum + w)))];
      for (const sum of sums) add(sum);
      break;
    }
    case 'either':
      for (const option of pattern.options) for (const width of widthsOf(option)) add(width);
      break;
    case 'repeat': {
      if (pattern.most === Number.POSITIVE_INFINITY || pattern.most > 255) throw new RegexError('syntax', 0);
      const item = widthsOf(pattern.item);
      let sums = [0];
      for (let i = 0; i <= pattern.most; i++) {
        if (i >= pattern.least) for (const sum of sums) add(sum);
        sums = [...new Set(sums.flatMap((sum) => item.map((width) => sum + width)))];
        if (sums.length > 64) throw new RegexError('syntax', 0);
      }
      break;
    }
    case 'group':
    case 'atomic':
      return widthsOf(pattern.item);
    case 'reference':
      throw new RegexError('syntax', 0);
    default:
      add(0);
  }
  return [...widths];
}

import type { Process } from '../kernel/process.ts';
import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import type { AwkInputs } from './awkInputs.ts';
import { AwkRecord } from './awkRecord.ts';
import type { AwkStreams } from './awkStreams.ts';
import { type AwkArray, AwkError, type AwkProgram, type Name, type SpecialName, type Value } from './awkSyntax.ts';
import { numberOf, textOf } from './awkValue.ts';

export type Slot = Value | AwkArray;

const MAX_REGEXES = 500;

/** All that a program under way knows: variables, the record, what is open. */
export class AwkState {
  readonly process: Process;
  readonly streams: AwkStreams;
  readonly record: AwkRecord;
  readonly globals: Slot[] = [];
  /** Parameters of the function that runs, and behind them what waits for the rest of an expression. */
  frame: Slot[] = [];
  /** Calls of functions within each other. */
  depth = 0;
  /** By `return`, on its way to the call. */
  returned: Value;
  exitStatus = 0;
  convFmt = '%.6g';
  readonly specials: Record<SpecialName, Value> = {
    NF: 0,
    NR: 0,
    FNR: 0,
    FS: ' ',
    OFS: ' ',
    ORS: '\n',
    RS: '\n',
    SUBSEP: '\x1c',
    CONVFMT: '%.6g',
    OFMT: '%.6g',
    RSTART: 0,
    RLENGTH: -1,
    FILENAME: undefined,
  };
  readonly #program: AwkProgram;
  readonly #regexes = new Map<string, Regex>();
  #inputs: AwkInputs | undefined;
  #seed: number;
  #lastSeed = 0;

  constructor(process: Process, program: AwkProgram, streams: AwkStreams) {
    this.process = process;
    this.#program = program;
    this.streams = streams;
    for (const index of program.globals.values())
      this.globals[index] = program.arrayGlobals.has(index) ? new Map() : undefined;
    const { specials } = this;
    this.record = new AwkRecord({
      get fieldSeparator() {
        return textOf(specials.FS, '%.6g');
      },
      get outputSeparator() {
        return textOf(specials.OFS, '%.6g');
      },
      get recordSeparator() {
        return textOf(specials.RS, '%.6g');
      },
      get convFmt() {
        return textOf(specials.CONVFMT, '%.6g');
      },
      regex: (source) => this.regex(source),
    });
    this.#seed = process.kernel.random(4).reduce((seed, byte) => (seed << 8) | byte, 0) | 1;
  }

  get inputs(): AwkInputs | undefined {
    return this.#inputs;
  }

  set inputs(inputs: AwkInputs) {
    this.#inputs = inputs;
  }

  // By name, from outside

  assign(name: string, value: Value): void {
    if (Object.hasOwn(this.specials, name)) {
      this.setSpecial(name as SpecialName, value);
      return;
    }
    const index = this.#program.globals.get(name);
    if (index !== undefined && !this.#program.arrayGlobals.has(index)) this.globals[index] = value;
  }

  array(name: string): AwkArray {
    const index = this.#program.globals.get(name);
    const slot = index === undefined ? undefined : this.globals[index];
    return slot instanceof Map ? slot : new Map();
  }

  variable(name: string): Value {
    const index = this.#program.globals.get(name);
    const slot = index === undefined ? undefined : this.globals[index];
    return slot instanceof Map ? undefined : slot;
  }

  // By place

  special(name: SpecialName): Value {
    return name === 'NF' ? this.record.fieldCount : this.specials[name];
  }

  setSpecial(name: SpecialName, value: Value): void {
    if (name === 'NF') this.record.setFieldCount(Math.trunc(numberOf(value)));
    else if (name === 'FS' || name === 'RS') this.record.settle();
    this.specials[name] = value;
    if (name === 'CONVFMT') this.convFmt = this.text(value);
  }

  countRecord(): void {
    const { specials } = this;
    specials.NR = numberOf(specials.NR) + 1;
    specials.FNR = numberOf(specials.FNR) + 1;
  }

  slot(name: Name): Slot {
    if (name.kind === 'global') return this.globals[name.index];
    if (name.kind === 'local') return this.frame[name.index];
    return this.special(name.name);
  }

  /** The array that a name stands for: made where it has no value yet. */
  arrayOf(name: Name): AwkArray {
    const slot = this.slot(name);
    if (slot instanceof Map) return slot;
    if (slot !== undefined || name.kind === 'special')
      throw new AwkError(`type error in use of ${name.name} as an array`);
    const map: AwkArray = new Map();
    if (name.kind === 'global') this.globals[name.index] = map;
    else this.frame[name.index] = map;
    return map;
  }

  text(value: Value): string {
    return typeof value === 'string' ? value : textOf(value, this.convFmt);
  }

  regex(source: string): Regex {
    let regex = this.#regexes.get(source);
    if (!regex) {
      if (this.#regexes.size > MAX_REGEXES) this.#regexes.clear();
      try {
        regex = new Regex(source, { syntax: 'extended', escapes: 'awk', leadingRepeat: 'literal' });
      } catch (error) {
        if (error instanceof RegexError)
          throw new AwkError(`regular expression compile failed (${error.message})\n${source}`);
        throw error;
      }
      this.#regexes.set(source, regex);
    }
    return regex;
  }

  // Random numbers

  /** Gives the seed before. */
  seed(value: number | undefined): number {
    const before = this.#lastSeed;
    this.#lastSeed = value ?? this.process.kernel.clock.now().sec;
    this.#seed = (Math.imul(Math.trunc(this.#lastSeed) + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
    return before;
  }

  random(): number {
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    return (this.#seed >>> 0) / 2 ** 32;
  }
}

// The part of Go's regular expressions (RE2) that patterns of an ignore file can become: characters, classes, `.`, `^`,
// `$`, escapes, groups, alternatives, `*`, `?` and `{n,m}`. It runs all alternatives side by side: cost is the product of the lengths
// of program and text, whatever the pattern.
import { badPattern, type CodeSet, parseClass, parseEscape } from './characterClass.ts';

type Step =
  | { readonly kind: 'one'; readonly set: CodeSet }
  /** Goes on at the next step and at one so many steps further. */
  | { readonly kind: 'split'; readonly other: number }
  | { readonly kind: 'jump'; readonly by: number }
  | { readonly kind: 'start' | 'end' | 'boundary' | 'noBoundary' };

/** Go's own bound on `{n,m}`. */
const MAX_REPEAT = 1000;
/** A bound of ours on the program. */
const MAX_STEPS = 200_000;

export class RegularExpression {
  readonly #program: readonly Step[];

  /** Throws BuildError `pattern`. */
  constructor(source: string) {
    const compiler = new Compiler([...source]);
    this.#program = compiler.compile();
  }

  test(text: string): boolean {
    const codes = [...text].map((character) => character.codePointAt(0) as number);
    const size = this.#program.length;
    let threads = new Set<number>();
    for (let at = 0; at <= codes.length; at++) {
      // A match may begin anywhere; a pattern anchored with `^` stops there by itself.
      this.#follow(threads, 0, codes, at);
      if (threads.has(size)) return true;
      const next = new Set<number>();
      const code = codes[at];
      if (code === undefined) break;
      for (const place of threads) {
        const step = this.#program[place];
        if (step?.kind === 'one' && step.set(code)) this.#follow(next, place + 1, codes, at + 1);
      }
      threads = next;
    }
    return false;
  }

  #follow(threads: Set<number>, from: number, codes: readonly number[], at: number): void {
    const open = [from];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (threads.has(place)) continue;
      threads.add(place);
      const step = this.#program[place];
      if (step === undefined || step.kind === 'one') continue;
      if (step.kind === 'split') open.push(place + step.other, place + 1);
      else if (step.kind === 'jump') open.push(place + step.by);
      else if (holds(step.kind, codes, at)) open.push(place + 1);
    }
  }
}

function holds(kind: 'start' | 'end' | 'boundary' | 'noBoundary', codes: readonly number[], at: number): boolean {
  if (kind === 'start') return at === 0;
  if (kind === 'end') return at === codes.length;
  return (isWord(codes[at - 1]) !== isWord(codes[at])) === (kind === 'boundary');
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && code < 0x80 && /\w/.test(String.fromCharCode(code));
}

class Compiler {
  readonly #source: readonly string[];
  #at = 0;

  constructor(source: readonly string[]) {
    this.#source = source;
  }

  compile(): Step[] {
    const steps = this.#sequence();
    if (this.#at < this.#source.length) throw badPattern();
    return steps;
  }

  /** Alternatives up to a closing bracket or the end. */
  #sequence(depth = 0): Step[] {
    let steps = this.#alternative(depth);
    while (this.#source[this.#at] === '|') {
      this.#at++;
      const other = this.#alternative(depth);
      steps = bounded([
        { kind: 'split', other: steps.length + 2 },
        ...steps,
        { kind: 'jump', by: other.length + 1 },
        ...other,
      ]);
    }
    return steps;
  }

  #alternative(depth: number): Step[] {
    let steps: Step[] = [];
    for (let next = this.#source[this.#at]; next !== undefined && next !== ')' && next !== '|';) {
      const startsWithRepetition = this.#repetition() !== undefined;
      if (startsWithRepetition) throw badPattern();
      steps = bounded(steps.concat(this.#repeated(this.#item(depth))));
      next = this.#source[this.#at];
    }
    return steps;
  }

  #item(depth: number): Step[] {
    const character = this.#source[this.#at++] as string;
    switch (character) {
      case '(': {
        if (depth > 10) throw badPattern();
        const steps = this.#sequence(depth + 1);
        if (this.#source[this.#at++] !== ')') throw badPattern();
        return steps;
      }
      case '[': {
        const { set, end } = parseClass(this.#source, this.#at);
        this.#at = end;
        return [{ kind: 'one', set }];
      }
      case '.':
        return [{ kind: 'one', set: (code) => code !== 10 }];
      case '^':
        return [{ kind: 'start' }];
      case '$':
        return [{ kind: 'end' }];
      case '\\':
        return this.#escape();
      default:
        return [literal(character)];
    }
  }

  #escape(): Step[] {
    const character = this.#source[this.#at];
    if (character === 'b' || character === 'B' || character === 'A' || character === 'z') {
      this.#at++;
      const kinds = { b: 'boundary', B: 'noBoundary', A: 'start', z: 'end' } as const;
      return [{ kind: kinds[character] }];
    }
    const { set, end } = parseEscape(this.#source, this.#at);
    this.#at = end;
    return [{ kind: 'one', set }];
  }

  /** Wraps what a repetition repeats. */
  #repeated(item: Step[]): Step[] {
    const repetition = this.#repetition();
    if (!repetition) return item;
    // `*?` takes as little as it can: for a plain test that is the same.
    if (this.#source[this.#at] === '?') this.#at++;
    if (this.#repetition()) throw badPattern();
    const { minimum, maximum } = repetition;
    let steps: Step[] = [];
    for (let count = 0; count < minimum; count++) steps = bounded(steps.concat(item));
    if (maximum === undefined) {
      return [...steps, { kind: 'split', other: item.length + 2 }, ...item, { kind: 'jump', by: -item.length - 1 }];
    }
    for (let count = minimum; count < maximum; count++) {
      const left = (maximum - count) * (item.length + 1);
      steps = bounded(steps.concat([{ kind: 'split', other: left }, ...item]));
    }
    return steps;
  }

  /** Takes `*`, `+`, `?` or `{n,m}`; a brace that is none of these is an ordinary character. */
  #repetition(): { readonly minimum: number; readonly maximum: number | undefined } | undefined {
    const operator = this.#source[this.#at];
    if (operator === '*' || operator === '+' || operator === '?') {
      this.#at++;
      return { minimum: operator === '+' ? 1 : 0, maximum: operator === '?' ? 1 : undefined };
    }
    if (operator !== '{') return undefined;
    const text = this.#source.slice(this.#at, this.#at + 24).join('');
    const match = /^\{(0|[1-9][0-9]*)(,?)(0|[1-9][0-9]*)?\}/.exec(text);
    if (!match || (match[2] === '' && match[3] !== undefined)) return undefined;
    const minimum = Number(match[1]);
    const maximum = match[2] === '' ? minimum : match[3] === undefined ? undefined : Number(match[3]);
    if (minimum > MAX_REPEAT || (maximum ?? 0) > MAX_REPEAT || (maximum ?? minimum) < minimum) throw badPattern();
    this.#at += match[0].length;
    return { minimum, maximum };
  }
}

function bounded(steps: Step[]): Step[] {
  if (steps.length > MAX_STEPS) throw badPattern();
  return steps;
}

function literal(character: string): Step {
  const code = character.codePointAt(0) as number;
  return { kind: 'one', set: (other) => other === code };
}

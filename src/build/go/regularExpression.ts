// The part of Go's regular expressions (RE2) that patterns of an ignore file can become: characters, classes, `.`, `^`,
// `$`, escapes, one group level, `*` and `?`. It runs all alternatives side by side: cost is the product of the lengths
// of program and text, whatever the pattern.
import { badPattern, type CodeSet, parseClass, parseEscape } from './characterClass.ts';

type Step =
  | { readonly kind: 'one'; readonly set: CodeSet }
  /** Goes on at the next step and at one so many steps further. */
  | { readonly kind: 'split'; readonly other: number }
  | { readonly kind: 'jump'; readonly by: number }
  | { readonly kind: 'start' | 'end' | 'boundary' | 'noBoundary' };

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

  #sequence(depth = 0): Step[] {
    const steps: Step[] = [];
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
      const item = this.#item(depth);
      for (const step of this.#repeated(item)) steps.push(step);
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
      case '*':
      case '+':
      case '?':
      case '|':
        throw badPattern();
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

  /** Wraps what `*` or `?` repeats. */
  #repeated(item: Step[]): Step[] {
    const operator = this.#source[this.#at];
    if (operator !== '*' && operator !== '?') return item;
    this.#at++;
    // `*?` takes as little as it can: for a plain test that is the same.
    if (this.#source[this.#at] === '?') this.#at++;
    if (this.#source[this.#at] === '*' || this.#source[this.#at] === '?') {
      throw badPattern();
    }
    if (operator === '?') return [{ kind: 'split', other: item.length + 1 }, ...item];
    return [{ kind: 'split', other: item.length + 2 }, ...item, { kind: 'jump', by: -item.length - 1 }];
  }
}

function literal(character: string): Step {
  const code = character.codePointAt(0) as number;
  return { kind: 'one', set: (other) => other === code };
}

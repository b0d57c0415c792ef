// Patterns of `${x#p}`, `${x%p}` and `${x/p/r}`: `*` and `?` stand for characters other than a newline, a backslash
// quotes `*`, `?` and itself. The first match from the left counts, as BuildKit's regular expressions find it; here it is
// found without backtracking twice over the same ground: a pattern costs at most its stars times the value's length.
import { BuildError } from '../buildError.ts';

type Token = number | 'any';

export interface ValuePattern {
  /** What stands between the stars. */
  readonly segments: readonly (readonly Token[])[];
  /** Stars take as much as they can. */
  readonly greedy: boolean;
}

const NEWLINE = 10;
const REPLACEMENT_CHARACTER = '\ufffd';
/** Comparisons of characters for one value; far beyond any real Dockerfile. */
const MAX_STEPS = 50_000_000;

/** Throws BuildError `expansion` for a backslash before another character. */
export function parseValuePattern(pattern: string, { greedy }: { greedy: boolean }): ValuePattern {
  const characters = [...(pattern.startsWith('\ufeff') ? pattern.slice(1) : pattern)];
  const segments: Token[][] = [[]];
  for (let at = 0; at < characters.length; at++) {
    let character = characters[at] as string;
    const segment = segments.at(-1) as Token[];
    if (character === '*') {
      segments.push([]);
      continue;
    }
    if (character === '?') {
      segment.push('any');
      continue;
    }
    if (character === '\\') {
      const next = characters[at + 1];
      // `\}` and `\/` only keep the brace or slash from ending the expression.
      if (next === '}' || next === '/') continue;
      at++;
      if (next !== '*' && next !== '?' && next !== '\\') {
        throw new BuildError('expansion', `invalid escape '\\${next ?? REPLACEMENT_CHARACTER}'`);
      }
      character = next;
    }
    segment.push(character.codePointAt(0) as number);
  }
  return { segments, greedy };
}

/** Finds one pattern in one value; positions count code points. */
export class ValueMatcher {
  readonly #value: readonly number[];
  readonly #pattern: ValuePattern;
  /** For each segment, by the line's end: the first position from which on it is known not to match. */
  readonly #exhausted: Map<number, number>[];
  #steps = 0;

  constructor(value: readonly number[], pattern: ValuePattern) {
    this.#value = value;
    this.#pattern = pattern;
    this.#exhausted = pattern.segments.map(() => new Map<number, number>());
  }

  /** End of the match that starts here, or -1. */
  endOfMatchAt(start: number): number {
    const { segments } = this.#pattern;
    const first = this.#segmentEnd(0, start);
    if (first < 0 || segments.length === 1) return first;
    const frames = [this.#frame(1, first)];
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      if (frame.low > frame.high) {
        const lines = this.#exhausted[frame.segment] as Map<number, number>;
        lines.set(frame.lineEnd, Math.min(frame.from, lines.get(frame.lineEnd) ?? frame.from));
        frames.pop();
        continue;
      }
      const candidate = this.#pattern.greedy ? frame.high-- : frame.low++;
      const end = this.#segmentEnd(frame.segment, candidate);
      if (end < 0) continue;
      if (frame.segment === segments.length - 1) return end;
      frames.push(this.#frame(frame.segment + 1, end));
    }
    return -1;
  }

  #frame(segment: number, from: number) {
    const lineEnd = this.#lineEnd(from);
    const known = this.#exhausted[segment]?.get(lineEnd);
    return { segment, from, lineEnd, low: from, high: known === undefined ? lineEnd : known - 1 };
  }

  #segmentEnd(segment: number, at: number): number {
    const tokens = this.#pattern.segments[segment] as readonly Token[];
    this.#count(1);
    if (at + tokens.length > this.#value.length) return -1;
    for (let i = 0; i < tokens.length; i++) {
      const code = this.#value[at + i] as number;
      const token = tokens[i] as Token;
      this.#count(1);
      if (token === 'any' ? code === NEWLINE : token !== code) return -1;
    }
    return at + tokens.length;
  }

  #lineEnds: Int32Array | undefined;

  #lineEnd(from: number): number {
    if (!this.#lineEnds) {
      this.#lineEnds = new Int32Array(this.#value.length + 1);
      let end = this.#value.length;
      for (let at = this.#value.length; at >= 0; at--) {
        if (this.#value[at] === NEWLINE) end = at;
        this.#lineEnds[at] = end;
      }
    }
    return this.#lineEnds[from] as number;
  }

  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new BuildError('limit', 'a pattern of a substitution takes too long to match');
  }
}

export function codePoints(text: string): number[] {
  const codes: number[] = [];
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) as number;
    codes.push(code);
    at += code > 0xffff ? 2 : 1;
  }
  return codes;
}

/** Cost: linear; String.fromCodePoint takes only so many arguments. */
export function fromCodePoints(codes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < codes.length; at += 4096) text += String.fromCodePoint(...codes.slice(at, at + 4096));
  return text;
}

import { Regex, type RegexOptions, type Span } from '../regex/regex.ts';

export interface PatternOptions {
  readonly syntax: 'basic' | 'extended' | 'perl' | 'fixed';
  readonly ignoreCase: boolean;
  readonly whole: 'line' | 'word' | undefined;
}

/** What grep looks for: any of several patterns. Lines of a text are told apart by newlines, which no pattern matches. */
export class GrepPatterns {
  readonly #matchers: readonly Regex[];

  /** Throws RegexError. */
  constructor(patterns: readonly string[], options: PatternOptions) {
    this.#matchers = compile(patterns, options);
  }

  /** Where a match ends that is in the first line with one, from `from` on; -1 for none. */
  endOfSome(text: string, from: number): number {
    let best = -1;
    for (const matcher of this.#matchers) {
      const end = matcher.endOfSome(text, from);
      if (end >= 0 && (best < 0 || end < best)) best = end;
    }
    return best;
  }

  /** The leftmost match, the longest there. */
  find(line: string, from: number): Span | undefined {
    let best: Span | undefined;
    for (const matcher of this.#matchers) {
      const found = matcher.find(line, from);
      if (!found) continue;
      if (!best || found.start < best.start || (found.start === best.start && found.end > best.end)) best = found;
    }
    return best;
  }

  /** Whether texts of several lines can be searched at once. */
  get isBuffered(): boolean {
    return this.#matchers.every(({ isRegular }) => isRegular);
  }
}

function compile(patterns: readonly string[], { syntax, ignoreCase, whole }: PatternOptions): Regex[] {
  const options = { ignoreCase, whole, multiline: true, dotHasNewline: false, leadingRepeat: 'nothing' } as const;
  if (syntax === 'perl') return patterns.map((pattern) => new Regex(pattern, { ...options, syntax }));
  if (syntax === 'fixed') {
    const escaped = patterns.map((pattern) => pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return joinedOf(escaped, { ...options, syntax: 'extended' });
  }
  return joinedOf(patterns, { ...options, syntax });
}

/** Patterns as alternatives of one, where they name no groups. */
function joinedOf(patterns: readonly string[], options: RegexOptions): Regex[] {
  const [first, ...rest] = patterns;
  if (first === undefined) return [];
  if (rest.length === 0) return [new Regex(first, options)];
  const each = patterns.map((pattern) => new Regex(pattern, options));
  if (patterns.some((pattern) => /\\[1-9]/.test(pattern))) return each;
  return [new Regex(patterns.join(options.syntax === 'basic' ? '\\|' : '|'), options)];
}

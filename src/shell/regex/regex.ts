import { Backtracker, type SearchOptions, type Slots } from './backtrack.ts';
import type { EscapeStyle } from './bracket.ts';
import { ANY } from './charSet.ts';
import { parsePerl } from './parsePerl.ts';
import { parsePosix } from './parsePosix.ts';
import { literalText, requiredText, type ParsedPattern, type Pattern } from './pattern.ts';
import { compileProgram, type Program } from './program.ts';
import { StateTable } from './stateTable.ts';

export interface RegexOptions {
  readonly syntax: 'basic' | 'extended' | 'perl';
  readonly ignoreCase?: boolean;
  /** `^` and `$` hold beside newlines within the text, too. */
  readonly multiline?: boolean;
  /** `.` and `[^a]` stand for a newline, too; true unless told. Perl's dot never does. */
  readonly dotHasNewline?: boolean;
  /** Escapes of C within POSIX expressions; none unless told. */
  readonly escapes?: EscapeStyle;
  readonly leadingRepeat?: 'error' | 'literal' | 'nothing';
  /** The match is a whole line, or has no part of a word beside it (grep -x, -w). */
  readonly whole?: 'line' | 'word' | undefined;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** How many characters more than its length a text is read, looking for the place where a match begins, before it is
 *  read once from its end instead. */
const READ_AHEAD_FACTOR = 8;

/** A compiled pattern. POSIX ones match the leftmost place, and there the longest text, in time linear in the text (but
 *  for back-references, which are tried and bounded); Perl's the first by preference, bounded. Texts are strings as of
 *  `bytes/byteName.ts`. Matching throws RegexError `tooComplex` where a bound is reached. */
export class Regex {
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  readonly #pattern: Pattern;
  readonly #options: RegexOptions;
  readonly #program: Program;
  /** The pattern itself where it is but a text. */
  readonly #literal: string | undefined;
  /** In every match. */
  readonly #required: string;
  readonly #isOfLines: boolean;
  /** For a pattern that no table can run: a wider one that a table can. */
  readonly #regular: Program;
  #search: StateTable | undefined;
  #anchored: StateTable | undefined;
  #reversed: StateTable | undefined;
  #backtracker: Backtracker | undefined;

  /** Throws RegexError. */
  constructor(source: string, options: RegexOptions) {
    const parsed = parse(source, options);
    const pattern = enclosed(parsed.pattern, options.whole);
    this.#pattern = pattern;
    this.#options = options;
    this.groupCount = parsed.groupCount;
    this.groupNames = parsed.groupNames;
    const multiline = options.multiline ?? false;
    this.#program = compileProgram(pattern, { multiline, reversed: false });
    this.#regular = this.#program.isRegular
      ? this.#program
      : compileProgram(widened(pattern), { multiline, reversed: false });
    this.#literal = parsed.groupCount === 0 ? literalText(pattern) : undefined;
    this.#required = requiredText(pattern);
    this.#isOfLines = options.multiline === true && options.dotHasNewline === false && options.syntax !== 'perl';
  }

  /** Whether matching takes time linear in the text: no back-references or look-around. */
  get isRegular(): boolean {
    return this.#program.isRegular;
  }

  /** Whether the text has a match from `from` on. */
  test(text: string, from = 0): boolean {
    return this.endOfSome(text, from) >= 0;
  }

  /** Where some match ends, the one that ends first; -1 for none. Fast. */
  endOfSome(text: string, from = 0): number {
    if (this.#literal !== undefined) {
      const at = text.indexOf(this.#literal, from);
      return at < 0 ? -1 : at + this.#literal.length;
    }
    let start = from;
    if (this.#required !== '') {
      const at = text.indexOf(this.#required, from);
      if (at < 0) return -1;
      // Where no match spans lines, it is in the line of that text or behind.
      if (this.#isOfLines && at > 0) start = Math.max(from, text.lastIndexOf('\n', at - 1) + 1);
    }
    this.#search ??= new StateTable(this.#regular, { anchored: false });
    const end = this.#search.earliestEnd(text, start);
    if (end < 0 || this.#program.isRegular) return end;
    return this.exec(text, start)?.[1] ?? -1;
  }

  /** The leftmost match from `from` on. */
  find(text: string, from = 0): Span | undefined {
    if (this.#literal !== undefined) {
      const start = text.indexOf(this.#literal, from);
      return start < 0 ? undefined : { start, end: start + this.#literal.length };
    }
    if (!this.#program.isRegular || this.#options.syntax === 'perl') {
      const slots = this.exec(text, from);
      return slots && { start: slots[0] as number, end: slots[1] as number };
    }
    const end = this.endOfSome(text, from);
    if (end < 0) return undefined;
    this.#anchored ??= new StateTable(this.#regular, { anchored: true });
    const start = this.#leftmost(text, from, end);
    return { start, end: this.#anchored.longestEnd(text, start) };
  }

  /** The leftmost match with its groups: `[start, end, start of group 1, …]`, -1 for a group that took no part. */
  exec(text: string, from = 0): Slots | undefined {
    const isPerl = this.#options.syntax === 'perl';
    if (this.#program.isRegular && !isPerl) {
      const span = this.find(text, from);
      if (!span) return undefined;
      if (this.groupCount === 0) return Int32Array.of(span.start, span.end);
      return this.#groups(text, span.start, {
        end: span.end,
        longest: true,
        isTabled: true,
        groupCount: this.groupCount,
      });
    }
    this.#search ??= new StateTable(this.#regular, { anchored: false });
    if (this.#required !== '' && text.indexOf(this.#required, from) < 0) return undefined;
    if (this.#search.earliestEnd(text, from) < 0) return undefined;
    this.#anchored ??= new StateTable(this.#regular, { anchored: true });
    for (let start = from; start <= text.length; start++) {
      // Not between the halves of a character.
      if (start > from && isTrailing(text, start)) continue;
      if (this.#anchored.earliestEnd(text, start) < 0) continue;
      const slots = this.#groups(text, start, {
        longest: !isPerl,
        isTabled: false,
        groupCount: this.groupCount,
      });
      if (slots) return slots;
    }
    return undefined;
  }

  /** A match of the text as a whole. */
  matchesAll(text: string): boolean {
    return this.matchAt(text, 0)?.end === text.length;
  }

  /** The longest match that begins at `from`, with its groups. */
  execAt(text: string, from: number): Slots | undefined {
    const span = this.matchAt(text, from);
    if (!span) return undefined;
    const isTabled = this.#program.isRegular;
    return this.#groups(text, from, { end: span.end, longest: true, isTabled, groupCount: this.groupCount });
  }

  /** The longest match that begins at `from`. */
  matchAt(text: string, from: number): Span | undefined {
    if (!this.#program.isRegular || this.#options.syntax === 'perl') {
      const slots = this.#groups(text, from, {
        longest: true,
        isTabled: false,
        groupCount: this.groupCount,
      });
      return slots && { start: from, end: slots[1] as number };
    }
    this.#anchored ??= new StateTable(this.#regular, { anchored: true });
    const end = this.#anchored.longestEnd(text, from);
    return end < 0 ? undefined : { start: from, end };
  }

  #groups(text: string, from: number, options: SearchOptions) {
    this.#backtracker ??= new Backtracker(this.#program);
    return this.#backtracker.match(text, from, options);
  }

  /** Where the leftmost match begins, when one is known to end at `end`. */
  #leftmost(text: string, from: number, end: number): number {
    const anchored = this.#anchored as StateTable;
    const budget = (text.length - from) * READ_AHEAD_FACTOR + 1000;
    const start = anchored.leftmostStart(text, from, end, budget);
    if (start >= 0) return start;
    this.#reversed ??= new StateTable(
      compileProgram(this.#pattern, { multiline: this.#options.multiline ?? false, reversed: true }),
      { anchored: false },
    );
    return this.#reversed.earliestStart(text, from);
  }
}

function parse(source: string, options: RegexOptions): ParsedPattern {
  const ignoreCase = options.ignoreCase ?? false;
  if (options.syntax === 'perl') return parsePerl(source, ignoreCase);
  const escapes = options.escapes ?? 'none';
  return parsePosix(source, {
    syntax: options.syntax,
    ignoreCase,
    escapes,
    dotHasNewline: options.dotHasNewline ?? true,
    leadingRepeat: options.leadingRepeat ?? 'error',
    hasReferences: escapes !== 'awk',
  });
}

function enclosed(pattern: Pattern, whole: 'line' | 'word' | undefined): Pattern {
  if (!whole) return pattern;
  const [before, after] =
    whole === 'line' ? (['lineStart', 'lineEnd'] as const) : (['noWordBefore', 'noWordAfter'] as const);
  return {
    kind: 'sequence',
    items: [{ kind: 'assertion', what: before }, pattern, { kind: 'assertion', what: after }],
  };
}

function isTrailing(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xdc00 || code > 0xdfff || at === 0) return false;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

/** A pattern that matches wherever the given one does, without what only trying can decide. */
function widened(pattern: Pattern): Pattern {
  switch (pattern.kind) {
    case 'sequence':
      return { kind: 'sequence', items: pattern.items.map(widened) };
    case 'either':
      return { kind: 'either', options: pattern.options.map(widened) };
    case 'repeat':
      return { ...pattern, item: widened(pattern.item) };
    case 'group':
    case 'atomic':
      return widened(pattern.item);
    case 'reference':
      return {
        kind: 'repeat',
        item: { kind: 'set', set: ANY },
        least: 0,
        most: Number.POSITIVE_INFINITY,
        mode: 'greedy',
      };
    case 'look':
    case 'keep':
      return { kind: 'sequence', items: [] };
    default:
      return pattern;
  }
}

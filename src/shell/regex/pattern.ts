import type { CharSet } from './charSet.ts';

/** What holds between two characters. `lineStart` and `lineEnd` hold at the ends of the text, and beside a newline where
 *  the program is compiled for several lines. */
export type Assertion =
  | 'lineStart'
  | 'lineEnd'
  | 'textStart'
  | 'textEnd'
  | 'boundary'
  | 'notBoundary'
  | 'wordStart'
  | 'wordEnd'
  | 'noWordBefore'
  | 'noWordAfter';

/** A pattern, whatever it was written in. */
export type Pattern =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly items: readonly Pattern[] }
  | { readonly kind: 'either'; readonly options: readonly Pattern[] }
  | {
      readonly kind: 'repeat';
      readonly item: Pattern;
      readonly least: number;
      /** Infinity for no end. */
      readonly most: number;
      readonly mode: 'greedy' | 'lazy';
    }
  | { readonly kind: 'group'; readonly item: Pattern; readonly index: number }
  | { readonly kind: 'assertion'; readonly what: Assertion }
  | { readonly kind: 'reference'; readonly index: number; readonly ignoreCase: boolean }
  | { readonly kind: 'atomic'; readonly item: Pattern }
  | {
      readonly kind: 'look';
      readonly item: Pattern;
      readonly direction: 'ahead' | 'behind';
      readonly negative: boolean;
    }
  /** Perl's `\K`: the match begins here. */
  | { readonly kind: 'keep' };

export interface ParsedPattern {
  readonly pattern: Pattern;
  readonly groupCount: number;
  /** By name, as Perl's `(?<name>…)`. */
  readonly groupNames: ReadonlyMap<string, number>;
}

export const EMPTY: Pattern = { kind: 'sequence', items: [] };

export function sequence(items: readonly Pattern[]): Pattern {
  return items.length === 1 ? (items[0] as Pattern) : { kind: 'sequence', items };
}

export function either(options: readonly Pattern[]): Pattern {
  return options.length === 1 ? (options[0] as Pattern) : { kind: 'either', options };
}

/** The characters that the pattern stands for, where it stands for no other text. */
export function literalText(pattern: Pattern): string | undefined {
  switch (pattern.kind) {
    case 'set': {
      const [low, high] = pattern.set;
      return pattern.set.length === 2 && low === high && low !== undefined ? String.fromCodePoint(low) : undefined;
    }
    case 'sequence': {
      let text = '';
      for (const item of pattern.items) {
        const part = literalText(item);
        if (part === undefined) return undefined;
        text += part;
      }
      return text;
    }
    default:
      return undefined;
  }
}

/** Text that is in every match: the longest that is easily seen. Empty for none. */
export function requiredText(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'set':
      return literalText(pattern) ?? '';
    case 'group':
    case 'atomic':
      return requiredText(pattern.item);
    case 'repeat':
      return pattern.least > 0 ? requiredText(pattern.item) : '';
    case 'sequence': {
      let best = '';
      let run = '';
      for (const item of pattern.items) {
        const part = literalText(item);
        if (part !== undefined) {
          run += part;
        } else {
          const inner = requiredText(item);
          if (inner.length > best.length) best = inner;
          run = '';
        }
        if (run.length > best.length) best = run;
      }
      return best;
    }
    default:
      return '';
  }
}

import type { Regex } from '../regex/regex.ts';

/** A pattern that stands empty means the one that was used last. */
export type SedRegex = Regex | 'last';

export type SedAddress =
  | { readonly kind: 'line'; readonly number: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'regex'; readonly regex: SedRegex }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  /** Second addresses only. */
  | { readonly kind: 'plus'; readonly count: number }
  | { readonly kind: 'multiple'; readonly of: number };

/** A part of a replacement; `group` 0 is the whole match. */
export type ReplacementPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'group'; readonly group: number }
  | { readonly kind: 'case'; readonly how: 'upper' | 'lower' | 'upperNext' | 'lowerNext' | 'end' };

export interface Substitution {
  readonly regex: SedRegex;
  readonly parts: readonly ReplacementPart[];
  readonly global: boolean;
  readonly print: boolean;
  readonly evaluate: boolean;
  /** From that match on. */
  readonly number: number;
  readonly file: string | undefined;
}

export interface SedCommand {
  readonly name: string;
  readonly first: SedAddress | undefined;
  readonly second: SedAddress | undefined;
  readonly negated: boolean;
  /** Text of a, i, c; file of r, R, w, W; label of b, t, T and `:`. */
  text: string;
  /** Exit code of q, Q; width of l. */
  number: number | undefined;
  substitution: Substitution | undefined;
  /** For y. */
  table: ReadonlyMap<string, string> | undefined;
  /** Where to go on: behind the block of a `{` that is not entered; a label. */
  target: number;
  /** Of a range: whether it is open, and up to which line. */
  isOpen: boolean;
  lastLine: number;
}

/** A script that is none: the message as GNU's, with its place. */
export class SedScriptError extends Error {
  override readonly name = 'SedScriptError';
  readonly place: string;
  constructor(place: string, message: string) {
    super(message);
    this.place = place;
  }
}

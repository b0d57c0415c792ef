/** Faults of a pattern as regcomp(3) knows them, and what a match may end with. */
export type RegexFault =
  | 'brackets'
  | 'className'
  | 'rangeEnd'
  | 'collation'
  | 'openParen'
  | 'closeParen'
  | 'openBrace'
  | 'interval'
  | 'repeat'
  | 'trailingBackslash'
  | 'reference'
  | 'tooBig'
  | 'syntax'
  | 'tooComplex';

/** The words of glibc's regerror(3). */
const TEXTS: Readonly<Record<RegexFault, string>> = {
  brackets: 'Unmatched [, [^, [:, [., or [=',
  className: 'Invalid character class name',
  rangeEnd: 'Invalid range end',
  collation: 'Invalid collation character',
  openParen: 'Unmatched ( or \\(',
  closeParen: 'Unmatched ) or \\)',
  openBrace: 'Unmatched \\{',
  interval: 'Invalid content of \\{\\}',
  repeat: 'Invalid preceding regular expression',
  trailingBackslash: 'Trailing backslash',
  reference: 'Invalid back reference',
  tooBig: 'Regular expression too big',
  syntax: 'Invalid regular expression',
  tooComplex: 'Memory exhausted',
};

/** A pattern that is none, or a match that would take too long (`tooComplex`). */
export class RegexError extends Error {
  override readonly name = 'RegexError';
  readonly code: RegexFault;
  /** Where in the pattern. */
  readonly offset: number;
  constructor(code: RegexFault, offset: number) {
    super(TEXTS[code]);
    this.code = code;
    this.offset = offset;
  }
}

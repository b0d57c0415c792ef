export type CompanionErrorCode =
  | 'credentialHelper' // a login that only another program knows
  | 'config' // Docker's config file cannot be read
  | 'platform'; // not `os/architecture[/variant]`

/** The Node side cannot do what was asked for a reason of this machine or of the question. */
export class CompanionError extends Error {
  override readonly name = 'CompanionError';
  readonly code: CompanionErrorCode;
  constructor(code: CompanionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Stored state that cannot be used or written. Quota is told by the browser's own QuotaExceededError. */
export class PersistenceError extends Error {
  override readonly name = 'PersistenceError';
  readonly code: PersistenceErrorCode;

  constructor(code: PersistenceErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export type PersistenceErrorCode =
  | 'version' // written by another version of ours
  | 'corrupt' // not what we wrote
  | 'unreadable'; // the database cannot be opened

/** What was kept of a machine cannot be used. */
export class KeepError extends Error {
  override readonly name = 'KeepError';
  readonly code: KeepErrorCode;
  /** The part that is at fault; empty: the head. */
  readonly path: string;

  constructor(code: KeepErrorCode, path: string, message: string, cause?: unknown) {
    super(path === '' ? message : `${path}: ${message}`, { cause });
    this.code = code;
    this.path = path;
  }
}

export type KeepErrorCode =
  | 'version' // written by another version of ours
  | 'corrupt' // not what we wrote
  | 'lost' // a part is missing
  | 'digest' // a layer or a config that is not what its name says
  | 'notAMachine'; // a file of another kind

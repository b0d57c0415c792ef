/** What the command line itself finds wrong. Faults of archives keep their own classes and are worded in
 *  `describeError.ts`. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  constructor(code: CliErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export type CliErrorCode =
  | 'usage' // an option or argument that is wrong, missing or unknown
  | 'ambiguous' // several images or layers answer to what was asked
  | 'notFound' // no such image, layer or path
  | 'wrongKind' // a directory where a file is needed, and the like
  | 'layer' // a layer could not be read; the cause tells why
  | 'unsupported' // this system, or this user of it, cannot do that
  | 'mount' // a file system could not be mounted, or was lost
  | 'build' // a build failed
  | 'output'; // what was to be written could not be

/** The reader of our standard output has gone (EPIPE): nothing to complain about. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

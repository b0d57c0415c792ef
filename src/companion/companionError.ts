export type CompanionErrorCode =
  | 'credentialHelper' // a login that only another program knows
  | 'config' // Docker's config file cannot be read
  | 'platform' // not `os/architecture[/variant]`
  | 'request' // not as the protocol has it
  | 'context' // a build context that is malformed or holds what none may hold
  | 'mediaType' // a body of a form that is not taken
  | 'limit' // larger than the companion takes
  | 'busy' // the user's queue is full
  | 'forbidden' // this companion was not told to allow it
  | 'notFound'
  | 'unsupported' // the engine cannot do that
  | 'noEngine' // there is none, or none that may be used
  | 'engine' // the engine refused, or said what it should not
  | 'connectionLost' // to the engine: another may finish
  | 'failed' // a step of the build, or its Dockerfile
  | 'refused' // by the rules that the engine was given
  | 'timeout'
  | 'cancelled'
  | 'listen'; // the address cannot be listened on

/** The Node side cannot do what was asked for a reason of this machine or of the question. */
export class CompanionError extends Error {
  override readonly name = 'CompanionError';
  readonly code: CompanionErrorCode;
  constructor(code: CompanionErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

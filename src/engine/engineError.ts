/** What went wrong, as moby's errdefs sort it. */
export type EngineErrorKind =
  | 'notFound'
  | 'conflict'
  | 'invalidParameter'
  | 'unauthorized'
  | 'forbidden'
  | 'notModified' // nothing to do: a container that runs already
  | 'unavailable' // a registry that does not answer
  | 'notImplemented' // the real daemon could, the simulator cannot
  | 'cancelled'
  | 'system';

/** What cannot be told from the kind alone and is branched on. */
export type EngineErrorCode =
  | 'noSuchImage'
  | 'noSuchContainer'
  | 'emptyName' // of a container: newer clients ask the engine for none
  | 'noSuchVolume'
  | 'noSuchNetwork'
  | 'noSuchExec'
  | 'noSuchPath'
  | 'nameInUse'
  | 'imageInUse'
  | 'notRunning'
  | 'paused'
  | 'startNotFound' // the command is not there: exit status 127
  | 'startDenied' // the command cannot be executed: exit status 126
  | 'reference' // no reference to an image
  | 'filter'
  | 'archive' // not the archive it should be
  | 'registry' // a registry said no, or said nothing
  | 'notSimulated'
  | 'other';

/** A call of the engine failed. The message is the daemon's own wording (`messages.ts`), without the client's
 *  `Error response from daemon: `. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly kind: EngineErrorKind;
  readonly code: EngineErrorCode;
  /** Progress had been written before: the client prints the message alone, without `Error response from daemon: `. */
  readonly isInStream: boolean;
  /** The image that a registry does not have, as its user names it. */
  readonly asked: string | undefined;

  constructor(
    kind: EngineErrorKind,
    code: EngineErrorCode,
    message: string,
    options: { readonly isInStream?: boolean; readonly asked?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.isInStream = options.isInStream ?? false;
    this.asked = options.asked;
  }

  /** The same error, met after progress was written. */
  inStream(): EngineError {
    return new EngineError(this.kind, this.code, this.message, {
      isInStream: true,
      asked: this.asked,
      cause: this.cause,
    });
  }
}

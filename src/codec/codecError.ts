export type CodecErrorCode =
  | 'corrupt' // the bytes break the format's rules
  | 'truncated' // the input ends inside the stream
  | 'unsupported' // well formed, but a feature that we do not decode
  | 'limit' // asks for more than a bound of ours
  | 'checksum'; // decoded, but a checksum or a recorded size disagrees

/** A compressed stream that cannot be decoded. `offset` counts in the compressed input, from its first byte. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly code: CodecErrorCode;
  readonly offset: number;
  constructor(code: CodecErrorCode, offset: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.offset = offset;
  }
}

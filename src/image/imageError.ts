export type ImageErrorCode =
  | 'json' // not JSON (RFC 8259); `offset` is the byte where it breaks
  | 'limit' // larger or deeper than a bound of ours
  | 'malformed' // JSON, but not the document that was expected
  | 'digest' // not `algorithm:hex` of a known algorithm
  | 'reference' // not a reference to an image
  | 'pattern'; // not a shell pattern

/** A document that describes an image cannot be read. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;
  readonly offset: number | undefined;
  constructor(code: ImageErrorCode, offset: number | undefined, message: string) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

/** A question about an image that cannot be answered. Cancelled work throws the signal's own reason instead. */
export class AnalysisError extends Error {
  override readonly name = 'AnalysisError';
  readonly code: AnalysisErrorCode;
  constructor(code: AnalysisErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type AnalysisErrorCode =
  | 'tooManyLayers' // more than a 16-bit layer number can name
  | 'noLayer' // the stack has no such layer, or it is missing from the archive
  | 'rule' // a threshold of a waste rule cannot be read
  | 'truncated'; // a layer ended before a content that its headers promise

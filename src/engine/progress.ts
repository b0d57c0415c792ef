/** A message of a stream of progress (moby pkg/jsonmessage): what pull, push, import and load tell while they work.
 *  - `status`: `ID: STATUS` lines, or bars on a terminal, where lines of the same id replace each other;
 *  - `stream`: text to be printed as it is, line ends included;
 *  - `aux`: not printed, a result for the caller. */
export type ProgressMessage =
  | {
      /** The short digest of a layer, or a tag. */
      readonly id?: string;
      readonly status: string;
      readonly currentBytes?: number;
      readonly totalBytes?: number;
    }
  | { readonly stream: string }
  | { readonly aux: PushResult };

export interface PushResult {
  readonly tag: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Told of each message, in order. */
export type OnProgress = (message: ProgressMessage) => void;

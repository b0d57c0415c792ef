/** Between a page and the worker that fetches for it. `id` tells requests apart. */
export type FetchMessage =
  | {
      readonly kind: 'fetch';
      readonly id: number;
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Blob | string | undefined;
    }
  /** One more chunk of the body is wanted. */
  | { readonly kind: 'pull'; readonly id: number }
  | { readonly kind: 'abort'; readonly id: number };

export type FetchReply =
  | {
      readonly kind: 'head';
      readonly id: number;
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
    }
  | { readonly kind: 'chunk'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

import type { ByteSource, LentBytes } from './byteSource.ts';

/** What the core asks of the place it runs in (page, worker, Node, tests), handed down as a value:
 *  the core itself imports neither DOM nor Node. */
export interface Platform {
  /** A new incremental SHA-256 or SHA-512. */
  createHash(algorithm: HashAlgorithm): IncrementalHash;
  /** One-shot SHA-256 where that is much faster than incremental (Web Crypto); callers keep inputs ≤ 64 MiB. */
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
  /** A place for bytes that are too many for memory: a temporary file, or a Blob that the browser spills. */
  createSpool(): Spool;
  /** Bytes that another thread of this kind of platform has lent. Nothing is closed here. */
  borrow?(lent: Omit<LentBytes, 'release'>): ByteSource;
  /** Inflates gzip members (RFC 1952), natively where possible. Several members are concatenated; zero padding
   *  and trailing bytes after the last member are ignored; a cut or corrupt stream throws CodecError. The input is
   *  read to its very end. Pieces are valid until the next is asked for. `again` gives the input from its start, where
   *  that can be had: what has passed need not be kept then. */
  gunzip(
    compressed: AsyncIterable<Uint8Array>,
    onTrailing?: (trailing: TrailingBytes) => void,
    again?: () => AsyncIterable<Uint8Array>,
  ): AsyncIterable<Uint8Array>;
}

/** What stands behind the last member or frame of a compressed stream. `offset` counts in the compressed bytes. */
export interface TrailingBytes {
  readonly kind: 'zeros' | 'junk';
  readonly offset: number;
  readonly sizeBytes: number;
}

export type HashAlgorithm = 'sha256' | 'sha512';

export interface IncrementalHash {
  update(bytes: Uint8Array): void;
  /** Ends the hash; the object is of no use afterwards. */
  digest(): Uint8Array;
}

/** Write once in order, then read anywhere. */
export interface Spool {
  write(bytes: Uint8Array): Promise<void>;
  /** Ends writing. */
  finish(): Promise<ByteSource>;
  /** Frees what it holds, also after `finish`. */
  dispose(): Promise<void>;
}

/** Progress of long work; `totalBytes` undefined when it cannot be known. */
export interface Progress {
  readonly phase: string;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
}

/** Handed to everything that can take over a second. */
export interface Work {
  readonly platform: Platform;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

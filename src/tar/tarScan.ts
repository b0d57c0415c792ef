import type { Finding } from '../bytes/finding.ts';
import type { TarEntry, TarError } from './tarEntry.ts';

/** What a reader is asked for; the same for both ways of reading. */
export interface TarScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how far the reader is, in bytes of the archive. */
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
  /** Goes on behind damage as GNU tar does, and gives the first error in the result instead of throwing it.
   *  What is no tar at all still throws `notTar`. */
  readonly partial?: true | undefined;
  /** More members than this throw `tooLong`, also when `partial`. Default 10 million. */
  readonly maxEntries?: number | undefined;
}

export interface TarScan {
  /** Members as `tar -t` lists them: labels and continuations count, extension headers do not. */
  readonly entryCount: number;
  /** Where the members end and the end-of-archive blocks begin. */
  readonly endOffset: number;
  readonly totalBytes: number;
  /** What follows the end-of-archive blocks. `zeros` is true when it is padding alone; of more than 256 MiB
   *  only that much is looked at. */
  readonly trailing: { readonly bytes: number; readonly zeros: boolean };
  /** How many of the two zero blocks that end an archive are there. */
  readonly endBlocks: 0 | 1 | 2;
  readonly findings: readonly Finding[];
  /** The first error, when `partial` was asked for. */
  readonly error: TarError | undefined;
}

export type TarVisitor = (entry: TarEntry) => void;

export const DEFAULT_MAX_ENTRIES = 10_000_000;

/** The longest PAX header, GNU long name or sparse map that is read: Go's archive/tar has the same bound. */
export const MAX_EXTENSION_BYTES = 1 << 20;

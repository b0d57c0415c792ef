import type { LayerThreads } from '../archive/archive.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import type { Platform } from '../bytes/platform.ts';

/** What the place gives the service: the browser's worker, or a test. Loaded at the first work. */
export interface Host {
  readonly platform: Platform;
  /** Threads that index layers of `openBlob`'s sources. */
  readonly threads?: LayerThreads | undefined;
  openBlob(blob: Blob): ByteSource;
  /** Bytes that may still be stored, where that can be told. */
  freeBytes(): Promise<number | undefined>;
}

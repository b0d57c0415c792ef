import type { Platform } from '../bytes/platform.ts';
import { gunzip } from '../codec/gunzip.ts';
import { createSoftwareHash } from '../codec/hash.ts';
import { InputWindow } from '../codec/inputWindow.ts';
import { BlobSpool } from './blobSpool.ts';

export { BlobSource } from './blobSource.ts';

/** The platform in a browser's page or worker.
 *
 *  Inflating is our own: DecompressionStream fails on a second member and on bytes after the last, loses the output
 *  it had ready then, and does not tell how far it read. */
export function webPlatform(): Platform {
  return {
    createHash: createSoftwareHash,
    sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource)),
    createSpool: () => new BlobSpool(),
    gunzip: (compressed, onTrailing) => gunzip(new InputWindow(compressed), onTrailing),
  };
}

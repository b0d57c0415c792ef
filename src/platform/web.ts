import type { Platform } from '../bytes/platform.ts';
import { createSoftwareHash } from '../codec/hash.ts';
import { BlobSource } from './blobSource.ts';
import { BlobSpool } from './blobSpool.ts';
import { webGunzip } from './webGunzip.ts';

export { BlobSource } from './blobSource.ts';

/** The platform in a browser's page or worker. */
export function webPlatform(): Platform {
  return {
    createHash: createSoftwareHash,
    sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource)),
    createSpool: () => new BlobSpool(),
    borrow: (lent) => BlobSource.borrow(lent),
    gunzip: (compressed, onTrailing, again) => webGunzip(compressed, { onTrailing, again }),
  };
}

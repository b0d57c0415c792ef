import { createHash } from 'node:crypto';
import type { Platform } from '../bytes/platform.ts';
import { nodeGunzip } from './nodeGunzip.ts';
import { NodeSpool } from './nodeSpool.ts';

export { openFileSource } from './nodeFile.ts';
export { spoolInput } from './nodeSpool.ts';

/** The platform in Node: OpenSSL's hashes, zlib, temporary files. */
export function nodePlatform(): Platform {
  return {
    createHash(algorithm) {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) };
    },
    sha256: async (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
    createSpool: () => new NodeSpool(),
    gunzip: nodeGunzip,
  };
}

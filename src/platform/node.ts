import { createHash } from 'node:crypto';
import type { Platform, TrailingBytes } from '../bytes/platform.ts';
import { borrowFile } from './nodeFile.ts';
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
    borrow: borrowFile,
    gunzip,
  };
}

/** Loaded when it is needed: plain archives need no zlib. */
async function* gunzip(
  compressed: AsyncIterable<Uint8Array>,
  onTrailing?: (trailing: TrailingBytes) => void,
): AsyncIterable<Uint8Array> {
  const { nodeGunzip } = await import('./nodeGunzip.ts');
  yield* nodeGunzip(compressed, onTrailing);
}

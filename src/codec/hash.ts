import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { HashAlgorithm, IncrementalHash } from '../bytes/platform.ts';

/** An incremental hash where the platform has none of its own (Web Crypto hashes only whole buffers). */
export function createSoftwareHash(algorithm: HashAlgorithm): IncrementalHash {
  const hash = algorithm === 'sha256' ? sha256.create() : sha512.create();
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

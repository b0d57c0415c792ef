import { blake2b } from '@noble/hashes/blake2.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { IncrementalHash } from '../bytes/platform.ts';
import { createMd5 } from './md5.ts';

const HASHES = { sha1, sha224, sha256, sha384, sha512, blake2b } as const;

/** Digests that checksum utilities print. Images use but two of them (`codec/hash.ts`). */
export type DigestName = keyof typeof HASHES | 'md5';

export function createDigest(name: DigestName): IncrementalHash {
  if (name === 'md5') return createMd5();
  const hash = HASHES[name].create();
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

import type { HashAlgorithm, Platform } from '../bytes/platform.ts';
import { toHex } from '../bytes/hex.ts';
import { ImageError } from './imageError.ts';

/** `algorithm:hex` (image-spec descriptor.md, "Digests"). */
export type Digest = string & { readonly __digest: unique symbol };

export interface DigestParts {
  readonly algorithm: HashAlgorithm;
  readonly hex: string;
}

const HEX_LENGTH: Readonly<Record<HashAlgorithm, number>> = { sha256: 64, sha512: 128 };

/** Algorithm and lower-case hex of a digest that we can compute, or undefined: for an unknown algorithm, a wrong
 *  length, upper case, or anything (`/`, `..`) that must not become part of a path. */
export function digestParts(text: string): DigestParts | undefined {
  const match = /^(sha256|sha512):([0-9a-f]+)$/.exec(text);
  if (!match) return undefined;
  const algorithm = match[1] as HashAlgorithm;
  const hex = match[2] as string;
  return hex.length === HEX_LENGTH[algorithm] ? { algorithm, hex } : undefined;
}

export function isDigest(text: string): text is Digest {
  return digestParts(text) !== undefined;
}

export function toDigest(algorithm: HashAlgorithm, hash: Uint8Array): Digest {
  return `${algorithm}:${toHex(hash)}` as Digest;
}

export function digestOf(bytes: Uint8Array, platform: Platform, algorithm: HashAlgorithm = 'sha256'): Digest {
  const hash = platform.createHash(algorithm);
  hash.update(bytes);
  return toDigest(algorithm, hash.digest());
}

/** The hex part, for file names. Throws ImageError `digest`. */
export function digestHex(digest: Digest): string {
  const parts = digestParts(digest);
  if (!parts) throw new ImageError('digest', undefined, `"${digest.slice(0, 160)}" is no sha256 or sha512 digest`);
  return parts.hex;
}

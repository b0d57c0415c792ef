import { toHex } from '../../bytes/hex.ts';
import type { Platform } from '../../bytes/platform.ts';

/** sha256 of a text, in hex. */
export function digestText(text: string, platform: Platform): string {
  const hash = platform.createHash('sha256');
  hash.update(new TextEncoder().encode(text));
  return toHex(hash.digest());
}

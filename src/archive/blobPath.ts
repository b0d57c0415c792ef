import { digestParts, type Digest } from '../image/digest.ts';

/** Path of a blob in a layout, or undefined for a digest that is none. */
export function blobPath(digest: Digest): string | undefined {
  const parts = digestParts(digest);
  return parts && `blobs/${parts.algorithm}/${parts.hex}`;
}

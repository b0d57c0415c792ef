import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import { toDigest, type Digest } from '../image/digest.ts';

/** sha256 of all bytes of a source, read once through. */
export async function digestSource(source: ByteSource, work: Work): Promise<Digest> {
  const hash = work.platform.createHash('sha256');
  for await (const chunk of source.stream()) {
    work.signal?.throwIfAborted();
    hash.update(chunk);
  }
  return toDigest('sha256', hash.digest());
}

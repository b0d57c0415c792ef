import type { ByteSource } from '../bytes/byteSource.ts';
import type { HashAlgorithm, IncrementalHash, Work } from '../bytes/platform.ts';
import { decompress } from '../codec/decompress.ts';
import type { Compression } from '../codec/sniff.ts';
import { digestParts, toDigest, type Digest } from '../image/digest.ts';
import type { LayerDigests } from './archive.ts';

export interface ClaimedDigests {
  readonly diffId: Digest | undefined;
  readonly blobDigest: Digest | undefined;
}

/** Both digests of a layer in one pass over its stored bytes. The diffID is always sha256, as engines compute it: a
 *  claim in another algorithm never matches. Throws CodecError where the blob cannot be decompressed. */
export async function digestLayer(
  blob: ByteSource,
  compression: Compression,
  claimed: ClaimedDigests,
  work: Work,
): Promise<LayerDigests> {
  const algorithm: HashAlgorithm = (claimed.blobDigest && digestParts(claimed.blobDigest)?.algorithm) || 'sha256';
  const stored = new HashedStream(blob, algorithm, work);
  const diffHash = compression === 'none' && algorithm === 'sha256' ? undefined : work.platform.createHash('sha256');
  if (compression === 'none') {
    for await (const chunk of stored.chunks()) diffHash?.update(chunk);
  } else {
    for await (const chunk of decompress(compression, stored.chunks(), work.platform)) diffHash?.update(chunk);
    await stored.readRest();
  }
  const blobDigest = stored.digest();
  const diffId = diffHash ? toDigest('sha256', diffHash.digest()) : blobDigest;
  return {
    diffId,
    blobDigest,
    diffIdMatches: claimed.diffId === undefined ? undefined : claimed.diffId === diffId,
    blobDigestMatches: claimed.blobDigest === undefined ? undefined : claimed.blobDigest === blobDigest,
  };
}

/** Hashes the bytes as they pass. A decoder may stop before the end; `readRest` then takes what follows. */
class HashedStream {
  readonly #hash: IncrementalHash;
  readonly #algorithm: HashAlgorithm;
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #work: Work;
  readonly #totalBytes: number;
  #doneBytes = 0;

  constructor(source: ByteSource, algorithm: HashAlgorithm, work: Work) {
    this.#hash = work.platform.createHash(algorithm);
    this.#algorithm = algorithm;
    this.#iterator = source.stream()[Symbol.asyncIterator]();
    this.#work = work;
    this.#totalBytes = source.sizeBytes;
  }

  /** Without `return`, so that leaving the loop does not end the stream. */
  chunks(): AsyncIterable<Uint8Array> {
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) };
  }

  async readRest(): Promise<void> {
    while (!(await this.#next()).done);
  }

  digest(): Digest {
    return toDigest(this.#algorithm, this.#hash.digest());
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    this.#work.signal?.throwIfAborted();
    const result = await this.#iterator.next();
    if (!result.done) {
      this.#hash.update(result.value);
      this.#doneBytes += result.value.length;
      this.#work.onProgress?.({ phase: 'verify', doneBytes: this.#doneBytes, totalBytes: this.#totalBytes });
    }
    return result;
  }
}

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { BlobSource, webPlatform } from '../../src/platform/web.ts';
import { readAll } from '../codec/streams.ts';

const CONTENT = Uint8Array.from({ length: 9_000_000 }, (_, i) => (i * 13 + (i >> 10)) & 0xff);

/** A Blob whose file is gone, as browsers show it. */
class GoneBlob extends Blob {
  readonly #fault: string;
  constructor(fault: string) {
    super([CONTENT]);
    this.#fault = fault;
  }
  override slice(): Blob {
    const fault = this.#fault;
    return Object.assign(new Blob([]), {
      arrayBuffer: () => Promise.reject(new DOMException('the file is gone', fault)),
    });
  }
}

describe('a blob', () => {
  it('is read at random and in slices', async () => {
    const source = new BlobSource(new Blob([CONTENT]));
    const slice = source.slice(1000, 8_000_000).slice(24);
    const range = fc.record({ offset: fc.nat(CONTENT.length), length: fc.oneof(fc.nat(700), fc.nat(4_000_000)) });
    await fc.assert(
      fc.asyncProperty(range, async ({ offset, length }) => {
        const whole = CONTENT.subarray(offset, offset + length);
        expect(Buffer.compare(await source.read(offset, length), whole)).toBe(0);
        const part = CONTENT.subarray(1024, 8_001_000).subarray(offset, offset + length);
        expect(Buffer.compare(await slice.read(offset, length), part)).toBe(0);
      }),
    );
  });

  it('streams', async () => {
    const source = new BlobSource(new Blob([CONTENT]));
    expect(Buffer.compare(await readAll(source.stream()), CONTENT)).toBe(0);
    expect(Buffer.compare(await readAll(source.slice(5, 100).stream()), CONTENT.subarray(5, 105))).toBe(0);
    expect(await readAll(new BlobSource(new Blob([])).stream())).toHaveLength(0);
  });

  it.each([
    ['NotFoundError', 'changed'],
    ['NotReadableError', 'changed'],
    ['UnknownError', 'read'],
  ])('BYTE-3 that cannot be read (%s)', async (fault, code) => {
    const source = new BlobSource(new GoneBlob(fault));
    await expect(source.read(0, 10)).rejects.toMatchObject({ name: 'SourceError', code });
    await expect(readAll(source.stream())).rejects.toMatchObject({ name: 'SourceError', code });
  });
});

describe('the platform', () => {
  it('spools to blobs', async () => {
    for (const sizeBytes of [0, 10, 9_000_000]) {
      const spool = webPlatform().createSpool();
      for (let offset = 0; offset < sizeBytes; offset += 777_777) {
        await spool.write(CONTENT.slice(offset, Math.min(offset + 777_777, sizeBytes)));
      }
      const source = await spool.finish();
      expect(source.sizeBytes).toBe(sizeBytes);
      expect(Buffer.compare(await readAll(source.stream()), CONTENT.subarray(0, sizeBytes))).toBe(0);
      await expect(spool.write(CONTENT)).rejects.toMatchObject({ code: 'closed' });
      await spool.dispose();
    }
  });

  it('hashes', async () => {
    const expected = createHash('sha256').update(CONTENT).digest('hex');
    expect(toHex(await webPlatform().sha256(CONTENT))).toBe(expected);
    const hash = webPlatform().createHash('sha256');
    hash.update(CONTENT.subarray(0, 1_000_001));
    hash.update(CONTENT.subarray(1_000_001));
    expect(toHex(hash.digest())).toBe(expected);
  });
});

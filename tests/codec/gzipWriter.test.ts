import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gzip } from '../../src/codec/gzipWriter.ts';
import { inChunks, readAll } from './streams.ts';

const TEXT = Buffer.from(Array.from({ length: 9000 }, (_, i) => `line ${(i * i) % 977} of the layer\n`).join(''));

describe('gzip', () => {
  it.each([1, 6, 9] as const)(
    'SAVE-2 level %i: zlib reads it, and the bytes do not depend on the chunks',
    async (level) => {
      const whole = await readAll(gzip(inChunks(TEXT, TEXT.length), level));
      expect(Buffer.compare(gunzipSync(whole), TEXT)).toBe(0);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 50, max: 100_000 }), async (chunkBytes) => {
          expect(Buffer.compare(await readAll(gzip(inChunks(TEXT, chunkBytes), level)), whole)).toBe(0);
        }),
        { numRuns: 20 },
      );
    },
  );

  it('SAVE-2 carries neither name nor time', async () => {
    const packed = await readAll(gzip(inChunks(TEXT, 1000), 6));
    expect(Buffer.from(packed.subarray(0, 8)).toString('hex')).toBe('1f8b080000000000');
  });

  it('nothing at all', async () => {
    expect(gunzipSync(await readAll(gzip(inChunks(new Uint8Array(0), 1), 6)))).toHaveLength(0);
  });
});

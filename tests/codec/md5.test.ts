import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDigest } from '../../src/codec/digests.ts';

function md5Of(chunks: readonly Uint8Array[]): string {
  const hash = createDigest('md5');
  for (const chunk of chunks) hash.update(chunk);
  return Buffer.from(hash.digest()).toString('hex');
}

test.each([0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000])('MD5 of %i bytes is OpenSSL’s', (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + 3) & 255);
  expect(md5Of([bytes])).toBe(createHash('md5').update(bytes).digest('hex'));
});

test('MD5 does not depend on how its input is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 }), (chunks) => {
      expect(md5Of(chunks)).toBe(createHash('md5').update(Buffer.concat(chunks)).digest('hex'));
    }),
  );
});

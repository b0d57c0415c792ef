import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlobWriter } from '../../src/worker/blobWriter.ts';

async function bytesOf(blob: Blob): Promise<number[]> {
  return [...new Uint8Array(await blob.arrayBuffer())];
}

describe('a Blob made of chunks', () => {
  it('holds what was written, although the chunks are used again', async () => {
    const lengths = fc.array(fc.nat({ max: 200_000 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(lengths, async (written) => {
        const writer = new BlobWriter();
        const reused = new Uint8Array(200_000);
        const expected: Uint8Array<ArrayBuffer>[] = [];
        for (const [i, length] of written.entries()) {
          reused.fill(i + 1);
          writer.write(reused.subarray(0, length));
          expected.push(new Uint8Array(length).fill(i + 1));
        }
        const blob = writer.finish();
        expect(writer.doneBytes).toBe(blob.size);
        expect(Buffer.from(await blob.arrayBuffer()).equals(Buffer.concat(expected))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('crosses the bounds of its parts', async () => {
    const writer = new BlobWriter();
    const chunk = new Uint8Array(3_000_001).map((_, i) => i % 251);
    for (let i = 0; i < 7; i++) writer.write(chunk);
    const blob = writer.finish('text/plain');
    expect(blob.type).toBe('text/plain');
    expect(blob.size).toBe(7 * chunk.length);
    for (const at of [0, 8 * 1024 * 1024 - 1, 8 * 1024 * 1024, blob.size - 1]) {
      expect((await bytesOf(blob.slice(at, at + 1)))[0], `byte ${at}`).toBe(chunk[at % chunk.length]);
    }
  });
});

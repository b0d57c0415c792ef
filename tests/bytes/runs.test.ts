import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, MemorySource } from '../../src/bytes/byteSource.ts';
import type { Spool } from '../../src/bytes/platform.ts';
import { RunSource } from '../../src/bytes/runSource.ts';
import { runSpool } from '../../src/bytes/runSpool.ts';
import { StretchBuilder } from '../../src/bytes/stretchBuilder.ts';
import { areZeros, ZERO_PAGE_BYTES, zeros } from '../../src/bytes/zeros.ts';

const runs = fc.array(fc.record({ byteCount: fc.nat({ max: 200_000 }), isZero: fc.boolean() }), { maxLength: 8 });

type Run = { readonly byteCount: number; readonly isZero: boolean };

function bytesOf(content: readonly Run[]): Uint8Array {
  return Buffer.concat(
    content.map(({ byteCount, isZero }, i) => Buffer.alloc(byteCount, isZero ? 0 : `stretch ${i}, `)),
  );
}

function sourceOf(content: readonly Run[], canReadSync: boolean): RunSource {
  const stretches = new StretchBuilder();
  for (const { byteCount, isZero } of content) {
    if (isZero) stretches.addZeros(byteCount);
    else stretches.addStored(byteCount);
  }
  const stored = new MemorySource(
    Buffer.concat(content.map((run, i) => Buffer.alloc(run.isZero ? 0 : run.byteCount, `stretch ${i}, `))),
  );
  return new RunSource(canReadSync ? stored : withoutSync(stored), stretches.finish());
}

/** As a Blob reads. */
function withoutSync(source: ByteSource): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    read: (offset, length) => source.read(offset, length),
    slice: (offset, length) => withoutSync(source.slice(offset, length)),
    stream: () => source.stream(),
  };
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  // Chunks stay valid: they are joined at the end.
  const held: Uint8Array[] = [];
  for await (const chunk of chunks) held.push(chunk);
  return Buffer.concat(held);
}

const same = (a: Uint8Array | undefined, b: Uint8Array) => a !== undefined && Buffer.compare(a, b) === 0;

describe('BYTE-4 runs of zeros', () => {
  it('law: what is told as runs reads as the bytes', async () => {
    const place = fc.nat({ max: 1_700_000 });
    await fc.assert(
      fc.asyncProperty(runs, fc.boolean(), place, place, place, place, async (content, canSync, a, b, c, d) => {
        const bytes = bytesOf(content);
        const source = sourceOf(content, canSync);
        expect(source.sizeBytes).toBe(bytes.length);
        expect(same(await collect(source.stream()), bytes)).toBe(true);
        const part = source.slice(a, b);
        const partBytes = bytes.subarray(a, a + b);
        expect(part.sizeBytes).toBe(partBytes.length);
        expect(same(await collect(part.stream()), partBytes)).toBe(true);
        const wanted = partBytes.subarray(c, c + d);
        expect(same(await part.read(c, d), wanted)).toBe(true);
        expect(part.readSync !== undefined).toBe(canSync);
        if (!canSync) return;
        expect(same(part.readSync?.(c, d), wanted)).toBe(true);
        const target = new Uint8Array(Math.min(d, 5000)).fill(7);
        const filled = part.readIntoSync?.(target, c) ?? 0;
        expect(filled).toBe(Math.min(target.length, wanted.length));
        expect(same(target.subarray(0, filled), wanted.subarray(0, filled))).toBe(true);
        expect(target.subarray(filled).every((byte) => byte === 7)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('law: a spool gives back what was written, in whatever chunks, and stores no long runs', async () => {
    await fc.assert(
      fc.asyncProperty(runs, fc.integer({ min: 300, max: 300_000 }), async (content, chunkBytes) => {
        const bytes = bytesOf(content);
        const inner = new HeldSpool();
        const spool = runSpool(inner);
        for (let at = 0; at < bytes.length; at += chunkBytes) await spool.write(bytes.slice(at, at + chunkBytes));
        const source = await spool.finish();
        expect(same(await collect(source.stream()), bytes)).toBe(true);
        const stretches = content.filter(({ isZero, byteCount }) => !isZero && byteCount > 0);
        const storedBytes = stretches.reduce((sum, { byteCount }) => sum + byteCount, 0);
        // What is stored beside: the ends of runs within a block, and runs that are too short.
        expect(inner.heldBytes).toBeLessThanOrEqual(storedBytes + (content.length + 1) * (2048 + 2 * 512));
      }),
      { numRuns: 60 },
    );
  });

  it('a spool without runs is the spool itself', async () => {
    const inner = new HeldSpool();
    const spool = runSpool(inner);
    await spool.write(Buffer.alloc(9000, 'x'));
    expect(await spool.finish()).toBe(inner.finished);
  });

  it('more runs than it remembers are stored', async () => {
    const inner = new HeldSpool();
    const spool = runSpool(inner, 8);
    const piece = Buffer.alloc(4096);
    piece.fill(1, 0, 512);
    for (let i = 0; i < 20; i++) await spool.write(piece);
    const source = await spool.finish();
    expect(source.sizeBytes).toBe(20 * piece.length);
    expect(inner.heldBytes).toBe(7 * 512 + 13 * piece.length);
    const tail = await source.read(source.sizeBytes - 8192, 8192);
    expect(same(tail, Buffer.concat([piece, piece]))).toBe(true);
  });

  it('zeros share one page, and one read does not make a run of gigabytes real', async () => {
    const stretches = new StretchBuilder();
    stretches.addZeros(2 ** 40);
    const source = new RunSource(new MemorySource(new Uint8Array(0)), stretches.finish());
    expect((await source.read(2 ** 39, ZERO_PAGE_BYTES)).buffer).toBe(zeros(1).buffer);
    await expect(source.read(0, 2 ** 31)).rejects.toThrow(RangeError);
    expect(() => zeros(ZERO_PAGE_BYTES + 1)).toThrow(RangeError);
  });

  it('law: zeros are told from all else, wherever they lie in memory', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 9 }),
        fc.nat({ max: 300 }),
        fc.option(fc.nat({ max: 299 }), { nil: undefined }),
        (offset, length, place) => {
          const bytes = new Uint8Array(400).fill(9);
          bytes.fill(0, offset, offset + length);
          const hit = place !== undefined && place < length;
          if (hit) bytes[offset + place] = 128;
          expect(areZeros(bytes, offset, offset + length)).toBe(!hit);
          expect(areZeros(bytes.subarray(offset, offset + length))).toBe(!hit);
        },
      ),
    );
  });
});

class HeldSpool implements Spool {
  heldBytes = 0;
  finished: ByteSource | undefined;
  readonly #held: Uint8Array[] = [];

  async write(bytes: Uint8Array): Promise<void> {
    this.#held.push(bytes.slice());
    this.heldBytes += bytes.length;
  }

  async finish(): Promise<ByteSource> {
    this.finished = new MemorySource(Buffer.concat(this.#held));
    return this.finished;
  }

  async dispose(): Promise<void> {}
}

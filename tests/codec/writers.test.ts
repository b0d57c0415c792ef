import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bunzip2 } from '../../src/codec/bzip2.ts';
import { bzip2 } from '../../src/codec/bzip2Writer.ts';
import { gzip } from '../../src/codec/gzipWriter.ts';
import { InputWindow } from '../../src/codec/inputWindow.ts';
import { suffixArray } from '../../src/codec/suffixArray.ts';
import { unxz } from '../../src/codec/xz.ts';
import { xzCompressed } from '../../src/codec/xzWriter.ts';
import { unzstd } from '../../src/codec/zstd.ts';
import { zstdStored } from '../../src/codec/zstdWriter.ts';

async function* pieces(bytes: Uint8Array, size = 7777): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function gathered(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of stream) parts.push(piece.slice());
  return Buffer.concat(parts);
}

const text = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `line ${i % 97} of ${(i * 7919) % 1013}\n`).join(''));
const SAMPLES: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(65)],
  ['two equal bytes', Uint8Array.of(65, 65)],
  ['one byte many times', new Uint8Array(1_000_003).fill(7)],
  ['a period', Buffer.from('abcabc'.repeat(5000))],
  ['every byte', Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) >>> 3)],
  ['text', text],
  ['runs of all lengths', Buffer.concat(Array.from({ length: 600 }, (_, i) => Buffer.alloc(i, i & 3)))],
];

const FORMATS = [
  ['gzip', (bytes: Uint8Array) => gzip(pieces(bytes), 6), (packed: Buffer) => gunzipSync(packed)],
  ['bzip2', (bytes: Uint8Array) => bzip2(pieces(bytes), 9), (packed: Buffer) => gathered(bunzip2(window(packed)))],
  ['xz', (bytes: Uint8Array) => xzCompressed(pieces(bytes)), (packed: Buffer) => gathered(unxz(window(packed)))],
  ['zstd', (bytes: Uint8Array) => zstdStored(pieces(bytes)), (packed: Buffer) => gathered(unzstd(window(packed)))],
] as const;

function window(packed: Uint8Array): InputWindow {
  return new InputWindow(pieces(packed, 4096));
}

describe.each(FORMATS)('what %s writes', (format, write, read) => {
  it.each(SAMPLES)('is read back: %s', async (_, bytes) => {
    const packed = await gathered(write(bytes));
    expect(Buffer.from(await read(packed)).equals(bytes)).toBe(true);
  });

  const isThere = spawnSync(format, ['--version']).status === 0;
  it.runIf(isThere).each(SAMPLES)('is read by the real program: %s', async (_, bytes) => {
    const packed = await gathered(write(bytes));
    const { stdout, status, stderr } = spawnSync(format, ['-dc'], { input: packed, maxBuffer: 1 << 28 });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
    expect(stdout.equals(bytes)).toBe(true);
  });
});

describe('xz', () => {
  it('makes text and archives much shorter, and bytes without order hardly longer', async () => {
    const archive = Buffer.concat([Buffer.from('name\0'.repeat(40)), Buffer.alloc(10_000)]);
    expect((await gathered(xzCompressed(pieces(archive)))).length).toBeLessThan(200);
    expect((await gathered(xzCompressed(pieces(text)))).length).toBeLessThan(text.length / 3);
    const noise = Buffer.concat(Array.from({ length: 3000 }, (_, i) => createHash('sha256').update(`${i}`).digest()));
    expect((await gathered(xzCompressed(pieces(noise)))).length).toBeLessThan(noise.length + 100);
  });

  it('reads back whatever it wrote', async () => {
    const words = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 80 })));
    await fc.assert(
      fc.asyncProperty(words, async (given) => {
        const bytes = Buffer.concat(given.flatMap(([word, times]) => Array<Uint8Array>(times).fill(word)));
        const packed = await gathered(xzCompressed(pieces(bytes, 100)));
        expect((await gathered(unxz(window(packed)))).equals(bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('bzip2', () => {
  const isThere = spawnSync('bzip2', ['--help']).status === 0;
  it.runIf(isThere).each(SAMPLES)('gives the bytes of the real program: %s', async (name, bytes) => {
    // Rotations of a periodic block are equal: any of them may be called its own.
    if (name === 'a period') return;
    for (const level of [1, 9]) {
      const { stdout } = spawnSync('bzip2', [`-${level}`, '-c'], { input: bytes, maxBuffer: 1 << 28 });
      expect((await gathered(bzip2(pieces(bytes), level))).equals(stdout)).toBe(true);
    }
  });

  it('reads back whatever it wrote', async () => {
    const runs = fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 300 })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(runs, async (given) => {
        const bytes = Buffer.concat(given.map(([byte, length]) => Buffer.alloc(length, byte)));
        const packed = await gathered(bzip2(pieces(bytes, 100), 1));
        expect((await gathered(bunzip2(window(packed)))).equals(bytes)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('suffixArray', () => {
  it('sorts as comparing suffixes does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 3, maxLength: 200 }), (bytes) => {
        const naive = Array.from(bytes, (_, i) => i).sort((a, b) =>
          Buffer.compare(bytes.subarray(a), bytes.subarray(b)),
        );
        expect([...suffixArray(bytes, 256)]).toEqual(naive);
      }),
      { numRuns: 500 },
    );
  });
});

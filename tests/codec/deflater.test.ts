import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { Deflate } from 'pako';
import { describe, expect, it } from 'vitest';
import { Deflater, type DeflateLevel } from '../../src/codec/deflater.ts';

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

function deflated(content: Uint8Array, level: DeflateLevel, chunkBytes: number): Buffer {
  const deflater = new Deflater(level);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += chunkBytes) {
    deflater.push(content.subarray(at, at + chunkBytes));
    pieces.push(deflater.take());
  }
  deflater.finish();
  return Buffer.concat([...pieces, deflater.take()]);
}

/** As the port of zlib has it, all at once. */
function oracle(content: Uint8Array, level: DeflateLevel): Buffer {
  const deflate = new Deflate({ raw: true, level });
  deflate.push(content, true);
  return Buffer.from(deflate.result as Uint8Array);
}

/** Numbers that are the same at each run; large `skew`: mostly small ones. */
function noise(length: number, skew: number): Uint8Array {
  let state = 12_345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state / 0x80000000) ** skew * 256;
  });
}

const text = Buffer.from(
  Array.from({ length: 9000 }, (_, i) => `"${(i * i) % 977}": { "line": ${i}, "of": "layer" },\n`).join(''),
);
const samples: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(7),
  'two bytes': Uint8Array.of(7, 7),
  'a few bytes': Buffer.from('abcabcabcabc'),
  text,
  'a short text': text.subarray(0, 700),
  noise: noise(150_000, 1),
  'skewed noise': noise(200_000, 5),
  'very skewed noise': noise(90_000, 12),
  zeros: new Uint8Array(1_500_000),
  'what repeats at the edge of the window': Uint8Array.from({ length: 150_000 }, (_, i) => (i % 32_506) ^ (i % 251)),
  'all kinds': Buffer.concat([
    text.subarray(0, 40_000),
    noise(70_000, 1),
    new Uint8Array(100_000),
    text,
    noise(40_000, 9),
  ]),
};

describe('Deflater', () => {
  describe.each(Object.entries(samples))('%s', (_, content) => {
    it.each(LEVELS)("level %i: zlib's bytes, whatever the chunks", (level) => {
      const expected = oracle(content, level);
      expect(Buffer.compare(inflateRawSync(expected), content)).toBe(0);
      for (const chunkBytes of [content.length + 1, 65_536, 999]) {
        expect(Buffer.compare(deflated(content, level, chunkBytes), expected)).toBe(0);
      }
    });
  });

  it('moves what it holds on: more than it holds at a time', () => {
    const content = Buffer.concat([text, noise(600_000, 1), text, noise(300_000, 3), text]);
    expect(Buffer.compare(deflated(content, 6, 100_000), oracle(content, 6))).toBe(0);
  });

  it('any content comes back, with flushes in between', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.record({ byte: fc.nat(255), length: fc.nat(70_000) }).map((run) => new Uint8Array(run.length).fill(run.byte)),
      fc.nat(text.length - 1).map((start) => text.subarray(start, start + 5000)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.constantFrom(...LEVELS), fc.nat(7), (parts, level, flushAt) => {
        const deflater = new Deflater(level);
        for (const [i, bytes] of parts.entries()) {
          deflater.push(bytes);
          if (i === flushAt) deflater.flush();
        }
        deflater.finish();
        expect(Buffer.compare(inflateRawSync(deflater.take()), Buffer.concat(parts))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it.each(LEVELS)("level %i: a flush gives zlib's bytes, too", (level) => {
    const parts = [noise(100_000, 9), text, text.subarray(0, 70_001), noise(3, 2), text.subarray(5, 90_000)];
    const deflate = new Deflate({ raw: true, level });
    const deflater = new Deflater(level);
    for (const bytes of parts) {
      deflate.push(bytes, 3);
      deflater.push(bytes);
      deflater.flush();
    }
    deflate.push(new Uint8Array(0), true);
    deflater.finish();
    expect(Buffer.compare(deflater.take(), deflate.result as Uint8Array)).toBe(0);
  });

  it('what follows a flush refers to nothing before it', () => {
    const deflater = new Deflater(6);
    deflater.push(text);
    deflater.flush();
    deflater.take();
    deflater.push(text);
    deflater.finish();
    expect(Buffer.compare(deflater.take(), oracle(text, 6))).toBe(0);
  });
});

import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrailingBytes } from '../../src/bytes/platform.ts';
import { CodecError } from '../../src/codec/codecError.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { webPlatform } from '../../src/platform/web.ts';
import { inChunks, readAll } from './streams.ts';

const TEXT = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(900));
const MIXED = Buffer.concat([TEXT, randomBytes(70_000), Buffer.alloc(300_000), TEXT, Buffer.from('tail')]);

const platforms = { node: nodePlatform(), web: webPlatform() };

describe.each(Object.entries(platforms))('gunzip on the %s platform', (_name, platform) => {
  const gunzip = async (bytes: Uint8Array, chunkBytes = 100_000, trailing: TrailingBytes[] = []) =>
    readAll(platform.gunzip(inChunks(bytes, chunkBytes), (found) => trailing.push(found)));

  it.each([
    ['empty', Buffer.alloc(0), 6],
    ['one byte', Buffer.from('x'), 6],
    ['text', TEXT, 9],
    ['text at level 1', TEXT, 1],
    ['stored', MIXED, 0],
    ['mixed', MIXED, 6],
    ['zeros', Buffer.alloc(5_000_000), 6],
  ])('%s', async (_what, content, level) => {
    expect(Buffer.compare(await gunzip(gzipSync(content, { level })), content)).toBe(0);
  });

  it('a fixed-code block', async () => {
    const content = Buffer.from('abcabcabcabc');
    expect(await gunzip(gzipSync(content, { strategy: 4 }))).toEqual(new Uint8Array(content));
  });

  it('chunks of any size', async () => {
    const packed = gzipSync(MIXED.subarray(30_000, 60_000));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), async (chunkBytes) => {
        expect(Buffer.compare(await gunzip(packed, chunkBytes), MIXED.subarray(30_000, 60_000))).toBe(0);
      }),
      { numRuns: 12 },
    );
  });

  it('CODEC-5 members are joined, thousands of small ones too', async () => {
    const members = Array.from({ length: 3000 }, (_, i) => Buffer.from(`file ${i}\n`.repeat(i % 7)));
    const packed = Buffer.concat(members.map((member) => gzipSync(member)));
    expect(Buffer.compare(await gunzip(packed), Buffer.concat(members))).toBe(0);
  });

  it('header fields are stepped over', async () => {
    const plain = gzipSync(TEXT);
    const header = Buffer.from(plain.subarray(0, 10));
    header[3] = 0x02 | 0x04 | 0x08 | 0x10;
    const fields = Buffer.from('\x05\x00extraname\0comment\0\x12\x34', 'latin1');
    const packed = Buffer.concat([header, fields, plain.subarray(10)]);
    for (const chunkBytes of [1, 7, 100_000]) expect(Buffer.compare(await gunzip(packed, chunkBytes), TEXT)).toBe(0);
  });

  it.each([
    ['zeros', Buffer.alloc(1000), 'zeros'],
    ['junk', Buffer.from('junk after the stream'), 'junk'],
    ['zeros and then junk', Buffer.from('\0\0\0\0x'), 'junk'],
    ['one byte', Buffer.from([0x1f]), 'junk'],
  ])('bytes behind the last member are told of: %s', async (_what, tail, kind) => {
    const packed = gzipSync(TEXT);
    for (const chunkBytes of [1, 13, 100_000]) {
      const trailing: TrailingBytes[] = [];
      expect(Buffer.compare(await gunzip(Buffer.concat([packed, tail]), chunkBytes, trailing), TEXT)).toBe(0);
      expect(trailing).toEqual([{ kind, offset: packed.length, sizeBytes: tail.length }]);
    }
  });

  it('CODEC-3 a stream cut anywhere is truncated, never more and never less', async () => {
    const packed = gzipSync(Buffer.concat([TEXT.subarray(0, 400), randomBytes(60)]));
    for (let length = 0; length < packed.length; length++) {
      await expect(gunzip(packed.subarray(0, length)), `cut at ${length}`).rejects.toMatchObject({
        name: 'CodecError',
        code: 'truncated',
        offset: length,
      });
    }
  });

  it('gives what a short stream holds before the cut', async () => {
    const packed = gzipSync(TEXT.subarray(0, 400));
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      const cut = inChunks(packed.subarray(0, packed.length - 12), 1000);
      for await (const piece of platform.gunzip(cut)) pieces.push(piece.slice());
    })();
    await expect(reading).rejects.toMatchObject({ code: 'truncated' });
    const got = Buffer.concat(pieces);
    expect(got.length).toBeGreaterThan(20);
    expect(Buffer.compare(got, TEXT.subarray(0, got.length))).toBe(0);
  });

  it.each([
    ['CRC', 8],
    ['size', 4],
  ])('a wrong %s in the trailer', async (_what, fromEnd) => {
    const packed = gzipSync(TEXT);
    const at = packed.length - fromEnd;
    packed[at] = (packed[at] as number) ^ 1;
    await expect(gunzip(packed)).rejects.toMatchObject({ code: 'checksum', offset: at });
  });

  it('reserved header flags mean nothing, as to Go', async () => {
    const packed = gzipSync(TEXT);
    packed[3] = 0xe0;
    expect(Buffer.compare(await gunzip(packed), TEXT)).toBe(0);
  });

  it('CODEC-3 changed bytes give the content or a CodecError, and end', async () => {
    const content = MIXED.subarray(TEXT.length - 2000, TEXT.length + 800);
    const packed = gzipSync(content);
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(packed);
        changed[at] = (changed[at] as number) ^ change;
        await gunzip(changed).catch((error: unknown) => expect(error).toBeInstanceOf(CodecError));
      }),
      { numRuns: 400 },
    );
  });

  it('a consumer that stops early ends the source too', async () => {
    let isClosed = false;
    async function* source() {
      try {
        for (;;) yield gzipSync(MIXED);
      } finally {
        isClosed = true;
      }
    }
    for await (const piece of platform.gunzip(source())) if (piece.length > 0) break;
    expect(isClosed).toBe(true);
  });

  it('an error of the source passes through', async () => {
    const failure = new Error('the disk is gone');
    async function* source() {
      yield gzipSync(MIXED).subarray(0, 5000);
      throw failure;
    }
    await expect(readAll(platform.gunzip(source()))).rejects.toBe(failure);
  });
});

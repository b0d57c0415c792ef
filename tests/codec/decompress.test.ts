import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrailingBytes } from '../../src/bytes/platform.ts';
import { CodecError } from '../../src/codec/codecError.ts';
import { decompress } from '../../src/codec/decompress.ts';
import { sniffCompression } from '../../src/codec/sniff.ts';
import { webPlatform } from '../../src/platform/web.ts';
import { inChunks, readAll } from './streams.ts';

const SAMPLES = fileURLToPath(new URL('samples/', import.meta.url));
const sample = (name: string) => new Uint8Array(readFileSync(SAMPLES + name));
/** Zlib is the judge of what the samples hold. */
const CONTENT = new Uint8Array(gunzipSync(sample('content.9.gz')));
const HEAD = CONTENT.slice(0, 3000);
const EXTENSIONS = ['gz', 'bz2', 'xz', 'zst'];

const platform = webPlatform();

function decode(bytes: Uint8Array, chunkBytes = 65536, trailing: TrailingBytes[] = []): Promise<Uint8Array> {
  const compression = sniffCompression(bytes);
  return readAll(decompress(compression, inChunks(bytes, chunkBytes), platform, (found) => trailing.push(found)));
}

const samplesOf = (kind: string) => readdirSync(SAMPLES).filter((name) => name.startsWith(`${kind}.`));

describe('CODEC-5 what the programs wrote', () => {
  it.each(samplesOf('content'))('%s', async (name) => {
    expect(Buffer.compare(await decode(sample(name)), CONTENT)).toBe(0);
  });

  it.each(samplesOf('empty'))('%s', async (name) => {
    expect(await decode(sample(name))).toEqual(new Uint8Array(0));
  });

  it.each(samplesOf('content'))('%s in small chunks', async (name) => {
    for (const chunkBytes of [1, 997]) expect(Buffer.compare(await decode(sample(name), chunkBytes), CONTENT)).toBe(0);
  });

  it.each(samplesOf('branches'))('%s, whose filter is undone', async (name) => {
    const plain = await decode(sample('branches.plain.xz'));
    expect(plain).toHaveLength(6000);
    for (const chunkBytes of [1, 997]) expect(Buffer.compare(await decode(sample(name), chunkBytes), plain)).toBe(0);
  });

  it.each([
    ['refused.ia64.xz', /filter IA-64/],
    ['refused.dictionary.zst', /dictionary/],
  ])('%s is refused by name', async (name, message) => {
    await expect(decode(sample(name))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(message),
    });
  });
});

/** A longer one of several blocks, by extension. */
const LONG_SAMPLES: Record<string, string> = {
  gz: 'content.6.gz',
  bz2: 'content.1.bz2',
  xz: 'content.blocks.xz',
  zst: 'content.3.zst',
};

describe.each(EXTENSIONS)('CODEC-3 .%s that is damaged', (extension) => {
  const whole = sample(`head.${extension}`);

  it('cut anywhere: truncated, at the end of what is there', async () => {
    for (let length = 16; length < whole.length; length++) {
      const fault = await decode(whole.subarray(0, length)).catch((error: unknown) => error);
      expect(fault, `cut at ${length}`).toMatchObject({ name: 'CodecError', code: 'truncated', offset: length });
    }
  });

  it('cut: what comes before the cut is given', async () => {
    const packed = sample(LONG_SAMPLES[extension] as string);
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      const cut = packed.subarray(0, Math.floor(packed.length * 0.8));
      for await (const piece of decompress(sniffCompression(packed), inChunks(cut, 5000), platform)) {
        pieces.push(piece.slice());
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'truncated' });
    const got = Buffer.concat(pieces);
    expect(got.length).toBeGreaterThan(CONTENT.length / 4);
    expect(Buffer.compare(got, CONTENT.subarray(0, got.length))).toBe(0);
  });

  it('every single bit flipped: the content or a CodecError', async () => {
    const outcomes = new Map<string, number>();
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const changed = whole.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      if (sniffCompression(changed) === 'none') continue;
      const outcome = await decode(changed).then(
        (content) => (Buffer.compare(content, HEAD) === 0 ? 'same' : 'different'),
        (error: unknown) => (error instanceof CodecError ? error.code : String(error)),
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    const expected = ['same', 'corrupt', 'truncated', 'checksum', 'unsupported', 'limit'];
    expect([...outcomes.keys()].filter((outcome) => !expected.includes(outcome))).toEqual([]);
    expect(outcomes.get('corrupt') ?? 0).toBeGreaterThan(0);
  });

  it('bytes written over at random: a CodecError or an end, soon', async () => {
    const packed = sample(LONG_SAMPLES[extension] as string);
    const change = fc.record({
      at: fc.integer({ min: 4, max: packed.length - 1 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const changed = packed.slice();
        for (const { at, bytes } of changes) changed.set(bytes.subarray(0, packed.length - at), at);
        const compression = sniffCompression(packed);
        await readAll(decompress(compression, inChunks(changed, 9000), platform)).catch((error: unknown) =>
          expect(error).toBeInstanceOf(CodecError),
        );
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['zeros', new Uint8Array(64)],
    ['junk', Uint8Array.from(Buffer.from('no stream of any kind'))],
  ])('%s behind the end are told of', async (kind, tail) => {
    const trailing: TrailingBytes[] = [];
    const content = await decode(Uint8Array.of(...whole, ...tail), 50, trailing);
    expect(Buffer.compare(content, HEAD)).toBe(0);
    // Zeros are what xz itself pads a file with.
    const expected =
      extension === 'xz' && kind === 'zeros' ? [] : [{ kind, offset: whole.length, sizeBytes: tail.length }];
    expect(trailing).toEqual(expected);
  });
});

describe('CODEC-4 sizes that are only claimed', () => {
  it('a zstd window beyond the bound is refused', async () => {
    const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0);
    await expect(decode(frame)).rejects.toMatchObject({ code: 'limit', offset: 0 });
  });

  it('a zstd single segment of exabytes is refused', async () => {
    const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0);
    await expect(decode(frame)).rejects.toMatchObject({ code: 'limit', offset: 0 });
  });

  it('a wrong content size of a zstd frame is found', async () => {
    const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x19, 0, 0, 0x61, 0x62, 0x63);
    await expect(decode(frame)).rejects.toMatchObject({ code: 'checksum' });
  });

  it('an xz index of more records than there are blocks is refused before it is read', async () => {
    const whole = sample('empty.xz');
    const changed = whole.slice();
    changed.set([0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 12);
    await expect(decode(changed)).rejects.toMatchObject({ code: 'corrupt', offset: 12 });
  });
});

it('the samples hold what they held when they were made', () => {
  expect(CONTENT.length).toBeGreaterThan(260_000);
  expect(createHash('sha256').update(CONTENT).digest('hex')).toMatchInlineSnapshot(
    `"ded1acd727b20450758085c1378a164a62004482089c340e32113ec06d50b6a7"`,
  );
});

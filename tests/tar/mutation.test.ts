import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TarError } from '../../src/tar/tarEntry.ts';
import { GNU, bytes, content, extension, header, join, pax, sealed, END } from './blocks.ts';
import { type Scanned, hop, stream } from './scan.ts';

const sparse = {
  'GNU.sparse.major': '1',
  'GNU.sparse.minor': '0',
  'GNU.sparse.name': 's',
  'GNU.sparse.realsize': '2000',
};
const seed = join([
  header({ name: 'd/', typeflag: '5' }),
  header({ name: 'd/f', size: 600 }),
  content('x'.repeat(600)),
  extension('L', 'a long name\0'),
  header({ name: 'short', typeflag: '2', linkName: 'target' }),
  pax({ path: 'p', size: '3', mtime: '1.5', 'SCHILY.xattr.user.a': 'b' }),
  header({ size: 3 }),
  content('abc'),
  pax(sparse),
  header({ size: 516 }),
  content('2\n512\n2\n1024\n2\n'),
  content('abcd'),
  header({
    typeflag: 'S',
    magic: GNU,
    size: 4,
    raw: { 386: bytes('00000001000\x0000000000004\0'), 483: bytes('00000004000\0') },
  }),
  content('abcd'),
  END,
]);

const change = fc.record({
  at: fc.nat(seed.length - 1),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x20, 0x2f, 0x30, 0x37, 0x38, 0x80, 0xff)),
  isSealed: fc.boolean(),
});

function mutated(changes: readonly { at: number; byte: number; isSealed: boolean }[], length: number): Uint8Array {
  const tar = seed.slice();
  for (const { at, byte, isSealed } of changes) {
    tar[at] = byte;
    const start = at - (at % 512);
    if (isSealed) sealed(tar.subarray(start, start + 512));
  }
  return tar.subarray(0, length);
}

/** The entries, or the error's code. Any other error fails the test. */
async function outcome(reading: Promise<Scanned>): Promise<unknown> {
  try {
    const { entries, scan } = await reading;
    return { entries, scan };
  } catch (error) {
    if (error instanceof TarError) return error.code;
    throw error;
  }
}

test('TAR-1 hopping and streaming agree on whatever bytes, and fail with a TarError alone', async () => {
  const lengths = fc.oneof({ weight: 4, arbitrary: fc.constant(seed.length) }, fc.nat(seed.length));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 6 }),
      lengths,
      fc.constantFrom(1, 100, 512, 5000),
      fc.constantFrom({}, { partial: true } as const),
      async (changes, length, chunkBytes, options) => {
        const tar = mutated(changes, length);
        expect(await outcome(stream(tar, chunkBytes, options))).toEqual(await outcome(hop(tar, options)));
      },
    ),
    { numRuns: 1000 },
  );
});

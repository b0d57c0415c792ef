import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeName } from '../../src/bytes/byteName.ts';
import type { TarEntryType } from '../../src/tar/tarEntry.ts';
import { type TarMember, paddingBytes, tarHeader } from '../../src/tar/tarHeader.ts';
import { type TarMemberWithContent, writeTar } from '../../src/tar/writeTar.ts';
import { describeWithFixtures } from '../fixtures.ts';
import { recordedImages } from '../vfs/recordedImages.ts';
import { bytes } from './blocks.ts';
import { hop, stream } from './scan.ts';

async function written(members: readonly TarMemberWithContent[]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(members)) chunks.push(chunk.slice());
  return Uint8Array.from(Buffer.concat(chunks));
}

const base: TarMember = { name: bytes('f'), type: 'file', mode: 0o644, uid: 0, gid: 0, sizeBytes: 0, mtimeSec: 0 };

const nameBytes = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(0x2f, 0x61, 0xc3, 0xa9)), {
    minLength: 1,
    maxLength: 300,
  })
  .map((array) => Uint8Array.from(array));
const types: readonly TarEntryType[] = [
  'file',
  'hardlink',
  'symlink',
  'charDevice',
  'blockDevice',
  'directory',
  'fifo',
];

const anyMember: fc.Arbitrary<TarMemberWithContent> = fc
  .record({
    name: nameBytes,
    type: fc.constantFrom(...types),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 0xffff_ffff }),
    gid: fc.integer({ min: 0, max: 0xffff_ffff }),
    userName: fc.constantFrom(bytes(''), bytes('root'), bytes('u'.repeat(40)), bytes('\xff')),
    mtimeSec: fc.integer({ min: -1e12, max: 1e12 }),
    mtimeNsec: fc.constantFrom(0, 1, 500_000_000, 999_999_999),
    linkName: nameBytes,
    deviceMajor: fc.integer({ min: 0, max: 0o7777777 }),
    deviceMinor: fc.integer({ min: 0, max: 0o7777777 }),
    xattrs: fc.constantFrom(undefined, [{ name: bytes('user.a'), value: Uint8Array.of(0, 10, 255) }]),
    body: fc.uint8Array({ maxLength: 1500 }),
  })
  .map(({ body, ...fields }) => {
    const isFile = fields.type === 'file';
    return { member: { ...fields, sizeBytes: isFile ? body.length : 0 }, content: isFile ? [body] : undefined };
  });

describe('writeTar', () => {
  test('TAR-5 what is written reads back alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyMember, { maxLength: 5 }), async (members) => {
        const { entries, scan, contents } = await stream(await written(members), 1000);
        expect(scan).toMatchObject({ endBlocks: 2, findings: [], entryCount: members.length });
        for (const [i, { member, content }] of members.entries()) {
          const { xattrs, ...fields } = member;
          expect(entries[i]).toMatchObject(fields);
          expect(entries[i]?.xattrs).toEqual(xattrs);
          expect(new Uint8Array(contents[i] ?? [])).toEqual(
            new Uint8Array(Buffer.concat([...((content ?? []) as Uint8Array[])])),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a plain member is one ustar block', () => {
    expect(tarHeader(base)).toHaveLength(512);
  });

  test('a long ASCII path that can be cut at a slash needs no PAX header', () => {
    expect(tarHeader({ ...base, name: bytes(`${'d'.repeat(120)}/${'f'.repeat(90)}`) })).toHaveLength(512);
  });

  test.each([
    ['a long name', { name: bytes('n'.repeat(101)) }],
    ['a name that is not ASCII', { name: bytes('\xc3\xa9') }],
    ['a long link', { type: 'symlink' as const, linkName: bytes('l'.repeat(101)) }],
    ['a large ID', { uid: 0o10000000 }],
    ['a large size', { sizeBytes: 8 ** 11 }],
    ['a time before 1970', { mtimeSec: -1 }],
    ['a fraction of a second', { mtimeNsec: 5 }],
    ['an xattr', { xattrs: [{ name: bytes('user.a'), value: bytes('b') }] }],
  ])('%s takes a PAX header', (_, fields) => {
    expect(tarHeader({ ...base, ...fields }).length).toBeGreaterThan(1024);
  });

  test.each([
    ['less', 3],
    ['more', 1],
  ])('a content of %s than the member says is a TarError', async (_, sizeBytes) => {
    const member = { ...base, sizeBytes };
    await expect(written([{ member, content: [bytes('ab')] }])).rejects.toMatchObject({ code: 'contentLength' });
  });

  test.each([
    ['a NUL in a name', { name: bytes('a\0b') }, 'pax'],
    ['an xattr without name', { xattrs: [{ name: bytes(''), value: bytes('v') }] }, 'pax'],
    ['a size that is none', { sizeBytes: Number.NaN }, 'number'],
  ])('%s is a TarError', (_, fields, code) => {
    expect(() => tarHeader({ ...base, ...fields })).toThrow(expect.objectContaining({ code }));
  });

  test.each([0, 1, 511, 512, 513])('padding after %i bytes ends a block', (sizeBytes) => {
    expect((sizeBytes + paddingBytes(sizeBytes)) % 512).toBe(0);
  });
});

const hasGnuTar = (spawnSync('tar', ['--version']).stdout?.toString() ?? '').includes('GNU tar');

describe.skipIf(!hasGnuTar)('GNU tar as a witness (skipped where there is none)', () => {
  const members: readonly TarMemberWithContent[] = [
    { member: { ...base, name: bytes('dir/'), type: 'directory', mode: 0o1755 } },
    {
      member: { ...base, name: bytes(`dir/${'n'.repeat(150)}`), sizeBytes: 3, mtimeSec: 1_500_000_000 },
      content: [bytes('abc')],
    },
    { member: { ...base, name: bytes('dir/\xc3\xa9'), uid: 3_000_000 } },
    { member: { ...base, name: bytes('link'), type: 'symlink', mode: 0o777, linkName: bytes('t'.repeat(120)) } },
    { member: { ...base, name: bytes('hard'), type: 'hardlink', linkName: bytes('dir/\xc3\xa9') } },
    { member: { ...base, name: bytes('null'), type: 'charDevice', deviceMajor: 1, deviceMinor: 3 } },
    { member: { ...base, name: bytes('pipe'), type: 'fifo' } },
  ];

  test('TAR-5 it lists what we wrote', async () => {
    const arguments_ = ['--numeric-owner', '--utc', '-tvf', '-'];
    const listing = execFileSync('tar', arguments_, {
      input: await written(members),
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    const lines = listing
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '));
    expect(lines).toEqual([
      'drwxr-xr-t 0/0 0 1970-01-01 00:00 dir/',
      `-rw-r--r-- 0/0 3 2017-07-14 02:40 dir/${'n'.repeat(150)}`,
      '-rw-r--r-- 3000000/0 0 1970-01-01 00:00 dir/é',
      `lrwxrwxrwx 0/0 0 1970-01-01 00:00 link -> ${'t'.repeat(120)}`,
      'hrw-r--r-- 0/0 0 1970-01-01 00:00 hard link to dir/é',
      'crw-r--r-- 0/0 1,3 1970-01-01 00:00 null',
      'prw-r--r-- 0/0 0 1970-01-01 00:00 pipe',
    ]);
  });
});

describeWithFixtures('layers that Docker wrote', (dir) => {
  test('SAVE-1 are written again byte for byte', async () => {
    const [image] = await recordedImages(dir, 'generated/busy.docker-save.tar');
    if (!image) throw new Error('no image');
    let compared = 0;
    for (const layer of image.layers) {
      const { entries } = await hop(layer);
      for (const entry of entries) {
        const stored = layer.subarray(entry.headerOffset, entry.contentOffset);
        const { mtimeNsec, ...member } = entry;
        expect(mtimeNsec, decodeName(entry.name)).toBe(0);
        expect(Buffer.from(tarHeader(member)).equals(stored), decodeName(entry.name)).toBe(true);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(400);
  });
});

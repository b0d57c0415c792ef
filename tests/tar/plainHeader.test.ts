import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeName } from '../../src/bytes/byteName.ts';
import { putPlainHeader } from '../../src/tar/plainHeader.ts';
import { tarHeader, type TarMember } from '../../src/tar/tarHeader.ts';

const text = fc.string({ minLength: 1, maxLength: 120, unit: fc.constantFrom('a', 'b/', '.', 'é') }).map(encodeName);
const number = fc.oneof(fc.nat(8 ** 7), fc.nat(8 ** 7 - 1), fc.constantFrom(0, 8 ** 11 - 1, 8 ** 11));
const member: fc.Arbitrary<TarMember> = fc.record(
  {
    name: text,
    type: fc.constantFrom('file', 'hardlink', 'symlink', 'charDevice', 'blockDevice', 'directory', 'fifo'),
    mode: fc.nat(0o7777),
    uid: number,
    gid: number,
    userName: fc.constantFrom(encodeName(''), encodeName('root')),
    sizeBytes: number,
    mtimeSec: number,
    mtimeNsec: fc.constantFrom(0, 0, 5),
    linkName: text,
    deviceMajor: fc.nat(8 ** 7),
    deviceMinor: fc.nat(300),
  },
  { requiredKeys: ['name', 'type', 'mode', 'uid', 'gid', 'sizeBytes', 'mtimeSec'] },
);

describe('plain headers', () => {
  it('are those of tarHeader, and nothing is written where they would not be', () => {
    let plainCount = 0;
    fc.assert(
      fc.property(member, fc.nat(600), (of, at) => {
        const target = new Uint8Array(at + 512 + 8);
        const isPlain = putPlainHeader(target, at, of);
        const written = Buffer.from(target.subarray(at, at + 512));
        if (isPlain) plainCount++;
        expect(written.equals(isPlain ? Buffer.from(tarHeader(of)) : Buffer.alloc(512))).toBe(true);
        expect(target.subarray(0, at).every((byte) => byte === 0)).toBe(true);
        expect(target.subarray(at + 512).every((byte) => byte === 0)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(plainCount).toBeGreaterThan(30);
  });
});

import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/codec/crc32.ts';
import { crc32Bzip2 } from '../../src/codec/crc32Bzip2.ts';
import { Crc64 } from '../../src/codec/crc64.ts';
import { createSoftwareHash } from '../../src/codec/hash.ts';
import { toHex } from '../../src/bytes/hex.ts';
import { Xxh64 } from '../../src/codec/xxh64.ts';

// The "check" values of the catalogue of CRC algorithms: of the digits 1 to 9.
const DIGITS = new TextEncoder().encode('123456789');
const bytesAndSplit = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(300));

describe('check values', () => {
  it('CODEC-3 CRC-32 (gzip)', () => expect(crc32(DIGITS)).toBe(0xcbf43926));
  it('CODEC-3 CRC-32/BZIP2', () => expect(crc32Bzip2(DIGITS, 0, 0, 9)).toBe(0xfc891918));
  it('CODEC-3 CRC-64/XZ', () => {
    const crc = new Crc64();
    crc.update(DIGITS);
    expect(toHex(crc.digest().reverse())).toBe('995dc9bbdf1939fa');
  });

  it.each([
    ['', 0x51d8e999],
    ['a', 0xa98c6e5b],
    ['abc', 0xad770999],
  ])('XXH64 of %j, lower half', (text, low) => {
    const hash = new Xxh64();
    hash.update(new TextEncoder().encode(text));
    expect(hash.low32()).toBe(low);
  });

  it.each(['sha256', 'sha512'] as const)('%s as OpenSSL computes it', (algorithm) => {
    fc.assert(
      fc.property(bytesAndSplit, ([bytes, at]) => {
        const hash = createSoftwareHash(algorithm);
        hash.update(bytes.subarray(0, at));
        hash.update(bytes.subarray(at));
        expect(toHex(hash.digest())).toBe(createHash(algorithm).update(bytes).digest('hex'));
      }),
    );
  });
});

describe('laws', () => {
  it('CODEC-3 CRC-32 is that of zlib, in one go and in two', () => {
    fc.assert(
      fc.property(bytesAndSplit, ([bytes, at]) => {
        const split = Math.min(at, bytes.length);
        expect(crc32(bytes)).toBe(zlibCrc32(bytes));
        expect(crc32(bytes, crc32(bytes, 0, 0, split), split)).toBe(zlibCrc32(bytes));
      }),
    );
  });

  it('CODEC-3 CRC-32/BZIP2 and CRC-64 are those of one bit at a time', () => {
    fc.assert(
      fc.property(bytesAndSplit, ([bytes, at]) => {
        const split = Math.min(at, bytes.length);
        const first = crc32Bzip2(bytes, 0, 0, split);
        expect(crc32Bzip2(bytes, first, split, bytes.length)).toBe(slowBzip2(bytes));
        const crc = new Crc64();
        crc.update(bytes, 0, split);
        crc.update(bytes, split);
        expect(new DataView(crc.digest().buffer).getBigUint64(0, true)).toBe(slowCrc64(bytes));
      }),
    );
  });

  it('CODEC-3 XXH64 does not depend on how the bytes come', () => {
    fc.assert(
      fc.property(bytesAndSplit, ([bytes, at]) => {
        const split = Math.min(at, bytes.length);
        const whole = new Xxh64();
        whole.update(bytes);
        const parts = new Xxh64();
        parts.update(bytes, 0, split);
        parts.update(bytes, split);
        expect(parts.low32()).toBe(whole.low32());
      }),
    );
  });
});

function slowBzip2(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return ~crc >>> 0;
}

function slowCrc64(bytes: Uint8Array): bigint {
  let crc = 0xffffffffffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c5795d7870f42n : crc >> 1n;
  }
  return crc ^ 0xffffffffffffffffn;
}

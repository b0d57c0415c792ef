import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeName, encodeName, printableName } from '../../src/bytes/byteName.ts';

/** Bytes as names are made of, broken UTF-8 included. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc
    .array(
      fc.constantFrom([0x61], [0xc3, 0xa9], [0xe5, 0x9b, 0xbe], [0xf0, 0x9f, 0x90, 0xb3], [0xed, 0xb2, 0x80], [0xff]),
    )
    .map((parts) => Uint8Array.from(parts.flat())),
);

describe('BYTE-1 a name is a sequence of bytes', () => {
  it('law: encodeName undoes decodeName, whatever the bytes', () => {
    fc.assert(fc.property(anyBytes, (bytes) => void expect(encodeName(decodeName(bytes))).toEqual(bytes)));
  });

  it('law: names that differ in a byte differ as strings', () => {
    fc.assert(
      fc.property(
        anyBytes,
        anyBytes,
        (a, b) => void expect(decodeName(a) === decodeName(b)).toBe(Buffer.from(a).equals(b)),
      ),
    );
  });

  it.each([
    [[0x63, 0x61, 0x66, 0xc3, 0xa9], 'café'],
    [[0x63, 0x61, 0x66, 0xe9], 'caf\udce9'],
    [[0xc0, 0x80], '\udcc0\udc80'], // an overlong NUL
    [[0xed, 0xb2, 0x80], '\udced\udcb2\udc80'], // a surrogate in UTF-8
    [[0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
    [[0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'], // beyond U+10FFFF
  ])('%j', (bytes, text) => expect(decodeName(Uint8Array.from(bytes))).toBe(text));

  it('what a person is shown steers no terminal', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(printableName(decodeName(bytes))).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\ud800-\udfff]/u);
      }),
    );
  });
});

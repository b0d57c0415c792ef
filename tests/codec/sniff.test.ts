import { describe, expect, it } from 'vitest';
import { sniffCompression, sniffForeignCompression } from '../../src/codec/sniff.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('CODEC-1 sniffing', () => {
  it.each([
    ['', 'none'],
    ['1f 8b', 'none'],
    ['1f 8b 08 00 00000000 00 03', 'gzip'],
    ['1f 8b 09 00', 'none'],
    ['42 5a 68 39 31 41 59 26 53 59', 'bzip2'],
    ['42 5a 68 31 17 72 45 38 50 90', 'bzip2'],
    ['42 5a 68 39 20 74 65 78 74 20', 'none'],
    ['42 5a 68 30 31 41 59 26 53 59', 'none'],
    ['fd 37 7a 58 5a 00 00 04', 'xz'],
    ['28 b5 2f fd', 'zstd'],
    ['50 2a 4d 18 05 00 00 00', 'zstd'],
    ['5f 2a 4d 18 05 00 00 00', 'zstd'],
    ['60 2a 4d 18', 'none'],
    ['75 73 74 61 72', 'none'],
  ])('%s is %s', (bytes, compression) => {
    expect(sniffCompression(hex(bytes))).toBe(compression);
  });

  it.each([
    ['04 22 4d 18', 'lz4'],
    ['4c 5a 49 50 01', 'lzip'],
    ['1f 9d 90', 'compress'],
    ['89 4c 5a 4f 00 0d 0a 1a 0a', 'lzop'],
    ['50 4b 03 04', 'zip'],
    ['37 7a bc af 27 1c', '7z'],
    ['52 61 72 21 1a 07', 'rar'],
    ['5d 00 00 80 00 ff ff ff ff ff ff ff ff', 'lzma'],
    ['1f 8b 08', undefined],
    ['2e 2f 00', undefined],
  ])('%s is foreign: %s', (bytes, name) => {
    expect(sniffForeignCompression(hex(bytes))).toBe(name);
  });
});

import { describe, expect, it } from 'vitest';
import { guessEncoding } from '../../src/app/panels/content/encoding.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string, endian: 'le' | 'be'): Uint8Array => {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), endian === 'le');
  return bytes;
};

describe('guessEncoding', () => {
  const texts: [string, Uint8Array, string, string][] = [
    ['a byte order mark of UTF-8', hex('efbbbf6869'), 'utf-8', 'bom'],
    ['a byte order mark of UTF-16, little endian', hex('fffe68006900'), 'utf-16le', 'bom'],
    ['a byte order mark of UTF-16, big endian', hex('feff00680069'), 'utf-16be', 'bom'],
    ['ASCII', utf8('root:x:0:0:root:/root:/bin/sh\n'), 'utf-8', 'valid'],
    ['UTF-8 of several scripts', utf8('naïve 中文 かな ру́сский 🙂\n'), 'utf-8', 'valid'],
    ['UTF-8 that is cut within a character', utf8('中文').subarray(0, 5), 'utf-8', 'valid'],
    ['no bytes', new Uint8Array(0), 'utf-8', 'valid'],
    ['UTF-16LE without a mark', utf16('[Unit]\r\nName=x\r\n', 'le'), 'utf-16le', 'guess'],
    ['UTF-16BE without a mark', utf16('[Unit]\r\nName=x\r\n', 'be'), 'utf-16be', 'guess'],
    // "容器镜像由许多层组成,每一层都是一个归档。" through iconv -t GB18030
    [
      'GB18030',
      hex('c8ddc6f7beb5cff1d3c9d0edb6e0b2e3d7e9b3c9a3acc3bfd2bbb2e3b6bccac7d2bbb8f6b9e9b5b5a1a3'),
      'gb18030',
      'guess',
    ],
    // "容器映像由許多層組成,每一層都是一個歸檔。" through iconv -t BIG5
    [
      'Big5',
      hex('ae65beb9ac4db9b3a5d1b35ca668bc68b2d5a6a8a141a843a440bc68b3a3ac4fa440add3c26bc0c9a143'),
      'big5',
      'guess',
    ],
    // "これはテキストです。" through iconv -t SHIFT_JIS and -t EUC-JP
    ['Shift_JIS', hex('82b182ea82cd8365834c8358836782c582b78142'), 'shift_jis', 'guess'],
    ['EUC-JP', hex('a4b3a4eca4cfa5c6a5ada5b9a5c8a4c7a4b9a1a3'), 'euc-jp', 'guess'],
    ['Latin-1', hex('63616fe920fc6265722067726fdf0a'), 'windows-1252', 'guess'],
    // "привет, мир" in windows-1251
    ['windows-1251', hex('eff0e8e2e5f22c20ece8f0'), 'windows-1251', 'guess'],
  ];
  it.each(texts)('%s', (_name, bytes, encoding, reason) => {
    expect(guessEncoding(bytes)).toMatchObject({ encoding, reason, isBinary: false });
  });

  it.each([
    ['an ELF header', hex('7f454c4602010100000000000000000003003e0001000000')],
    ['a gzip stream', hex('1f8b0800000000000003cb48cdc9c95728cf2fca49e1020015dba2580c000000')],
    ['many controls without a zero', Uint8Array.from({ length: 200 }, (_, i) => (i % 5) + 1)],
  ])('%s is no text', (_name, bytes) => {
    expect(guessEncoding(bytes).isBinary).toBe(true);
  });
});

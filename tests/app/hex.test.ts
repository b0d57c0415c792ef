import { describe, expect, it } from 'vitest';
import { decodeCapability, describeXattr } from '../../src/app/panels/content/capability.ts';
import { hexRow, offsetDigits, parseOffset, readNumbers } from '../../src/app/panels/content/hex.ts';
import { sniffImage } from '../../src/app/panels/content/imageType.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('hexRow', () => {
  it('gives offset, cells and ASCII of a short last row', () => {
    expect(hexRow(hex('7f4500ff20'), 0x1230, 8)).toEqual({
      offset: '00001230',
      cells: ['7f', '45', '00', 'ff', '20'],
      ascii: ['·', 'E', '·', '·', ' '],
    });
  });
  it.each([
    [0, 8],
    [2 ** 32, 8],
    [2 ** 32 + 1, 9],
  ])('a file of %i bytes needs %i digits', (size, digits) => expect(offsetDigits(size)).toBe(digits));
});

describe('parseOffset', () => {
  it.each([
    ['0', 0],
    [' 1_000 ', 1000],
    ['0x1F', 31],
    ['1fh', 31],
    ['4096', undefined],
    ['-1', undefined],
    ['zz', undefined],
    ['', undefined],
  ])('%j of 4096 bytes is %j', (text, offset) => expect(parseOffset(text, 4096)).toBe(offset));
});

describe('readNumbers', () => {
  it('reads both byte orders, and no more than there is', () => {
    const names = Object.fromEntries(readNumbers(hex('0000803f')).map((one) => [one.name, [one.little, one.big]]));
    expect(names.f32).toEqual(['1', '4.600603e-41']);
    expect(names.u16).toEqual(['0', '0']);
    expect(names.i32).toEqual(['1065353216', '32831']);
    expect(names.u64).toBeUndefined();
  });
});

describe('decodeCapability', () => {
  it.each([
    // As setcap(8) writes them.
    ['0100000200200000000000000000000000000000', 'cap_net_raw=ep'],
    ['0000000200040000000000000000000000000000', 'cap_net_bind_service=p'],
    ['0100000300200000000000000000000000000000e8030000', 'cap_net_raw=ep [rootid=1000]'],
    ['0000000201000000020000000000000000000000', 'cap_chown=p cap_dac_override=i'],
    ['01000002000000000000000080000000000000 00'.replace(' ', ''), 'cap_bpf=ep'],
    ['0000000200000000000000000000000000000000', '='],
  ])('%s', (bytes, text) => expect(decodeCapability(hex(bytes))).toBe(text));

  it.each([['00'], ['0100000200'], ['010000090020000000000000']])('refuses %s', (bytes) => {
    expect(decodeCapability(hex(bytes))).toBeUndefined();
    expect(describeXattr('security.capability', hex(bytes))).toBe(`0x${bytes}`);
  });

  it('shows text xattrs as text', () => expect(describeXattr('user.mime', utf8('text/plain\0'))).toBe('text/plain'));
});

describe('sniffImage', () => {
  it.each([
    [hex('89504e470d0a1a0a00'), 'x.txt', 'image/png'],
    [hex('ffd8ffe0'), 'x', 'image/jpeg'],
    [utf8('GIF89a'), 'x', 'image/gif'],
    [utf8('RIFF....WEBPVP8 '), 'x', 'image/webp'],
    [utf8('<?xml version="1.0"?>\n<!-- a --><svg xmlns="x">'), 'logo.svg', 'image/svg+xml'],
    [utf8('<svg xmlns="x">'), 'page.html', undefined],
    [utf8('plain'), 'x.png', undefined],
    [new Uint8Array(0), 'x.svg', undefined],
  ])('%#', (head, path, type) => expect(sniffImage(head, path)).toBe(type));
});

import { describe, expect, it } from 'vitest';
import { chainId, chainIds } from '../../src/image/chainId.ts';
import { digestHex, digestOf, digestParts, isDigest, type Digest } from '../../src/image/digest.ts';
import { ImageError } from '../../src/image/imageError.ts';
import { nodePlatform } from '../../src/platform/node.ts';

const HEX = 'a'.repeat(64);
const platform = nodePlatform();

describe('digest', () => {
  it.each([
    [`sha256:${HEX}`, true],
    [`sha512:${'0'.repeat(128)}`, true],
    [`sha256:${HEX.toUpperCase()}`, false],
    [`sha256:${HEX}0`, false],
    [`sha512:${HEX}`, false],
    [`md5:${HEX}`, false],
    ['sha256:', false],
    ['', false],
    ['sha256:../../../../etc/passwd', false],
    [`sha256:${HEX}/..`, false],
    [`sha256:${HEX}\n`, false],
    [HEX, false],
  ])('%j is one: %s', (text, isOne) => {
    expect(isDigest(text)).toBe(isOne);
    expect(digestParts(text) !== undefined).toBe(isOne);
    if (!isOne) expect(() => digestHex(text as Digest)).toThrow(ImageError);
  });

  it('IMG-1 is the sha256 of the bytes', () => {
    expect(digestOf(new TextEncoder().encode('abc'), platform)).toBe(
      'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('IMG-1 chainID', () => {
  const diffIds = ['a', 'b', 'c'].map((letter) => digestOf(new TextEncoder().encode(letter), platform));

  it('of the base is its diffID', () => {
    expect(chainIds(diffIds, platform)[0]).toBe(diffIds[0]);
  });

  it('hashes the one below and the diffID', () => {
    const text = (a: Digest | undefined, b: Digest | undefined) => new TextEncoder().encode(`${a} ${b}`);
    const second = digestOf(text(diffIds[0], diffIds[1]), platform);
    expect(chainIds(diffIds, platform)).toEqual([diffIds[0], second, digestOf(text(second, diffIds[2]), platform)]);
    expect(chainId(diffIds, platform)).toBe(chainIds(diffIds, platform)[2]);
  });

  it('of an empty stack is none', () => {
    expect(chainIds([], platform)).toEqual([]);
    expect(() => chainId([], platform)).toThrow(RangeError);
  });
});

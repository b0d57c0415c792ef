import { describe, expect, it } from 'vitest';
import { specFault } from '../../src/image/specSchema.ts';

const HEX = 'a'.repeat(64);
const descriptor = (changes: object) =>
  JSON.stringify({ mediaType: 'a/b', size: 1, digest: `sha256:${HEX}`, ...changes });
const config = (changes: object) =>
  JSON.stringify({ architecture: 'a', os: 'b', rootfs: { type: 'layers', diff_ids: [] }, ...changes });

describe('documents that the schema of the image-spec accepts, and its types refuse', () => {
  it.each([
    [{}, undefined],
    [{ data: 'aGk=' }, undefined],
    [{ data: 'aG k=' }, '$.data is no base64'],
    [{ data: 'aGk' }, '$.data is no base64'],
    [{ Size: 'x' }, '$.Size does not fit the type int64'],
    [{ PLATFORM: { os: 1 } }, '$.PLATFORM.os does not fit the type string'],
    [{ digest: `sha256:${HEX.toUpperCase()}` }, 'invalid checksum digest format'],
    [{ digest: 'sha256:abc' }, 'invalid checksum digest length'],
    [{ digest: 'other:abc' }, undefined],
  ])('a descriptor with %j', (changes, fault) => {
    expect(specFault('descriptor', descriptor(changes))).toBe(fault);
  });

  it.each([
    [{ config: { Env: ['A=', 'b=c'] } }, undefined],
    [{ config: { Env: ['foo'] } }, 'unexpected env: "foo"'],
    [{ config: { Env: ['=x'] } }, 'unexpected env: "=x"'],
    [{ Created: '2015-02-30T00:00:00Z' }, '$.Created: day out of range'],
    [{ CONFIG: { Labels: { a: 1 } } }, '$.CONFIG.Labels.a does not fit the type string'],
  ])('a config with %j', (changes, fault) => {
    expect(specFault('config', config(changes))).toBe(fault);
  });

  it('a byte order mark before it', () => {
    expect(specFault('config', `\ufeff${config({})}`)).toBe('the document begins with a byte order mark');
  });
});

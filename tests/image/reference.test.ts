import { describe, expect, it } from 'vitest';
import { ImageError } from '../../src/image/imageError.ts';
import { familiarForm, fullForm, isReference, normalForm, parseReference } from '../../src/image/reference.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('reference', () => {
  it.each([
    ['alpine', 'docker.io/library/alpine', 'alpine'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20', 'alpine:3.20'],
    ['user/app:1', 'docker.io/user/app:1', 'user/app:1'],
    ['docker.io/library/alpine:1', 'docker.io/library/alpine:1', 'alpine:1'],
    ['index.docker.io/alpine', 'docker.io/library/alpine', 'alpine'],
    ['localhost/x', 'localhost/x', 'localhost/x'],
    ['localhost:5000/ns/tiny:v1', 'localhost:5000/ns/tiny:v1', 'localhost:5000/ns/tiny:v1'],
    ['example.com/a/b/c', 'example.com/a/b/c', 'example.com/a/b/c'],
    ['Upper/app:1', 'Upper/app:1', 'Upper/app:1'],
    [`a@${DIGEST}`, `docker.io/library/a@${DIGEST}`, `a@${DIGEST}`],
    [`a:1@${DIGEST}`, `docker.io/library/a:1@${DIGEST}`, `a:1@${DIGEST}`],
    ['a__b/c-d.e', 'docker.io/a__b/c-d.e', 'a__b/c-d.e'],
  ])('%s is %s in full and %s for short', (text, full, familiar) => {
    const reference = parseReference(text);
    expect(fullForm(reference)).toBe(full);
    expect(familiarForm(reference)).toBe(familiar);
    expect(parseReference(full)).toEqual(reference);
    expect(parseReference(familiar)).toEqual(reference);
  });

  it.each([
    '',
    'UPPER',
    'user/Case:1',
    'sp ace:1',
    'a:',
    'a:b:c',
    '-a',
    'a//b',
    'a/../b',
    `x:${'t'.repeat(129)}`,
    'a@sha256:12',
    '0'.repeat(64),
    `${'a'.repeat(300)}`,
    'a'.repeat(100_000),
  ])('%s is none', (text) => {
    expect(() => parseReference(text)).toThrow(ImageError);
    expect(isReference(text)).toBe(false);
    expect(normalForm(text)).toBe(text);
  });

  it('IMG-5 has one normal form', () => {
    expect(normalForm('alpine')).toBe(normalForm('docker.io/library/alpine:latest'));
    expect(normalForm('alpine:1')).not.toBe(normalForm('alpine'));
  });
});

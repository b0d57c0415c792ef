import { describe, expect, it } from 'vitest';
import { matchGlob } from '../../src/image/globPattern.ts';
import { ImageError } from '../../src/image/imageError.ts';
import {
  isDomain,
  parseName,
  parseWritten,
  withDigest,
  withTag,
  writtenForm,
} from '../../src/image/referenceGrammar.ts';
import {
  familiarForm,
  fullForm,
  parseAnyReference,
  parseCanonicalReference,
  parseDockerReference,
  parseReference,
} from '../../src/image/reference.ts';
import { familiarMatch } from '../../src/image/referenceMatch.ts';

const HEX = 'ab'.repeat(32);

describe('the grammar of references', () => {
  it.each([
    ['test.com', '', 'test.com', undefined, undefined],
    ['test:5000/a/b:c', 'test:5000', 'a/b', 'c', undefined],
    ['[::1]:80/x', '[::1]:80', 'x', undefined, undefined],
    [`a@sha256:${HEX}`, '', 'a', undefined, `sha256:${HEX}`],
    ['my_host.com/x', '', 'my_host.com/x', undefined, undefined],
  ])('%s', (text, domain, path, tag, digest) => {
    expect(parseWritten(text)).toEqual({ domain, path, tag, digest });
  });

  it.each([
    ['', 'repository name must have at least one component'],
    ['A', 'repository name must be lowercase'],
    ['a:', 'invalid reference format'],
    ['a___b', 'invalid reference format'],
    [`a/${'b'.repeat(256)}`, 'repository name must not be more than 255 characters'],
    [`a@sha256:${'a'.repeat(40)}`, 'invalid checksum digest length'],
    [`a@md5:${HEX}`, 'unsupported digest algorithm'],
    ['a'.repeat(100_000), 'invalid reference format'],
  ])('refuses %.40s', (text, message) => {
    expect(() => parseWritten(text)).toThrow(message);
    expect(() => parseWritten(text)).toThrow(ImageError);
  });

  it('tags and digests are added', () => {
    expect(writtenForm(withDigest(withTag(parseName('a/b'), 't'), `sha256:${HEX}`))).toBe(`a/b:t@sha256:${HEX}`);
    expect(() => withTag(parseName('a'), '-')).toThrow('invalid tag format');
    expect(() => withDigest(parseName('a'), 'sha256:x')).toThrow('invalid digest format');
  });

  it('domains', () => {
    expect(['a.b', 'a:1', '[::1]', 'a_b', '-a', 'a..b'].map(isDomain)).toEqual([true, true, true, false, false, false]);
  });
});

describe('references as docker takes them', () => {
  it('a name that is no domain keeps none', () => {
    const reference = parseReference('my_host.com/x:1');
    expect([fullForm(reference), familiarForm(reference)]).toEqual(['my_host.com/x:1', 'my_host.com/x:1']);
  });

  it('IDs and digests', () => {
    expect(parseAnyReference(HEX)).toEqual({ id: `sha256:${HEX}` });
    expect(parseAnyReference(`sha256:${HEX}`)).toEqual({ id: `sha256:${HEX}` });
    expect(() => parseReference(HEX)).toThrow('cannot specify 64-byte hexadecimal strings');
  });

  it('an engine pulls by digest before tag, and latest for nothing', () => {
    expect(fullForm(parseDockerReference(`a:1@sha256:${HEX}`))).toBe(`docker.io/library/a@sha256:${HEX}`);
    expect(fullForm(parseDockerReference('a'))).toBe('docker.io/library/a:latest');
  });

  it('canonical names only', () => {
    expect(parseCanonicalReference('docker.io/library/a').path).toBe('library/a');
    expect(() => parseCanonicalReference('a')).toThrow('repository name must be canonical');
  });

  it.each([
    ['a', 'a:1', true],
    ['a:*', 'a:1', true],
    ['*/b', 'a/b', true],
    ['*', 'a/b', false],
    ['[a-c]?', 'bx', true],
    ['[^a-c]', 'b', false],
  ])('%s on %s', (pattern, name, matches) => {
    expect(familiarMatch(pattern, parseReference(name))).toBe(matches);
  });

  it.each(['[', '[]', '[a-]', 'a\\'])('refuses the pattern %s', (pattern) => {
    expect(() => matchGlob(pattern, 'x')).toThrow(ImageError);
  });

  it('many stars take no exponential time', () => {
    expect(matchGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(5_000))).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../src/registry/challenge.ts';
import { nextPage } from '../../src/registry/linkHeader.ts';
import { choosePlatform, parseWantedPlatform } from '../../src/registry/platformChoice.ts';
import { RegistryError } from '../../src/registry/registryError.ts';
import { retryAfterMs } from '../../src/registry/retryAfter.ts';
import { isTrustedRealm } from '../../src/registry/tokenHost.ts';
import type { Digest } from '../../src/image/digest.ts';

describe('WWW-Authenticate', () => {
  it.each([
    ['Basic realm="r"', [['basic', { realm: 'r' }]]],
    ['Basic', [['basic', {}]]],
    [
      'Negotiate abc==, Basic realm=r',
      [
        ['negotiate', {}],
        ['basic', { realm: 'r' }],
      ],
    ],
    [
      'Bearer realm="https://a/t",service="s",scope="repository:x/y:pull,push"',
      [['bearer', { realm: 'https://a/t', service: 's', scope: 'repository:x/y:pull,push' }]],
    ],
    [
      'bearer Realm = "a \\"b\\"" , error=invalid, Basic realm="z"',
      [
        ['bearer', { realm: 'a "b"', error: 'invalid' }],
        ['basic', { realm: 'z' }],
      ],
    ],
    ['', []],
    ['"', []],
  ])('%s', (header, expected) => {
    expect(parseChallenges(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)])).toEqual(expected);
  });

  it('ends for any text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => Array.isArray(parseChallenges(text))));
  });
});

describe('Link', () => {
  const base = 'https://r.example/v2/a/tags/list?n=2';
  it.each([
    ['</v2/a/tags/list?n=2&last=b>; rel="next"', 'https://r.example/v2/a/tags/list?n=2&last=b'],
    ['<x>; rel=prev, <y>; rel=next', 'https://r.example/v2/a/tags/y'],
    ['<x>; rel="prev next"', 'https://r.example/v2/a/tags/x'],
    ['<x>; rel="nextish"', undefined],
    ['x; rel="next"', undefined],
    [null, undefined],
  ])('%s', (header, expected) => {
    expect(nextPage(header, base)).toBe(expected);
  });
});

describe('Retry-After', () => {
  it.each([
    ['3', 3000],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 9000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    [null, undefined],
  ])('%s', (header, expected) => {
    expect(retryAfterMs(header, 1000)).toBe(expected);
  });
});

describe('where a login may go', () => {
  it.each([
    ['https://auth.docker.io/token', 'https://registry-1.docker.io', true],
    ['https://ghcr.io/token', 'https://ghcr.io', true],
    ['https://gitlab.com/jwt/auth', 'https://registry.gitlab.com', true],
    ['https://auth.registry.example.com/t', 'https://registry.example.com', true],
    ['https://evil.example/token', 'https://registry.gitlab.com', false],
    ['https://evilgitlab.com/token', 'https://registry.gitlab.com', false],
    ['https://other.io/token', 'https://ghcr.io', false],
    ['http://ghcr.io/token', 'https://ghcr.io', false],
    ['http://127.0.0.1:5001/token', 'http://127.0.0.1:5000', true],
    ['http://10.0.0.1/token', 'http://9.0.0.1', false],
    ['https://named.example/token', 'https://ghcr.io', true],
  ])('%s from %s: %s', (realm, origin, expected) => {
    expect(isTrustedRealm(new URL(realm), origin, new Set(['named.example']))).toBe(expected);
  });
});

describe('the platform of an index', () => {
  const entry = (text: string) => {
    const [os = '', architecture = '', variant] = text.split('/');
    const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
    return { mediaType: 'm', digest: text as Digest, size: 1, platform };
  };
  const all = ['linux/amd64', 'linux/arm/v5', 'linux/arm/v7', 'linux/arm64/v8', 'windows/amd64', 'unknown/unknown'].map(
    entry,
  );
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['amd64', 'linux/amd64'],
    ['x86_64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm/v6', 'linux/arm/v5'],
    ['linux/arm64', 'linux/arm64/v8'],
    ['linux/aarch64', 'linux/arm64/v8'],
    ['windows/amd64', 'windows/amd64'],
    ['linux/arm64/v9', undefined],
    ['linux/s390x', undefined],
  ])('%s: %s', (text, expected) => {
    const wanted = parseWantedPlatform(text);
    expect(wanted && choosePlatform(all, wanted)?.digest).toBe(expected);
  });
  it.each(['', 'a/b/c/d', 'linux/../x y'])('“%s” is none', (text) => {
    expect(parseWantedPlatform(text)).toBeUndefined();
  });
});

describe('RegistryError', () => {
  it('shows no user info, query or fragment', () => {
    const error = new RegistryError('network', 'cut', { url: 'https://u:pw@h.example/p?X-Signature=s#f' });
    expect(error.message).toBe('https://h.example/p: cut');
  });
});

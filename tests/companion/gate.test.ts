import { describe, expect, it } from 'vitest';
import { newToken, TokenTable, tokenHash } from '../../src/companion/server/accessToken.ts';
import { gateRefusal } from '../../src/companion/server/gate.ts';

const rules = {
  hosts: new Set(['127.0.0.1:7878', 'localhost:7878', '[::1]:7878']),
  origins: new Set(['https://lab.example']),
};
const host = '127.0.0.1:7878';
const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

describe('COMP-1 who may speak to the companion', () => {
  it.each([
    ['its own page', { host, origin: 'http://127.0.0.1:7878', 'sec-fetch-site': 'same-origin' }],
    ['its own page by another of its names', { host: 'LOCALHOST:7878', origin: 'http://localhost:7878' }],
    ['a program', { host: '[::1]:7878' }],
    ['somebody who types the address', { host, 'sec-fetch-site': 'none' }],
    ['a page that was allowed', { host, origin: 'https://lab.example', 'sec-fetch-site': 'cross-site' }],
  ])('%s may', (_, headers) => {
    expect(gateRefusal({ method: 'POST', isApi: true, headers }, rules)).toBeUndefined();
  });

  it.each([
    ['no name', {}, 421],
    ['a name that was bent to this machine', { host: 'evil.example:7878' }, 421],
    ['the right name and another port', { host: '127.0.0.1:80' }, 421],
    ['a name that begins like ours', { host: '127.0.0.1:7878.evil.example' }, 421],
    ['another of loopback’s addresses', { host: '127.0.0.2:7878' }, 421],
    ['another origin', { host, origin: 'http://evil.example' }, 403],
    ['another port’s origin', { host, origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' }, 403],
    ['an origin that begins like ours', { host, origin: 'http://127.0.0.1:7878.evil.example' }, 403],
    ['an origin that ends like ours', { host, origin: 'http://evil.example/127.0.0.1:7878' }, 403],
    ['the allowed origin without TLS', { host, origin: 'http://lab.example' }, 403],
    ['nobody’s origin', { host, origin: 'null' }, 403],
    ['an empty origin', { host, origin: '' }, 403],
    ['a file’s origin', { host, origin: 'file://' }, 403],
    ['a picture in another site', { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['a picture in another port’s page', { host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['a link in another site', { host, ...visit }, 403],
  ])('%s may not', (_, headers, status) => {
    expect(gateRefusal({ method: 'GET', isApi: true, headers }, rules)?.status).toBe(status);
  });

  it('a link from elsewhere may lead to the page, but not into a frame or by a form', () => {
    const headers = { host, ...visit };
    expect(gateRefusal({ method: 'GET', isApi: false, headers }, rules)).toBeUndefined();
    const framed = { ...headers, 'sec-fetch-dest': 'iframe' };
    expect(gateRefusal({ method: 'GET', isApi: false, headers: framed }, rules)?.status).toBe(403);
    expect(gateRefusal({ method: 'POST', isApi: true, headers }, rules)?.status).toBe(403);
  });
});

describe('COMP-2 tokens', () => {
  it('have 256 bits and are never the same', () => {
    expect(Buffer.from(newToken(), 'base64url')).toHaveLength(32);
    expect(newToken()).not.toBe(newToken());
  });

  it('name their user, and nothing else does', () => {
    const [ann, bob] = [newToken(), newToken()];
    const table = new TokenTable([
      { name: 'ann', hash: tokenHash(ann) },
      { name: 'bob', hash: tokenHash(bob) },
    ]);
    expect(table.userOf(`Bearer ${ann}`)).toBe('ann');
    expect(table.userOf(`bearer ${bob}`)).toBe('bob');
    const wrong = [undefined, '', 'Bearer', 'Bearer ', ann, `Basic ${ann}`, `Bearer ${ann}x`, `Bearer ${ann} `];
    for (const header of [...wrong, `Bearer ${ann.slice(1)}`, `Bearer ${tokenHash(ann).toString('hex')}`]) {
      expect(table.userOf(header), header).toBeUndefined();
    }
  });
});

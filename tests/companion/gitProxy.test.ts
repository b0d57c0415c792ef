import { describe, expect, it, onTestFinished } from 'vitest';
import { gitProxy, type GitProxyOptions, type GitProxyResponse } from '../../src/companion/gitProxy.ts';
import { guardedNetwork } from '../../src/companion/guardedFetch.ts';
import { HostPolicy } from '../../src/registry/guard/hostPolicy.ts';
import { gather, serve, type Handler, type TestServer } from '../registry/faultyRegistry.ts';

const REFS = 'info/refs?service=git-upload-pack';
const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement';
const PACK_TYPES = { 'content-type': 'application/x-git-upload-pack-request' };

function proxyTo(server: TestServer | undefined, limits: Partial<GitProxyOptions> = {}) {
  const named = server ? [server.host] : [];
  const network = guardedNetwork(new HostPolicy(named));
  onTestFinished(() => network.close());
  const handle = gitProxy({ network, plainHttp: new Set(named), ...limits });
  return (method: string, url: string, headers: Record<string, string> = {}, body = ''): Promise<GitProxyResponse> =>
    handle({ method, url, headers: new Headers(headers), body: once(body) });
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

const refs: Handler = (_, response) => void response.writeHead(200, { 'content-type': ADVERTISEMENT }).end('refs');

describe('what is let through', () => {
  it('the two requests of a clone, without the caller’s cookies and logins', async () => {
    const server = await serve((request, response) => {
      const type = request.method === 'GET' ? ADVERTISEMENT : 'application/x-git-upload-pack-result';
      response.writeHead(200, { 'content-type': type, 'set-cookie': 'a=b' }).end('data');
    });
    const send = proxyTo(server);
    const own = { authorization: 'Bearer token', cookie: 'a=b', 'git-protocol': 'version=2', 'x-evil': '1' };
    const first = await send('GET', `/${server.host}/a/b.git/${REFS}`, own);
    expect(first).toMatchObject({ status: 200, headers: { 'content-type': ADVERTISEMENT } });
    expect(Object.keys(first.headers)).not.toContain('set-cookie');
    expect((await gather(first.body)).toString()).toBe('data');
    const second = await send('POST', `/${server.host}/a/b.git/git-upload-pack`, { ...own, ...PACK_TYPES }, '0000');
    expect(second.status).toBe(200);
    for (const { headers } of server.requests) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
      expect(headers).not.toHaveProperty('x-evil');
      expect(headers['git-protocol']).toBe('version=2');
    }
  });

  it.each([
    ['GET', '/H/a.git/info/refs?service=git-receive-pack', 403],
    ['GET', '/H/a.git/info/refs', 403],
    ['GET', '/H/a.git/info/refs?service=git-upload-pack&x=1', 403],
    ['POST', '/H/a.git/git-receive-pack', 403],
    ['POST', '/H/a.git/git-upload-pack?x', 403],
    ['PUT', '/H/a.git/git-upload-pack', 403],
    ['GET', '/H/a.git/HEAD', 403],
    ['GET', '/H/info/refs?service=git-upload-pack', 400],
    ['GET', '/H/../etc/info/refs?service=git-upload-pack', 400],
    ['GET', '/H/%2e%2e/x/info/refs?service=git-upload-pack', 400],
    ['GET', '/H/a\\..\\b/info/refs?service=git-upload-pack', 400],
    ['GET', '/H//info/refs?service=git-upload-pack', 400],
    ['GET', '/user:pw@H/a/info/refs?service=git-upload-pack', 400],
    ['GET', '//info/refs?service=git-upload-pack', 403],
    ['GET', 'http://H/a/info/refs?service=git-upload-pack', 403],
  ])('%s %s: %i', async (method, url, status) => {
    const server = await serve(refs);
    const response = await proxyTo(server)(method, url.replace('H/', `${server.host}/`), PACK_TYPES);
    expect(response.status).toBe(status);
    expect(server.seen).toEqual([]);
  });

  it('a body of another type, or one that is too long, is not', async () => {
    const server = await serve(refs);
    const url = `/${server.host}/a/git-upload-pack`;
    expect((await proxyTo(server)('POST', url, { 'content-type': 'text/plain' }, 'x')).status).toBe(415);
    expect((await proxyTo(server, { maxRequestBytes: 3 })('POST', url, PACK_TYPES, 'xxxx')).status).toBe(413);
    expect(server.seen).toEqual([]);
  });
});

describe('where it goes', () => {
  it.each([
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:10.0.0.1]',
    '169.254.169.254',
    '10.0.0.1',
  ])('not to %s', async (host) => {
    expect((await proxyTo(undefined)('GET', `/${host}/a/${REFS}`)).status).toBe(403);
  });

  it.each([
    [`http://127.0.0.1:9/a/${REFS}`, 403],
    [`http://[::1]/a/${REFS}`, 403],
    ['/secret', 502],
    [`/a/info/refs?service=git-receive-pack`, 502],
    [`ftp://x/a/${REFS}`, 403],
  ])('not by a redirect to %s', async (location, status) => {
    const server = await serve((_, response) => void response.writeHead(301, { location }).end());
    expect((await proxyTo(server)('GET', `/${server.host}/a/${REFS}`)).status).toBe(status);
    expect(server.seen).toHaveLength(1);
  });

  it('by a redirect to the same request elsewhere, not for ever', async () => {
    const moved = await serve((request, response, body) => {
      if (request.url?.startsWith('/new')) return refs(request, response, body);
      response.writeHead(301, { location: `/new/${REFS}` }).end();
    });
    expect((await proxyTo(moved)('GET', `/${moved.host}/old/${REFS}`)).status).toBe(200);
    const loop = await serve((_, response) => void response.writeHead(301, { location: `/a/${REFS}` }).end());
    expect((await proxyTo(loop)('GET', `/${loop.host}/a/${REFS}`)).status).toBe(502);
    expect(loop.seen.length).toBeLessThan(10);
  });
});

describe('what comes back', () => {
  it.each([
    [200, 'text/html', 502],
    [200, 'application/x-git-upload-pack-result', 502],
    [404, 'text/plain', 404],
    [401, 'text/plain', 401],
    [500, 'text/plain', 502],
  ])('%i %s: %i, without the server’s text', async (status, type, expected) => {
    const server = await serve(
      (_, response) => void response.writeHead(status, { 'content-type': type }).end('internal'),
    );
    const response = await proxyTo(server)('GET', `/${server.host}/a/${REFS}`);
    expect(response.status).toBe(expected);
    expect((await gather(response.body)).toString()).not.toContain('internal');
  });

  it('ends at its bound', async () => {
    const server = await serve(
      (_, response) => void response.writeHead(200, { 'content-type': ADVERTISEMENT }).end('x'.repeat(99)),
    );
    const response = await proxyTo(server, { maxResponseBytes: 50 })('GET', `/${server.host}/a/${REFS}`);
    await expect(gather(response.body)).rejects.toMatchObject({ code: 'limit' });
  });
});

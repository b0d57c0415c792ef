import { describe, expect, it } from 'vitest';
import { ping } from '../../src/registry/ping.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { getManifest, headManifest, putManifest } from '../../src/registry/registryManifest.ts';
import { listReferrers, referrersTag } from '../../src/registry/referrers.ts';
import { listTags } from '../../src/registry/listTags.ts';
import { MediaType } from '../../src/image/mediaTypes.ts';
import { connectTo, faultOf, serve, sha256, type Handler } from './faultyRegistry.ts';

const platform = nodePlatform();
const USER = { kind: 'password', user: 'ann', password: 'opensesame' } as const;
const BASIC = `Basic ${Buffer.from('ann:opensesame').toString('base64')}`;
const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociManifest, config: {}, layers: [] });

/** A registry that wants a token, and the service that gives it to `ann`. */
async function withTokens(faults: { refuseSecond?: boolean } = {}) {
  const given: string[] = [];
  const service = await serve((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const isAnn = request.headers.authorization === BASIC;
    given.push(url.searchParams.getAll('scope').join('+'));
    if (request.headers.authorization !== undefined && !isAnn) return void response.writeHead(401).end();
    response.end(JSON.stringify({ token: `${isAnn ? 'ann' : 'anyone'}-${given.length}` }));
  });
  let goodRequests = 0;
  const registry = await serve((request, response) => {
    const token = request.headers.authorization ?? '';
    const scope = request.method === 'GET' ? 'repository:a/b:pull' : 'repository:a/b:pull,push';
    const isGood = /^Bearer (ann|anyone)-\d+$/.test(token) && (request.method === 'GET' || token.includes('ann'));
    if (!isGood || (goodRequests++ === 1 && faults.refuseSecond)) {
      const challenge = `Bearer realm="${service.origin}/token",service="reg",scope="${scope}"`;
      return void response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    if (request.method === 'PUT') return void response.writeHead(201).end();
    response.writeHead(200, { 'content-type': MediaType.ociManifest }).end(MANIFEST);
  });
  return { service, registry, given };
}

describe('logins', () => {
  it('anonymous: asks the token service without a login, once for several requests', async () => {
    const { registry, service, given } = await withTokens();
    const connection = connectTo(registry, { allowed: [service.host] });
    await Promise.all([1, 2, 3].map(() => getManifest(connection, 'a/b', 'v1', platform)));
    await getManifest(connection, 'a/b', 'v1', platform);
    expect(given).toEqual(['repository:a/b:pull']);
    expect(service.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it('bearer: sends the login to the token service alone', async () => {
    const { registry, service } = await withTokens();
    const connection = connectTo(registry, { allowed: [service.host], credentials: USER });
    const bytes = Buffer.from(MANIFEST);
    await putManifest(connection, 'a/b', 'v1', { digest: sha256(bytes), mediaType: MediaType.ociManifest, bytes });
    expect(service.requests[0]?.headers.authorization).toBe(BASIC);
    expect(registry.requests.some(({ headers }) => headers.authorization?.startsWith('Basic'))).toBe(false);
  });

  it('asks for a new token when the registry no longer takes the old one', async () => {
    const { registry, service, given } = await withTokens({ refuseSecond: true });
    const connection = connectTo(registry, { allowed: [service.host] });
    for (let i = 0; i < 3; i++) await getManifest(connection, 'a/b', 'v1', platform);
    expect(given).toHaveLength(2);
  });

  it('keeps a login from a token service that is another’s', async () => {
    const registry = await serve((_, response) => {
      const header = 'Bearer realm="https://evil.example/token",service="reg"';
      response.writeHead(401, { 'www-authenticate': header }).end();
    });
    const fault = await faultOf(ping(connectTo(registry, { credentials: USER })));
    expect(fault).toMatchObject({ code: 'challenge' });
    expect(fault.message).not.toContain('opensesame');
  });

  it('does not go to a token service in a private network', async () => {
    const { registry } = await withTokens();
    expect(await faultOf(getManifest(connectTo(registry), 'a/b', 'v1', platform))).toMatchObject({ code: 'address' });
  });

  it('basic', async () => {
    const registry = await serve((request, response) => {
      const isAnn = request.headers.authorization === BASIC;
      response.writeHead(isAnn ? 200 : 401, { 'www-authenticate': 'Basic realm="r"' }).end();
    });
    await ping(connectTo(registry, { credentials: USER }));
    expect(registry.seen).toHaveLength(2);
    expect(await faultOf(ping(connectTo(registry)))).toMatchObject({ code: 'unauthorized', status: 401 });
    const wrong = { ...USER, password: 'wrong' };
    expect(await faultOf(ping(connectTo(registry, { credentials: wrong })))).toMatchObject({ code: 'unauthorized' });
  });

  it('shows no secret that a registry sends back', async () => {
    const registry = await serve((request, response) => {
      if (request.headers.authorization === undefined) {
        return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      }
      const message = `no ${request.headers.authorization} and no opensesame`;
      response.writeHead(403).end(JSON.stringify({ errors: [{ code: 'DENIED', message }] }));
    });
    const fault = await faultOf(ping(connectTo(registry, { credentials: USER })));
    expect(fault).toMatchObject({ code: 'denied', status: 403 });
    expect(fault.message).toContain('DENIED');
    expect(fault.message).not.toMatch(/opensesame|YW5u/);
  });

  it.each([
    ['Digest realm="x"', 'challenge'],
    [undefined, 'challenge'],
    ['Bearer service="x"', 'challenge'],
    ['Bearer realm="file:///etc/passwd"', 'challenge'],
  ])('a challenge that is not answered: %s', async (header, code) => {
    const headers = header === undefined ? {} : { 'www-authenticate': header };
    const registry = await serve((_, response) => void response.writeHead(401, headers).end());
    expect(await faultOf(ping(connectTo(registry)))).toMatchObject({ code });
  });
});

describe('redirects', () => {
  it('carry no login to another origin', async () => {
    const store = await serve((_, response) => void response.end(MANIFEST));
    const registry = await serve((request, response) => {
      if (request.headers.authorization !== BASIC) {
        return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      }
      response.writeHead(307, { location: `${store.origin}/signed?X-Secret=1` }).end();
    });
    const connection = connectTo(registry, { allowed: [store.host], credentials: USER });
    await getManifest(connection, 'a/b', 'v1', platform);
    expect(store.requests[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['http://127.0.0.1:9/x', 'address'],
    ['http://2130706433/x', 'address'],
    ['http://[::ffff:127.0.0.1]/x', 'address'],
    ['http://localhost/x', 'address'],
    ['http://169.254.169.254/latest/meta-data', 'address'],
    ['file:///etc/passwd', 'redirect'],
    ['http://', 'redirect'],
    ['/v2/', 'redirect'],
  ])('to %s: %s', async (location, code) => {
    const registry = await serve((_, response) => void response.writeHead(302, { location }).end());
    expect(await faultOf(ping(connectTo(registry)))).toMatchObject({ code });
  });

  it('of a PUT to another host are refused', async () => {
    const other = await serve((_, response) => void response.writeHead(201).end());
    const registry = await serve(
      (_, response) => void response.writeHead(307, { location: `${other.origin}/x` }).end(),
    );
    const bytes = Buffer.from(MANIFEST);
    const manifest = { digest: sha256(bytes), mediaType: MediaType.ociManifest, bytes };
    const fault = await faultOf(putManifest(connectTo(registry, { allowed: [other.host] }), 'a', 'b', manifest));
    expect(fault.code).toBe('redirect');
    expect(other.seen).toEqual([]);
  });
});

describe('repeating', () => {
  it('waits as Retry-After asks', async () => {
    let count = 0;
    const registry = await serve((_, response) => {
      if (++count < 3) return void response.writeHead(429, { 'retry-after': '7' }).end();
      response.end();
    });
    const waits: number[] = [];
    await ping(connectTo(registry, { waits }));
    expect(waits).toEqual([7000, 7000]);
  });

  it('does not wait for an hour', async () => {
    const registry = await serve((_, response) => void response.writeHead(429, { 'retry-after': '3600' }).end());
    expect(await faultOf(ping(connectTo(registry)))).toMatchObject({ code: 'throttled', status: 429 });
    expect(registry.seen).toHaveLength(1);
  });

  it('gives up after some tries', async () => {
    const registry = await serve((_, response) => void response.writeHead(503).end('<html>'));
    const waits: number[] = [];
    expect(await faultOf(ping(connectTo(registry, { waits })))).toMatchObject({ code: 'server', status: 503 });
    expect(registry.seen).toHaveLength(5);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });

  it('ends when nothing comes', async () => {
    const registry = await serve(() => undefined);
    const fault = await faultOf(ping(connectTo(registry, { idleTimeoutMs: 20 })));
    expect(fault).toMatchObject({ code: 'network' });
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const registry = await serve(() => stop.abort(new Error('enough')));
    await expect(ping(connectTo(registry, { signal: stop.signal }))).rejects.toThrow('enough');
  });
});

const manifestServer = (
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Awaited<ReturnType<typeof serve>>> =>
  serve((_, response) => void response.writeHead(200, headers).end(body));

describe('manifests', () => {
  it.each([
    ['not json', {}, 'manifest'],
    ['[]', {}, 'manifest'],
    [JSON.stringify({ schemaVersion: 1, fsLayers: [], history: [] }), {}, 'schema1'],
    [JSON.stringify({ schemaVersion: 2, manifests: [], layers: [], config: {} }), {}, 'manifest'],
    [MANIFEST, { 'docker-content-digest': sha256('other') }, 'digest'],
    [Buffer.alloc(4 * 1024 * 1024 + 1, 0x20), {}, 'limit'],
  ] as const)('%#: refused', async (body, headers, code) => {
    const registry = await manifestServer(body as string, headers);
    expect(await faultOf(getManifest(connectTo(registry), 'a', 'v1', platform))).toMatchObject({ code });
  });

  it('an endless one is not read to its end', async () => {
    const registry = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20)));
      };
      response.on('drain', more);
      more();
    });
    expect(await faultOf(getManifest(connectTo(registry), 'a', 'v1', platform))).toMatchObject({ code: 'limit' });
  });

  it('that are not what was asked for by digest are refused', async () => {
    const registry = await manifestServer(MANIFEST);
    expect(await faultOf(getManifest(connectTo(registry), 'a', sha256('x'), platform))).toMatchObject({
      code: 'digest',
    });
    expect((await getManifest(connectTo(registry), 'a', sha256(MANIFEST), platform)).digest).toBe(sha256(MANIFEST));
  });

  it('HEAD needs the digest', async () => {
    const registry = await manifestServer(MANIFEST);
    expect(await faultOf(headManifest(connectTo(registry), 'a', 'v1'))).toMatchObject({ code: 'protocol' });
    const missing = await serve((_, response) => void response.writeHead(404).end());
    expect(await headManifest(connectTo(missing), 'a', 'v1')).toBeUndefined();
  });
});

describe('tags', () => {
  const pages: Handler = (request, response) => {
    const last = Number(new URL(request.url ?? '', 'http://x').searchParams.get('last') ?? 0);
    const headers = last < 3 ? { link: `</v2/a/tags/list?n=1&last=${last + 1}>; rel="next"` } : {};
    response.writeHead(200, headers).end(JSON.stringify({ name: 'a', tags: [`t${last}`] }));
  };
  const all = async (tags: AsyncIterable<string>): Promise<string[]> => {
    const found: string[] = [];
    for await (const tag of tags) found.push(tag);
    return found;
  };

  it('page after page', async () => {
    expect(await all(listTags(connectTo(await serve(pages)), 'a'))).toEqual(['t0', 't1', 't2', 't3']);
  });

  it.each([
    ['the same page for ever', '/v2/a/tags/list?n=1000', 'limit'],
    ['another host', 'http://other.example/v2/a/tags/list', 'redirect'],
  ])('%s', async (_, link, code) => {
    const registry = await serve((_request, response) => {
      response.writeHead(200, { link: `<${link}>; rel="next"` }).end('{"tags":["x"]}');
    });
    expect(await faultOf(all(listTags(connectTo(registry), 'a')))).toMatchObject({ code });
  });

  it('null for none', async () => {
    expect(await all(listTags(connectTo(await manifestServer('{"tags":null}')), 'a'))).toEqual([]);
  });
});

describe('referrers', () => {
  const subject = sha256('subject');
  const index = JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: 'm', digest: sha256('r'), size: 1 }] });

  it('by the API', async () => {
    const registry = await manifestServer(index, { 'content-type': MediaType.ociIndex });
    expect(await listReferrers(connectTo(registry), 'a', subject, platform)).toMatchObject([{ digest: sha256('r') }]);
    expect(registry.seen).toEqual([`GET /v2/a/referrers/${subject}`]);
  });

  it('by the fallback tag where there is no API', async () => {
    const registry = await serve((request, response) => {
      if (!request.url?.endsWith(`/manifests/${referrersTag(subject)}`)) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': MediaType.ociIndex }).end(index);
    });
    expect(await listReferrers(connectTo(registry), 'a', subject, platform)).toHaveLength(1);
    const none = await serve((_, response) => void response.writeHead(404).end());
    expect(await listReferrers(connectTo(none), 'a', subject, platform)).toEqual([]);
  });
});

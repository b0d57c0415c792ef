import { onTestFinished, describe, expect, it } from 'vitest';
import { guardedNetwork, type AddressLookup } from '../../src/companion/guardedFetch.ts';
import { HostPolicy } from '../../src/registry/guard/hostPolicy.ts';
import { faultOf, serve } from '../registry/faultyRegistry.ts';

const MANUAL: RequestInit = { redirect: 'manual' };

function network(named: readonly string[], lookup?: AddressLookup) {
  const made = guardedNetwork(new HostPolicy(named), lookup);
  onTestFinished(() => made.close());
  return made;
}

describe('the guarded network', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.1/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]/',
    'http://localhost/',
    'http://localhost./',
    'http://１２７.0.0.1/',
    'http://169.254.169.254/latest',
    'https://10.0.0.1/',
    'https://user:secret@example.com/',
  ])('refuses %s without a lookup or a connection', async (url) => {
    let lookups = 0;
    const guarded = network([], async () => {
      lookups++;
      return [];
    });
    expect(await faultOf(guarded.fetch(url, MANUAL))).toMatchObject({ code: 'address' });
    expect(lookups).toBe(0);
  });

  it.each(['127.0.0.1', '10.9.8.7', '169.254.169.254', '::1', 'fd00::1', '::ffff:192.168.0.1'])(
    'refuses a name that leads to %s, also beside a public address',
    async (address) => {
      const bad = { address, family: address.includes(':') ? 6 : 4 };
      const good = { address: '93.184.216.34', family: 4 };
      for (const found of [[bad], [good, bad]]) {
        const guarded = network([], async () => found);
        expect(await faultOf(guarded.fetch('http://rebound.example/', MANUAL))).toMatchObject({ code: 'address' });
      }
    },
  );

  it('connects to what was looked up and judged, with no second lookup', async () => {
    const server = await serve((request, response) => void response.end(request.headers.host));
    const port = server.host.split(':')[1];
    let lookups = 0;
    const guarded = network([`named.example:${port}`], async () => {
      lookups++;
      return [{ address: '127.0.0.1', family: 4 }];
    });
    const response = await guarded.fetch(`http://named.example:${port}/`, MANUAL);
    expect(await response.text()).toBe(`named.example:${port}`);
    expect(lookups).toBe(1);
  });

  it('gives redirects back, and bodies as they were sent', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/r') return void response.writeHead(302, { location: 'http://10.0.0.1/' }).end();
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('not unpacked');
    });
    const guarded = network([server.host]);
    expect((await guarded.fetch(`${server.origin}/r`, MANUAL)).status).toBe(302);
    expect(await (await guarded.fetch(`${server.origin}/`, MANUAL)).text()).toBe('not unpacked');
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('does not follow redirects by itself', async () => {
    await expect(network([]).fetch('https://example.com/', {})).rejects.toThrow(TypeError);
  });
});

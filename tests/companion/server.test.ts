import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CompanionError } from '../../src/companion/companionError.ts';
import { readAppFiles } from '../../src/companion/server/appFiles.ts';
import { tarOf } from '../archive/buildTar.ts';
import {
  ask,
  build,
  buildId,
  eventsOf,
  type Question,
  ScriptedEngine,
  start,
  temporaryFolder,
  tokenOf,
  untilAborted,
  users,
} from './harness.ts';
import { writeFileSync } from 'node:fs';

const CONTEXT = await tarOf([['Dockerfile', 'FROM scratch\n']]);
const TAR = { 'content-type': 'application/x-tar' };

/** `condition` within what any machine manages. */
async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(condition()).toBe(true);
}

const gates: (() => void)[] = [];
afterEach(() => {
  for (const open of gates.splice(0)) open();
});

/** An engine whose builds wait until they are let go, or aborted. */
function waitingEngine(slots = 2): ScriptedEngine {
  return new ScriptedEngine(
    async (_request, emit, signal) => {
      emit({ type: 'step', step: '1', name: 'RUN sleep' });
      await Promise.race([untilAborted(signal), new Promise<void>((resolve) => gates.push(resolve))]);
    },
    'waiting',
    slots,
  );
}

describe('COMP-3 what is refused, with nothing done and the worker alive', () => {
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  it.each([
    ['no token', '/v1/info', { token: false }, 401],
    ['a wrong token', '/v1/info', { token: 'A'.repeat(43) }, 401],
    ['a token in the query', '/v1/info?token=TOKEN', { token: false }, 401],
    ['a cookie', '/v1/info', { token: false, headers: { cookie: 'token=TOKEN' } }, 401],
    ['a foreign host', '/v1/info', { headers: { host: 'evil.example' } }, 421],
    ['a foreign host on a file', '/', { headers: { host: 'evil.example' } }, 421],
    ['a foreign origin', '/v1/info', { headers: { origin: 'http://evil.example' } }, 403],
    ['the origin null', '/v1/info', { headers: { origin: 'null' } }, 403],
    ['a picture', '/v1/info', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' } }, 403],
    [
      'a form of another site',
      '/v1/builds',
      { method: 'POST', headers: { origin: 'http://evil', ...form }, body: 'a=b' },
      403,
    ],
    ['a form', '/v1/builds', { method: 'POST', headers: form, body: 'a=b' }, 415],
    ['a form with a file', '/v1/builds', { method: 'POST', headers: multipart, body: '--x--' }, 415],
    ['plain text', '/v1/builds', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }, 415],
    ['gzip', '/v1/builds', { method: 'POST', headers: { 'content-type': 'application/gzip' }, body: 'x' }, 415],
    ['no body', '/v1/builds', { method: 'POST' }, 415],
    ['no tar', '/v1/builds', { method: 'POST', headers: TAR, body: 'x'.repeat(2000) }, 400],
    ['an empty tar', '/v1/builds', { method: 'POST', headers: TAR, body: '' }, 400],
    ['an unknown option', '/v1/builds?privileged=true', { method: 'POST', headers: TAR, body: CONTEXT }, 400],
    ['a path that leads out', '/v1/builds?dockerfile=../x', { method: 'POST', headers: TAR, body: CONTEXT }, 400],
    ['no such Dockerfile', '/v1/builds?dockerfile=x', { method: 'POST', headers: TAR, body: CONTEXT }, 400],
    [
      'an argument of BuildKit’s',
      '/v1/builds?arg=BUILDKIT_SYNTAX=evil/x',
      { method: 'POST', headers: TAR, body: CONTEXT },
      400,
    ],
    ['a method', '/v1/builds', { method: 'PUT', headers: TAR, body: CONTEXT }, 404],
    ['a build that is not there', '/v1/builds/0123456789abcdef0123456789abcdef/events', {}, 404],
    ['a path out of the page', '/../../etc/passwd', {}, 404],
    ['an encoded path out of the page', '/%2e%2e/%2e%2e/etc/passwd', {}, 404],
    ['a registry on this machine', '/v1/registry/tags?reference=127.0.0.1:5000/a', {}, 403],
    ['a registry by a number', '/v1/registry/image?reference=2130706433:5000/a', {}, 403],
    ['a registry in a private network', '/v1/registry/tags?reference=192.168.1.1:5000/a', {}, 403],
    [
      'a push to this machine',
      '/v1/registry/image?reference=localhost:5000/a',
      { method: 'POST', headers: TAR, body: CONTEXT },
      [403, 400, 502],
    ],
    ['a clone of this machine', '/v1/git/127.0.0.1/a/info/refs?service=git-upload-pack', {}, 403],
    ['a push by git', '/v1/git/github.example/a/info/refs?service=git-receive-pack', {}, 403],
    ['a build of a repository here', '/v1/builds?git=file:///etc', { method: 'POST' }, 400],
    [
      'a container without an engine',
      '/v1/containers',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"image":"a"}' },
      503,
    ],
    [
      'a privileged container',
      '/v1/containers',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"image":"a","privileged":true}' },
      400,
    ],
    [
      'JSON that sets prototypes',
      '/v1/containers',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"__proto__":{"a":1}}' },
      400,
    ],
  ])('%s', async (_, path, question, status) => {
    const engine = new ScriptedEngine();
    const companion = await start({ engines: [engine] });
    const answer = await ask(companion, path.replace('TOKEN', companion.token ?? ''), question as Question);
    expect([status].flat()).toContain(answer.status);
    expect(engine.requests).toEqual([]);
    expect(companion.leftovers()).toEqual([]);
    expect(companion.reports).toEqual([]);
    expect(answer.text).not.toContain(companion.token);
    expect((await ask(companion, '/v1/info')).status).toBe(200);
  });

  it('a context that says it has 10 GB is refused before it is sent', async () => {
    const companion = await start();
    const headers = { ...TAR, 'content-length': String(10e9), expect: '100-continue' };
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(companion.port, '127.0.0.1');
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const token = `authorization: Bearer ${companion.token}\r\n`;
      socket.write(`POST /v1/builds HTTP/1.1\r\nhost: 127.0.0.1:${companion.port}\r\n${token}${lines.join('')}\r\n`);
      let text = '';
      socket.on('data', (piece) => {
        text += piece.toString();
        if (!/HTTP\/1\.1 4\d\d/.test(text)) return;
        socket.destroy();
        resolve(text);
      });
    });
    expect(answer).toContain('413');
    await eventually(() => companion.leftovers().length === 0);
  });

  it('a context in pieces is refused when it grows too large, and the answer arrives', async () => {
    const companion = await start({ limits: { contextBytes: 100_000 } });
    for (const sizeBytes of [200_000, 20_000_000]) {
      const response = await fetch(`${companion.origin}/v1/builds`, {
        method: 'POST',
        headers: { ...TAR, authorization: `Bearer ${companion.token}` },
        body: new Blob([new Uint8Array(sizeBytes)]).stream(),
        duplex: 'half',
      } as RequestInit);
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ error: { code: 'limit' } });
    }
    await eventually(() => companion.leftovers().length === 0);
    expect((await ask(companion, '/v1/info')).status).toBe(200);
  });

  it('an upload that stands still, or is cut off, leaves nothing', async () => {
    const companion = await start({ limits: { uploadIdleMs: 100 } });
    for (const isCut of [false, true]) {
      const socket = connect(companion.port, '127.0.0.1');
      socket.on('error', () => undefined);
      const head = `POST /v1/builds HTTP/1.1\r\nhost: 127.0.0.1:${companion.port}\r\n`;
      socket.write(`${head}authorization: Bearer ${companion.token}\r\ncontent-type: application/x-tar\r\n`);
      socket.write('content-length: 5000\r\n\r\nbeginning');
      await eventually(() => companion.leftovers().length === 1);
      if (isCut) socket.destroy();
      await eventually(() => companion.leftovers().length === 0);
      socket.destroy();
    }
  });

  it('what nobody foresaw is told to the log and not to the page', async () => {
    const engine = new ScriptedEngine(async () => {
      throw new Error('secret path /root/x');
    });
    const companion = await start({ engines: [engine] });
    const last = (await build(companion, CONTEXT)).at(-1);
    expect(last).toMatchObject({ type: 'error', code: 'engine' });
    expect(JSON.stringify(last)).not.toContain('secret');
    expect(companion.reports.map(String)).toEqual(['Error: secret path /root/x']);
  });
});

describe('COMP-4 pages of other origins', () => {
  it('an allowed one may ask, and hears that it may', async () => {
    const companion = await start({ origins: ['https://lab.example'] });
    const origin = 'https://lab.example';
    const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-private-network': 'true' };
    const preflight = await ask(companion, '/v1/builds', { method: 'OPTIONS', headers: asked, token: false });
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': origin } });
    expect(preflight.headers['access-control-allow-private-network']).toBe('true');
    expect(preflight.headers['access-control-allow-headers']).toContain('authorization');
    const info = await ask(companion, '/v1/info', { headers: { origin } });
    expect(info).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin, vary: 'origin' } });
    const other = await ask(companion, '/v1/builds', {
      method: 'OPTIONS',
      headers: { ...asked, origin: 'https://x.example' },
    });
    expect(other.status).toBe(403);
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('a preflight needs no token and gives nothing away', async () => {
    const companion = await start();
    const headers = { origin: companion.origin, 'access-control-request-method': 'DELETE' };
    const answer = await ask(companion, '/v1/info', { method: 'OPTIONS', headers, token: false });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect((await ask(companion, '/v1/info', { method: 'OPTIONS', token: false })).status).toBe(401);
  });
});

describe('COMP-7 the page', () => {
  it('is served from what was read at the start, and nothing else', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'index.html'), '<p>page</p>');
    const companion = await start({ app: await readAppFiles(folder) });
    writeFileSync(join(folder, 'later.js'), 'x');
    const page = await ask(companion, '/', { token: false });
    expect(page).toMatchObject({ status: 200, text: '<p>page</p>' });
    expect(page.headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
    expect((await ask(companion, '/later.js', { token: false })).status).toBe(404);
    expect((await ask(companion, '/index.html?x=1', { token: false })).status).toBe(200);
  });
});

describe('COMP-8 a build', () => {
  it('is told as numbered events, and its image is there until it is forgotten', async () => {
    const engine = new ScriptedEngine(async (request, emit) => {
      expect(readFileSync(join(request.contextFolder, 'Dockerfile'), 'utf8')).toBe('FROM scratch\n');
      emit({ type: 'step', step: '1', name: 'RUN echo' });
      emit({ type: 'log', step: '1', stream: 'stdout', text: '\u001b[31m<b>red</b>\n' });
      emit({ type: 'step-done', step: '1', cached: false, durationMs: 3 });
    });
    const companion = await start({ engines: [engine] });
    const events = await build(companion, CONTEXT, '?tag=app:1&arg=A=x,y&target=final');
    expect(events.map(({ seq }) => seq)).toEqual([...events.keys()]);
    expect(events.map(({ type }) => type)).toEqual(['queued', 'started', 'step', 'log', 'step-done', 'done']);
    expect(events[3]).toMatchObject({ text: '\u001b[31m<b>red</b>\n' });
    expect(engine.requests[0]).toMatchObject({ tag: 'app:1', buildArgs: [['A', 'x,y']], target: 'final', user: 'you' });
    const id = buildId(events);
    const again = await ask(companion, `/v1/builds/${id}/events?from=4`);
    expect(eventsOf(again.text)).toEqual(events.slice(4));
    const image = await ask(companion, `/v1/builds/${id}/image`);
    expect(image).toMatchObject({ status: 200, text: id, headers: { 'content-length': String(id.length) } });
    await eventually(
      () => !existsSync(join(companion.state, companion.folders.worker, companion.leftovers()[0] ?? '', 'context')),
    );
    expect((await ask(companion, `/v1/builds/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(companion, `/v1/builds/${id}/image`)).status).toBe(404);
    expect(companion.leftovers()).toEqual([]);
  });

  it('is one user’s own', async () => {
    const companion = await start({ users: users(2) });
    const id = buildId(await build(companion, CONTEXT, '', tokenOf(0)));
    for (const path of [`/v1/builds/${id}`, `/v1/builds/${id}/events`, `/v1/builds/${id}/image`]) {
      expect((await ask(companion, path, { token: tokenOf(1) })).status).toBe(404);
      expect((await ask(companion, path, { token: tokenOf(0) })).status).toBe(200);
    }
    expect((await ask(companion, `/v1/builds/${id}`, { method: 'DELETE', token: tokenOf(1) })).status).toBe(404);
    expect((await ask(companion, '/v1/builds', { token: tokenOf(1) })).text).toBe('[]');
  });

  it('ends when it is deleted, waiting or running', async () => {
    const engine = waitingEngine(1);
    const companion = await start({ engines: [engine] });
    const [running, waiting] = [build(companion, CONTEXT), build(companion, CONTEXT)];
    await eventually(() => engine.running === 1 && companion.leftovers().length === 2);
    const list = JSON.parse((await ask(companion, '/v1/builds')).text) as { build: string; state: string }[];
    expect(list.map(({ state }) => state).sort()).toEqual(['queued', 'running']);
    // The waiting one first: the other's end is its turn.
    list.sort((a, b) => a.state.localeCompare(b.state));
    for (const { build: id } of list) {
      expect((await ask(companion, `/v1/builds/${id}`, { method: 'DELETE' })).status).toBe(204);
    }
    for (const events of await Promise.all([running, waiting])) {
      expect(events.at(-1)).toMatchObject({ type: 'error', code: 'cancelled' });
    }
    expect(engine.requests).toHaveLength(1);
    expect(engine.running).toBe(0);
    expect(companion.leftovers()).toEqual([]);
  });

  it('ends when nobody listens any more, and not while somebody does', async () => {
    const engine = waitingEngine();
    const companion = await start({ engines: [engine], limits: { abandonedMs: 150 } });
    const open = (path: string, method: string) => {
      const controller = new AbortController();
      const body = method === 'POST' ? CONTEXT : undefined;
      const headers = { ...TAR, authorization: `Bearer ${companion.token}` };
      const init = { method, headers, signal: controller.signal, ...(body ? { body: body as BodyInit } : {}) };
      return { controller, response: fetch(`${companion.origin}${path}`, init) };
    };
    const first = open('/v1/builds', 'POST');
    const location = (await first.response).headers.get('location') ?? '';
    const second = open(`${location}/events?from=0`, 'GET');
    await second.response;
    first.controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(engine.running).toBe(1);
    second.controller.abort();
    await eventually(() => engine.running === 0 && companion.leftovers().length === 0);
  });

  it('that takes too long, or has too many steps, is ended', async () => {
    const slow = await start({ engines: [waitingEngine()], limits: { buildMs: 50 } });
    expect((await build(slow, CONTEXT)).at(-1)).toMatchObject({ type: 'error', code: 'timeout' });
    const many = new ScriptedEngine(async (_, emit) => {
      for (let i = 0; i < 100; i++) emit({ type: 'step', step: String(i), name: 'x' });
    });
    const busy = await start({ engines: [many], limits: { steps: 50 } });
    expect((await build(busy, CONTEXT)).at(-1)).toMatchObject({ type: 'error', code: 'limit' });
  });

  it('that floods its log is cut short once, and goes on', async () => {
    const engine = new ScriptedEngine(async (_, emit) => {
      emit({ type: 'step', step: '1', name: 'yes' });
      for (let i = 0; i < 1000; i++) emit({ type: 'log', step: '1', stream: 'stdout', text: 'y\n'.repeat(100) });
      emit({ type: 'step-done', step: '1', cached: false, durationMs: 1 });
    });
    const companion = await start({ engines: [engine], limits: { logBytes: 10_000 } });
    const events = await build(companion, CONTEXT);
    const kept = events.flatMap((event) => (event.type === 'log' ? [event.text] : [])).join('');
    expect(kept.length).toBeLessThanOrEqual(10_000);
    expect(events.filter(({ type }) => type === 'log-truncated')).toHaveLength(1);
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['step-done', 'done']);
  });

  it('is not kept for ever: the oldest results go first', async () => {
    const companion = await start({ limits: { keptPerUser: 2 } });
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push(buildId(await build(companion, CONTEXT)));
    await eventually(() => companion.leftovers().length === 2);
    expect((await ask(companion, `/v1/builds/${ids[0]}/image`)).status).toBe(404);
    expect((await ask(companion, `/v1/builds/${ids[3]}/image`)).status).toBe(200);
  });

  it('waits in a queue that has an end', async () => {
    const companion = await start({ engines: [waitingEngine(1)], limits: { queuedPerUser: 2 } });
    const begin = () => build(companion, CONTEXT).catch(() => []);
    const builds = [begin()];
    await eventually(() => gates.length === 1);
    for (let i = 0; i < 2; i++) {
      builds.push(begin());
      await eventually(() => companion.leftovers().length === i + 2);
    }
    const refused = await ask(companion, '/v1/builds', { method: 'POST', headers: TAR, body: CONTEXT });
    expect(refused.status).toBe(429);
    expect(companion.leftovers()).toHaveLength(3);
    await companion.close();
    for (const events of await Promise.all(builds)) {
      expect(events.at(-1)).toMatchObject({ type: 'error', code: 'cancelled' });
    }
    expect(existsSync(join(companion.state, companion.folders.worker))).toBe(false);
  });

  it('is not begun without an engine that may be used', async () => {
    const none = await start({ engines: [] });
    expect((await ask(none, '/v1/builds', { method: 'POST', headers: TAR, body: CONTEXT })).status).toBe(503);
    expect(JSON.parse((await ask(none, '/v1/info')).text).advice).toMatch(/buildkitd/);
    const old = new ScriptedEngine();
    old.told = { ...old.told, unfitForSeveral: 'too old' };
    const several = await start({ engines: [old], users: users(2) });
    const answer = await ask(several, '/v1/builds', { method: 'POST', headers: TAR, body: CONTEXT, token: tokenOf(0) });
    expect(answer).toMatchObject({ status: 503 });
    expect(answer.text).toContain('too old');
    expect(buildId(await build(await start({ engines: [old] }), CONTEXT))).toMatch(/^[0-9a-f]{32}$/);
  });

  it('ends with what the engine said', async () => {
    const engine = new ScriptedEngine(async () => {
      throw new CompanionError('failed', 'exit code: 3');
    });
    const companion = await start({ engines: [engine] });
    expect((await build(companion, CONTEXT)).at(-1)).toMatchObject({
      type: 'error',
      code: 'failed',
      message: 'exit code: 3',
    });
    await eventually(() => companion.leftovers().length === 0);
  });
});

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/openArchive.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import type { BuildEvent } from '../../src/companion/protocol.ts';
import { tarOf, type Member } from '../archive/buildTar.ts';
import {
  ask,
  build,
  buildId,
  NO_NETWORK,
  start,
  temporaryFolder,
  tokenOf,
  users,
  work,
  type TestCompanion,
} from './harness.ts';
import { probeBuildkit, shellContext, startBuildkit, type RealBuildkit } from './realBuildkit.ts';

const obstacle = await probeBuildkit();
if (obstacle !== undefined) console.warn(`tests against BuildKit are skipped: ${obstacle}`);

function logOf(events: readonly BuildEvent[]): string {
  return events.flatMap((event) => (event.type === 'log' ? [event.text] : [])).join('');
}

async function imageBytes(companion: TestCompanion, id: string): Promise<Uint8Array> {
  const headers = { authorization: `Bearer ${companion.token ?? ''}` };
  const response = await fetch(`${companion.origin}/v1/builds/${id}/image`, { headers });
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(condition()).toBe(true);
}

describe.skipIf(obstacle !== undefined)('COMP-11 BuildKit', () => {
  let daemon: RealBuildkit;
  beforeAll(async () => {
    daemon = await startBuildkit();
  });
  afterAll(() => daemon.stop());

  function own(more: Parameters<typeof start>[0] = {}): Promise<TestCompanion> {
    return start({ engines: [daemon.engine()], ...more });
  }

  it('builds steps, tells them, and gives an image that opens', async () => {
    const companion = await own();
    const context = await shellContext(['RUN echo out; echo err >&2; id > /who', 'CMD ["cat", "/who"]']);
    const events = await build(companion, context, '?tag=registry.example/app:1');
    expect(events.at(-1)).toMatchObject({ type: 'done', result: { format: 'oci-layout' } });
    const names = events.flatMap((event) => (event.type === 'step' ? [event.name] : []));
    expect(names).toEqual(expect.arrayContaining([expect.stringContaining('RUN echo out')]));
    expect(logOf(events).split('\n').sort()).toEqual(['', 'err', 'out']);
    const bytes = await imageBytes(companion, buildId(events));
    const archive = await openArchive({ fileName: 'x.tar', source: new MemorySource(bytes) }, work);
    expect(archive.images).toHaveLength(1);
    expect(archive.images[0]?.layers).toHaveLength(2);
    expect(archive.images[0]?.tags).toEqual(['registry.example/app:1']);
    const again = await build(companion, context);
    const cached = again.flatMap((event) => (event.type === 'step-done' && event.cached ? [event.step] : []));
    expect(cached.length).toBeGreaterThanOrEqual(2);
    const info = JSON.parse((await ask(companion, '/v1/info')).text);
    expect(info.engines[0]).toMatchObject({ kind: 'buildkit', state: 'ready' });
    expect(info.engines[0].platforms[0]).toMatch(/^linux\//);
  });

  it('says which step failed, and why', async () => {
    const companion = await own();
    const events = await build(companion, await shellContext(['RUN echo before; exit 3', 'RUN echo never']));
    const failed = events.find((event) => event.type === 'step-done' && event.error !== undefined);
    expect(failed).toMatchObject({ error: expect.stringContaining('exit code: 3') });
    const step = events.find(
      (event) => event.type === 'step' && failed?.type === 'step-done' && event.step === failed.step,
    );
    expect(step).toMatchObject({ name: expect.stringContaining('echo before') });
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      code: 'failed',
      message: expect.stringContaining('exit code: 3'),
    });
    expect(logOf(events)).toBe('before\n');
    const broken = await build(companion, await tarOf([['Dockerfile', 'FRM scratch\n']]));
    expect(broken.at(-1)).toMatchObject({ type: 'error', code: 'failed', message: expect.stringContaining('FRM') });
  });

  it('builds FROM an image that comes with the context', async () => {
    const companion = await own();
    const id = buildId(await build(companion, await shellContext(['RUN echo from-base > /base'])));
    const base = await openArchive(
      { fileName: 'x.tar', source: new MemorySource(await imageBytes(companion, id)) },
      work,
    );
    const files: [string, Member][] = [];
    for (const { path, source } of base.members ?? [])
      files.push([`.base/${path}`, await source.read(0, source.sizeBytes)]);
    expect(files.length).toBeGreaterThan(3);
    for (const reference of ['alpine', 'alpine:latest', 'registry.example:5000/team/base:2']) {
      const dockerfile = `FROM ${reference}\nRUN cat /base; ls /.base || echo no-base-folder\n`;
      const context = await tarOf([['Dockerfile', dockerfile], ...files]);
      const events = await build(companion, context, `?base=${reference}=.base&no-cache=true`);
      expect(events.at(-1)).toMatchObject({ type: 'done' });
      expect(logOf(events)).toContain('from-base');
    }
  });

  it('reaches nothing: no RUN, no FROM, no ADD, no frontend, however it is written', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.end('secret');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const companion = await own();
    const registry = `127.0.0.1:${port}`;
    const disguises = [
      `FROM scratch\nADD http://127.0.0.1:${port}/a /a`,
      `FROM scratch\nADD \\\nhttp://localhost:${port}/b /b`,
      `FROM scratch\nARG U=http://127.0.0.1:${port}/c\nADD $U /c`,
      `FROM scratch\nADD http://2130706433:${port}/d /d`,
      `FROM scratch\nADD http://[::ffff:127.0.0.1]:${port}/e /e`,
      `FROM scratch\nADD http://0x7f.1:${port}/e2 /e`,
      `FROM scratch\nADD https://127.0.0.1:${port}/f /f`,
      `FROM scratch\nADD git://127.0.0.1:${port}/g.git /g`,
      `FROM scratch\nADD http://127.0.0.1:${port}/h.git#main /h`,
      `FROM ${registry}/i:1\nRUN x`,
      `ARG B=${registry}/j\nFROM $B`,
      `FROM scratch\nCOPY --from=${registry}/k:1 / /k`,
      `FROM scratch\nRUN --mount=type=bind,from=${registry}/l,target=/m x`,
    ];
    for (const dockerfile of disguises) {
      const events = await build(companion, await tarOf([['Dockerfile', `${dockerfile}\n`]]));
      expect(events.at(-1), dockerfile).toMatchObject({ type: 'error', code: 'refused' });
    }
    const syntax = await tarOf([
      ['Dockerfile', `# syntax=${registry}/frontend:1\nFROM scratch\nCOPY f /f\n`],
      ['f', 'x'],
    ]);
    expect((await build(companion, syntax)).at(-1)?.type).toBe('done');
    for (const flag of ['', '--network=default ']) {
      const events = await build(companion, await shellContext([`RUN ${flag}cat /proc/net/dev; cat /proc/net/route`]));
      expect(events.at(-1)?.type).toBe('done');
      expect(logOf(events)).not.toMatch(/eth|ens|wlan|docker/);
    }
    for (const flag of ['--network=host', '--security=insecure']) {
      const events = await build(companion, await shellContext([`RUN ${flag} id`]));
      expect(events.at(-1), flag).toMatchObject({ type: 'error', code: 'refused' });
    }
    expect(seen).toEqual([]);
    server.close();
  });

  it('options stay in their places, whatever is in them', async () => {
    const companion = await own();
    const value = 'x,force-network-mode=host --allow=network.host\n--opt';
    const query = `?arg=${encodeURIComponent(`A=${value}`)}`;
    const events = await build(companion, await shellContext(['ARG A', 'RUN echo "<$A>"; cat /proc/net/dev']), query);
    expect(logOf(events)).toContain(`<${value}>`);
    expect(logOf(events)).not.toMatch(/eth|ens/);
  });

  it('a link in the context leads nowhere on the host', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'secret'), 'host-secret');
    const companion = await own();
    const links: [string, Member][] = [
      ['out', { symlink: folder }],
      ['up', { symlink: `../../../../../../..${folder}` }],
    ];
    for (const name of ['out', 'up']) {
      const events = await build(companion, await shellContext([`COPY ${name}/secret /s`, 'RUN cat /s'], links));
      expect(logOf(events)).not.toContain('host-secret');
      expect(events.at(-1)).toMatchObject({ type: 'error', code: 'failed' });
    }
  });

  it('a RUN that ignores TERM is gone with its build', async () => {
    const companion = await own();
    const running = build(companion, await shellContext(["RUN trap '' TERM INT HUP; while true; do sleep 0.1; done"]));
    await eventually(() => daemon.runs().length > 0);
    const [first] = JSON.parse((await ask(companion, '/v1/builds')).text) as { build: string }[];
    const begun = Date.now();
    expect((await ask(companion, `/v1/builds/${first?.build}`, { method: 'DELETE' })).status).toBe(204);
    expect((await running).at(-1)).toMatchObject({ type: 'error', code: 'cancelled' });
    await eventually(() => daemon.runs().length === 0);
    console.log(`a RUN that ignores TERM was gone ${Date.now() - begun} ms after its cancelling`);
    expect(companion.leftovers()).toEqual([]);
  });

  it('a client that goes away in the middle frees everything', async () => {
    const companion = await own({ limits: { abandonedMs: 100 } });
    const controller = new AbortController();
    const response = await fetch(`${companion.origin}/v1/builds`, {
      method: 'POST',
      headers: { authorization: `Bearer ${companion.token ?? ''}`, 'content-type': 'application/x-tar' },
      body: (await shellContext(['RUN while true; do sleep 0.2; done'])) as BodyInit,
      signal: controller.signal,
    });
    expect(response.status).toBe(201);
    await eventually(() => daemon.runs().length > 0);
    controller.abort();
    await eventually(() => daemon.runs().length === 0 && companion.leftovers().length === 0);
  });

  it('a flood of log ends in one mark, and a result that is too large in an error', async () => {
    const chatty = await own({ limits: { logBytes: 10_000 } });
    const events = await build(
      chatty,
      await shellContext(['RUN i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done']),
    );
    expect(events.at(-1)?.type).toBe('done');
    expect(logOf(events).length).toBeLessThanOrEqual(10_000);
    expect(events.filter(({ type }) => type === 'log-truncated')).toHaveLength(1);
    const small = await own({ rules: { ...NO_NETWORK, resultBytes: 1_000_000 } });
    const large = await build(small, await shellContext(['RUN head -c 30000000 /dev/urandom > /big']));
    expect(large.at(-1)).toMatchObject({ type: 'error', code: 'limit' });
  });

  it('cache mounts of one user are not those of another', async () => {
    const companion = await own({ users: users(2) });
    const secret = await shellContext(['RUN --mount=type=cache,target=/c,id=shared echo of-user-0 > /c/f; ls /c']);
    expect((await build(companion, secret, '', tokenOf(0))).at(-1)?.type).toBe('done');
    const look = (n: number) =>
      shellContext([`RUN --mount=type=cache,target=/c,id=shared echo ${n}; cat /c/f || echo nothing`]);
    expect(logOf(await build(companion, await look(1), '', tokenOf(1)))).toContain('nothing');
    expect(logOf(await build(companion, await look(2), '', tokenOf(0)))).toContain('of-user-0');
  });

  it('neither token nor environment of the worker is in a RUN or an image, and no secret can be asked for', async () => {
    process.env.PALIMPSEST_TEST_SECRET = 'worker-environment';
    onTestFinished(() => void delete process.env.PALIMPSEST_TEST_SECRET);
    const companion = await own();
    const events = await build(companion, await shellContext(['RUN env; cat /proc/self/mountinfo']));
    const bytes = Buffer.from(await imageBytes(companion, buildId(events))).toString('latin1');
    for (const text of [logOf(events), JSON.stringify(events), bytes]) {
      expect(text).not.toContain('worker-environment');
      expect(text).not.toContain(companion.token);
    }
    for (const mount of ['type=secret,id=s,required', 'type=ssh,required']) {
      const asked = await build(companion, await shellContext([`RUN --mount=${mount} id`]));
      expect(asked.at(-1), mount).toMatchObject({ type: 'error', code: 'failed' });
    }
  });

  it('the same bytes come again with SOURCE_DATE_EPOCH', async () => {
    const companion = await own();
    const context = await shellContext(['RUN mkdir /d && echo x > /d/f']);
    const manifests: string[] = [];
    for (let i = 0; i < 2; i++) {
      const id = buildId(await build(companion, context, '?source-date-epoch=1000000000&no-cache=true'));
      const archive = await openArchive(
        { fileName: 'x.tar', source: new MemorySource(await imageBytes(companion, id)) },
        work,
      );
      manifests.push(String(archive.images[0]?.manifest?.digest));
    }
    expect(manifests[0]).toMatch(/^sha256:/);
    expect(manifests[1]).toBe(manifests[0]);
  });
});

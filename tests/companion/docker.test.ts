import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/openArchive.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { DockerClient, parseDockerAddress } from '../../src/companion/engines/dockerApi/dockerClient.ts';
import type { BuildEvent, ContainerEvent } from '../../src/companion/protocol.ts';
import { tarOf } from '../archive/buildTar.ts';
import { ask, build, buildId, NO_NETWORK, start, users, tokenOf, work, type TestCompanion } from './harness.ts';
import { shellContext } from './realBuildkit.ts';
import { probeDocker, startDocker, type DockerKind, type RealDocker } from './realDocker.ts';

const MAY_FETCH = { ...NO_NETWORK, fetch: true };

function logOf(events: readonly BuildEvent[]): string {
  return events.flatMap((event) => (event.type === 'log' ? [event.text] : [])).join('');
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  expect.unreachable('it did not come to pass');
}

for (const kind of ['docker', 'podman'] as const satisfies readonly DockerKind[]) {
  const obstacle = await probeDocker(kind);
  if (obstacle !== undefined) console.warn(`tests against ${kind} are skipped: ${obstacle}`);

  describe.skipIf(obstacle !== undefined)(`COMP-12 the Engine API of ${kind}`, () => {
    let daemon: RealDocker;
    beforeAll(async () => {
      daemon = await startDocker(kind);
    });
    afterAll(() => daemon.stop());

    async function own(more: Parameters<typeof start>[0] = {}): Promise<TestCompanion> {
      return start({ engines: [daemon.engine('worker-1-1')], rules: MAY_FETCH, ...more });
    }

    /** Tags and containers that are of this program. */
    async function traces(): Promise<number> {
      const client = new DockerClient(parseDockerAddress(daemon.address));
      const signal = AbortSignal.timeout(5000);
      const images = (await client.json({ method: 'GET', path: '/images/json', signal })) as { RepoTags?: string[] }[];
      const containers = await client.json({ method: 'GET', path: '/containers/json?all=true', signal });
      const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.includes('palimpsest-build'));
      return tags.length + (containers as unknown[]).length;
    }

    it('builds, tells steps, and gives an archive that opens; the engine keeps nothing of it', async () => {
      const companion = await own();
      const events = await build(companion, await shellContext(['ARG A', 'RUN echo out $A; id > /who']), '?arg=A=a,b');
      expect(events.at(-1)).toMatchObject({ type: 'done', result: { format: 'docker-archive' } });
      expect(logOf(events)).toContain('out a,b');
      const steps = events.flatMap((event) => (event.type === 'step' ? [event.name] : []));
      expect(steps.some((name) => name.includes('RUN echo out'))).toBe(true);
      const path = `/v1/builds/${buildId(events)}/image`;
      const response = await fetch(`${companion.origin}${path}`, {
        headers: { authorization: `Bearer ${companion.token}` },
      });
      const source = new MemorySource(new Uint8Array(await response.arrayBuffer()));
      const archive = await openArchive({ fileName: 'x.tar', source }, work);
      expect(archive.images[0]?.layers.length).toBeGreaterThanOrEqual(2);
      expect(await traces()).toBe(0);
    });

    it('says which step failed, though the answer began with 200', async () => {
      const companion = await own();
      const events = await build(companion, await shellContext(['RUN echo before; exit 3']));
      expect(events.at(-1)).toMatchObject({ type: 'error', code: 'failed' });
      expect(events.find((event) => event.type === 'step-done' && event.error !== undefined)).toBeDefined();
      expect(logOf(events)).toContain('before');
      expect(await traces()).toBe(0);
    });

    it('gives RUN no network', async () => {
      const events = await build(await own(), await shellContext(['RUN echo begin; cat /proc/net/dev']));
      expect(events.at(-1)?.type).toBe('done');
      expect(logOf(events)).toContain('begin');
      expect(logOf(events)).not.toMatch(/eth|ens|wlan/);
    });

    it('is not used where it may not fetch, for several users, or for what it cannot do', async () => {
      const context = await tarOf([['Dockerfile', 'FROM scratch\nCOPY Dockerfile /\n']]);
      const strict = await own({ rules: NO_NETWORK });
      expect((await build(strict, context)).at(-1)).toMatchObject({ type: 'error', code: 'refused' });
      const several = await own({ users: users(2) });
      const headers = { 'content-type': 'application/x-tar' };
      const answer = await ask(several, '/v1/builds', { method: 'POST', headers, body: context, token: tokenOf(0) });
      expect(answer.status).toBe(503);
      const json = { 'content-type': 'application/json' };
      const wanted = { method: 'POST', headers: json, body: '{"image":"a:1"}', token: tokenOf(0) };
      expect((await ask(several, '/v1/containers', wanted)).status).toBe(503);
      for (const query of ['?tag=a:1', '?source-date-epoch=1']) {
        expect((await build(await own(), context, query)).at(-1)).toMatchObject({ type: 'error', code: 'refused' });
      }
    });

    async function run(companion: TestCompanion, request: object): Promise<ContainerEvent[]> {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask(companion, '/v1/containers', { method: 'POST', headers, body: JSON.stringify(request) });
      if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
      return answer.text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as ContainerEvent);
    }

    it('runs a container of a build, without network, and leaves none', async () => {
      const companion = await own();
      const id = buildId(await build(companion, await shellContext(['CMD ["sh", "-c", "echo default"]'])));
      const plain = await run(companion, { build: id });
      expect(plain).toMatchObject([{ type: 'created' }, { type: 'output' }, { type: 'exited' }]);
      expect(plain[1]).toMatchObject({ stream: 'stdout', text: 'default\n' });
      const script = 'echo to-err >&2; cat /proc/net/dev; exit 7';
      const other = await run(companion, { build: id, command: ['sh', '-c', script], environment: ['A=b'] });
      expect(other.at(-1)).toMatchObject({ type: 'exited', code: 7 });
      const text = other.flatMap((event) => (event.type === 'output' ? [event.text] : [])).join('');
      expect(text).toContain('to-err');
      expect(text).not.toMatch(/eth|ens/);
      expect((await run(companion, { image: 'no.such/image:1' })).at(-1)).toMatchObject({ type: 'error' });
      expect(await traces()).toBe(0);
    });

    it('ends a container whose reader went away', async () => {
      const companion = await own();
      const id = buildId(await build(companion, await shellContext(['CMD ["sleep", "1000"]'])));
      const controller = new AbortController();
      const response = await fetch(`${companion.origin}/v1/containers`, {
        method: 'POST',
        headers: { authorization: `Bearer ${companion.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ build: id }),
        signal: controller.signal,
      });
      await response.body?.getReader().read();
      expect(await traces()).toBe(1);
      controller.abort();
      // Podman cannot list images while one is removed.
      await eventually(async () => (await traces().catch(() => -1)) === 0);
    });

    it('ends containers with the companion, and lets a user have only so many', async () => {
      const companion = await own({ limits: { containersPerUser: 1 } });
      const id = buildId(await build(companion, await shellContext(['CMD ["sleep", "1000"]'])));
      const headers = { authorization: `Bearer ${companion.token}`, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify({ build: id }) };
      const first = await fetch(`${companion.origin}/v1/containers`, init);
      await first.body?.getReader().read();
      expect((await fetch(`${companion.origin}/v1/containers`, init)).status).toBe(429);
      expect(await traces()).toBe(1);
      await companion.close();
      expect(await traces()).toBe(0);
    });

    it('cancels a build, and sweeps what a worker left that died', async () => {
      const companion = await own();
      const running = build(companion, await shellContext([`RUN echo ${Date.now()}; sleep 2`]));
      const list = async () =>
        JSON.parse((await ask(companion, '/v1/builds')).text) as { build: string; state: string }[];
      await eventually(async () => (await list())[0]?.state === 'running');
      const [first] = await list();
      await ask(companion, `/v1/builds/${first?.build}`, { method: 'DELETE' });
      expect((await running).at(-1)).toMatchObject({ type: 'error', code: 'cancelled' });
      const client = new DockerClient(parseDockerAddress(daemon.address));
      const context = await tarOf([['Dockerfile', 'FROM scratch\nCOPY Dockerfile /\n']]);
      const { Readable } = await import('node:stream');
      const body = Readable.from([Buffer.from(context)]);
      const path = '/build?version=1&t=palimpsest-build:worker-999999-1-abc';
      const answer = await client.open({ method: 'POST', path, body, signal: AbortSignal.timeout(10_000) });
      for await (const _ of answer);
      expect(await traces()).toBe(1);
      await daemon.engine('worker-1-1').sweep(async () => true);
      expect(await traces()).toBe(1);
      await daemon.engine('worker-1-1').sweep(async () => false);
      expect(await traces()).toBe(0);
    });
  });
}

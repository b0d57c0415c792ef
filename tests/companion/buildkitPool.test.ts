import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'vite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BuildCgroups } from '../../src/companion/engines/buildkit/buildCgroups.ts';
import type { BuildEvent } from '../../src/companion/protocol.ts';
import { ask, build, NO_NETWORK, start, temporaryFolder, tokenOf, users } from './harness.ts';
import { probeBuildkit, programPath, shellContext, startBuildkit, type RealBuildkit } from './realBuildkit.ts';

const obstacle = await probeBuildkit();
if (obstacle !== undefined) console.warn(`tests of a pool of BuildKits are skipped: ${obstacle}`);

function namespaceObstacle(): string | undefined {
  const name = `palimpsest-${process.pid}-probe`;
  const isMade = spawnSync('ip', ['netns', 'add', name]).status === 0;
  spawnSync('ip', ['netns', 'delete', name]);
  return isMade ? undefined : 'no network namespace can be made';
}

const noNamespaces = obstacle ?? namespaceObstacle();
if (noNamespaces !== undefined) console.warn(`tests in network namespaces are skipped: ${noNamespaces}`);

function logOf(events: readonly BuildEvent[]): string {
  return events.flatMap((event) => (event.type === 'log' ? [event.text] : [])).join('');
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(condition()).toBe(true);
}

describe.skipIf(noNamespaces !== undefined)('COMP-13 several BuildKits, each in a network namespace of its own', () => {
  const namespaces = ['a', 'b'].map((name) => `palimpsest-${process.pid}-${name}`);
  const daemons: RealBuildkit[] = [];
  beforeAll(async () => {
    for (const name of namespaces) execFileSync('ip', ['netns', 'add', name]);
    daemons.push(...(await Promise.all(namespaces.map((namespace) => startBuildkit({ namespace })))));
  });
  afterAll(async () => {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    for (const name of namespaces) spawnSync('ip', ['netns', 'delete', name]);
  });

  it('20 builds of 5 users all finish, none mixed up, on both', async () => {
    const companion = await start({
      engines: daemons.map((daemon) => daemon.engine({ slots: 2 })),
      users: users(5),
      limits: { runningPerUser: 4 },
    });
    const contexts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => shellContext([`RUN echo build-${i}-of-u${i % 5}; sleep 0.2`])),
    );
    const ended = await Promise.all(contexts.map((context, i) => build(companion, context, '', tokenOf(i % 5))));
    const engines = new Set<string>();
    for (const [i, events] of ended.entries()) {
      expect(events.at(-1)?.type).toBe('done');
      expect(logOf(events)).toBe(`build-${i}-of-u${i % 5}\n`);
      for (const event of events) if (event.type === 'started') engines.add(event.engine);
    }
    expect(engines).toEqual(new Set(daemons.map(({ address }) => address)));
  });

  it('builds of one that is killed in the middle finish on the other', async () => {
    const doomed = await startBuildkit();
    onTestFinished(() => doomed.stop());
    const survivor = daemons[0] as RealBuildkit;
    const companion = await start({
      engines: [doomed.engine({ slots: 2 }), survivor.engine({ slots: 2 })],
      limits: { runningPerUser: 4 },
    });
    const jobs = await Promise.all(
      Array.from({ length: 4 }, (_, i) => shellContext([`RUN echo survivor-${i}; sleep 1`])),
    );
    const running = jobs.map((context) => build(companion, context));
    await eventually(() => doomed.runs().length > 0);
    await doomed.kill('SIGKILL');
    const ended = await Promise.all(running);
    for (const [i, events] of ended.entries()) {
      expect(events.at(-1)?.type, JSON.stringify(events.at(-1))).toBe('done');
      expect(logOf(events)).toContain(`survivor-${i}\n`);
    }
    const attempts = ended.map((events) => events.filter(({ type }) => type === 'started').length);
    expect(Math.max(...attempts)).toBe(2);
    const info = JSON.parse((await ask(companion, '/v1/info')).text);
    expect(info.engines.map(({ state }: { state: string }) => state)).toEqual(['unreachable', 'ready']);
  });
});

describe.skipIf(obstacle !== undefined)('COMP-14 a worker that is killed', () => {
  let daemon: RealBuildkit;
  beforeAll(async () => {
    daemon = await startBuildkit();
  });
  afterAll(() => daemon.stop());

  function launch(program: string, state: string): Promise<{ child: ChildProcess; origin: string; token: string }> {
    const words = [program, 'companion', '--port', '0', '--state', state, '--engine', `buildkit=${daemon.address}`];
    const child = spawn(process.execPath, [...words, '--buildctl', programPath('buildctl') ?? ''], { stdio: 'pipe' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return new Promise((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (piece: Buffer) => {
        text += piece.toString();
        const [, origin, token] = /^(\S+)\/#\/companion\/(\S+)\n/.exec(text) ?? [];
        if (origin !== undefined && token !== undefined) resolve({ child, origin, token });
      });
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
    });
  }

  /** Programs that work below a folder. */
  function orphans(folder: string): string[] {
    return readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`context=${folder}`);
      } catch {
        return false;
      }
    });
  }

  it('leaves no orphan when it is started again; one that is ended leaves nothing at all', async () => {
    const out = join(temporaryFolder(), 'cli');
    await bundle({ configFile: 'vite.cli.config.ts', logLevel: 'error', build: { outDir: out } });
    const state = temporaryFolder();
    const program = join(out, 'palimpsest.js');
    const first = await launch(program, state);
    const response = await fetch(`${first.origin}/v1/builds`, {
      method: 'POST',
      headers: { authorization: `Bearer ${first.token}`, 'content-type': 'application/x-tar' },
      body: (await shellContext(["RUN trap '' TERM; while true; do sleep 0.1; done"])) as BodyInit,
    });
    expect(response.status).toBe(201);
    await eventually(() => daemon.runs().length > 0 && orphans(state).length > 0);
    first.child.kill('SIGKILL');
    await response.text().catch(() => undefined);
    expect(readdirSync(state)).toHaveLength(1);
    const second = await launch(program, state);
    await eventually(() => daemon.runs().length === 0 && orphans(state).length === 0);
    expect(readdirSync(state)).toHaveLength(1);
    const ended = new Promise((resolve) => second.child.once('exit', resolve));
    second.child.kill('SIGTERM');
    await ended;
    expect(readdirSync(state)).toEqual([]);
  });
});

describe.skipIf(obstacle !== undefined)('COMP-15 a flood of the engine’s disk', () => {
  it('is ended before the disk is full, and the next build finds room', async () => {
    const daemon = await startBuildkit({ diskBytes: 300 * 1024 ** 2 });
    onTestFinished(() => daemon.stop());
    const engine = daemon.engine({ diskFolder: join(daemon.folder, 'root') });
    const companion = await start({ engines: [engine], rules: { ...NO_NETWORK, freeBytes: 100 * 1024 ** 2 } });
    const flood = 'RUN i=0; while [ $i -lt 1000 ]; do head -c 2000000 /dev/zero > /f$i; sleep 0.01; i=$((i+1)); done';
    expect((await build(companion, await shellContext([flood]))).at(-1)).toMatchObject({
      type: 'error',
      code: 'limit',
    });
    await eventually(() => daemon.runs().length === 0);
    const next = async (): Promise<string> =>
      String((await build(companion, await shellContext(['RUN echo next']))).at(-1)?.type);
    await expect.poll(next, { timeout: 30_000, interval: 500 }).toBe('done');
  });
});

function cgroupObstacle(): string | undefined {
  for (const file of ['/sys/fs/cgroup/pids', '/sys/fs/cgroup/cgroup.controllers']) {
    try {
      accessSync(file, constants.W_OK);
      return undefined;
    } catch {
      // The other version, perhaps.
    }
  }
  return 'no cgroups can be made';
}

const noCgroups = obstacle ?? cgroupObstacle();
if (noCgroups !== undefined) console.warn(`tests of bounds of RUN are skipped: ${noCgroups}`);

describe.skipIf(noCgroups !== undefined)('COMP-15 floods within a RUN', () => {
  it('of processes and of memory end the step and nothing else, and no cgroup stays', async () => {
    const daemon = await startBuildkit();
    onTestFinished(() => daemon.stop());
    const parent = `palimpsest-test-${process.pid}`;
    const cgroups = await BuildCgroups.open(parent, 'worker-1-1');
    onTestFinished(() => cgroups.close());
    const rules = { ...NO_NETWORK, memoryBytes: 64 * 1024 ** 2, processes: 32 };
    const companion = await start({ engines: [daemon.engine({ cgroups })], rules });
    const forks = 'RUN i=0; while [ $i -lt 100 ]; do sleep 3 & i=$((i+1)); done; echo survived';
    const processes = await build(companion, await shellContext([forks]));
    expect(processes.at(-1)).toMatchObject({ type: 'error', code: 'failed' });
    expect(logOf(processes)).not.toContain('survived');
    const greedy = 'RUN dd if=/dev/zero of=/dev/null bs=300M count=1 && echo survived';
    const memory = await build(companion, await shellContext([greedy]));
    expect(memory.at(-1)).toMatchObject({ type: 'error', code: 'failed' });
    expect(logOf(memory)).not.toContain('survived');
    const modest = await build(companion, await shellContext(['RUN echo modest']));
    expect(modest.at(-1)?.type).toBe('done');
    await eventually(() => cgroups.names().length === 0);
    await cgroups.make('ab12', rules);
    const other = await BuildCgroups.open(parent, 'worker-2-2');
    await other.sweep(async () => true);
    expect(cgroups.names()).toEqual(['worker-1-1-ab12']);
    await other.sweep(async () => false);
    expect(cgroups.names()).toEqual([]);
  });
});

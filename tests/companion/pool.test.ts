import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseEndpoint } from '../../src/companion/builds/chooseEndpoint.ts';
import { FairQueue } from '../../src/companion/builds/fairQueue.ts';
import { CompanionError } from '../../src/companion/companionError.ts';
import { tarOf } from '../archive/buildTar.ts';
import { build, ScriptedEngine, start, tokenOf, users } from './harness.ts';

const CONTEXT = await tarOf([['Dockerfile', 'FROM scratch\n']]);
const always = () => true;

describe('COMP-9 users take turns', () => {
  it('one of each before the second of any', () => {
    const queue = new FairQueue<{ user: string; n: number }>();
    for (const [i, user] of ['a', 'a', 'a', 'b', 'c', 'b'].entries()) queue.add({ user, n: i });
    const taken = Array.from({ length: 6 }, () => queue.take(always)?.n);
    expect(taken).toEqual([0, 3, 4, 1, 5, 2]);
    expect(queue.take(always)).toBeUndefined();
  });

  it('nobody waits behind more than one job of each other user for each of their own', () => {
    const jobs = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(jobs, (names) => {
        const queue = new FairQueue<{ user: string; n: number }>();
        const added = names.map((user, n) => ({ user, n }));
        for (const job of added) queue.add(job);
        const order: string[] = [];
        for (let job = queue.take(always); job; job = queue.take(always)) order.push(job.user);
        expect([...order].sort()).toEqual([...names].sort());
        for (const user of new Set(names)) {
          const own = order.flatMap((name, at) => (name === user ? [at] : []));
          own.forEach((at, k) => {
            for (const other of new Set(names)) {
              const before = order.slice(0, at).filter((name) => name === other).length;
              if (other !== user) expect(before).toBeLessThanOrEqual(k + 1);
            }
          });
        }
      }),
    );
  });

  it('a job that is removed is not run, and users at their bound are passed over', () => {
    const queue = new FairQueue<{ user: string }>();
    const [first, second] = [{ user: 'a' }, { user: 'b' }];
    queue.add(first);
    queue.add(second);
    expect(queue.take((user) => user !== 'a')).toBe(second);
    expect(queue.remove(first)).toBe(true);
    expect(queue.remove(first)).toBe(false);
    expect(queue.size).toBe(0);
  });
});

describe('COMP-10 where a build runs', () => {
  const endpoint = (name: string, running: number, more: object = {}) => ({
    name,
    slots: 2,
    running,
    foreign: 0,
    isUp: true,
    ...more,
  });

  it('near the user’s cache while there is room, which every worker finds alike', () => {
    const names = ['x', 'y', 'z'];
    for (const user of ['ann', 'bob', 'cat', 'dan', 'eve']) {
      const home = chooseEndpoint(
        names.map((name) => endpoint(name, 0)),
        user,
      )?.name;
      expect(
        chooseEndpoint(
          [...names].reverse().map((name) => endpoint(name, 1)),
          user,
        )?.name,
      ).toBe(home);
      const full = names.map((name) => endpoint(name, name === home ? 2 : 0));
      expect(chooseEndpoint(full, user)?.name).not.toBe(home);
    }
  });

  it('else where least is done, what other workers do included; never where all is taken or nobody answers', () => {
    const loads = [endpoint('x', 2), endpoint('y', 1, { foreign: 1 }), endpoint('z', 1)];
    const chosen = ['ann', 'bob', 'cat', 'dan'].map((user) => chooseEndpoint(loads, user)?.name);
    expect(new Set(chosen)).toEqual(new Set(['z']));
    expect(chooseEndpoint([endpoint('x', 2), endpoint('y', 0, { isUp: false })], 'ann')).toBeUndefined();
  });

  it('20 builds of 5 users over two endpoints all finish, none mixed up, both busy', async () => {
    const script = async () => new Promise<void>((resolve) => setTimeout(resolve, 15));
    const engines = ['one', 'two'].map((name) => new ScriptedEngine(script, name, 2));
    const companion = await start({ engines, users: users(5), limits: { runningPerUser: 4 } });
    const jobs = Array.from({ length: 20 }, (_, i) => build(companion, CONTEXT, `?arg=N=${i}`, tokenOf(i % 5)));
    const ended = await Promise.all(jobs);
    for (const events of ended) expect(events.at(-1)?.type).toBe('done');
    const ran = engines.flatMap(({ requests }) => requests);
    expect(ran.map(({ buildArgs }) => Number(buildArgs[0]?.[1])).sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
    for (const { user, buildArgs } of ran) expect(user).toBe(`u${Number(buildArgs[0]?.[1]) % 5}`);
    for (const { most } of engines) expect(most).toBe(2);
  });

  it('again elsewhere when the connection was lost, and not when the build failed', async () => {
    let isLost = true;
    const lossy = async () => {
      if (!isLost) return;
      isLost = false;
      throw new CompanionError('connectionLost', 'gone');
    };
    const engines = ['one', 'two'].map((name) => new ScriptedEngine(lossy, name, 1));
    const companion = await start({ engines });
    const events = await build(companion, CONTEXT);
    const started = events.filter((event) => event.type === 'started');
    expect(started.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(events.at(-1)?.type).toBe('done');
    const failing = new ScriptedEngine(async () => {
      throw new CompanionError('failed', 'exit code: 1');
    });
    const failed = await build(await start({ engines: [failing] }), CONTEXT);
    expect(failed.filter(({ type }) => type === 'started')).toHaveLength(1);
  });

  it('nowhere for ever: a build whose engine is lost again and again is given up', async () => {
    const engine = new ScriptedEngine(async () => {
      throw new CompanionError('connectionLost', 'gone');
    });
    const events = await build(await start({ engines: [engine] }), CONTEXT);
    expect(events.filter(({ type }) => type === 'started')).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'engine' });
  });
});

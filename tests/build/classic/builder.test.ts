import { beforeAll, describe, expect, it } from 'vitest';
import { HOST_PROGRAMS } from '../../../src/machine/hostPrograms.ts';
import { standIn } from '../../../src/shell/kernel/standIn.ts';
import { classicBuild } from '../../support/classicBuild.ts';
import type { RawMember } from '../../support/contextTar.ts';
import { type TestEngine, testEngine } from '../../support/testEngine.ts';

const TOOLS = ['sh', 'cat', 'touch', 'sleep', 'id', 'env'];
const BASE_FILES: readonly RawMember[] = TOOLS.map((name) => ({
  name: `bin/${name}`,
  text: standIn(name),
  mode: 0o755,
}));
const FILES: readonly RawMember[] = [
  { name: 'a.txt', text: 'alpha\n' },
  { name: 'b.txt', text: 'beta\n' },
  { name: 'sub/deep', text: 'deep\n' },
];

/** A machine with an image `base` that has a few programs. */
async function machine(): Promise<TestEngine> {
  const host = testEngine({ programs: HOST_PROGRAMS });
  const { error } = await classicBuild(host, 'FROM scratch\nCOPY bin /bin/\n', BASE_FILES, { tags: ['base'] });
  if (error) throw error;
  return host;
}

/** Of each step but FROM: whether it came from the cache. */
function outcomes(log: string): string {
  const steps = log.split(/^Step \d+\/\d+ : /m).slice(1);
  return steps
    .filter((step) => !step.startsWith('FROM') && !step.startsWith('ARG G'))
    .map((step) => (step.includes('---> Using cache') ? 'hit' : 'miss'))
    .join(' ');
}

describe('CB-1 the cache chain', () => {
  const text = 'FROM base\nARG WHO=x\nENV A=1\nCOPY a.txt /a\nRUN cat /a\nLABEL l=1\n';
  let host: TestEngine;
  let first: string | undefined;
  beforeAll(async () => {
    host = await machine();
    const { id, log } = await classicBuild(host, text, FILES);
    first = id;
    expect(outcomes(log)).toBe('miss miss miss miss miss');
  });

  const again: readonly (readonly [what: string, dockerfile: string, files: readonly RawMember[], expected: string])[] =
    [
      ['the same', text, FILES, 'hit hit hit hit hit'],
      ['other files beside', text, [...FILES, { name: 'more', text: '1' }], 'hit hit hit hit hit'],
      ['a new content', text, [{ name: 'a.txt', text: 'other\n' }], 'hit hit miss miss miss'],
      ['another mode', text, [{ name: 'a.txt', text: 'alpha\n', mode: 0o600 }], 'hit hit miss miss miss'],
      ['another variable', text.replace('A=1', 'A=2'), FILES, 'hit miss miss miss miss'],
      ['another command', text.replace('cat /a', 'cat  /a'), FILES, 'hit hit hit miss miss'],
      ['another label', text.replace('l=1', 'l=2'), FILES, 'hit hit hit hit miss'],
      ['a step less', text.replace('ENV A=1\n', ''), FILES, 'hit miss miss miss'],
    ];
  it.each(again)('%s', async (_, dockerfile, files, expected) => {
    const { log, id } = await classicBuild(host, dockerfile, files);
    expect(outcomes(log)).toBe(expected);
    if (!expected.includes('miss')) expect(id).toBe(first);
  });

  it('an argument counts from where it is used on', async () => {
    const own = await machine();
    const args = 'FROM base\nARG WHO\nENV A=1\nRUN cat /bin/sh > /dev/null\nENV B=$WHO\n';
    await classicBuild(own, args, [], { buildArgs: new Map([['WHO', 'ann']]) });
    const { log } = await classicBuild(own, args, [], { buildArgs: new Map([['WHO', 'bob']]) });
    expect(outcomes(log)).toBe('hit hit miss miss');
  });

  it('tells what differs', async () => {
    const { decisions } = await classicBuild(host, text.replace('l=1', 'l=3'), FILES);
    expect([...decisions.values()].at(-1)).toMatchObject({ outcome: 'miss', reason: 'differs' });
  });

  it('--no-cache builds all anew, the next build finds it', async () => {
    const own = await machine();
    await classicBuild(own, text, FILES);
    expect(outcomes((await classicBuild(own, text, FILES, { usesCache: false })).log)).toBe('miss miss miss miss miss');
    expect(outcomes((await classicBuild(own, text, FILES)).log)).toBe('hit hit hit hit hit');
  });

  it('--cache-from takes nothing but the images that it names', async () => {
    const own = await machine();
    await classicBuild(own, text, FILES, { tags: ['old'] });
    expect(outcomes((await classicBuild(own, text, FILES, { cacheFrom: ['old'] })).log)).not.toContain('miss');
    expect(outcomes((await classicBuild(own, text, FILES, { cacheFrom: ['base'] })).log)).not.toContain('hit');
    const other = text.replace('l=1', 'l=2');
    expect(outcomes((await classicBuild(own, other, FILES, { cacheFrom: ['old'] })).log)).toBe('hit hit hit hit miss');
  });

  it('--cache-from goes by the history of an image that was loaded', async () => {
    const [from, to] = [await machine(), await machine()];
    await classicBuild(from, text, FILES, { tags: ['old'] });
    await to.engine.images.load(await from.engine.images.save(['old', 'base']), () => undefined);
    expect(outcomes((await classicBuild(to, text, FILES)).log)).not.toContain('hit');
    const { log, id } = await classicBuild(to, text, FILES, { cacheFrom: ['old'], tags: ['new'] });
    expect(outcomes(log)).not.toContain('miss');
    expect(id).toBe(from.engine.images.find('old').id);
  });
});

describe('CB-2 what a build makes', () => {
  it('stops at --target, and names what is not there', async () => {
    const host = await machine();
    const text = 'FROM base AS one\nENV A=1\nFROM base AS two\nENV B=2\n';
    const { log } = await classicBuild(host, text, [], { target: 'one' });
    expect(log).toContain('Step 2/2 : ENV A=1');
    expect(log).not.toContain('B=2');
    const { error } = await classicBuild(host, text, [], { target: 'three' });
    expect(error?.message).toBe('failed to reach build target three in Dockerfile');
  });

  it('runs triggers in the build on top, and no further', async () => {
    const host = await machine();
    await classicBuild(host, 'FROM base\nONBUILD COPY a.txt /on\nONBUILD RUN cat /on\n', [], { tags: ['parent'] });
    const child = await classicBuild(host, 'FROM parent\n', FILES, { tags: ['child'] });
    expect(child.log).toContain('# Executing 2 build triggers');
    expect(child.log).toContain('alpha');
    const grandchild = await classicBuild(host, 'FROM child\nENV A=1\n');
    expect(grandchild.log).not.toContain('trigger');
  });

  it('complains of arguments that nothing takes', async () => {
    const { log } = await classicBuild(await machine(), 'FROM base\n', [], { buildArgs: new Map([['NO', '1']]) });
    expect(log).toContain('[Warning] One or more build-args [NO] were not consumed');
  });

  it('--pull asks the registry even for what is here', async () => {
    const { error } = await classicBuild(await machine(), 'FROM base\nENV A=1\n', [], { pulls: true });
    expect(error?.message).toContain('registry-1.docker.io');
  });

  it.each(['always', 'onSuccess', 'never'] as const)('intermediate containers go: %s', async (removes) => {
    const host = await machine();
    const before = [...host.engine.containers.list({ isAll: true })].length;
    const { error } = await classicBuild(host, 'FROM base\nRUN id\nRUN sh -c "exit 3"\n', [], { removes });
    expect(error?.message).toContain('returned a non-zero code: 3');
    const left = [...host.engine.containers.list({ isAll: true })].length - before;
    expect(left).toBe({ always: 0, onSuccess: 1, never: 2 }[removes]);
  });

  it('leaves neither container nor tag when it is ended', async () => {
    const host = await machine();
    const abort = new AbortController();
    const text = 'FROM base\nRUN touch /begun; sleep 100000000\n';
    const building = classicBuild(host, text, [], { tags: ['never'], removes: 'always' }, abort.signal);
    setTimeout(() => abort.abort(), 20);
    const { error } = await building;
    expect(error).toBeDefined();
    expect([...host.engine.containers.list({ isAll: true })]).toEqual([]);
    expect(() => host.engine.images.find('never')).toThrow();
  });

  it('CB-2 RUN on scratch leaves a container without an image', async () => {
    const bare = testEngine({ programs: HOST_PROGRAMS });
    const { error } = await classicBuild(bare, 'FROM scratch\nRUN x\n', []);
    expect(error?.message).toContain('exec: "/bin/sh": stat /bin/sh: no such file or directory');
    const [left, ...others] = bare.engine.containers.list({ isAll: true });
    expect(others).toEqual([]);
    expect(left).toMatchObject({ image: '', imageId: '', labels: null, state: 'created', command: '/bin/sh -c x' });
  });
});

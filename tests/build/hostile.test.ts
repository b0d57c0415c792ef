import { describe, expect, it } from 'vitest';
import { classicBuild } from '../support/classicBuild.ts';
import { contextTar, type RawMember } from '../support/contextTar.ts';
import { buildkitBuild } from '../support/buildkitBuild.ts';
import { testEngine } from '../support/testEngine.ts';
import { ContextFiles } from '../../src/build/classic/contextFiles.ts';
import { nodePlatform } from '../../src/platform/node.ts';

const MANY = 1_000_000;
const work = { platform: nodePlatform() };

/** The same text through both builders. */
async function both(text: string, files: readonly RawMember[] = []) {
  const buildkit = await buildkitBuild(
    testEngine(),
    text,
    Object.fromEntries(files.map(({ name, text = '' }) => [name, { text }])),
  );
  const classic = await classicBuild(testEngine(), text, files);
  return { buildkit, classic };
}

describe('CB-3 Dockerfiles that are made to harm', () => {
  it('10 MB of instructions', async () => {
    const { buildkit, classic } = await both(`FROM scratch\n${'ENV A=1\n'.repeat(1_300_000)}`);
    expect(buildkit.error?.message).toMatch(/more than|larger than|too/);
    expect(classic.error?.message).toMatch(/more than|larger than|too|max depth/);
  }, 60_000);

  it('a here-document of a million lines', async () => {
    const text = `FROM scratch\nCOPY <<EOF /f\n${'x\n'.repeat(MANY)}EOF\n`;
    const host = testEngine();
    const { id, error } = await buildkitBuild(host, text);
    expect(error).toBeUndefined();
    const [layer] = host.engine.images.find(String(id)).layers;
    expect(layer?.sizeBytes).toBe(2 * MANY);
    const open = await buildkitBuild(host, `FROM scratch\nCOPY <<EOF /f\n${'x\n'.repeat(MANY)}`);
    expect(open.error?.message).toContain('unterminated heredoc');
  }, 60_000);

  it('stages in a circle', async () => {
    const circle = 'FROM scratch AS a\nCOPY --from=c / /\nFROM a AS b\nFROM b AS c\n';
    const { buildkit, classic } = await both(circle);
    expect(buildkit.error?.message).toContain('needs to be defined before current stage');
    expect(classic.error).toBeDefined();
  });

  it('expansions that double each time', async () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `ENV V${i + 1}=$V${i}$V${i}`).join('\n');
    const { buildkit, classic } = await both(`FROM scratch\nENV V0=0123456789\n${doubling}\n`);
    expect(buildkit.error?.message).toMatch(/longer|more than|too/);
    expect(classic.error?.message).toMatch(/longer|more than|too/);
  }, 60_000);

  it('a million arguments of one COPY', async () => {
    const { buildkit, classic } = await both(`FROM scratch\nCOPY ${'a '.repeat(MANY)}/x/\n`);
    expect(buildkit.error).toBeDefined();
    expect(classic.error).toBeDefined();
  }, 60_000);
});

describe('CB-3 contexts that are made to harm', () => {
  const refused: readonly (readonly [what: string, members: readonly RawMember[], message: string])[] = [
    ['a name that leads out', [{ name: '../x', text: '1' }], 'leads out of it'],
    ['a name that leads out on its way', [{ name: 'a/../../x', text: '1' }], 'leads out of it'],
    [
      'a file below a link',
      [
        { name: 'l', type: 'symlink', link: '/etc' },
        { name: 'l/passwd', text: '1' },
      ],
      'no directory',
    ],
    [
      'a file below a file',
      [
        { name: 'f', text: '1' },
        { name: 'f/x', text: '1' },
      ],
      'no directory',
    ],
  ];
  it.each(refused)('%s', async (_, members, message) => {
    await expect(ContextFiles.read(await contextTar(members), work, 'plain')).rejects.toThrow(message);
  });

  it('knows directories that are only implied', async () => {
    const files = await ContextFiles.read(await contextTar([{ name: 'a/b/c', text: '1' }]), work, 'plain');
    expect([...files.below('')].map(({ path, kind, mode }) => `${kind} ${path} ${mode.toString(8)}`)).toEqual([
      'directory a 755',
      'directory a/b 755',
      'file a/b/c 644',
    ]);
    expect(files.resolve('a/b')?.kind).toBe('directory');
  });

  it('links in circles, and links that double, lead nowhere at once', async () => {
    const doubling = Array.from({ length: 200 }, (_, i): RawMember => ({
      name: `l${i}`,
      type: 'symlink',
      link: `l${i + 1}/l${i + 1}`,
    }));
    const members: RawMember[] = [
      { name: 'self', type: 'symlink', link: 'self' },
      { name: 'one', type: 'symlink', link: 'two/x' },
      { name: 'two', type: 'symlink', link: 'one/x' },
      ...doubling,
    ];
    const files = await ContextFiles.read(await contextTar(members), work, 'plain');
    for (const path of ['self', 'one', 'two/y', 'l0', 'l0/l0/l0']) expect(files.resolve(path)).toBeUndefined();
    const { error } = await classicBuild(testEngine(), 'FROM scratch\nCOPY l0 /x\n', members);
    expect(error).toBeDefined();
  });

  it('links out of the context stay within it', async () => {
    const members: RawMember[] = [
      { name: 'out', type: 'symlink', link: '../../../../inside' },
      { name: 'inside', text: 'in' },
    ];
    const files = await ContextFiles.read(await contextTar(members), work, 'plain');
    expect(files.resolve('out')?.path).toBe('inside');
  });

  it('a hundred thousand files', async () => {
    const members = Array.from({ length: 100_000 }, (_, i): RawMember => ({ name: `d${i % 100}/f${i}` }));
    const files = await ContextFiles.read(await contextTar(members), work, 'plain');
    expect(files.size).toBe(100_100);
  }, 60_000);
});

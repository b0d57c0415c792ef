import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/registry.ts';
import { CONFORMANCE_SUITES } from '../../src/cli/suites.ts';
import { runCli } from './runCli.ts';

describe('CLI-1 the command line', () => {
  it('prints its version', async () => {
    expect(await runCli(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n', err: '' });
  });

  it('prints help on standard output when asked, on standard error when called without anything', async () => {
    const asked = await runCli(['--help']);
    expect(asked).toMatchObject({ code: 0, err: '' });
    for (const { name } of COMMANDS) expect(asked.out).toContain(`  ${name} `);
    const bare = await runCli([]);
    expect(bare).toMatchObject({ code: 2, out: '' });
    expect(bare.err).toBe(asked.out);
  });

  it.each([
    [['inspekt', 'x'], 'no command “inspekt”; did you mean inspect?'],
    [['frobnicate'], 'no command “frobnicate”; palimpsest --help lists them'],
    [['package.json'], 'to look into that file: palimpsest inspect package.json'],
    [['ls'], 'FILE is missing'],
    [['ls', '--laier', '1', 'x'], 'did you mean --layer?'],
    [['conformance', 'archive'], 'did you mean archives?'],
    [['cat', 'x'], 'PATH is missing'],
    [['inspect', 'a', 'b'], 'what is “b”?'],
  ])('refuses %j', async (words, message) => {
    const run = await runCli(words);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(/^palimpsest: /);
    expect(run.err).toContain(message);
  });

  it('tells of a file that is not there', async () => {
    const run = await runCli(['inspect', '/nowhere/at/all.tar']);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toBe('palimpsest: /nowhere/at/all.tar: no such file or directory\n');
  });
});

describe('help of each command', () => {
  it.each([...COMMANDS.map(({ name }) => name), ...CONFORMANCE_SUITES.map(({ name }) => `conformance ${name}`)])(
    '%s',
    async (name) => {
      const words = name.split(' ');
      const run = await runCli([...words, '--help']);
      expect(run).toMatchObject({ code: 0, err: '' });
      expect(run.out).toMatch(/^usage: palimpsest /);
      expect(run.out.split('\n').every((line) => line.length <= 120)).toBe(true);
      expect(await runCli(['help', ...words])).toEqual(run);
    },
  );
});

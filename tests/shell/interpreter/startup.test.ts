import { describe, expect, it } from 'vitest';
import { runScript } from '../../../src/shell/interpreter/runScript.ts';
import { SHELL_PROGRAMS } from '../../support/shellPrograms.ts';
import { run, testKernel } from '../../support/testKernel.ts';

const FILES = {
  '/root/.bashrc': 'shopt -s expand_aliases; alias hi="echo rc"; x=rc\n',
  '/root/.bash_profile': 'x=profile\n',
  '/root/.profile': 'x=posix\n',
  '/root/other': 'x=other\n',
};

/** Each shell, and what it leaves in `x` of the files of settings. */
describe('SHELL-6 shells read their settings', () => {
  it.each([
    ['bash -ic', 'rc'],
    ['bash -lc', 'profile'],
    ['bash -c', 'none'],
    ['bash --norc -ic', 'none'],
    ['bash --rcfile /root/other -ic', 'other'],
    ['bash --noprofile -lc', 'none'],
    ['bash -lic', 'profile'],
    ['dash -lc', 'posix'],
  ])('%s: %s', async (words, expected) => {
    const machine = testKernel({ programs: SHELL_PROGRAMS, files: FILES });
    const result = await run(machine, [...words.split(' '), 'echo ${x-none}'], { cwd: '/root' });
    expect(result.stdout).toBe(`${expected}\n`);
  });
});

// As busybox 1.35 and dash 0.5.12 do it.
describe('SHELL-2 what a shell hands on of itself', () => {
  it.each([
    ['dash', ['HOME', 'PATH', 'PWD']],
    ['ash', ['HOME', 'PATH', 'PWD', 'SHLVL']],
  ] as const)('%s: %j', async (dialect, expected) => {
    const machine = testKernel({ programs: SHELL_PROGRAMS });
    const { stdout } = await run(
      machine,
      (process) => runScript(process, 'export -p', { dialect, name: 'script', arguments: [] }),
      { cwd: '/root' },
    );
    const names = [...stdout.matchAll(/^export (\w+)=/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(expected);
  });
});

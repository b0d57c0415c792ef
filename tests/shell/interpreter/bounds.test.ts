import { describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/shell/kernel/clock.ts';
import { SHELL_PROGRAMS } from '../../support/shellPrograms.ts';
import { run, testKernel } from '../../support/testKernel.ts';

async function runBash(text: string) {
  const machine = testKernel({ programs: SHELL_PROGRAMS, clock: new WallClock() });
  const result = await run(machine, ['bash', '-c', text], { cwd: '/tmp' });
  await machine.kernel.halt();
  return result;
}

describe('SHELL-5 what has no end is refused', () => {
  it.each([
    ['functions', 'f() { f; }; f; echo no', /f: maximum function nesting level exceeded/],
    ['functions in conditions', 'f() { ((1)) && { f x; }; }; f; echo no', /f: maximum function nesting level exceeded/],
    ['substitutions', 'f() { x=$(f); }; f', /fork: retry: Resource temporarily unavailable/],
    ['forks', 'b() { b | b & }; b; sleep 0.2', /fork: retry: Resource temporarily unavailable/],
    ['braces', 'echo {1..100000000}', /brace expansion: failed to allocate memory/],
    ['products of braces', 'echo {1..1000}{1..1000}{1..1000}', /brace expansion: failed to allocate memory/],
    ['eval', 'x=\'eval "$x"\'; eval "$x"', /maximum eval nesting level exceeded/],
    ['sourced files', 'echo ". ./s" > s; . ./s', /maximum source nesting level exceeded/],
    ['strings', 's=xxxxxxxxxx; for i in {1..40}; do s=$s$s; done', /cannot allocate memory/],
    ['nested substitutions', `echo ${'$('.repeat(400)}echo${')'.repeat(400)}`, /syntax error/],
    ['nested groups', `${'{ '.repeat(500)}echo;${' }'.repeat(500)}`, /syntax error/],
    ['nested parentheses', `echo $((${'('.repeat(5000)}1${')'.repeat(5000)}))`, /syntax error/],
  ])('%s', async (_, text, message) => {
    const { stderr, stdout } = await runBash(text);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('internal fault');
    expect(stdout).not.toContain('no\n');
  });

  it('references that lead to each other', async () => {
    expect((await runBash('declare -n a=b; declare -n b=a; a=1; echo on')).stdout).toBe('on\n');
  });

  it('calls a thousand deep and two hundred thousand arguments are well', async () => {
    const { stdout } = await runBash(
      'f() { if (($1)); then f $(($1-1)); else echo end; fi; }; f 1500; set -- {1..200000}; echo $#',
    );
    expect(stdout).toBe('end\n200000\n');
  });

  it('whatever bytes a script is of, it ends', async () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919 + (i >> 3)) & 0xff);
    const machine = testKernel({
      programs: SHELL_PROGRAMS,
      files: { '/tmp/noise': bytes, '/tmp/noise2': bytes.filter((byte) => byte !== 0) },
    });
    for (const file of ['/tmp/noise', '/tmp/noise2']) {
      const { stderr } = await run(machine, ['bash', file]);
      expect(stderr).not.toContain('internal fault');
    }
  });
});

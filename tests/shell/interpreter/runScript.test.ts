import { describe, expect, it } from 'vitest';
import { runScript } from '../../../src/shell/interpreter/runScript.ts';
import { SHELL_PROGRAMS } from '../../support/shellPrograms.ts';
import { run, testKernel } from '../../support/testKernel.ts';

describe('SHELL-2 a script within a process', () => {
  it.each([
    ['bash', 'a=(1 2); echo $0 $1 ${#a[@]}; exit 3', 'script x 2\n', 3],
    ['dash', 'echo "a\\tb" $1; trap "echo bye" EXIT; false', 'a\tb x\nbye\n', 1],
    ['ash', 'echo {a,b}; set -e; false; echo no', '{a,b}\n', 1],
  ] as const)('runs by the rules of %s', async (dialect, text, stdout, code) => {
    const machine = testKernel({ programs: SHELL_PROGRAMS });
    const result = await run(machine, (process) =>
      runScript(process, text, { dialect, name: 'script', arguments: ['x'] }),
    );
    expect(result).toEqual({ stdout, stderr: '', code });
  });
});

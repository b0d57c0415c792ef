import { describe, expect, it } from 'vitest';
import { TRY_COMMANDS } from '../../src/app/lab/tryCommands.ts';
import en from '../../src/i18n/en/lab.json' with { type: 'json' };
import { runLines } from '../support/labShell.ts';

describe('LAB-4 the commands to begin with', () => {
  it('work one after the other, as their words say', async () => {
    for (const { about } of TRY_COMMANDS) expect(en).toHaveProperty([about]);
    const { output, status } = await runLines(
      TRY_COMMANDS.flatMap(({ command }, i) => [`echo "== ${i}"`, `${command} || exit 1`]),
    );
    expect(status, output).toBe(0);
    const shown = output.split(/^== \d+\n/m).slice(1);
    const [hello, pull, history, run, diff, commit, save] = shown;
    expect(hello).toContain('Hello from Docker!');
    expect(pull).toContain('Pull complete');
    expect(history).toContain('CREATED BY');
    expect(run).not.toContain('No such file');
    expect(diff).toMatch(/^A \/greeting$/m);
    expect(diff).toMatch(/^D \/etc\/motd$/m);
    expect(commit).toMatch(/^sha256:[0-9a-f]{64}$/m);
    expect(save).toContain('manifest.json');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from './runCli.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-shell-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('CLI-9 palimpsest shell', () => {
  it('runs commands; the status is the shell’s', async () => {
    const run = await runCli(['shell', '-c', 'echo "out $1"; echo err >&2; exit 3', 'name', 'first']);
    expect(run).toMatchObject({ code: 3, out: 'out first\n', err: 'err\n' });
  });

  it('runs a script of this computer with arguments, and reads standard input', async () => {
    const script = join(folder, 'script.sh');
    writeFileSync(script, 'cat; echo "$0 $2"; pwd\n');
    const run = await runCli(['shell', script, 'a', 'b'], { input: Buffer.from('typed\n') });
    expect(run).toMatchObject({ code: 0, out: 'typed\n/root/script b\n/root\n', err: '' });
    const piped = await runCli(['shell'], { input: Buffer.from('echo one\nfalse\n') });
    expect(piped).toMatchObject({ code: 1, out: 'one\n' });
  });

  it('repeats itself when it is asked to', async () => {
    const run = () =>
      runCli([
        'shell',
        '--seed',
        '7',
        '--time',
        '2024-01-02T03:04:05Z',
        '-c',
        'date -u +%FT%TZ; cat /proc/sys/kernel/random/uuid',
      ]);
    const [first, second] = [await run(), await run()];
    expect(first.out.split('\n')[0]).toBe('2024-01-02T03:04:05Z');
    expect(second.out).toBe(first.out);
  });

  it('refuses a time that is none', async () => {
    expect(await runCli(['shell', '--time', 'noon', '-c', 'true'])).toMatchObject({ code: 2 });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/cli/exitCode.ts';
import { runCli } from './runCli.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-traces-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mtime = [1_100_000_000, 0];
const trace = {
  schema: 1,
  opts: '',
  upper: true,
  lower: [
    [
      { p: '', t: 'd', m: 0o755, mt: mtime },
      { p: 'a', t: 'f', m: 0o644, d: 'text', mt: mtime },
    ],
  ],
  ops: [
    ['unlink', 'a', 'ok'],
    ['read', 'a', 'ENOENT'],
  ],
  final: {
    tree: [{ p: '', t: 'd', m: 0o755, n: 1, mt: 'now' }],
    upper: [
      { p: '', t: 'd', m: 0o755 },
      { p: 'a', wh: 1 },
    ],
    remount: 'same',
  },
};

describe('OVL-1 palimpsest conformance overlay', () => {
  it('replays what lies in a folder, and tells what differs', async () => {
    writeFileSync(join(folder, 'index.json'), '[]');
    writeFileSync(join(folder, '000.json'), JSON.stringify(trace));
    const good = await runCli(['conformance', 'overlay', folder]);
    expect(good.out).toBe('ok 000.json\n1 passed, 0 failed\n');
    expect(good.code).toBe(ExitCode.fine);

    writeFileSync(join(folder, '001.json'), JSON.stringify({ ...trace, ops: [['unlink', 'a', 'EPERM']] }));
    writeFileSync(join(folder, '002.json'), '{"schema":2}');
    const bad = await runCli(['conformance', 'overlay', '--failures', folder]);
    expect(bad.code).toBe(ExitCode.found);
    expect(bad.out.split('\n')).toEqual([
      'FAIL 001.json: call 0 ["unlink","a"]: "ok" instead of "EPERM"',
      'FAIL 002.json: threw: no trace of schema 1',
      '1 passed, 2 failed',
      '',
    ]);
  });

  it('as JSON, and only some', async () => {
    const { out } = await runCli(['conformance', 'overlay', '--json', '--only', '000', folder]);
    expect(JSON.parse(out)).toEqual({
      schema: 1,
      command: 'conformance overlay',
      dir: folder,
      traces: [{ file: '000.json', passed: true, problems: [] }],
    });
  });

  it('without traces it says so', async () => {
    const { code, err } = await runCli(['conformance', 'overlay', '--only', 'none', folder]);
    expect(code).toBe(ExitCode.failed);
    expect(err).toContain('no such trace');
  });
});

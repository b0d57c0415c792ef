import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './runCli.ts';

const EMPTY = { images: [], containers: [], volumes: [] };

function transcript(name: string, steps: readonly object[]): object {
  return {
    name,
    title: name,
    client: '28.2.2',
    daemon: '20.10.24',
    starting_images: [],
    services: [],
    env: { DOCKER_BUILDKIT: '0' },
    files: [{ path: 'greeting', mode: '0644', text: 'hello\n' }],
    mtime: 1_700_000_000,
    steps,
    unstable: [],
  };
}

function sessions(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sessions-'));
  mkdirSync(join(dir, 'transcripts'));
  mkdirSync(join(dir, 'images'));
  const steps = [
    { cmd: 'cat greeting', exit: 0, stdout: 'hello\n', stderr: '' },
    { cmd: 'docker volume create data', exit: 0, stdout: 'data\n', stderr: '' },
    { cmd: 'docker volume rm data', exit: 0, stdout: 'data\n', stderr: '', state: EMPTY },
    { cmd: 'echo a; docker ps -q', exit: 0, tty: true, stdout: '', stderr: '', screen: 'a' },
  ];
  const wrong = [{ cmd: 'cat greeting', exit: 1, stdout: 'good day\n', stderr: '' }];
  writeFileSync(join(dir, 'transcripts', '01-good.json'), JSON.stringify(transcript('01-good', steps)));
  writeFileSync(join(dir, 'transcripts', '02-bad.json'), JSON.stringify(transcript('02-bad', wrong)));
  return dir;
}

describe('palimpsest conformance docker', () => {
  const dir = sessions();

  it('ends with 0 when everything is as recorded', async () => {
    const { code, out } = await runCli(['conformance', 'docker', '--only', '01', dir]);
    expect(out).toBe('ok 01-good: 4 of 4\n1 passed, 0 failed\n');
    expect(code).toBe(0);
  }, 30_000);

  it('tells what differs', async () => {
    const { code, out } = await runCli(['conformance', 'docker', '-v', '--only', '02', dir]);
    expect(out).toContain('FAIL 02-bad: 0 of 1\n');
    expect(out).toContain('exit 1 != 0');
    expect(out).toContain('good day');
    expect(out.endsWith('0 passed, 1 failed\n')).toBe(true);
    expect(code).toBe(1);
  }, 30_000);

  it('gives it as JSON', async () => {
    const { out } = await runCli(['conformance', 'docker', '--json', '--only', '02', dir]);
    expect(JSON.parse(out)).toMatchObject({
      schema: 1,
      command: 'conformance docker',
      passed: 0,
      failed: 1,
      transcripts: [{ name: '02-bad', isBuild: false, steps: 1, excepted: [] }],
    });
  }, 30_000);

  it('tells a name that no transcript has', async () => {
    const { code, err } = await runCli(['conformance', 'docker', '--only', 'none', dir]);
    expect(err).toContain('there is no transcript of that name');
    expect(code).toBe(2);
  });
});

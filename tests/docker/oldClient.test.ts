import { beforeAll, describe, expect, it } from 'vitest';
import { dockerProgram } from '../../src/docker/docker.ts';
import { run, type RunResult } from '../support/testKernel.ts';
import { testEngine, type TestEngine } from '../support/testEngine.ts';

// Words that the client of 20.10 has of its own; and those that newer ones have not from the daemon. Both as recorded.

const SOCKET = 'unix:///var/run/docker.sock';

function docker(host: TestEngine, vintage: '20.10' | '28', words: readonly string[]): Promise<RunResult> {
  const program = dockerProgram({ engineAt: (at) => (at === SOCKET ? host.engine : undefined), vintage });
  return run(host, (process) => {
    process.argv = ['docker', ...words];
    return program(process);
  });
}

describe('what is not there', () => {
  let host: TestEngine;
  beforeAll(() => {
    host = testEngine();
  });

  it.each([
    [['rmi', 'x'], 'Error: No such image: x', 'Error response from daemon: No such image: x:latest'],
    [['rm', 'x'], 'Error: No such container: x', 'Error response from daemon: No such container: x'],
    [['logs', 'x'], 'Error: No such container: x', 'Error response from daemon: No such container: x'],
    [['exec', 'x', 'y'], 'Error: No such container: x', 'Error response from daemon: No such container: x'],
    [
      ['stop', 'x'],
      'Error response from daemon: No such container: x',
      'Error response from daemon: No such container: x',
    ],
    [['cp', 'x:/f', '.'], 'Error: No such container:path: x:/f', 'Error response from daemon: No such container: x'],
    [['volume', 'rm', 'x'], 'Error: No such volume: x', 'Error response from daemon: get x: no such volume'],
    [['volume', 'inspect', 'x'], 'Error: No such volume: x', 'Error response from daemon: get x: no such volume'],
  ])('%j', async (words, old, current) => {
    const [before, now] = await Promise.all([docker(host, '20.10', words), docker(host, '28', words)]);
    expect([before.code, before.stderr]).toEqual([1, `${old}\n`]);
    expect([now.code, now.stderr]).toEqual([1, `${current}\n`]);
  });

  it('is told with a full stop and the help where it was to run', async () => {
    const { code, stderr } = await docker(host, '20.10', ['run', '--pull', 'never', 'x']);
    expect([code, stderr]).toEqual([
      125,
      "docker: Error response from daemon: No such image: x:latest.\nSee 'docker run --help'.\n",
    ]);
  });

  it('has a version of its own', async () => {
    expect((await docker(host, '20.10', ['--version'])).stdout).toBe('Docker version 20.10.24+dfsg1, build 297e128\n');
  });
});

describe('what is asked of no engine, or of one first', () => {
  it.each([
    [['logs', ''], 'invalid container name or ID: value is empty'],
    [['export', ''], 'invalid container name or ID: value is empty'],
    [['inspect', ''], 'invalid container name or ID: value is empty'],
    [['rm', ''], 'container name cannot be empty'],
    [['rm', '--link', 'x'], 'Error response from daemon: No such container: x'],
    [['kill', '-s', '0', 'x'], 'Error response from daemon: Invalid signal: 0'],
    [
      ['ps', '--filter', 'publish=80x'],
      'Error response from daemon: error while looking up for publish 80x: strconv.ParseUint: parsing "80x": invalid syntax',
    ],
    [['pull', 'scratch'], "Error response from daemon: 'scratch' is a reserved name"],
  ])('%j', async (words, expected) => {
    const { code, stderr, stdout } = await docker(testEngine(), '28', words);
    expect([code, stderr]).toEqual([1, `${expected}\n`]);
    expect(stdout.replace('Using default tag: latest\n', '').trim().replace('[]', '')).toBe('');
  });

  it('a flag that is going is told of on standard output', async () => {
    const { stdout } = await docker(testEngine(), '28', ['stop', '--time', '0', 'x']);
    expect(stdout).toBe('Flag --time has been deprecated, use --timeout instead\n');
  });

  it.each(['table', 'raw', '{{.ID}}'])('a format beside --quiet: %s', async (format) => {
    const warning = 'WARNING: Ignoring custom format, because both --format and --quiet are set.\n';
    expect((await docker(testEngine(), '28', ['ps', '-q', '--format', format])).stderr).toBe(warning);
  });

  it('reads a format as it is typed before its escapes are made of it', async () => {
    const { stderr } = await docker(testEngine(), '28', ['ps', '--format', '{{"\\n"}}']);
    expect(stderr).toBe('template parsing error: template: :1: unterminated quoted string\n');
  });
});

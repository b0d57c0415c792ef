import { beforeAll, describe, expect, it } from 'vitest';
import { encodeName } from '../../src/bytes/byteName.ts';
import { dockerProgram } from '../../src/docker/docker.ts';
import { oneProgram } from '../../src/machine/programs.ts';
import { makeDirectories, symlink, writeFile } from '../../src/shell/kernel/calls.ts';
import type { Process } from '../../src/shell/kernel/process.ts';
import { standIn } from '../../src/shell/kernel/standIn.ts';
import { writeTar } from '../../src/tar/writeTar.ts';
import { testEngine, type TestEngine } from '../support/testEngine.ts';
import { run, type RunResult } from '../support/testKernel.ts';

// Rules that recordings of docker 28.2.2 with dockerd 20.10.24 show.

const SOCKET = 'unix:///var/run/docker.sock';
const RUN_USAGE =
  "\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'docker run --help' for more information\n";

/** `show` prints its variables, sorted; `show pid` its number. */
async function show(process: Process): Promise<number> {
  if (process.argv[1] === 'pid') await process.print(`${process.pid}\n`);
  else
    await process.print(
      [...process.env]
        .map(([name, value]) => `${name}=${value}`)
        .sort()
        .join(' '),
    );
  if (process.argv[1] === 'stay') return process.waitFor(new Promise<number>(() => undefined));
  return 0;
}

async function machine(): Promise<TestEngine> {
  const host = testEngine({ programs: oneProgram('show', show) });
  const content = standIn('show');
  const member = { type: 'file' as const, mode: 0o755, uid: 0, gid: 0, mtimeSec: 1_600_000_000 };
  const tar = writeTar([
    { member: { ...member, name: encodeName('bin/show'), sizeBytes: content.length }, content: once(content) },
  ]);
  await host.engine.images.importImage(tar, {
    reference: 'base',
    sourceName: '-',
    message: '',
    changes: ['ENV PATH=/bin KEPT=1', 'CMD ["show"]'],
  });
  return host;
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

function docker(host: TestEngine, words: readonly string[], env: Record<string, string> = {}): Promise<RunResult> {
  const program = dockerProgram({ engineAt: (at) => (at === SOCKET ? host.engine : undefined) });
  return run(
    host,
    (process) => {
      process.argv = ['docker', ...words];
      return program(process);
    },
    { env, stdin: '' },
  );
}

describe('what the client checks itself', () => {
  let host: TestEngine;
  beforeAll(async () => {
    host = await machine();
  });

  it.each([
    [['--add-host', 'bad'], '"bad" for "--add-host" flag: bad format for add-host: "bad"'],
    [['--add-host', 'a:1.2.3'], '"a:1.2.3" for "--add-host" flag: invalid IP address in add-host: "1.2.3"'],
    [['--label', '=x'], `"=x" for "-l, --label" flag: invalid label '=x': empty name`],
    [['--label', 'a b=x'], `"a b=x" for "-l, --label" flag: label 'a b' contains whitespaces`],
    [['--dns', '1.2.3'], '"1.2.3" for "--dns" flag: IP address is not correctly formatted: 1.2.3'],
    [['--dns-search', 'bad..name'], '"bad..name" for "--dns-search" flag: bad..name is not a valid domain'],
    [['--sysctl', 'x'], `"x" for "--sysctl" flag: sysctl 'x' is not allowed`],
    [['--memory', '64x'], `"64x" for "-m, --memory" flag: invalid suffix: 'x'`],
    [['--memory', 'x'], `"x" for "-m, --memory" flag: invalid size: 'x'`],
    [['--health-interval', '1'], '"1" for "--health-interval" flag: time: missing unit in duration "1"'],
    [['--health-interval', '1x'], '"1x" for "--health-interval" flag: time: unknown unit "x" in duration "1x"'],
  ])('%j', async (words, told) => {
    const { code, stderr } = await docker(host, ['run', ...words, 'base']);
    expect([code, stderr]).toEqual([125, `invalid argument ${told}${RUN_USAGE}`]);
  });

  it.each([
    [['cp', ':/x', 'y'], 'must specify at least one container source'],
    [['history', ''], 'Error response from daemon: page not found'],
    [['image', 'inspect', ''], 'Error: No such image: '],
    [['inspect', '--type', 'plugin', 'x'], 'Error response from daemon: plugin "x" not found'],
    [['-l', 'bogus', 'ps'], 'Unable to parse logging level: bogus'],
    [['-H', 'bogus', 'ps'], 'Cannot connect to the Docker daemon at tcp://bogus:2375. Is the docker daemon running?'],
    [
      ['-H', 'tcp://', 'ps'],
      'Cannot connect to the Docker daemon at tcp://localhost:2375. Is the docker daemon running?',
    ],
    [['swarm', 'leave'], 'Error response from daemon: This node is not part of a swarm'],
    [
      ['tag', 'base', 'LOCAL/a'],
      'Error response from daemon: invalid reference format: repository name must be lowercase',
    ],
    [['tag', 'base', '[::1]:5000/a'], 'Error response from daemon: invalid reference format'],
    [
      ['pull', '--platform', 'bogus', 'base'],
      'Error response from daemon: "bogus": unknown operating system or architecture: invalid argument',
    ],
    [['save', '-o', '/f/x', 'base'], 'failed to save image: invalid output path: stat /f: not a directory'],
    [['save', '-o', '/link', 'base'], 'failed to save image: cannot write to a symbolic link directly'],
    [['save', '-o', '/dev/null', 'base'], 'failed to save image: cannot write to a character device file'],
  ])('%j', async (words, told) => {
    await run(host, async (process) => {
      makeDirectories(process, '/dir', 0o755);
      await writeFile(process, '/f', 'file');
      try {
        symlink(process, '/nowhere', '/link');
      } catch {
        // It is there from the case before.
      }
      return 0;
    });
    const { code, stderr } = await docker(host, words);
    expect([code, stderr.replace('Using default tag: latest\n', '')]).toEqual([1, `${told}\n`]);
  });

  it.each([
    ['all', 'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]]'],
    ['bogus=x', `invalid argument "bogus=x" for "--gpus" flag: unexpected key 'bogus' in 'bogus=x'`],
    ['', 'invalid argument "" for "--gpus" flag: EOF'],
  ])('has no devices: --gpus %j', async (gpus, told) => {
    const { code, stderr } = await docker(host, ['run', '--rm', '--gpus', gpus, 'base']);
    expect([code, stderr.split('\n')[0]]).toEqual([125, told]);
  });

  it('lists all images for an empty name', async () => {
    expect((await docker(host, ['images', '-q', ''])).stdout).toMatch(/^[0-9a-f]{12}\n$/);
  });

  it('keeps to the version of the API that it is told', async () => {
    const words = ['version', '--format', '{{.Client.APIVersion}}'];
    expect((await docker(host, words, { DOCKER_API_VERSION: '1.40' })).stdout).toBe('1.40\n');
  });

  it('shows the help of what the engine has not as what it is', async () => {
    expect(await docker(host, ['checkpoint', '--help'])).toEqual({
      code: 0,
      stdout: 'docker checkpoint is only supported on a Docker daemon with experimental features enabled\n',
      stderr: '',
    });
  });
});

describe('containers as the client asks for them', () => {
  let host: TestEngine;
  beforeAll(async () => {
    host = await machine();
  });

  it('takes a variable away that has a name alone, and fills an empty HOME', async () => {
    const { stdout } = await docker(host, ['run', '--rm', '-h', 'h', '-e', 'KEPT', '-e', 'HOME=', 'base']);
    expect(stdout).toBe('HOME=/ HOSTNAME=h PATH=/bin');
  });

  it('tells the ID before a start that fails', async () => {
    const { code, stdout } = await docker(host, ['run', '-d', '--name', 'fails', 'base', 'nothing']);
    expect(code).toBe(127);
    expect(stdout).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('says no more of a refused attachment than its status', async () => {
    const { code, stderr } = await docker(host, ['run', '--name', 'keys', '--detach-keys', 'bogus', 'base']);
    expect([code, stderr]).toEqual([1, 'unable to upgrade to tcp, received 400\n']);
    expect((await docker(host, ['ps', '-a', '--filter', 'name=keys', '--format', '{{.State}}'])).stdout).toBe(
      'created\n',
    );
  });

  it('filters of time show none that is stopped', async () => {
    await docker(host, ['run', '-d', '--name', 'up', 'base', 'show', 'stay']);
    const shown = (words: string[]) => docker(host, ['ps', ...words, '--format', '{{.Names}}']);
    expect((await shown(['--filter', 'since=keys'])).stdout).toBe('up\n');
    expect((await shown(['--filter', 'exited=0'])).stdout).toBe('');
    expect((await shown(['--filter', 'status=created', '--filter', 'name=keys'])).stdout).toBe('keys\n');
  });

  it('numbers commands as if runc had threads', async () => {
    const pids = [];
    for (let i = 0; i < 3; i++) pids.push((await docker(host, ['exec', 'up', 'show', 'pid'])).stdout.trim());
    expect(pids).toEqual(['7', '13', '19']);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { encodeName } from '../../src/bytes/byteName.ts';
import { dockerProgram } from '../../src/docker/docker.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { oneProgram } from '../../src/machine/programs.ts';
import { makeDirectories, readFile, writeFile } from '../../src/shell/kernel/calls.ts';
import type { Process } from '../../src/shell/kernel/process.ts';
import { standIn } from '../../src/shell/kernel/standIn.ts';
import { writeTar } from '../../src/tar/writeTar.ts';
import { testEngine, type TestEngine } from '../support/testEngine.ts';
import { run, type RunResult } from '../support/testKernel.ts';

const SOCKET = 'unix:///var/run/docker.sock';

async function* bytesOf(bytes: Uint8Array) {
  yield bytes;
}

/** `wait` waits; `wait TEXT` prints it. */
async function wait(process: Process): Promise<number> {
  if (process.argv.length === 1) return process.waitFor(new Promise<number>(() => undefined));
  await process.print(`${process.argv.slice(1).join(' ')}\n`);
  return 3;
}

function fileMember(name: string, content: Uint8Array, mode: number) {
  const member = { type: 'file' as const, mode, uid: 0, gid: 0, mtimeSec: 1_600_000_000 };
  return { member: { ...member, name: encodeName(name), sizeBytes: content.length }, content: bytesOf(content) };
}

async function machine(): Promise<TestEngine> {
  const host = testEngine({ programs: oneProgram('wait', wait) });
  const tar = writeTar([
    fileMember('bin/wait', standIn('wait'), 0o755),
    fileMember('etc/passwd', encodeName('root:x:0:0:root:/root:/bin/sh\n'), 0o644),
  ]);
  await host.engine.images.importImage(tar, {
    reference: 'base',
    sourceName: '-',
    message: '',
    changes: ['ENV PATH=/bin', 'CMD ["wait"]'],
  });
  return host;
}

function docker(
  host: TestEngine,
  words: readonly string[],
  options: {
    readonly env?: Record<string, string>;
    readonly engine?: Engine | undefined;
    readonly stdin?: string;
  } = {},
): Promise<RunResult> {
  const engine = Object.hasOwn(options, 'engine') ? options.engine : host.engine;
  const program = dockerProgram({ engineAt: (at) => (at === SOCKET ? engine : undefined) });
  return run(
    host,
    (process) => {
      process.argv = ['docker', ...words];
      return program(process);
    },
    { env: options.env ?? {}, stdin: options.stdin ?? '' },
  );
}

async function fileText(host: TestEngine, path: string): Promise<string> {
  const { stdout } = await run(host, async (process) => {
    await process.print(await readFile(process, path));
    return 0;
  });
  return stdout;
}

describe('the docker command line', () => {
  let host: TestEngine;
  beforeAll(async () => {
    host = await machine();
  });

  it('runs a container and ends with its status', async () => {
    expect(await docker(host, ['run', '--rm', 'base', 'wait', 'a', 'b'])).toEqual({
      code: 3,
      stdout: 'a b\n',
      stderr: '',
    });
  });

  it('writes the ID to a file, and refuses one that is there', async () => {
    const created = await docker(host, ['create', '--cidfile', '/tmp/cid', '--name', 'kept', 'base']);
    expect(await fileText(host, '/tmp/cid')).toBe(created.stdout.trim());
    const again = await docker(host, ['create', '--cidfile', '/tmp/cid', 'base']);
    expect(again.code).not.toBe(0);
    expect(again.stderr).toContain('container ID file found');
  });

  it('asks for no MAC address where the daemon is older than those of networks', async () => {
    const fault =
      '"specify mac-address per network" requires API version 1.44, but the Docker daemon API version is 1.41\n';
    const words = ['--name', 'mac', '--mac-address', '02:42:ac:11:00:02', 'base'];
    expect(await docker(host, ['create', ...words])).toEqual({ code: 1, stdout: '', stderr: fault });
    const ran = await docker(host, ['run', ...words]);
    expect({ code: ran.code, told: ran.stderr.split('\n')[0] }).toEqual({ code: 125, told: `docker: ${fault.trim()}` });
    expect((await docker(host, ['ps', '-aq', '--filter', 'name=mac'])).stdout).toBe('');
  });

  it('counts the processes of running containers', async () => {
    await docker(host, ['run', '-d', '--name', 'up', 'base']);
    const { stdout } = await docker(host, ['stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}} {{.MemUsage}}']);
    expect(stdout).toBe('up 1 0B / 0B\n');
    const table = await docker(host, ['stats', '--no-stream', 'kept']);
    expect(table.stdout.split('\n')[0]).toBe(
      'CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O   BLOCK I/O   PIDS',
    );
    expect((await docker(host, ['stats'])).code).toBe(125);
    await docker(host, ['rm', '-f', 'up']);
  });

  it('does to each name what it can, and tells of the others', async () => {
    await docker(host, ['create', '--name', 'one', 'base']);
    const { code, stdout, stderr } = await docker(host, ['rm', 'none', 'one', 'no']);
    expect([code, stdout]).toEqual([1, 'one\n']);
    expect(stderr).toBe(
      'Error response from daemon: No such container: none\nError response from daemon: No such container: no\n',
    );
  });

  it('asks before it prunes', async () => {
    await docker(host, ['create', '--name', 'asked', 'base']);
    const kept = await docker(host, ['container', 'prune'], { stdin: 'n\n' });
    expect(kept.stdout).toContain('Are you sure you want to continue? [y/N] ');
    const names = await docker(host, ['ps', '-a', '--format', '{{.Names}}']);
    expect(names.stdout.split('\n')).toContain('asked');
    await docker(host, ['container', 'prune', '-f']);
    expect((await docker(host, ['ps', '-aq'])).stdout).toBe('');
  });

  it('tells that no engine answers', async () => {
    const { code, stderr } = await docker(host, ['ps'], { engine: undefined });
    expect(code).toBe(1);
    expect(stderr).toBe(`Cannot connect to the Docker daemon at ${SOCKET}. Is the docker daemon running?\n`);
  });

  it.each([
    [['rmm'], 1, "docker: unknown command: docker rmm\n\nRun 'docker --help' for more information\n"],
    [
      ['rm', '--nope'],
      125,
      "unknown flag: --nope\n\nUsage:  docker rm [OPTIONS] CONTAINER [CONTAINER...]\n\nRun 'docker rm --help' for more information\n",
    ],
    [['run', '--ip', '172.17.0.9', 'base'], 125, "docker: --ip of 'docker run' is not simulated\n"],
    [['swarm', 'init'], 1, "docker: 'docker swarm init' is not simulated\n"],
  ])('refuses %j', async (words, code, stderr) => {
    expect(await docker(host, words)).toEqual({ code, stdout: '', stderr });
  });
});

describe('what the docker client keeps', () => {
  it('uses the formats of config.json', async () => {
    const host = await machine();
    const env = { DOCKER_CONFIG: '/etc/docker-client' };
    await run(host, async (process) => {
      makeDirectories(process, '/etc/docker-client');
      await writeFile(process, '/etc/docker-client/config.json', '{"imagesFormat":"{{.Repository}}!"}');
      return 0;
    });
    expect((await docker(host, ['images'], { env })).stdout).toBe('base!\n');
  });

  it('speaks to the engine of the context in use', async () => {
    const host = await machine();
    await docker(host, ['context', 'create', 'far', '--docker', 'host=tcp://far:2375']);
    expect((await docker(host, ['context', 'use', 'far'])).stdout).toBe('far\n');
    expect((await docker(host, ['context', 'show'])).stdout).toBe('far\n');
    const away = await docker(host, ['images']);
    expect(away.code).toBe(1);
    expect(away.stderr).toContain('tcp://far:2375');
    expect((await docker(host, ['-c', 'default', 'images', '-q'])).stdout).toMatch(/^[0-9a-f]{12}\n$/);
    expect(await fileText(host, '/root/.docker/config.json')).toContain('"currentContext": "far"');
  });
});

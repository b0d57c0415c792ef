import { describe, expect, it } from 'vitest';
import { decodeName } from '../../src/bytes/byteName.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Process } from '../../src/shell/kernel/process.ts';
import type { Program, ProgramTable } from '../../src/shell/kernel/program.ts';
import { readFile, unlink, writeFile } from '../../src/shell/kernel/calls.ts';
import { standIn } from '../../src/shell/kernel/standIn.ts';
import { SIGNALS } from '../../src/shell/kernel/signals.ts';
import { writeTar } from '../../src/tar/writeTar.ts';
import { encodeName } from '../../src/bytes/byteName.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { packEngine } from '../../src/engine/packEngine.ts';
import { unpackEngine } from '../../src/engine/unpackEngine.ts';
import { LabNetwork } from '../../src/machine/labNetwork.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { EngineError } from '../../src/engine/engineError.ts';
import { testEngine } from '../support/testEngine.ts';

/** `put PATH TEXT`, `get PATH`, `drop PATH`, `echo …`, `cat`, `wait`, `fail N`, `env`. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  put: async (process) => {
    await writeFile(process, process.argv[1] as string, process.argv[2] as string);
    return 0;
  },
  get: async (process) => {
    await process.print(await readFile(process, process.argv[1] as string));
    return 0;
  },
  drop: (process) => {
    for (const path of process.argv.slice(1)) unlink(process, path);
    return 0;
  },
  echo: async (process) => {
    await process.print(`${process.argv.slice(1).join(' ')}\n`);
    return 0;
  },
  both: async (process) => {
    await process.print('out\n');
    await process.write(2, 'err\n');
    return 0;
  },
  cat: async (process) => {
    await process.print(await process.readAll(0));
    return 0;
  },
  wait: (process) => process.waitFor(new Promise<number>(() => undefined)),
  heed: async (process) => {
    process.onSignal(SIGNALS.TERM, () => process.exit(7));
    for (;;) await process.waitFor(new Promise<number>(() => undefined)).catch(passInterrupted);
  },
  serve: async (process) => {
    const { network } = process.kernel;
    const body = (text: string) => once(encodeName(text));
    const end = network.listen?.(process.namespaces.network.host, 80, {
      http: async ({ url }) => ({ status: 200, statusText: 'OK', headers: {}, body: body(`at ${url.pathname}`) }),
    });
    try {
      return await process.waitFor(new Promise<number>(() => undefined));
    } finally {
      end?.();
    }
  },
  fail: (process) => Number(process.argv[1]),
  env: async (process) => {
    for (const [name, value] of process.env) await process.print(`${name}=${value}\n`);
    return 0;
  },
  whoami: async (process: Process) => {
    const { uid, gid, groups } = process.credentials;
    await process.print(`${uid}:${gid}:${groups.join(',')} ${process.cwd} ${process.pid}\n`);
    return 0;
  },
};

function passInterrupted(error: unknown): void {
  if ((error as { code?: string }).code !== 'EINTR') throw error;
}

const TABLE: ProgramTable = {
  has: (name) => Object.hasOwn(PROGRAMS, name),
  load: (name) => PROGRAMS[name] as Program,
  names: () => Object.keys(PROGRAMS),
};

const encoder = new TextEncoder();

async function* baseTar() {
  const file = (name: string, text: string | Uint8Array, mode = 0o644) => {
    const content = typeof text === 'string' ? encodeName(text) : text;
    return {
      member: {
        name: encodeName(name),
        type: 'file' as const,
        mode,
        uid: 0,
        gid: 0,
        sizeBytes: content.length,
        mtimeSec: 1_600_000_000,
      },
      content: once(content),
    };
  };
  const directory = (name: string) => ({
    member: {
      name: encodeName(`${name}/`),
      type: 'directory' as const,
      mode: 0o755,
      uid: 0,
      gid: 0,
      sizeBytes: 0,
      mtimeSec: 1_600_000_000,
    },
  });
  yield* writeTar([
    directory('bin'),
    ...Object.keys(PROGRAMS).map((name) => file(`bin/${name}`, standIn(name), 0o755)),
    directory('data'),
    file('data/one', 'one\n'),
    file('data/two', 'two\n'),
    directory('etc'),
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000:Ann:/home/ann:/bin/sh\n'),
    file('etc/group', 'root:x:0:\nann:x:1000:\nstaff:x:50:ann\n'),
    directory('tmp'),
  ]);
}

async function* once(bytes: Uint8Array) {
  if (bytes.length > 0) yield bytes;
}

async function withBase(setup: Parameters<typeof testEngine>[0] = {}) {
  const host = testEngine({ programs: TABLE, ...setup });
  await host.engine.images.importImage(baseTar(), {
    reference: 'base',
    sourceName: '-',
    message: '',
    changes: ['ENV PATH=/bin', 'CMD ["echo","hello"]'],
  });
  return host;
}

interface RunOptions {
  readonly name?: string;
  readonly config?: Parameters<Engine['containers']['create']>[0]['config'];
  readonly hostConfig?: Parameters<Engine['containers']['create']>[0]['hostConfig'];
  readonly stdin?: string;
}

async function run(engine: Engine, command: readonly string[], options: RunOptions = {}) {
  const { id } = await engine.containers.create({
    name: options.name ?? '',
    config: {
      Image: 'base',
      Cmd: command.length > 0 ? command : null,
      ...(options.stdin !== undefined && { OpenStdin: true, StdinOnce: true, AttachStdin: true }),
      ...options.config,
    },
    hostConfig: options.hostConfig ?? {},
  });
  const attachment = await engine.containers.attach(id, {
    wantsStdin: options.stdin !== undefined,
    wantsStdout: true,
    wantsStderr: true,
  });
  const ended = engine.containers.wait(id, 'next-exit');
  await engine.containers.start(id);
  if (options.stdin !== undefined) {
    await attachment.write(encoder.encode(options.stdin));
    attachment.closeInput();
  }
  let stdout = '';
  let stderr = '';
  for await (const { stream, bytes } of attachment.output) {
    if (stream === 'stdout') stdout += decodeName(bytes);
    else stderr += decodeName(bytes);
  }
  const { statusCode } = await ended;
  return { id, stdout, stderr, statusCode };
}

async function failure(promise: Promise<unknown>): Promise<EngineError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('containers of the engine', () => {
  it('ENG-4 runs a command, keeps its log and its status', async () => {
    const { engine } = await withBase();
    expect(await run(engine, [])).toMatchObject({ stdout: 'hello\n', statusCode: 0 });
    const both = await run(engine, ['both'], { name: 'bb' });
    expect(both).toMatchObject({ stdout: 'out\n', stderr: 'err\n' });
    const lines: string[] = [];
    for await (const line of engine.containers.logs('bb', { wantsStdout: true, wantsStderr: true }))
      lines.push(decodeName(line.bytes));
    expect(lines).toEqual(['out\n', 'err\n']);
    expect(await run(engine, ['fail', '42'])).toMatchObject({ statusCode: 42 });
    expect(engine.containers.list({ isAll: true }).map(({ state }) => state)).toEqual(['exited', 'exited', 'exited']);
  });

  it('ENG-4 gives input, variables, user and directory', async () => {
    const { engine } = await withBase();
    expect(await run(engine, ['cat'], { stdin: 'typed' })).toMatchObject({ stdout: 'typed' });
    expect(await run(engine, ['cat'])).toMatchObject({ stdout: '' });
    // Keys that detach mean nothing without a terminal.
    expect(await run(engine, ['cat'], { stdin: 'a\x10\x11b' })).toMatchObject({ stdout: 'a\x10\x11b' });
    const { stdout } = await run(engine, ['env'], { config: { Env: ['A=1'], Hostname: 'h' } });
    expect(stdout).toBe('PATH=/bin\nHOSTNAME=h\nA=1\nHOME=/root\n');
    expect((await run(engine, ['whoami'], { config: { User: 'ann', WorkingDir: '/made/here' } })).stdout).toBe(
      '1000:1000:1000,50 /made/here 1\n',
    );
    expect((await run(engine, ['whoami'], { config: { User: '7:staff' } })).stdout).toBe('7:50:50 / 1\n');
  });

  it('ENG-2 tells why a command cannot be run', async () => {
    const { engine } = await withBase();
    const { id } = await engine.containers.create({
      name: 'xx',
      config: { Image: 'base', Cmd: ['nosuch'] },
      hostConfig: {},
    });
    const error = await failure(engine.containers.start(id));
    expect(error.code).toBe('startNotFound');
    expect(error.message).toBe(
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown',
    );
    expect(engine.containers.inspect('xx').State).toMatchObject({ Status: 'created', ExitCode: 127 });
    const denied = await failure(run(engine, ['/etc/passwd'], { hostConfig: { AutoRemove: true } }));
    expect(denied.code).toBe('startDenied');
    expect(engine.containers.list({ isAll: true })).toHaveLength(1);
  });

  it('ENG-3 shows changes, commits them and exports the tree', async () => {
    const { engine } = await withBase();
    await run(engine, ['put', '/data/new', 'text'], { name: 'cc' });
    expect(engine.containers.changes('cc')).toEqual([
      { kind: 'C', path: '/data' },
      { kind: 'A', path: '/data/new' },
    ]);
    await engine.containers.commit('cc', {
      reference: 'next:1',
      comment: 'a word',
      author: 'Ann',
      changes: [],
      pauses: true,
    });
    const image = engine.images.find('next:1');
    expect(image.layers).toHaveLength(2);
    expect(image.layers[1]?.sizeBytes).toBe(4);
    expect(image.parent).toBe(engine.images.find('base').id);
    expect(engine.images.history('next:1').map(({ comment, createdBy }) => [createdBy, comment])).toEqual([
      ['put /data/new text', 'a word'],
      ['', 'Imported from -'],
    ]);
    expect(await run(engine, ['get', '/data/new'], { config: { Image: 'next:1' } })).toMatchObject({ stdout: 'text' });
    await run(engine, ['drop', '/data/one'], { name: 'dd', config: { Image: 'next:1' } });
    expect(engine.containers.changes('dd')).toEqual([
      { kind: 'C', path: '/data' },
      { kind: 'D', path: '/data/one' },
    ]);
    const id = await engine.images.importImage(engine.containers.exportContainer('dd'), {
      sourceName: '-',
      message: '',
      changes: [],
    });
    const names = [...treePaths(engine.images.find(id).layers[0]?.tree)];
    expect(names).toContain('data/new');
    expect(names).not.toContain('data/one');
    expect(names).toContain('.dockerenv');
  });

  it('ENG-4 stops with the stop signal, or by force when it is not heeded', async () => {
    const { engine } = await withBase();
    for (const [command, code] of [
      ['heed', 7],
      ['wait', 137],
    ] as const) {
      const { id } = await engine.containers.create({
        name: command,
        config: { Image: 'base', Cmd: [command] },
        hostConfig: {},
      });
      await engine.containers.start(id);
      expect(engine.containers.list({})[0]).toMatchObject({ name: command, state: 'running' });
      await engine.containers.stop(command);
      expect(engine.containers.inspect(command).State).toMatchObject({ Status: 'exited', ExitCode: code });
    }
  });

  it('ENG-4 executes more commands in a running container', async () => {
    const { engine } = await withBase();
    const { id } = await engine.containers.create({
      name: 'box',
      config: { Image: 'base', Cmd: ['wait'] },
      hostConfig: {},
    });
    await engine.containers.start(id);
    const exec = async (command: readonly string[], user = '') => {
      const started = await engine.containers.exec('box', {
        command,
        env: [],
        workingDir: '',
        user,
        hasTty: false,
        isPrivileged: false,
        wantsStdin: false,
        isDetached: false,
      });
      let text = '';
      for await (const { bytes } of started.attachment?.output ?? []) text += decodeName(bytes);
      return [text, await started.exit];
    };
    expect(await exec(['echo', 'hi'])).toEqual(['hi\n', 0]);
    expect(await exec(['whoami'], 'ann')).toEqual(['1000:1000:1000,50 / 13\n', 0]);
    expect(await exec(['nosuch'])).toEqual([
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown\r\n',
      126,
    ]);
    await engine.containers.remove('box', { isForced: true });
    expect(engine.containers.list({ isAll: true })).toEqual([]);
  });

  it('ENG-5 keeps volumes, and binds directories of the host', async () => {
    const { engine, kernel } = await withBase({ files: { '/srv/h.txt': 'from host' } });
    await run(engine, ['put', '/v/f', 'kept'], { hostConfig: { Binds: ['data:/v'], AutoRemove: true } });
    expect(await run(engine, ['get', '/v/f'], { hostConfig: { Binds: ['data:/v'] } })).toMatchObject({
      stdout: 'kept',
    });
    expect(await run(engine, ['get', '/h/h.txt'], { hostConfig: { Binds: ['/srv:/h'] } })).toMatchObject({
      stdout: 'from host',
    });
    expect(await run(engine, ['put', '/v/g', 'x'], { hostConfig: { Binds: ['data:/v:ro'] } })).toMatchObject({
      stderr: 'put: /v/g: Read-only file system\n',
      statusCode: 1,
    });
    expect(await run(engine, ['get', '/data/one'], { hostConfig: { Binds: ['fresh:/data'] } })).toMatchObject({
      stdout: 'one\n',
    });
    expect(engine.volumes.list().map(({ name }) => name)).toEqual(['data', 'fresh']);
    expect(kernel.processes.size).toBe(1);
  });

  it('ENG-5 copies in and out', async () => {
    const { engine } = await withBase();
    const { id } = await engine.containers.create({ name: 'cp', config: { Image: 'base' }, hostConfig: {} });
    const { stat, tar } = engine.containers.readArchive('cp', '/data');
    expect(stat).toMatchObject({ name: 'data' });
    await engine.containers.writeArchive('cp', '/tmp', tar);
    expect(engine.containers.changes(id).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'C /tmp',
      'A /tmp/data',
      'A /tmp/data/one',
      'A /tmp/data/two',
    ]);
    expect(() => engine.containers.statPath('cp', '/nosuch')).toThrow(
      'Could not find the file /nosuch in container cp',
    );
  });

  it('ENG-4 publishes the ports of what listens in a container', async () => {
    const network = new LabNetwork();
    network.addHost('testhost');
    const { engine } = await withBase({ network });
    const web = {
      config: { Image: 'base', Cmd: ['serve'] },
      hostConfig: { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] } },
    };
    await engine.containers.create({ name: 'web', ...web });
    await engine.containers.start('web');
    const ask = async () => {
      const answer = await network.service('localhost', 8080, 'testhost').http?.({
        method: 'GET',
        url: new URL('http://localhost:8080/x'),
        headers: {},
      });
      let text = '';
      for await (const chunk of answer?.body ?? []) text += decodeName(chunk);
      return text;
    };
    expect(await ask()).toBe('at /x');
    await engine.containers.create({ name: 'web2', ...web });
    expect((await failure(engine.containers.start('web2'))).message).toMatch(
      /Bind for 0.0.0.0:8080 failed: port is already allocated$/,
    );
    await engine.containers.stop('web');
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
    await engine.containers.start('web2');
    expect(await ask()).toBe('at /x');
  });

  it('ENG-4 gives each network of a container one address', async () => {
    const { engine } = await withBase();
    engine.networks.create({ name: 'net1' });
    const { id } = await engine.containers.create({
      name: 'web',
      config: { Image: 'base', Cmd: ['wait'] },
      hostConfig: { NetworkMode: 'default' },
      networks: { default: {}, net1: { Aliases: ['db'] } },
    });
    await engine.containers.start('web');
    const { Networks: networks } = engine.containers.inspect('web').NetworkSettings as { Networks: object };
    expect(Object.keys(networks).sort()).toEqual(['bridge', 'net1']);
    expect(networks).toMatchObject({
      bridge: { IPAddress: '172.17.0.2', Gateway: '172.17.0.1' },
      net1: { IPAddress: '172.18.0.2', Gateway: '172.18.0.1', Aliases: ['db', id.slice(0, 12)] },
    });
    expect(() => engine.networks.remove('net1')).toThrow('has active endpoints');
    await engine.containers.remove('web', { isForced: true });
    engine.networks.remove('net1');
    expect(() => engine.networks.inspect('net1')).toThrow('network net1 not found');
    expect(() => engine.networks.remove('bridge')).toThrow('bridge is a pre-defined network and cannot be removed');
  });

  it('ENG-7 goes back to what it was', async () => {
    const { engine } = await withBase();
    await run(engine, ['put', '/data/new', 'first'], { name: 'cc' });
    const before = engine.snapshot();
    await engine.containers.writeArchive('cc', '/', baseTar());
    engine.images.remove('base', { isForced: true });
    await engine.containers.remove('cc');
    await engine.restore(before);
    expect(engine.containers.changes('cc').map(({ path }) => path)).toEqual(['/data', '/data/new']);
    expect(engine.images.list({})[0]?.repoTags).toEqual(['base:latest']);
    expect(engine.snapshot().state).toBe(before.state);
  });

  it('ENG-7 runs again what ran, and stops what did not', async () => {
    const { engine, kernel } = await withBase();
    const wait = { config: { Image: 'base', Cmd: ['wait'] }, hostConfig: {} };
    await engine.containers.create({ name: 'ran', ...wait });
    await engine.containers.start('ran');
    const before = engine.snapshot();
    await engine.containers.create({ name: 'later', ...wait });
    await engine.containers.start('later');
    await engine.containers.stop('ran');
    await engine.restore(before);
    expect(engine.containers.list({ isAll: true }).map(({ name, state }) => [name, state])).toEqual([
      ['ran', 'running'],
    ]);
    // dockerd, and what ran.
    expect(kernel.processes.size).toBe(2);
    await engine.shutDown();
    expect(kernel.processes.size).toBe(1);
  });

  it('ENG-7 comes back from what was kept', async () => {
    const { engine } = await withBase();
    await run(engine, ['put', '/data/new', 'kept'], { name: 'cc' });
    await run(engine, ['drop', '/data/one'], { name: 'dd' });
    await engine.containers.commit('dd', { reference: 'next', comment: '', author: '', changes: [], pauses: true });
    const { mount, seal } = engine.images.mount([]);
    mount.symlink('target', '/link');
    await seal('buildkit'); // which counts no bytes of links
    const packed = packEngine(engine.snapshot(), nodePlatform());
    const plain = structuredClone(packed.plain);
    const kept = new Map<string, Uint8Array>();
    for (const [name, { open }] of packed.blobs) {
      const source = await open();
      kept.set(name, (await source.read(0, source.sizeBytes)).slice());
    }
    const snapshot = await unpackEngine(
      plain,
      async (name) => {
        const bytes = kept.get(name);
        return bytes && new MemorySource(bytes);
      },
      nodePlatform(),
    );
    const sizes = (of: typeof snapshot) =>
      [...of.state.layers.values()].map(({ diffId, sizeBytes }) => [diffId, sizeBytes]);
    expect(sizes(snapshot)).toEqual(sizes(engine.snapshot()));
    const other = testEngine({ programs: TABLE }).engine;
    await other.restore(snapshot);
    expect(other.images.list({}).map(({ id }) => id)).toEqual(engine.images.list({}).map(({ id }) => id));
    for (const name of ['cc', 'dd']) expect(other.containers.changes(name)).toEqual(engine.containers.changes(name));
    const lines: string[] = [];
    await other.containers.start('cc');
    await other.containers.wait('cc', 'not-running');
    expect(await run(other, ['get', '/data/two'], { config: { Image: 'next' } })).toMatchObject({ stdout: 'two\n' });
    for await (const { bytes } of other.containers.logs('cc', { wantsStdout: true, wantsStderr: true }))
      lines.push(decodeName(bytes));
    expect(lines).toEqual([]);
    // What did not change keeps its name.
    const again = [...packEngine(snapshot, nodePlatform()).blobs.keys()];
    expect(again.sort()).toEqual([...packed.blobs.keys()].sort());
    await expect(unpackEngine(plain, async () => undefined, nodePlatform())).rejects.toThrow('is lost');
  });

  it('ENG-4 restarts by its policy, and attaches to terminals', async () => {
    const { engine } = await withBase();
    const { id } = await engine.containers.create({
      name: 'again',
      config: { Image: 'base', Cmd: ['fail', '3'] },
      hostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } },
    });
    await engine.containers.start(id);
    for (let i = 0; i < 3 && engine.containers.inspect('again').RestartCount !== 2; i++)
      await engine.containers.wait('again', 'next-exit');
    await engine.containers.wait('again', 'not-running');
    expect(engine.containers.inspect('again').RestartCount).toBe(2);
    const { stdout } = await run(engine, ['echo', 'a'], { config: { Tty: true } });
    expect(stdout).toBe('a\r\n');
  });
});

function* treePaths(tree: import('../../src/vfs/layerTree.ts').LayerTree | undefined): Generator<string> {
  if (!tree) return;
  for (let entry = 1; entry < tree.length; entry++) yield tree.path(entry);
}

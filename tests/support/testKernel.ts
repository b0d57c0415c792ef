import { decodeName, encodeName } from '../../src/bytes/byteName.ts';
import { type Clock, VirtualClock } from '../../src/shell/kernel/clock.ts';
import { devFilesystem, PtsFilesystem } from '../../src/shell/kernel/devFilesystem.ts';
import { Disk } from '../../src/shell/kernel/disk.ts';
import { Kernel } from '../../src/shell/kernel/kernel.ts';
import { memoryFilesystem } from '../../src/shell/kernel/memoryFilesystem.ts';
import { MountNamespace } from '../../src/shell/kernel/mountNamespace.ts';
import type { Network } from '../../src/shell/kernel/network.ts';
import type { OpenFile } from '../../src/shell/kernel/openFile.ts';
import { makePipe } from '../../src/shell/kernel/pipe.ts';
import { type Namespaces, PidNamespace } from '../../src/shell/kernel/namespaces.ts';
import type { Process } from '../../src/shell/kernel/process.ts';
import { exitCode } from '../../src/shell/kernel/waitStatus.ts';
import { ProcFilesystem } from '../../src/shell/kernel/procfs.ts';
import type { Program, ProgramTable } from '../../src/shell/kernel/program.ts';
import type { Pty } from '../../src/shell/kernel/pty.ts';
import { standIn } from '../../src/shell/kernel/standIn.ts';
import { type Credentials, ROOT } from '../../src/vfs/overlay/permission.ts';
import { VfsError } from '../../src/vfs/vfsError.ts';

/** A file's text or bytes; null makes a directory. Keys are absolute paths. */
export type Files = Readonly<Record<string, string | Uint8Array | null>>;

export interface TestKernel {
  readonly kernel: Kernel;
  readonly namespaces: Namespaces;
}

const NOW_SEC = 1_700_000_000;

const NO_NETWORK: Network = {
  resolve: () => undefined,
  service(host) {
    throw new VfsError('ENOENT', 'connect', host);
  },
};

/** A machine with an empty root disk, /proc and /dev, and every program of the table in /usr/bin (/bin is a link). */
export function testKernel(
  setup: {
    readonly files?: Files;
    readonly programs?: ProgramTable;
    readonly clock?: Clock;
    readonly network?: Network;
    readonly diskBytes?: number;
  } = {},
): TestKernel {
  const clock = setup.clock ?? new VirtualClock(NOW_SEC);
  const programs = setup.programs ?? { has: () => false, load: () => () => 0, names: () => [] };
  let seed = 1;
  const random = (length: number) =>
    Uint8Array.from({ length }, () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed >>> 16;
    });
  const kernel = new Kernel({
    clock,
    random,
    programs,
    network: setup.network ?? NO_NETWORK,
    disk: new Disk(setup.diskBytes ?? 2 ** 30),
    onFault: (error) => {
      console.error(error);
    },
  });
  const root = memoryFilesystem(() => clock.now());
  const mounts = new MountNamespace(root);
  for (const path of ['/bin', '/usr', '/usr/bin', '/etc', '/proc', '/dev', '/root', '/home', '/tmp', '/var'])
    if (path !== '/bin') root.mkdir(path, 0o755);
  root.symlink('usr/bin', '/bin');
  root.chmod('/tmp', 0o1777);
  const files: Files = {
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
    '/etc/group': 'root:x:0:\nnogroup:x:65534:\n',
    ...setup.files,
  };
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/').slice(1);
    for (let i = 1; i < parts.length + (content === null ? 1 : 0); i++) {
      const directory = `/${parts.slice(0, i).join('/')}`;
      try {
        root.mkdir(directory, 0o755);
      } catch {
        // It is there.
      }
    }
    if (content !== null) put(root, path, content, 0o644);
  }
  for (const name of programs.names()) put(root, `/usr/bin/${name}`, standIn(name), 0o755);
  const dev = devFilesystem(() => clock.now());
  mounts.mount('/proc', new ProcFilesystem(kernel), { type: 'proc' });
  mounts.mount('/dev', dev, { type: 'tmpfs' });
  mounts.mount('/dev/pts', new PtsFilesystem(kernel), { type: 'devpts' });
  const namespaces: Namespaces = {
    mounts,
    pids: new PidNamespace(undefined),
    uts: { hostname: 'testhost' },
    network: { host: 'testhost', isIsolated: false },
  };
  return { kernel, namespaces };
}

function put(
  root: ReturnType<typeof memoryFilesystem>,
  path: string,
  content: string | Uint8Array,
  mode: number,
): void {
  const fd = root.open(path, 0o1101, mode);
  root.pwrite(fd, 0, typeof content === 'string' ? encodeName(content) : content);
  root.close(fd);
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program by its path or name (looked for in /usr/bin), or a function, to its end. */
export async function run(
  { kernel, namespaces }: TestKernel,
  program: readonly string[] | Program,
  options: {
    readonly stdin?: string | Uint8Array;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
    readonly credentials?: Credentials;
    readonly terminal?: Pty;
  } = {},
): Promise<RunResult> {
  const input = makePipe();
  const output = makePipe();
  const errors = makePipe();
  const { terminal } = options;
  const files = new Map<number, OpenFile>([
    [0, terminal ? terminal.slave : input.readEnd],
    [1, terminal ? terminal.slave : output.writeEnd],
    [2, terminal ? terminal.slave : errors.writeEnd],
  ]);
  const argv = typeof program === 'function' ? ['test'] : program;
  const body: Program =
    typeof program === 'function'
      ? program
      : (process) => {
          const name = argv[0] as string;
          return process.exec(name.includes('/') ? name : `/usr/bin/${name}`, argv);
        };
  const process = kernel.launch(
    {
      namespaces,
      argv,
      env: new Map(Object.entries({ PATH: '/usr/bin:/bin', HOME: '/root', ...options.env })),
      cwd: options.cwd ?? '/',
      credentials: options.credentials ?? ROOT,
      files,
      terminal,
    },
    body,
  );
  if (terminal) terminal.foregroundGroup = process.group;
  for (const end of [input.readEnd, output.writeEnd, errors.writeEnd]) end.close();
  const feeding = feed(input.writeEnd, options.stdin);
  const [stdout, stderr, status] = await Promise.all([drain(output.readEnd), drain(errors.readEnd), process.wait()]);
  await feeding;
  return { code: exitCode(status), stdout: decodeName(stdout), stderr: decodeName(stderr) };
}

async function feed(file: OpenFile, data: string | Uint8Array = ''): Promise<void> {
  try {
    const bytes = typeof data === 'string' ? encodeName(data) : data;
    if (bytes.length > 0) await file.write(bytes);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
  } finally {
    file.close();
  }
}

async function drain(file: OpenFile): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await file.read(65536); chunk.length > 0; chunk = await file.read(65536)) chunks.push(chunk);
  file.close();
  return new Uint8Array(Buffer.concat(chunks));
}

/** What a process of that machine would see, for calls that need one. */
export function idleProcess({ kernel, namespaces }: TestKernel): Process {
  return kernel.launch(
    { namespaces, argv: ['idle'], env: new Map(), cwd: '/', credentials: ROOT, files: new Map() },
    (process) => process.waitFor(new Promise<number>(() => undefined)),
  );
}

import { encodeName } from '../bytes/byteName.ts';
import type { Platform } from '../bytes/platform.ts';
import { applyChanges } from '../build/changes/applyChanges.ts';
import type { ClientVintage } from '../docker/client.ts';
import { completeDocker } from '../docker/completeDocker.ts';
import type { CompanionEngine } from '../docker/companion/realEngine.ts';
import { BUILDX_PATH, BUILDX_PROGRAM, buildxProgram } from '../docker/buildx/plugin.ts';
import { dockerProgram } from '../docker/docker.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { LayerShelf } from '../engine/layerShelf.ts';
import type { EngineVintage } from '../engine/systemCalls.ts';
import { completersOf } from '../shell/interpreter/program/completion.ts';
import type { Clock } from '../shell/kernel/clock.ts';
import { devFilesystem, PtsFilesystem } from '../shell/kernel/devFilesystem.ts';
import { Disk } from '../shell/kernel/disk.ts';
import { Kernel } from '../shell/kernel/kernel.ts';
import { memoryFilesystem } from '../shell/kernel/memoryFilesystem.ts';
import { MountNamespace } from '../shell/kernel/mountNamespace.ts';
import type { Network } from '../shell/kernel/network.ts';
import { type Namespaces, PidNamespace } from '../shell/kernel/namespaces.ts';
import type { Process } from '../shell/kernel/process.ts';
import { ProcFilesystem } from '../shell/kernel/procfs.ts';
import type { ProgramTable } from '../shell/kernel/program.ts';
import { standIn } from '../shell/kernel/standIn.ts';
import { O_CREAT, O_WRONLY } from '../vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { DIRECTORIES, hostFiles, LINKS } from './hostFiles.ts';
import { joinPrograms, oneProgram } from './programs.ts';

export interface HostSetup {
  readonly name: string;
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  readonly platform: Platform;
  readonly vintage: EngineVintage;
  /** Of the docker client: 28 unless given. */
  readonly client?: ClientVintage;
  /** What the docker client has besides itself; nothing unless given. */
  readonly plugins?: readonly 'buildx'[];
  readonly network: Network;
  /** The shells and utilities that the host has; `docker` comes with it. */
  readonly programs: ProgramTable;
  readonly diskBytes: number;
  readonly shelf?: LayerShelf | undefined;
  readonly onFault?: ((error: unknown, process: Process) => void) | undefined;
  /** A companion that is connected. */
  readonly companion?: () => CompanionEngine | undefined;
}

/** One simulated Linux host: a kernel, a root disk, and an engine that `docker` speaks to. */
export interface Host {
  readonly name: string;
  readonly kernel: Kernel;
  readonly namespaces: Namespaces;
  readonly engine: Engine;
  /** The disk, below all other mounts. */
  readonly root: OverlayMount;
}

const ENGINE_HOSTS = new Set(['unix:///var/run/docker.sock', 'unix:///run/docker.sock']);

/** Puts a host together and switches it on. */
export function createHost(setup: HostSetup): Host {
  const { clock } = setup;
  const docker = dockerProgram({
    engineAt: (address) => (ENGINE_HOSTS.has(address) ? engine : undefined),
    ...(setup.client && { vintage: setup.client }),
    ...(setup.companion && { companion: setup.companion }),
  });
  const plugins = (setup.plugins ?? []).map(() => oneProgram(BUILDX_PROGRAM, buildxProgram(docker)));
  const programs = joinPrograms(oneProgram('docker', docker), ...plugins, setup.programs);
  const kernel = new Kernel({
    clock,
    random: setup.random,
    programs,
    network: setup.network,
    disk: new Disk(setup.diskBytes),
    onFault: setup.onFault,
  });
  const root = memoryFilesystem(() => clock.now());
  fillDisk(root, setup.name, programs);
  const mounts = new MountNamespace(root, 'ext4', '/dev/vda1');
  mounts.mount('/proc', new ProcFilesystem(kernel), { type: 'proc' });
  mounts.mount(
    '/dev',
    devFilesystem(() => clock.now()),
    { type: 'tmpfs' },
  );
  mounts.mount('/dev/pts', new PtsFilesystem(kernel), { type: 'devpts' });
  const namespaces: Namespaces = {
    mounts,
    pids: new PidNamespace(undefined),
    uts: { hostname: setup.name },
    network: { host: setup.name, isIsolated: false },
  };
  const engine = createEngine({
    kernel,
    host: namespaces,
    platform: setup.platform,
    vintage: setup.vintage,
    applyChanges,
    shelf: setup.shelf,
  });
  completersOf(kernel).set('docker', (_process, words) => completeDocker(engine, words));
  return { name: setup.name, kernel, namespaces, engine, root };
}

function fillDisk(root: ReturnType<typeof memoryFilesystem>, name: string, programs: ProgramTable): void {
  for (const [path, mode] of DIRECTORIES) {
    root.mkdir(path, mode);
    root.chmod(path, mode);
  }
  for (const [path, target] of LINKS) root.symlink(target, path);
  for (const [path, text] of Object.entries(hostFiles(name))) put(root, path, encodeName(text), 0o644);
  for (const program of programs.names()) putProgram(root, program);
}

/** Gives a disk of another day the programs that it was never given. */
export function addPrograms({ root, kernel }: Host, given: readonly string[]): void {
  const known = new Set(given);
  for (const program of kernel.programs.names())
    if (!known.has(program) && isMissing(root, programPath(program))) putProgram(root, program);
}

/** They run as root whoever starts them. */
const SETUID_PROGRAMS: ReadonlySet<string> = new Set(['mount', 'passwd', 'su', 'sudo', 'umount']);

function putProgram(root: OverlayMount, program: string): void {
  makeFolders(root, programPath(program));
  put(root, programPath(program), standIn(program), 0o755);
  if (SETUID_PROGRAMS.has(program)) root.chmod(programPath(program), 0o4755);
}

function makeFolders(root: OverlayMount, path: string): void {
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const folder = path.slice(0, slash);
    if (isMissing(root, folder)) root.mkdir(folder, 0o755);
  }
}

function programPath(program: string): string {
  return program === BUILDX_PROGRAM ? BUILDX_PATH : `/usr/bin/${program}`;
}

function put(root: OverlayMount, path: string, bytes: Uint8Array, mode: number): void {
  const fd = root.open(path, O_WRONLY | O_CREAT, mode);
  root.pwrite(fd, 0, bytes);
  root.close(fd);
}

function isMissing(root: OverlayMount, path: string): boolean {
  try {
    root.lstat(path);
    return false;
  } catch (error) {
    if (error instanceof VfsError && error.code === 'ENOENT') return true;
    throw error;
  }
}

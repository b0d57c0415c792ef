import type { Filesystem } from '../shell/kernel/filesystem.ts';
import { devFilesystem, PtsFilesystem } from '../shell/kernel/devFilesystem.ts';
import { makeDirectories, statIfThere } from '../shell/kernel/calls.ts';
import { memoryFilesystem } from '../shell/kernel/memoryFilesystem.ts';
import { MountNamespace } from '../shell/kernel/mountNamespace.ts';
import { exitCode, type Namespaces, PidNamespace } from '../shell/kernel/process.ts';
import { ProcFilesystem } from '../shell/kernel/procfs.ts';
import { SIGNALS } from '../shell/kernel/signals.ts';
import { O_CREAT, O_WRONLY } from '../vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { launchInContainer } from './containerProcess.ts';
import { resolveUser } from './containerUser.ts';
import type { EngineCore } from './engineCore.ts';
import { helperProcess } from './helperProcess.ts';
import { ProcessOutput } from './processOutput.ts';

/** A command that runs in mounted layers while an image is built, with no container around it. */
export interface BuildCommand {
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly workingDir: string;
  /** `USER[:GROUP]`, as the tree's own passwd knows them. */
  readonly user: string;
  readonly network: 'default' | 'none' | 'host';
  readonly mounts: readonly BuildMount[];
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void | Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** What lies over the layers while the command runs. */
export interface BuildMount {
  /** Absolute. */
  readonly target: string;
  readonly filesystem: Filesystem;
  /** Directory or file of the filesystem that shows there; '' for all of it. */
  readonly root: string;
  readonly isFile: boolean;
  readonly isReadOnly: boolean;
}

export type BuildCommandEnd = { readonly exitCode: number } | { readonly cannotStart: string };

const DIRECTORY_MODE = 0o755;
const HOST_NAME = 'buildkitsandbox';
/** Files that the sandbox lays over the tree; where they are missing they are made, and taken away afterwards. */
const STUBS = ['/etc/resolv.conf', '/etc/hosts'];
let sandboxes = 0;

/** Runs a command in a mount. Throws EngineError for a user who is not there. */
export async function runInMount(
  core: EngineCore,
  rootfs: OverlayMount,
  command: BuildCommand,
): Promise<BuildCommandEnd> {
  const { kernel } = core;
  const now = () => kernel.clock.now();
  const terminals = { terminals: new Set<never>() };
  const mounts = new MountNamespace(rootfs);
  mounts.mount('/proc', new ProcFilesystem(kernel), { type: 'proc' });
  mounts.mount('/dev', devFilesystem(now), { type: 'tmpfs' });
  mounts.mount('/dev/pts', new PtsFilesystem(terminals), { type: 'devpts' });
  mounts.mount('/sys', memoryFilesystem(now), { type: 'sysfs', isReadOnly: true });
  const helper = helperProcess(kernel, mounts);
  const user = await resolveUser(helper, command.user);
  makeDirectories(helper, command.workingDir, DIRECTORY_MODE);
  const stubs = makeStubs(rootfs);
  for (const mount of command.mounts) place(mounts, helper, mount);
  const namespaces: Namespaces = {
    mounts,
    pids: new PidNamespace(core.host.pids),
    uts: { hostname: HOST_NAME },
    network:
      command.network === 'host'
        ? core.host.network
        : { host: `${HOST_NAME}-${++sandboxes}`, isIsolated: command.network === 'none' },
  };
  const env = new Map(command.env);
  if (!env.has('HOME')) env.set('HOME', user.home);
  const output = new ProcessOutput(kernel.clock, undefined);
  const reader = output.attach();
  const passing = (async () => {
    for await (const { stream, bytes } of reader) await command.onOutput(stream, bytes.slice());
  })();
  try {
    const { args, workingDir } = command;
    const launched = await launchInContainer(
      core,
      namespaces,
      { command: args, env, workingDir, user, hasTty: false, wantsStdin: false },
      output,
      terminals.terminals,
    );
    if ('why' in launched) return { cannotStart: launched.why };
    const stop = () => kernel.killGroup(launched.process.group, SIGNALS.KILL);
    command.signal?.addEventListener('abort', stop);
    if (command.signal?.aborted) stop();
    const status = await launched.status;
    command.signal?.removeEventListener('abort', stop);
    output.close();
    await passing;
    command.signal?.throwIfAborted();
    return { exitCode: exitCode(status) };
  } finally {
    output.close();
    for (const path of stubs) unlinkEmpty(rootfs, path);
  }
}

function makeStubs(rootfs: OverlayMount): readonly string[] {
  const made: string[] = [];
  for (const path of STUBS) {
    try {
      rootfs.lstat(path);
      continue;
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
    }
    try {
      rootfs.mkdir(path.slice(0, path.lastIndexOf('/')), DIRECTORY_MODE);
    } catch (error) {
      if (!(error instanceof VfsError && error.code === 'EEXIST')) continue;
    }
    rootfs.close(rootfs.open(path, O_CREAT | O_WRONLY, 0o644));
    made.push(path);
  }
  return made;
}

/** What the command itself wrote there stays. */
function unlinkEmpty(rootfs: OverlayMount, path: string): void {
  try {
    if (rootfs.lstat(path).sizeBytes === 0) rootfs.unlink(path);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
  }
}

function place(mounts: MountNamespace, helper: ReturnType<typeof helperProcess>, mount: BuildMount): void {
  const { target, filesystem, root, isFile, isReadOnly } = mount;
  if (!statIfThere(helper, target)) {
    const slash = target.lastIndexOf('/');
    if (isFile) {
      if (slash > 0) makeDirectories(helper, target.slice(0, slash), DIRECTORY_MODE);
      helper.mounts.call(helper, target, 'noFollow', 'open', 'write', (within, inner) =>
        within.close(within.open(inner, O_CREAT | O_WRONLY, DIRECTORY_MODE)),
      );
    } else makeDirectories(helper, target, DIRECTORY_MODE);
  }
  const at = mounts.resolve(helper, target, 'follow').path;
  mounts.mount(at, filesystem, { root, isReadOnly, type: 'overlay', source: 'buildkit' });
}

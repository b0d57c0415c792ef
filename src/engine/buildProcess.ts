import type { Filesystem } from '../shell/kernel/filesystem.ts';
import * as calls from '../shell/kernel/calls.ts';
import { MountNamespace } from '../shell/kernel/mountNamespace.ts';
import { type Namespaces, PidNamespace } from '../shell/kernel/namespaces.ts';
import type { Process } from '../shell/kernel/process.ts';
import { exitCode } from '../shell/kernel/waitStatus.ts';
import { SIGNALS } from '../shell/kernel/signals.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { bounded, DEFAULT_CAPABILITIES } from './containerPrivileges.ts';
import { launchInContainer } from './containerProcess.ts';
import { type ContainerUser, resolveUser } from './containerUser.ts';
import type { EngineCore } from './engineCore.ts';
import { helperProcess } from './helperProcess.ts';
import { mountKernelFilesystems, SHARED_MEMORY } from './kernelMounts.ts';
import { MountPoints, type StubRemoval } from './mountPoints.ts';
import { ProcessOutput } from './processOutput.ts';

/** A command that runs in mounted layers while an image is built, with no container around it. */
export interface BuildCommand {
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly workingDir: string;
  /** `USER[:GROUP]`, as the tree's own passwd knows them. */
  readonly user: string;
  /** Who runs it has its primary group among the others, too; so it is where it is not said. */
  readonly keepsPrimaryGroup?: boolean;
  readonly network: 'default' | 'none' | 'host';
  readonly mounts: readonly BuildMount[];
  /** What of the mount points that were made for it is taken away: all where it is not said. */
  readonly stubs?: StubRemoval;
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
  /** As /proc/mounts names it. */
  readonly type?: 'overlay' | 'tmpfs';
  readonly options?: string;
}

export type BuildCommandEnd = { readonly exitCode: number } | { readonly cannotStart: string };

const DIRECTORY_MODE = 0o755;
const HOST_NAME = 'buildkitsandbox';
let sandboxes = 0;

/** Runs a command in a mount. Throws EngineError for a user who is not there. */
export async function runInMount(
  core: EngineCore,
  rootfs: OverlayMount,
  command: BuildCommand,
): Promise<BuildCommandEnd> {
  const { kernel } = core;
  const terminals = { terminals: new Set<never>() };
  const mounts = new MountNamespace(rootfs);
  const isTaken = command.mounts.some(({ target }) => target === SHARED_MEMORY);
  mountKernelFilesystems(mounts, { kernel, terminals, ...(isTaken && { sharedMemoryBytes: 0 }) });
  const helper = helperProcess(kernel, mounts);
  const resolved = await resolveUser(helper, command.user);
  const user = command.keepsPrimaryGroup === false ? withoutPrimaryGroup(resolved) : resolved;
  const points = new MountPoints(kernel, rootfs, command.mounts, command.stubs ?? 'all');
  makeWorkingDirectory(helper, command.workingDir, user);
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
      { command: args, env, workingDir, user: withBounds(user), hasTty: false, wantsStdin: false },
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
    points.remove();
  }
}

/** BuildKit lets a RUN do what a container may (executor/oci, GenerateSpec). */
function withBounds(user: ContainerUser): ContainerUser {
  return { ...user, credentials: bounded(user.credentials, DEFAULT_CAPABILITIES) };
}

function withoutPrimaryGroup({ credentials, ...user }: ContainerUser): ContainerUser {
  const groups = credentials.groups.filter((group) => group !== credentials.gid);
  return { ...user, credentials: { ...credentials, groups } };
}

function place(mounts: MountNamespace, helper: Process, mount: BuildMount): void {
  const { target, filesystem, root, isReadOnly, type = 'overlay', options } = mount;
  const at = mounts.resolve(helper, target, 'follow').path;
  mounts.mount(at, filesystem, { root, isReadOnly, type, source: type, options });
}

/** The working directory belongs to whoever works in it. */
function makeWorkingDirectory(helper: Process, path: string, { credentials }: ContainerUser): void {
  for (let slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
    const part = slash < 0 ? path : path.slice(0, slash);
    if (part !== '' && !calls.statIfThere(helper, part)) {
      calls.mkdir(helper, part, DIRECTORY_MODE);
      calls.lchown(helper, part, credentials.uid, credentials.gid);
    }
    if (slash < 0) return;
  }
}

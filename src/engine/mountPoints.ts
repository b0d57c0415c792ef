import * as calls from '../shell/kernel/calls.ts';
import type { Kernel } from '../shell/kernel/kernel.ts';
import { MountNamespace } from '../shell/kernel/mountNamespace.ts';
import type { Process } from '../shell/kernel/process.ts';
import { isDirectory } from '../vfs/overlay/fileMode.ts';
import { O_CREAT, O_WRONLY } from '../vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { helperProcess } from './helperProcess.ts';

const MOUNT_POINT_MODE = 0o755;

/** What a RUN's sandbox lays a mount over. */
export interface MountPoint {
  /** Absolute. */
  readonly target: string;
  readonly isFile: boolean;
}

/** Files that the sandbox gives to every command. */
const GIVEN: readonly MountPoint[] = [
  { target: '/etc/resolv.conf', isFile: true },
  { target: '/etc/hosts', isFile: true },
];
/** Made where they are missing, and left: nothing takes them away (runc, prepareMount). */
const KERNEL_FOLDERS = ['/proc', '/dev', '/sys'];

/** What is taken away afterwards: `files` alone (BuildKit 0.8 asked for a size of 0, which directories on a disk have
 *  not), or all that was made. */
export type StubRemoval = 'files' | 'all';

/** Makes the places for mounts that a tree has not, as runc does, and takes them away again (buildkit
 *  executor/stubs.go): what is not empty by then stays, and directories keep the times that they had. */
export class MountPoints {
  readonly #helper: Process;
  readonly #removal: StubRemoval;
  readonly #stubs: readonly string[];

  constructor(kernel: Kernel, rootfs: OverlayMount, targets: readonly MountPoint[], removal: StubRemoval) {
    // Root's calls on the tree itself, with nothing mounted over it.
    this.#helper = helperProcess(kernel, new MountNamespace(rootfs));
    this.#removal = removal;
    const isGiven = (target: string) => GIVEN.some((one) => one.target === target);
    const points = [...GIVEN, ...targets.filter(({ target }) => !isOnKernel(target) && !isGiven(target))];
    this.#stubs = points.flatMap(({ target }) => this.#missing(target));
    for (const target of KERNEL_FOLDERS) this.#make({ target, isFile: false });
    for (const point of points) this.#make(point);
  }

  /** The path and those above it that are not there, the longest first. */
  #missing(target: string): string[] {
    const found: string[] = [];
    for (let path = target; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
      if (calls.lstatIfThere(this.#helper, path)) break;
      found.push(path);
      if (this.#removal === 'files') break;
    }
    return found;
  }

  #make({ target, isFile }: MountPoint): void {
    if (calls.statIfThere(this.#helper, target)) return;
    const helper = this.#helper;
    if (!isFile) {
      calls.makeDirectories(helper, target, MOUNT_POINT_MODE);
      return;
    }
    const slash = target.lastIndexOf('/');
    if (slash > 0) calls.makeDirectories(helper, target.slice(0, slash), MOUNT_POINT_MODE);
    helper.mounts.call(helper, target, 'noFollow', 'open', 'write', (within, inner) =>
      within.close(within.open(inner, O_CREAT | O_WRONLY, MOUNT_POINT_MODE)),
    );
  }

  /** Takes the stubs away. */
  remove(): void {
    for (const path of this.#stubs) {
      try {
        this.#removeOne(path);
      } catch (error) {
        if (!(error instanceof VfsError)) throw error;
      }
    }
  }

  #removeOne(path: string): void {
    const helper = this.#helper;
    const stat = calls.lstatIfThere(helper, path);
    if (!stat) return;
    const isFolder = isDirectory(stat.mode);
    if (isFolder && this.#removal === 'files') return;
    if (!isFolder && stat.sizeBytes > 0) return;
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    const { atime, mtime } = calls.stat(helper, parent);
    if (isFolder) calls.rmdir(helper, path);
    else calls.unlink(helper, path);
    if (this.#removal === 'all') calls.lutimes(helper, parent, atime, mtime);
  }
}

/** Made in a filesystem that is mounted there, not in the tree. */
function isOnKernel(target: string): boolean {
  return KERNEL_FOLDERS.some((folder) => target.startsWith(`${folder}/`));
}

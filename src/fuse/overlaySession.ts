import { decodeName } from '../bytes/byteName.ts';
import type { Layer } from '../vfs/overlay/layer.ts';
import { type MountListener, newCounters } from '../vfs/overlay/mountEvents.ts';
import { parseMountOptions } from '../vfs/overlay/mountOptions.ts';
import { MountState } from '../vfs/overlay/mountState.ts';
import type { OverlayInode, OverlayNode } from '../vfs/overlay/overlayNode.ts';
import { type Credentials, ROOT } from '../vfs/overlay/permission.ts';
import type { Upper } from '../vfs/overlay/upper.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { FuseError } from './fuseError.ts';
import { KnownInodes } from './knownInodes.ts';

const NOTHING: readonly number[] = [];

/** The kernel has looked at modes and owners, and taken the umask off. */
export const TRUSTED: Credentials = { ...ROOT, umask: 0 };

/** An overlay mount as a FUSE server works on it: by nodes and names instead of paths. */
export class OverlaySession {
  readonly mount: MountState;
  readonly upper: Upper;
  readonly known: KnownInodes;
  #copiedUp: string[] = [];
  readonly #onEvent: MountListener = (event) => {
    if (event.type === 'copyUp') this.#copiedUp.push(event.path);
  };

  /** `lowers`: topmost first. `options`: as after `mount -o`. Throws VfsError EINVAL for options that contradict
   *  themselves. */
  constructor(lowers: readonly Layer[], upper: Upper, options: string) {
    this.mount = new MountState(parseMountOptions(options), upper, lowers, [], newCounters());
    this.upper = upper;
    this.mount.prepare();
    this.known = new KnownInodes(this.mount);
    this.mount.end();
  }

  /** One request. A refusal keeps the copy-ups that came before it, as on the kernel's own overlay; whatever else is
   *  thrown has changed nothing. */
  run<T>(syscall: string, work: () => T): T {
    const { mount } = this;
    mount.syscall = syscall;
    mount.path = '';
    try {
      const result = work();
      mount.end();
      return result;
    } catch (error) {
      if (isRefusal(error)) mount.end();
      else mount.rollBack();
      throw error;
    }
  }

  /** As `run`, for what may copy something up. */
  change<T>(syscall: string, work: () => T): T {
    this.mount.listener = this.#onEvent;
    try {
      return this.run(syscall, work);
    } finally {
      this.mount.listener = undefined; // lookups, of which there are many more, tell of themselves, too
    }
  }

  /** What has been copied up since the last call: a directory that is merged from then on counts no subdirectories, a
   *  hard link that is broken has a number and a count of its own. */
  takeStale(): readonly number[] {
    if (this.#copiedUp.length === 0) return NOTHING;
    const stale: number[] = [];
    for (const path of this.#copiedUp) {
      let node: OverlayNode | undefined = this.mount.root;
      for (const name of path.split('/')) if (name !== '') node = node?.children?.get(name);
      const known = node?.inode && this.known.find(node.inode);
      if (known) stale.push(known.number);
    }
    this.#copiedUp = [];
    return stale;
  }

  /** A name of the node, through which it can be copied up. */
  name(number: number): OverlayNode {
    return this.known.get(number).name;
  }

  inode(number: number): OverlayInode {
    return this.known.get(number).inode;
  }
}

function isRefusal(error: unknown): boolean {
  if (error instanceof FuseError) return true;
  return error instanceof VfsError && error.code !== 'ENOSPC' && error.code !== 'EIO';
}

/** A name as the overlay carries it. */
export function nameText(name: Uint8Array): string {
  return decodeName(name);
}

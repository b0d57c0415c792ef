import { decodeName } from '../bytes/byteName.ts';
import type { Layer } from '../vfs/overlay/layer.ts';
import { newCounters } from '../vfs/overlay/mountEvents.ts';
import { parseMountOptions } from '../vfs/overlay/mountOptions.ts';
import { MountState } from '../vfs/overlay/mountState.ts';
import type { OverlayInode, OverlayNode } from '../vfs/overlay/overlayNode.ts';
import { type Credentials, ROOT } from '../vfs/overlay/permission.ts';
import type { Upper } from '../vfs/overlay/upper.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { FuseError } from './fuseError.ts';
import { KnownInodes } from './knownInodes.ts';

/** The kernel has looked at modes and owners, and taken the umask off. */
export const TRUSTED: Credentials = { ...ROOT, umask: 0 };

/** An overlay mount as a FUSE server works on it: by nodes and names instead of paths. */
export class OverlaySession {
  readonly mount: MountState;
  readonly upper: Upper;
  readonly known: KnownInodes;

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

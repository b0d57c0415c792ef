import type { MountState } from './mountState.ts';
import { InodeFlag, NodeFlag, type OverlayInode, type OverlayNode } from './overlayNode.ts';
import { nodePath } from './nodePath.ts';
import { YES } from './overlayXattr.ts';

/** Marks an upper directory that holds something that was copied up: listings of it look origins up. */
export function markImpure(mount: MountState, directory: OverlayInode): void {
  if (directory.has(InodeFlag.impure)) return;
  mount.writable().setXattr(directory.upper, mount.xattrs.name('impure'), YES);
  mount.setFlag(directory, InodeFlag.impure);
  mount.log.assign(directory, 'listing', undefined);
}

/** Marks an upper directory to hide what lower layers have under its name. */
export function markOpaque(mount: MountState, node: OverlayNode, upper: number): void {
  mount.writable().setXattr(upper, mount.xattrs.name('opaque'), YES);
  mount.setFlag(node, NodeFlag.opaque);
  mount.listener?.({ type: 'opaque', path: nodePath(node) });
}

/** Throws ENOENT for an upper directory that was removed behind its node, as when an open file came back in its place. */
export function requireAlive(mount: MountState, directory: OverlayInode): void {
  if (mount.writable().linkCount(directory.upper) === 0) throw mount.fail('ENOENT');
}

/** A directory's names have changed. */
export function noteModified(mount: MountState, directory: OverlayInode): void {
  if (!directory.listing) return;
  mount.log.note(directory, 'listing', directory.listing);
  directory.listing = undefined;
}

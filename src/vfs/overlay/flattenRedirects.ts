import { copyUp } from './copyUp.ts';
import { isDirectory } from './fileMode.ts';
import { NO_INODE } from './layer.ts';
import { lookup } from './lookup.ts';
import { listNames } from './mergedNames.ts';
import type { MountState } from './mountState.ts';
import type { OverlayInode, OverlayNode } from './overlayNode.ts';
import { YES } from './overlayXattr.ts';

/** Makes the upper of a mount with redirect_dir readable without that option, as a layer's tar has to be: a directory
 *  that was moved gets all that lies below it, and becomes opaque. Nothing is read. Returns the directories so made. */
export function flattenRedirects(mount: MountState): number {
  let count = 0;
  const waiting: OverlayNode[] = [mount.root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const inode = node.inode as OverlayInode;
    const upper = mount.writable();
    if (mount.xattrs.redirect(upper, inode.upper) !== undefined) {
      copyAllUp(mount, node);
      removeRedirect(mount, inode);
      count++;
    }
    for (const name of [...upper.names(inode.upper)]) {
      const child = upper.lookup(inode.upper, name);
      if (!isDirectory(upper.mode(child))) continue;
      const below = lookup(mount, node, name);
      if (below.inode && below.inode.upper !== NO_INODE) waiting.push(below);
    }
  }
  mount.end();
  return count;
}

function copyAllUp(mount: MountState, top: OverlayNode): void {
  const waiting = [top];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (const { name } of listNames(mount, node)) {
      const child = lookup(mount, node, name);
      if (!child.inode) continue;
      copyUp(mount, child, 'data');
      if (isDirectory(child.inode.type)) waiting.push(child);
    }
  }
}

function removeRedirect(mount: MountState, inode: OverlayInode): void {
  const upper = mount.writable();
  upper.setXattr(inode.upper, mount.xattrs.name('opaque'), YES);
  upper.removeXattr(inode.upper, mount.xattrs.name('redirect'));
}

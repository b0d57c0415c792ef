import { encodeName } from '../../bytes/byteName.ts';
import { S_IFDIR } from './fileMode.ts';
import type { MountState } from './mountState.ts';
import type { LowerEntry, OverlayInode, OverlayNode } from './overlayNode.ts';

/** Bytes of an absolute redirect at most (the module parameter redirect_max). */
const REDIRECT_MAX_BYTES = 256;

/** Lets a copied-up object that is moved find what lies below it under the name it had (overlayfs.rst,
 *  "redirect_dir"). Throws EXDEV when the path is too long. */
export function setRedirect(mount: MountState, node: OverlayNode, moved: 'sameDirectory' | 'otherDirectory'): void {
  const inode = node.inode as OverlayInode;
  const isAbsolute = needsAbsolute(mount, inode, moved);
  if (inode.redirect !== undefined && (!isAbsolute || inode.redirect.startsWith('/'))) return;
  const redirect = isAbsolute ? absoluteRedirect(mount, node) : node.name;
  mount.writable().setXattr(inode.upper, mount.xattrs.name('redirect'), encodeName(redirect));
  mount.log.assign(inode, 'redirect', redirect);
}

/** A file with several lower names may be linked from anywhere: a name alone would not do. */
function needsAbsolute(mount: MountState, inode: OverlayInode, moved: 'sameDirectory' | 'otherDirectory'): boolean {
  if (moved === 'otherDirectory') return true;
  if (inode.type === S_IFDIR) return false;
  const origin = inode.lower[0] as LowerEntry;
  return mount.layer(origin.layer).linkCount(origin.inode) > 1;
}

/** The path below, put together from the redirects of the directories on the way. */
function absoluteRedirect(mount: MountState, node: OverlayNode): string {
  let path = '';
  for (let at: OverlayNode | undefined = node; at?.parent; at = at.parent) {
    const part = (at.inode as OverlayInode).redirect ?? at.name;
    path = part.startsWith('/') ? part + path : `/${part}${path}`;
    if (encodeName(path).length > REDIRECT_MAX_BYTES) throw mount.fail('EXDEV');
    if (part.startsWith('/')) break;
  }
  return path;
}

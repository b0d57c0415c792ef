import { encodeName } from '../../bytes/byteName.ts';
import { toHex } from '../../bytes/hex.ts';
import { encodeHandle } from './fileHandle.ts';
import { isDirectory, S_IFMT } from './fileMode.ts';
import { markedLinkCount } from './inodeCache.ts';
import { NO_INODE } from './layer.ts';
import type { MountState } from './mountState.ts';
import type { LowerEntry, OverlayInode } from './overlayNode.ts';
import type { Upper } from './upper.ts';

/** The index (overlayfs.rst, "Index"): a directory in workdir with one entry for each lower hard link that was copied
 *  up, so that all its names find the same upper. The inode of an entry also counts the names of the union. */

/** Name of the entry of a lower inode. */
export function indexName(mount: MountState, origin: LowerEntry): string {
  return toHex(encodeHandle(mount.layer(origin.layer).id, origin.inode));
}

/** The upper that a lower inode was copied to, or NO_INODE; another than `upper`, where one is given, does not
 *  count. Throws EIO for an entry of another type. */
export function findIndex(mount: MountState, upper: number, origin: LowerEntry): number {
  const writable = mount.upper as Upper;
  const index = writable.lookup(writable.indexDirectory(), indexName(mount, origin));
  if (index === NO_INODE) return NO_INODE;
  const differs = (writable.mode(index) ^ mount.layer(origin.layer).mode(origin.inode)) & S_IFMT;
  if (differs !== 0 || mount.xattrs.isWhiteout(writable, index)) throw mount.fail('EIO');
  return upper !== NO_INODE && upper !== index ? NO_INODE : index;
}

/** Whether copying up goes through the index: lower hard links do. */
export function needsIndex(mount: MountState, inode: OverlayInode): boolean {
  const origin = inode.lower[0];
  if (!origin || !mount.upper || !mount.options.index) return false;
  const layer = mount.layer(origin.layer);
  return !isDirectory(layer.mode(origin.inode)) && layer.linkCount(origin.inode) > 1;
}

/** Keeps the union's link count, relative to the upper's or to the lower's. */
export function markLinkCount(mount: MountState, inode: OverlayInode, relativeTo: 'upper' | 'lower'): void {
  const upper = mount.writable();
  const origin = inode.lower[0] as LowerEntry;
  const base =
    relativeTo === 'upper' ? upper.linkCount(inode.upper) : mount.layer(origin.layer).linkCount(origin.inode);
  const difference = inode.linkCount - base;
  const text = `${relativeTo === 'upper' ? 'U' : 'L'}${difference < 0 ? '' : '+'}${difference}`;
  upper.setXattr(inode.upper, mount.xattrs.name('nlink'), encodeName(text));
}

/** What a mount does to the index it finds: entries that no name leads to are removed. */
export function cleanIndex(mount: MountState): void {
  const upper = mount.writable();
  const directory = upper.indexDirectory();
  for (const name of [...upper.names(directory)]) {
    const inode = upper.lookup(directory, name);
    if (isStale(mount, name, inode)) {
      upper.unlink(directory, name);
      upper.discard(inode);
    }
  }
}

function isStale(mount: MountState, name: string, inode: number): boolean {
  const upper = mount.writable();
  const mark = mount.xattrs.get(upper, inode, 'origin');
  if (!mark || toHex(mark) !== name) return true;
  if (upper.linkCount(inode) !== 1) return false;
  const origin = lowerOfName(mount, name);
  if (!origin) return true;
  // Where the lower has but one name there is no mark to read: no names are left, either.
  if (mount.layer(origin.layer).linkCount(origin.inode) === 1) return true;
  return markedLinkCount(mount, origin, inode) === undefined;
}

function lowerOfName(mount: MountState, name: string): LowerEntry | undefined {
  for (let layer = 1; layer <= mount.lowerCount; layer++) {
    const id = toHex(mount.layer(layer).id);
    if (name.slice(10, 42) !== id) continue;
    const bytes = name.slice(42, 50).match(/../g) ?? [];
    const inode = bytes.reduce((sum, byte, i) => sum + Number.parseInt(byte, 16) * 256 ** i, 0);
    if (mount.layer(layer).has(inode)) return { layer, inode };
  }
  return undefined;
}

import { encodeName } from '../bytes/byteName.ts';
import type { LayerUnion } from '../vfs/layerUnion.ts';
import { copyUpCost } from './copyUpCost.ts';
import type { StorageDriver } from './driver.ts';
import { addMarker, graftChangeset } from './graft.ts';
import { newDirectories } from './hostViews.ts';
import { OVERLAY_DIRECTORIES, overlayDirectory, type OverlayStyle } from './overlayDirectory.ts';
import type { ContentSource, TreeMaker } from './treeMaker.ts';
import { changesets, usageOf } from './usage.ts';

const OPAQUE = { name: encodeName('trusted.overlay.opaque'), value: encodeName('y') };
const MARKER = { mode: 0o700 };

const STYLE: OverlayStyle = {
  name: 'fuse-overlayfs',
  whiteouts: 'dotFiles',
  graftUpper,
  workMode: 0o710,
  innerWorkMode: 0o700,
};

/** OverlayFS in user space, for hosts that may not mount: overlay2's directories, but unpacked layers keep the `.wh.`
 *  files of their tar. Seen with fuse-overlayfs 1.10 under dockerd 20.10.24; its xattr `user.fuseoverlayfs.origin` is
 *  left out. */
export const fuseOverlayfs: StorageDriver = {
  name: 'fuse-overlayfs',
  evidence: { layout: 'measured', cost: 'measured' },
  copyUnit: { unit: 'file' },
  dataRoot: '/var/lib/docker',
  layOut: (host, random) => overlayDirectory(host, random, STYLE),
  usage: (measure) =>
    usageOf(measure, changesets(measure, 'init'), { rounding: 'ext4', directories: OVERLAY_DIRECTORIES }),
  cost: (operation, target) => copyUpCost(operation, target, { backing: 'ext4', directoryRename: 'never' }),
};

/** A live changeset holds overlay's whiteouts. A directory that it made is marked opaque three times over: by the
 *  xattr, a file `.wh..wh..opq`, and a device `.wh..opq`, this one only in a directory that also lies below. */
function graftUpper(maker: TreeMaker, at: number, source: ContentSource, lower: LayerUnion): void {
  const { tree } = source;
  const made = graftChangeset(maker, at, source, 'overlay');
  const fresh = newDirectories(tree, lower);
  for (const entry of fresh) {
    const node = made[entry] as number;
    addMarker(maker, node, '.wh..wh..opq', MARKER.mode);
    if (!fresh.has(tree.parent(entry)) && maker.find(node, '.wh..opq') < 0)
      maker.device(node, '.wh..opq', 'char', MARKER);
    if (!tree.isOpaque(entry)) maker.setXattr(node, OPAQUE);
  }
}

import { decodeName } from '../bytes/byteName.ts';
import { toHex } from '../bytes/hex.ts';
import type { LayerTree } from '../vfs/layerTree.ts';
import { jsonName } from './jsonOutput.ts';
import { layerNumber } from './layerNumber.ts';
import { KIND_NAMES } from './longListing.ts';

/** One entry as `ls --json` and its kin print it (docs/json.md, "Entry"). */
export function entryJson(tree: LayerTree, entry: number, path: string, position: number): object {
  const target = tree.linkTarget(entry);
  const device = tree.device(entry);
  const xattrs = tree.xattrs(entry);
  const sparse = tree.sparse(entry);
  return {
    ...jsonName('path', path),
    kind: KIND_NAMES[tree.kind(entry)],
    layer: layerNumber(position),
    mode: tree.mode(entry).toString(8).padStart(4, '0'),
    uid: tree.uid(entry),
    gid: tree.gid(entry),
    size: tree.sizeBytes(entry),
    mtimeSec: tree.mtimeSec(entry),
    ...(tree.mtimeNsec(entry) === 0 ? {} : { mtimeNsec: tree.mtimeNsec(entry) }),
    ...(target ? jsonName('target', decodeName(target)) : {}),
    ...(device ? { device } : {}),
    ...(tree.isHardLink(entry) ? jsonName('hardLinkTo', tree.path(tree.inode(entry))) : {}),
    ...(tree.isOpaque(entry) ? { opaque: true } : {}),
    ...(tree.isImplicit(entry) ? { implicit: true } : {}),
    ...(sparse ? { sparse: true } : {}),
    ...(xattrs.length === 0 ? {} : { xattrs: xattrs.map(xattrJson) }),
  };
}

function xattrJson(xattr: { readonly name: Uint8Array; readonly value: Uint8Array }): object {
  return { ...jsonName('name', decodeName(xattr.name)), valueHex: toHex(xattr.value) };
}

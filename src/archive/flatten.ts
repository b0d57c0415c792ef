import { decodeName, encodeName } from '../bytes/byteName.ts';
import type { Work } from '../bytes/platform.ts';
import type { TarEntryType } from '../tar/tarEntry.ts';
import type { TarMember } from '../tar/tarHeader.ts';
import { writeTar, type TarMemberWithContent } from '../tar/writeTar.ts';
import { EntryKind } from '../vfs/layerTree.ts';
import type { LayerUnion } from '../vfs/layerUnion.ts';
import { ArchiveError, type ArchiveLayer } from './archive.ts';
import { readFileContent } from './fileContent.ts';

const TAR_TYPES: Readonly<Record<number, TarEntryType>> = {
  [EntryKind.file]: 'file',
  [EntryKind.directory]: 'directory',
  [EntryKind.symlink]: 'symlink',
  [EntryKind.charDevice]: 'charDevice',
  [EntryKind.blockDevice]: 'blockDevice',
  [EntryKind.fifo]: 'fifo',
};

/** A merged tree as one tar, as `docker export` writes it: a walk with names by their bytes, a directory before its
 *  content, no entry for the root; further names of an inode are hard links to the first one met. `layers` are those
 *  of the union, base first. `from` is the node to export: the root exports what lies in it, any other node itself
 *  under its own name. Whole seconds, as docker. */
export function exportTree(
  union: LayerUnion,
  layers: readonly ArchiveLayer[],
  work: Work,
  from = 0,
): AsyncIterable<Uint8Array> {
  return writeTar(treeMembers(union, layers, work, from));
}

async function* treeMembers(
  union: LayerUnion,
  layers: readonly ArchiveLayer[],
  work: Work,
  from: number,
): AsyncIterable<TarMemberWithContent> {
  const firstName = new Map<string, Uint8Array>();
  const waiting: { node: number; parentPath: string }[] = [];
  if (from === 0) pushChildren(union, 0, '', waiting);
  else waiting.push({ node: from, parentPath: '' });
  let doneBytes = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    work.signal?.throwIfAborted();
    const { node } = next;
    const path = next.parentPath + decodeName(union.nameBytes(node));
    const name = encodeName(path);
    const member = memberOf(union, node, name);
    if (union.isDirectory(node)) {
      pushChildren(union, node, `${path}/`, waiting);
      yield { member };
      continue;
    }
    const inode = `${union.layer(node)}:${union.tree(node).inode(union.entry(node))}`;
    const linked = firstName.get(inode);
    if (linked) {
      yield { member: { ...member, type: 'hardlink', linkName: linked, sizeBytes: 0 } };
      continue;
    }
    if (isLinked(union, node)) firstName.set(inode, name);
    if (member.type !== 'file') {
      yield { member };
      continue;
    }
    yield { member, content: await contentOf(union, layers, node, work) };
    doneBytes += member.sizeBytes;
    work.onProgress?.({ phase: 'write', doneBytes, totalBytes: undefined });
  }
}

/** Last child first, so that the first is taken next. */
function pushChildren(
  union: LayerUnion,
  directory: number,
  path: string,
  waiting: { node: number; parentPath: string }[],
): void {
  const children = union.children(directory);
  for (let i = children.length - 1; i >= 0; i--) waiting.push({ node: children[i] as number, parentPath: path });
}

// Any entry may be the one that later hard links name; only a layer that has such links needs the map.
function isLinked(union: LayerUnion, node: number): boolean {
  return union.hardLinkGroup(node).length > 1;
}

function memberOf(union: LayerUnion, node: number, path: Uint8Array): TarMember {
  const tree = union.tree(node);
  const entry = union.entry(node);
  const kind = tree.kind(entry);
  const device = tree.device(entry);
  return {
    name: kind === EntryKind.directory ? withSlash(path) : path,
    type: TAR_TYPES[kind] ?? 'file',
    mode: tree.mode(entry),
    uid: tree.uid(entry),
    gid: tree.gid(entry),
    sizeBytes: kind === EntryKind.file ? tree.sizeBytes(entry) : 0,
    mtimeSec: tree.mtimeSec(entry),
    linkName: tree.linkTarget(entry) ?? new Uint8Array(),
    deviceMajor: device?.major ?? 0,
    deviceMinor: device?.minor ?? 0,
    xattrs: tree.xattrs(entry),
  };
}

function withSlash(path: Uint8Array): Uint8Array {
  const result = new Uint8Array(path.length + 1);
  result.set(path);
  result[path.length] = 0x2f;
  return result;
}

async function contentOf(
  union: LayerUnion,
  layers: readonly ArchiveLayer[],
  node: number,
  work: Work,
): Promise<AsyncIterable<Uint8Array>> {
  const layer = layers[union.layer(node)];
  if (!layer) {
    const path = union.path(node);
    throw new ArchiveError('missing', path, undefined, `${path}: its layer is not in the archive`);
  }
  const content = await readFileContent(layer, union.tree(node), union.entry(node), work);
  return content.stream();
}

import type { ByteSource } from '../bytes/byteSource.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import type { LayerUnion } from '../vfs/layerUnion.ts';
import { FileType, typeOfKind } from './fileType.ts';
import { FuseError } from './fuseError.ts';
import type {
  Caller,
  DirectorySink,
  FileAttributes,
  FilesystemFigures,
  FilesystemTraits,
  FuseEntry,
  FuseFilesystem,
} from './fuseFilesystem.ts';
import { LinkCounts } from './linkCounts.ts';
import { readFileSync, seekExtents } from './layerContent.ts';
import { isVisibleXattr } from './xattrNames.ts';

/** Nothing ever changes: a day is as good as for ever. */
const TIMEOUT_SEC = 86_400;
const BLOCK_BYTES = 4096;
const DIRECTORY_BYTES = 4096;
const NOTHING: readonly number[] = [];
const DOT = Uint8Array.of(0x2e);
const DOT_DOT = Uint8Array.of(0x2e, 0x2e);

/** The union of an image's layers, read-only. Node n + 1 is the union's node n, so nothing is kept for the kernel and
 *  nothing need be forgotten; names of one inode have nodes of their own and a common `ino`. */
export class UnionFilesystem implements FuseFilesystem {
  readonly traits: FilesystemTraits = { negativeTimeoutSec: TIMEOUT_SEC, attributesTimeoutSec: TIMEOUT_SEC };
  readonly #union: LayerUnion;
  readonly #contents: readonly (ByteSource | undefined)[];
  readonly #linkCounts: LinkCounts;
  /** The first inode number of each layer; 1 is the root. */
  readonly #firstIno: readonly number[];
  readonly #figures: FilesystemFigures;

  /** `contents`: the uncompressed tar of each layer, to be read synchronously; it may throw NotReady. */
  constructor(union: LayerUnion, contents: readonly (ByteSource | undefined)[]) {
    this.#union = union;
    this.#contents = contents;
    this.#linkCounts = new LinkCounts(union.layers);
    let next = 2;
    this.#firstIno = union.layers.map((tree) => {
      const first = next;
      next += tree?.length ?? 0;
      return first;
    });
    const sizeBytes = union.layers.reduce((sum, tree) => sum + (tree ? contentBytes(tree) : 0), 0);
    const blocks = Math.ceil(sizeBytes / BLOCK_BYTES);
    this.#figures = { blockSizeBytes: BLOCK_BYTES, blocks, freeBlocks: 0, files: next - 1, freeFiles: 0 };
  }

  lookup(parent: number, name: Uint8Array): FuseEntry | undefined {
    const directory = this.#node(parent);
    if (isDot(name)) return this.#entry(directory);
    if (isDotDot(name)) return this.#entry(this.#union.parent(directory));
    const found = this.#union.lookup(directory, name);
    return found < 0 ? undefined : this.#entry(found);
  }

  forget(): void {
    // Nodes live as long as the union does.
  }

  getAttributes(node: number): FileAttributes {
    return this.#attributes(this.#node(node));
  }

  readlink(node: number): Uint8Array {
    const target = this.#union.linkTarget(this.#node(node));
    if (!target) throw new FuseError('EINVAL');
    return target;
  }

  read(node: number, _handle: number, offset: number, target: Uint8Array): number {
    const at = this.#node(node);
    const kind = this.#union.kind(at);
    if (kind !== EntryKind.file) throw new FuseError(kind === EntryKind.directory ? 'EISDIR' : 'EINVAL');
    const tree = this.#union.tree(at);
    const entry = tree.inode(this.#union.entry(at));
    const content = this.#contents[this.#union.layer(at)];
    if (!content) throw new FuseError('EIO');
    return readFileSync(tree, entry, content, offset, target);
  }

  readDirectory(node: number, offset: number, sink: DirectorySink): void {
    const directory = this.#node(node);
    const count = this.#union.childCount(directory);
    const first = this.#union.firstChild(directory);
    if (!this.#union.isDirectory(directory)) throw new FuseError('ENOTDIR');
    // Positions: `.`, `..`, then the children as they lie.
    for (let position = offset; position < count + 2; position++) {
      if (position < 2) {
        const name = position === 0 ? DOT : DOT_DOT;
        if (!sink.fits(name)) return;
        const at = position === 0 ? directory : this.#union.parent(directory);
        sink.add(name, this.#ino(at), FileType.directory, position + 1);
        continue;
      }
      const child = first + position - 2;
      const name = this.#union.nameBytes(child);
      if (!sink.fits(name)) return;
      const type = typeOfKind(this.#union.kind(child));
      if (sink.wantsEntry(type)) sink.addEntry(name, this.#entry(child), position + 1);
      else sink.add(name, this.#ino(child), type, position + 1);
    }
  }

  getXattr(node: number, name: Uint8Array): Uint8Array {
    const wanted = Buffer.from(name);
    const found = this.#xattrs(this.#node(node)).find((xattr) => wanted.equals(xattr.name));
    if (!found) throw new FuseError('ENODATA');
    return found.value;
  }

  listXattrs(node: number, caller: Caller): readonly Uint8Array[] {
    return this.#xattrs(this.#node(node))
      .map((xattr) => xattr.name)
      .filter((name) => isVisibleXattr(name, caller));
  }

  statfs(): FilesystemFigures {
    return this.#figures;
  }

  seek(node: number, _handle: number, offset: number, what: 'data' | 'hole'): number {
    const at = this.#node(node);
    if (this.#union.kind(at) !== EntryKind.file) throw new FuseError('EINVAL');
    const tree = this.#union.tree(at);
    const entry = this.#union.entry(at);
    const found = seekExtents(tree.sizeBytes(entry), tree.sparse(entry), offset, what);
    if (found === undefined) throw new FuseError('ENXIO');
    return found;
  }

  takeStale(): readonly number[] {
    return NOTHING;
  }

  destroy(): void {
    // The archive's owner closes it.
  }

  #node(node: number): number {
    if (node < 1 || node > this.#union.nodeCount) throw new FuseError('ESTALE');
    return node - 1;
  }

  /** None for a root that no layer lists. */
  #xattrs(at: number) {
    const tree = this.#union.layers[this.#union.layer(at)];
    if (!tree) return [];
    return tree.xattrs(this.#union.entry(at)).filter(({ name }) => isVisibleXattr(name, { uid: 0 }));
  }

  #ino(at: number): number {
    if (at === 0) return 1;
    const layer = this.#union.layer(at);
    return (this.#firstIno[layer] as number) + this.#union.tree(at).inode(this.#union.entry(at));
  }

  #entry(at: number): FuseEntry {
    return {
      node: at + 1,
      generation: 1,
      entryTimeoutSec: TIMEOUT_SEC,
      attributesTimeoutSec: TIMEOUT_SEC,
      attributes: this.#attributes(at),
    };
  }

  #attributes(at: number): FileAttributes {
    const layer = this.#union.layer(at);
    const tree = this.#union.layers[layer];
    if (!tree) return EMPTY_ROOT;
    const entry = this.#union.entry(at);
    const kind = tree.kind(entry);
    const isDirectory = kind === EntryKind.directory;
    const sizeBytes = isDirectory ? DIRECTORY_BYTES : tree.sizeBytes(entry);
    const sparse = tree.sparse(entry);
    const sec = tree.mtimeSec(entry);
    const nsec = tree.mtimeNsec(entry);
    const device = tree.device(entry);
    return {
      ino: this.#ino(at),
      sizeBytes,
      storedBytes: sparse ? sparse.reduce((sum, extent) => sum + extent.length, 0) : sizeBytes,
      atimeSec: sec,
      atimeNsec: nsec,
      mtimeSec: sec,
      mtimeNsec: nsec,
      ctimeSec: sec,
      ctimeNsec: nsec,
      mode: typeOfKind(kind) | tree.mode(entry),
      linkCount: isDirectory ? 1 : this.#linkCounts.count(layer, tree.inode(entry)),
      uid: tree.uid(entry),
      gid: tree.gid(entry),
      deviceMajor: device?.major ?? 0,
      deviceMinor: device?.minor ?? 0,
      blockSizeBytes: BLOCK_BYTES,
    };
  }
}

/** The root of an image whose layers are all missing. */
const EMPTY_ROOT: FileAttributes = {
  ino: 1,
  sizeBytes: DIRECTORY_BYTES,
  storedBytes: DIRECTORY_BYTES,
  atimeSec: 0,
  atimeNsec: 0,
  mtimeSec: 0,
  mtimeNsec: 0,
  ctimeSec: 0,
  ctimeNsec: 0,
  mode: FileType.directory | 0o755,
  linkCount: 1,
  uid: 0,
  gid: 0,
  deviceMajor: 0,
  deviceMinor: 0,
  blockSizeBytes: BLOCK_BYTES,
};

function contentBytes(tree: LayerTree): number {
  let sum = 0;
  for (let entry = 0; entry < tree.length; entry++) {
    if (tree.kind(entry) === EntryKind.file && !tree.isHardLink(entry)) sum += tree.sizeBytes(entry);
  }
  return sum;
}

function isDot(name: Uint8Array): boolean {
  return name.length === 1 && name[0] === 0x2e;
}

function isDotDot(name: Uint8Array): boolean {
  return name.length === 2 && name[0] === 0x2e && name[1] === 0x2e;
}

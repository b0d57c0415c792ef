import { encodeName } from '../bytes/byteName.ts';
import { flattenRedirects } from '../vfs/overlay/flattenRedirects.ts';
import { listNames } from '../vfs/overlay/mergedNames.ts';
import type { Layer } from '../vfs/overlay/layer.ts';
import { lookup } from '../vfs/overlay/lookup.ts';
import type { OverlayInode, OverlayNode } from '../vfs/overlay/overlayNode.ts';
import type { Upper } from '../vfs/overlay/upper.ts';
import { lowerNumberOf } from '../vfs/overlay/stat.ts';
import { getXattr, listXattrs } from '../vfs/overlay/xattrCalls.ts';
import { FileType } from './fileType.ts';
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
import { attributesOf, entryOf, TIMEOUT_SEC } from './overlayEntries.ts';
import { readOverlayFile } from './overlayFiles.ts';
import { nameText, OverlaySession, TRUSTED } from './overlaySession.ts';
import { OverlayWriter } from './overlayWriter.ts';
import { seekExtents } from './layerContent.ts';
import { type PlacedName, StableListing } from './stableListing.ts';

const DOT = encodeName('.');
const DOT_DOT = encodeName('..');
/** Behind `.` and `..`. */
const FIRST_POSITION = 2;

/** The writable union mount: what the kernel's overlay is over directories, over an image's layers. */
export class OverlayFilesystem implements FuseFilesystem {
  readonly traits: FilesystemTraits = { negativeTimeoutSec: TIMEOUT_SEC, attributesTimeoutSec: TIMEOUT_SEC };
  readonly writer: OverlayWriter;
  readonly #session: OverlaySession;
  readonly #figures: () => FilesystemFigures;

  /** `lowers`: topmost first. `options`: as after `mount -o`. `figures`: what statfs(2) tells. `hasRoom`: whether
   *  anything more may be written; else while there are free blocks. Throws VfsError EINVAL for options that contradict
   *  themselves. */
  constructor(
    lowers: readonly Layer[],
    upper: Upper,
    options: string,
    figures: () => FilesystemFigures,
    hasRoom = () => figures().freeBlocks > 0,
  ) {
    this.#session = new OverlaySession(lowers, upper, options);
    this.writer = new OverlayWriter(this.#session, hasRoom);
    this.#figures = figures;
  }

  lookup(parent: number, name: Uint8Array): FuseEntry | undefined {
    const session = this.#session;
    return session.run('lookup', () => {
      const directory = session.name(parent);
      const text = nameText(name);
      if (text === '.') return this.#give(directory);
      if (text === '..') return this.#give(directory.parent ?? directory);
      const found = lookup(session.mount, directory, text);
      return found.inode ? this.#give(found) : undefined;
    });
  }

  forget(node: number, count: number): void {
    this.#session.run('forget', () => this.#session.known.forget(node, count));
  }

  getAttributes(node: number): FileAttributes {
    return attributesOf(this.#session.mount, this.#session.inode(node));
  }

  readlink(node: number): Uint8Array {
    const { mount } = this.#session;
    const inode = this.#session.inode(node);
    if (inode.type !== FileType.symlink) throw new FuseError('EINVAL');
    return encodeName(mount.realLayer(inode).linkTarget(mount.realInode(inode)));
  }

  read(node: number, _handle: number, offset: number, target: Uint8Array): number {
    const session = this.#session;
    const inode = session.inode(node);
    if (inode.type !== FileType.file) throw new FuseError(inode.type === FileType.directory ? 'EISDIR' : 'EINVAL');
    return session.run('read', () => readOverlayFile(session.mount, inode, offset, target));
  }

  readDirectory(node: number, offset: number, sink: DirectorySink): void {
    const session = this.#session;
    session.run('getdents', () => {
      const known = session.known.get(node);
      const directory = known.name;
      known.listing ??= new StableListing(FIRST_POSITION);
      known.listing.update(listNames(session.mount, directory));
      for (let position = offset; position < FIRST_POSITION; position++) {
        const name = position === 0 ? DOT : DOT_DOT;
        if (!sink.fits(name)) return;
        const at = position === 0 ? directory : (directory.parent ?? directory);
        sink.add(name, this.#ino(at), FileType.directory, position + 1);
      }
      for (let index = known.listing.indexFrom(offset); ; index++) {
        const placed = known.listing.at(index);
        if (!placed) return;
        const name = encodeName(placed.name);
        if (!sink.fits(name)) return;
        this.#put(directory, placed, name, sink);
      }
    });
  }

  getXattr(node: number, name: Uint8Array): Uint8Array {
    const session = this.#session;
    return session.run('getxattr', () => getXattr(session.mount, TRUSTED, session.inode(node), nameText(name)));
  }

  listXattrs(node: number, caller: Caller): readonly Uint8Array[] {
    const session = this.#session;
    const credentials = { ...TRUSTED, uid: caller.uid };
    return session
      .run('listxattr', () => listXattrs(session.mount, credentials, session.inode(node)))
      .map((name) => encodeName(name));
  }

  statfs(): FilesystemFigures {
    return this.#figures();
  }

  /** What has been written, and what was copied up, counts as data throughout. */
  seek(node: number, _handle: number, offset: number, what: 'data' | 'hole'): number {
    const { sizeBytes } = this.getAttributes(node);
    const found = seekExtents(sizeBytes, undefined, offset, what);
    if (found === undefined) throw new FuseError('ENXIO');
    return found;
  }

  takeStale(): readonly number[] {
    return this.#session.takeStale();
  }

  destroy(): void {
    // The upper's owner seals it.
  }

  /** What has been changed. `standalone`: in a form that means the same without the mount's options. */
  changes(form: 'standalone' | 'asMounted'): Layer {
    const { mount, upper } = this.#session;
    if (form === 'standalone') flattenRedirects(mount);
    return upper.freeze();
  }

  #give(node: OverlayNode): FuseEntry {
    return entryOf(this.#session.mount, this.#session.known.use(node));
  }

  #ino(node: OverlayNode): number {
    return attributesOf(this.#session.mount, node.inode as OverlayInode).ino;
  }

  /** A name may be listed that cannot be looked up: a whiteout in a directory that has nothing to merge. */
  #put(directory: OverlayNode, { name, type, position }: PlacedName, bytes: Uint8Array, sink: DirectorySink): void {
    const { mount } = this.#session;
    const isLeaf = type === FileType.file || type === FileType.symlink;
    const ino =
      isLeaf && !sink.wantsEntry(type) && !directory.children?.has(name)
        ? lowerNumberOf(mount, directory.inode as OverlayInode, name)
        : undefined;
    if (ino !== undefined) {
      sink.add(bytes, ino, type, position + 1);
      return;
    }
    const found = lookup(mount, directory, name);
    if (!found.inode) sink.add(bytes, UNKNOWN_INO, type, position + 1);
    else if (sink.wantsEntry(type)) sink.addEntry(bytes, this.#give(found), position + 1);
    else sink.add(bytes, this.#ino(found), type, position + 1);
  }
}

/** FUSE_UNKNOWN_INO of libfuse. */
const UNKNOWN_INO = 0xffff_ffff;

import { compareBytes, encodeName } from '../../bytes/byteName.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { TarEntryType, Xattr } from '../../tar/tarEntry.ts';
import type { TarMember } from '../../tar/tarHeader.ts';
import type { TarMemberWithContent } from '../../tar/writeTar.ts';
import {
  deviceMajor,
  deviceMinor,
  isDirectory,
  isRegular,
  PERMISSION_BITS,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from './fileMode.ts';
import { type Layer, NO_INODE } from './layer.ts';

const WHITEOUT_PREFIX = '.wh.';
const OPAQUE_MARKER = '.wh..wh..opq';
const WHITEOUT_MODE = 0o600;
const RWX_BITS = 0o777;
/** Bytes of a file that are read at a time. */
const READ_BYTES = 1024 * 1024;
/** The only attribute that docker and containerd put into a layer (moby pkg/archive, ReadSecurityXattrToTarHeader). */
const CAPABILITY = 'security.capability';
const OVERLAY_PREFIX = 'trusted.overlay.';

/** `docker`: what an engine would commit. `exact`: for mounting again: the root, nanoseconds and all attributes,
 *  overlay's own included. */
export type SealForm = 'docker' | 'exact';

export interface SealNotes {
  /** A tar cannot hold a socket, and engines leave it out, too. */
  readonly onSocket?: (path: string) => void;
  /** Attributes that docker's form leaves out. */
  readonly onLostXattr?: (path: string, name: string) => void;
}

/** An upper as the members of a layer's tar, the way docker commits it with overlay2 (moby pkg/archive, from 24 on):
 *  a walk by name bytes, a directory before what lies in it; a whiteout (char device 0:0) as an empty `.wh.NAME` in
 *  NAME's place, an opaque directory followed by its marker; whole seconds; no user names; the root is left out.
 *  A further name of an inode is a hard link to the first; whiteouts share an inode, so that a later one names the
 *  first as its link target, though it is a file: that is what docker writes.
 *  Redirects have to be gone before (`flattenRedirects`): an engine knows none. */
export function* sealLayer(
  upper: Layer,
  form: SealForm = 'docker',
  notes: SealNotes = {},
): Generator<TarMemberWithContent> {
  const sealing = new Sealing(upper, form, notes);
  if (form === 'exact') yield* sealing.members(upper.rootInode, '', '.');
  const open: { readonly directory: number; readonly path: string; readonly names: readonly string[]; next: number }[] =
    [{ directory: upper.rootInode, path: '', names: sortedNames(upper, upper.rootInode), next: 0 }];
  for (let level = open.at(-1); level; level = open.at(-1)) {
    const name = level.names[level.next++];
    if (name === undefined) {
      open.pop();
      continue;
    }
    const inode = upper.lookup(level.directory, name);
    if (inode === NO_INODE) continue;
    const path = `${level.path}${name}`;
    yield* sealing.members(inode, level.path, name);
    if (isDirectory(upper.mode(inode))) {
      open.push({ directory: inode, path: `${path}/`, names: sortedNames(upper, inode), next: 0 });
    }
  }
}

function sortedNames(layer: Layer, directory: number): readonly string[] {
  return [...layer.names(directory)]
    .map((name) => ({ name, bytes: encodeName(name) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes))
    .map(({ name }) => name);
}

class Sealing {
  readonly #upper: Layer;
  readonly #form: SealForm;
  readonly #notes: SealNotes;
  /** First path of inodes with several names. */
  readonly #firstPaths = new Map<number, string>();

  constructor(upper: Layer, form: SealForm, notes: SealNotes) {
    this.#upper = upper;
    this.#form = form;
    this.#notes = notes;
  }

  *members(inode: number, directory: string, name: string): Generator<TarMemberWithContent> {
    const mode = this.#upper.mode(inode);
    const path = `${directory}${name}`;
    const type = TYPES.get(mode & S_IFMT);
    if (type === undefined) {
      this.#notes.onSocket?.(path);
      return;
    }
    const first = this.#firstPath(inode, path);
    if (isWhiteout(this.#upper, inode)) {
      const attributes = { ...this.#attributes(inode, path), mode: WHITEOUT_MODE, linkName: encodeName(first ?? '') };
      yield { member: { name: encodeName(`${directory}${WHITEOUT_PREFIX}${name}`), type: 'file', ...attributes } };
      return;
    }
    const attributes = this.#attributes(inode, path);
    if (first !== undefined) {
      yield { member: { name: encodeName(path), type: 'hardlink', ...attributes, linkName: encodeName(first) } };
      return;
    }
    if (type === 'directory') {
      yield { member: { name: encodeName(`${path}/`), type, ...attributes } };
      if (this.#isOpaque(inode)) yield { member: opaqueMarker(path, attributes) };
      return;
    }
    yield { member: this.#leaf(inode, path, type, attributes), content: this.#content(inode, mode) };
  }

  #leaf(inode: number, path: string, type: TarEntryType, attributes: Attributes): TarMember {
    const device = this.#upper.device(inode);
    return {
      name: encodeName(path),
      type,
      ...attributes,
      sizeBytes: type === 'file' ? this.#upper.sizeBytes(inode) : 0,
      ...(type === 'symlink' && { linkName: encodeName(this.#upper.linkTarget(inode)) }),
      ...(device !== 0 && { deviceMajor: deviceMajor(device), deviceMinor: deviceMinor(device) }),
    };
  }

  /** Undefined for the first name of an inode. */
  #firstPath(inode: number, path: string): string | undefined {
    if (isDirectory(this.#upper.mode(inode)) || this.#upper.linkCount(inode) < 2) return undefined;
    const first = this.#firstPaths.get(inode);
    if (first === undefined) this.#firstPaths.set(inode, path);
    return first;
  }

  #attributes(inode: number, path: string): Attributes {
    const upper = this.#upper;
    const { mtime } = upper.times(inode);
    return {
      mode: upper.mode(inode) & PERMISSION_BITS,
      uid: upper.uid(inode),
      gid: upper.gid(inode),
      sizeBytes: 0,
      mtimeSec: mtime.sec,
      ...(this.#form === 'exact' && { mtimeNsec: mtime.nsec }),
      xattrs: this.#xattrs(inode, path),
    };
  }

  #xattrs(inode: number, path: string): readonly Xattr[] | undefined {
    const kept: Xattr[] = [];
    for (const [name, value] of this.#upper.xattrs(inode)) {
      if (name === CAPABILITY || this.#form === 'exact') kept.push({ name: encodeName(name), value });
      else if (!name.startsWith(OVERLAY_PREFIX)) this.#notes.onLostXattr?.(path, name);
    }
    return kept.length > 0 ? kept : undefined;
  }

  #isOpaque(inode: number): boolean {
    const value = this.#upper.xattrs(inode).get(`${OVERLAY_PREFIX}opaque`);
    return value?.length === 1 && value[0] === 0x79;
  }

  #content(inode: number, mode: number): AsyncIterable<Uint8Array> | undefined {
    return isRegular(mode) && this.#upper.sizeBytes(inode) > 0 ? chunksOf(this.#upper.content(inode)) : undefined;
  }
}

type Attributes = Pick<TarMember, 'mode' | 'uid' | 'gid' | 'sizeBytes' | 'mtimeSec' | 'mtimeNsec' | 'xattrs'>;

const TYPES: ReadonlyMap<number, TarEntryType> = new Map<number, TarEntryType>([
  [S_IFREG, 'file'],
  [S_IFDIR, 'directory'],
  [S_IFLNK, 'symlink'],
  [S_IFCHR, 'charDevice'],
  [S_IFBLK, 'blockDevice'],
  [S_IFIFO, 'fifo'],
]);

function isWhiteout(layer: Layer, inode: number): boolean {
  return (layer.mode(inode) & S_IFMT) === S_IFCHR && layer.device(inode) === 0;
}

/** moby pkg/archive, overlayWhiteoutConverter.ConvertWrite: the directory's bits and owner, and no time. */
function opaqueMarker(directory: string, { mode, uid, gid }: Attributes): TarMember {
  const name = encodeName(`${directory}/${OPAQUE_MARKER}`);
  return { name, type: 'file', mode: mode & RWX_BITS, uid, gid, sizeBytes: 0, mtimeSec: 0 };
}

async function* chunksOf(source: ByteSource): AsyncIterable<Uint8Array> {
  for (let offset = 0; offset < source.sizeBytes; offset += READ_BYTES) {
    yield await source.read(offset, READ_BYTES);
  }
}

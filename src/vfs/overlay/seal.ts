import { compareBytes, encodeName } from '../../bytes/byteName.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { TarEntryType, Xattr } from '../../tar/tarEntry.ts';
import type { TarMember } from '../../tar/tarHeader.ts';
import type { TarMemberWithContent } from '../../tar/writeTar.ts';
import { deviceMajor, deviceMinor, PERMISSION_BITS } from './fileMode.ts';
import { tarTypeOf } from './tarTypes.ts';
import { entriesOf, type Layer } from './layer.ts';
import { CAPABILITY_XATTR } from '../capability.ts';

const WHITEOUT_PREFIX = '.wh.';
const OPAQUE_MARKER = '.wh..wh..opq';
const WHITEOUT_MODE = 0o600;
const RWX_BITS = 0o777;
/** Bytes of a file that are read at a time. */
const READ_BYTES = 1024 * 1024;
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
  if (form === 'exact') {
    const root = sealing.member(upper.rootInode, '', '.');
    if (root) yield root;
    if (sealing.isOpaque(upper.rootInode)) yield sealing.opaqueMarker(upper.rootInode, '.');
  }
  const open: OpenDirectory[] = [{ path: '', entries: sortedEntries(upper, upper.rootInode), next: 0 }];
  for (let level = open.at(-1); level; level = open.at(-1)) {
    const entry = level.entries[level.next++];
    if (entry === undefined) {
      open.pop();
      continue;
    }
    const [name, inode] = entry;
    const sealed = sealing.member(inode, level.path, name);
    if (sealed) yield sealed;
    if (sealed?.member.type !== 'directory') continue;
    const path = level.path + name;
    if (sealing.isOpaque(inode)) yield sealing.opaqueMarker(inode, path);
    open.push({ path: `${path}/`, entries: sortedEntries(upper, inode), next: 0 });
  }
}

type Entry = readonly [name: string, inode: number];

interface OpenDirectory {
  /** With a slash at the end, but for the root. */
  readonly path: string;
  readonly entries: readonly Entry[];
  next: number;
}

/** By name bytes, which is the order of UTF-16 where no surrogates, and nothing behind them, take part. */
function sortedEntries(layer: Layer, directory: number): readonly Entry[] {
  const entries: Entry[] = [...entriesOf(layer, directory)];
  const isPlain = entries.every(([name]) => !/[\ud800-\uffff]/.test(name));
  if (isPlain) return entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return entries
    .map((entry) => ({ entry, bytes: encodeName(entry[0]) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes))
    .map(({ entry }) => entry);
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

  /** Undefined for a socket. */
  member(inode: number, directory: string, name: string): TarMemberWithContent | undefined {
    const upper = this.#upper;
    const mode = upper.mode(inode);
    const path = directory + name;
    const type = tarTypeOf(mode);
    if (type === undefined) {
      this.#notes.onSocket?.(path);
      return undefined;
    }
    const first = type === 'directory' ? undefined : this.#firstPath(inode, path);
    const device = upper.device(inode);
    if (type === 'charDevice' && device === 0) {
      const whiteout = encodeName(`${directory}${WHITEOUT_PREFIX}${name}`);
      const linkName = encodeName(first ?? '');
      return { member: { ...this.#attributes(inode, path, whiteout, 'file'), mode: WHITEOUT_MODE, linkName } };
    }
    if (first !== undefined) {
      const linkName = encodeName(first);
      return { member: { ...this.#attributes(inode, path, encodeName(path), 'hardlink'), linkName } };
    }
    const attributes = this.#attributes(inode, path, encodeName(type === 'directory' ? `${path}/` : path), type);
    if (type === 'file') return { member: attributes, content: contentOf(upper, inode, attributes.sizeBytes) };
    if (type === 'symlink') return { member: { ...attributes, linkName: encodeName(upper.linkTarget(inode)) } };
    if (device === 0) return { member: attributes };
    return { member: { ...attributes, deviceMajor: deviceMajor(device), deviceMinor: deviceMinor(device) } };
  }

  isOpaque(inode: number): boolean {
    if (this.#upper.mayHaveXattrs?.(inode) === false) return false;
    const value = this.#upper.xattrs(inode).get(`${OVERLAY_PREFIX}opaque`);
    return value?.length === 1 && value[0] === 0x79;
  }

  /** moby pkg/archive, overlayWhiteoutConverter.ConvertWrite: the directory's bits and owner, and no time. */
  opaqueMarker(inode: number, path: string): TarMemberWithContent {
    const upper = this.#upper;
    const name = encodeName(`${path}/${OPAQUE_MARKER}`);
    const mode = upper.mode(inode) & RWX_BITS;
    const owner = { uid: upper.uid(inode), gid: upper.gid(inode) };
    return { member: { name, type: 'file', mode, ...owner, sizeBytes: 0, mtimeSec: 0 } };
  }

  /** Undefined for the first name of an inode. */
  #firstPath(inode: number, path: string): string | undefined {
    if (this.#upper.linkCount(inode) < 2) return undefined;
    const first = this.#firstPaths.get(inode);
    if (first === undefined) this.#firstPaths.set(inode, path);
    return first;
  }

  #attributes(inode: number, path: string, name: Uint8Array, type: TarEntryType): TarMember {
    const upper = this.#upper;
    const { mtime } = upper.times(inode);
    return {
      name,
      type,
      mode: upper.mode(inode) & PERMISSION_BITS,
      uid: upper.uid(inode),
      gid: upper.gid(inode),
      sizeBytes: type === 'file' ? upper.sizeBytes(inode) : 0,
      mtimeSec: mtime.sec,
      mtimeNsec: this.#form === 'exact' ? mtime.nsec : 0,
      xattrs: this.#xattrs(inode, path),
    };
  }

  #xattrs(inode: number, path: string): readonly Xattr[] | undefined {
    const xattrs = this.#upper.xattrs(inode);
    if (xattrs.size === 0) return undefined;
    const kept: Xattr[] = [];
    xattrs.forEach((value, name) => {
      if (name === CAPABILITY_XATTR || this.#form === 'exact') kept.push({ name: encodeName(name), value });
      else if (!name.startsWith(OVERLAY_PREFIX)) this.#notes.onLostXattr?.(path, name);
    });
    return kept.length > 0 ? kept : undefined;
  }
}

/** In one piece where that is at hand. */
function contentOf(upper: Layer, inode: number, sizeBytes: number): TarMemberWithContent['content'] {
  if (sizeBytes === 0) return undefined;
  const whole = sizeBytes <= READ_BYTES ? upper.readSync?.(inode, 0, sizeBytes) : undefined;
  return whole ? [whole] : chunksOf(upper.content(inode));
}

async function* chunksOf(source: ByteSource): AsyncIterable<Uint8Array> {
  for (let offset = 0; offset < source.sizeBytes; offset += READ_BYTES) {
    yield await source.read(offset, READ_BYTES);
  }
}

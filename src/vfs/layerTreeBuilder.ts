import { decodeName, encodeName } from '../bytes/byteName.ts';
import { type Finding, FindingLog } from '../bytes/finding.ts';
import type { TarEntry, Xattr } from '../tar/tarEntry.ts';
import { freezeLayer } from './freezeLayer.ts';
import { InodeTable } from './inodeTable.ts';
import { EntryKind, type LayerTree, type RareAttributes } from './layerTree.ts';
import { type ParentFault, ParentFinder } from './parentFinder.ts';
import { PathParts } from './pathParts.ts';
import { NodeFlag, NodeTable } from './nodeTable.ts';
import { CAPABILITY_XATTR } from './capability.ts';

/** Kernel limits (limits.h): engines cannot make what exceeds them. It is shown all the same, up to ours. */
const NAME_MAX_BYTES = 255;
const PATH_MAX_BYTES = 4095;
const PATH_SHOWN_BYTES = 32 * 1024;

/** Of the entries that a tar's size and its entries so far let expect. */
const EXPECTED_MARGIN = 1.05;
const MAX_GROWTH = 8;
/** An entry mostly brings one name, and some parents. */
const SPARE_NAMES = 8;

const WHITEOUT_PREFIX = encodeName('.wh.');
const OPAQUE_MARKER = encodeName('.wh..wh..opq');
const IMPLICIT_MODE = 0o755;

/** Makes a layer's tree from its tar, entry by entry, as dockerd's overlay2 driver extracts it into an empty
 *  directory: a directory over a directory merges, anything else replaces all that was there; `.wh.NAME` becomes a
 *  whiteout, `.wh..wh..opq` the directory's opaque mark; missing parents are made with mode 0755; links in a
 *  parent's path are followed inside the layer. What engines would refuse is repaired and told as a finding of
 *  severity `error`; where engines disagree, of severity `warning`.
 *
 *  Memory while building: some 110 bytes an entry and its name; at the end each column is copied in turn.
 *  Throws TarError `tooLong` beyond 16 million names or 16,000 levels. */
export class LayerTreeBuilder {
  readonly #findings = new FindingLog();
  readonly #inodes = new InodeTable();
  readonly #nodes: NodeTable;
  readonly #parents: ParentFinder;
  readonly #path = new PathParts();
  readonly #linkPath = new PathParts();
  /** Hard links whose target had not been met, in archive order. */
  readonly #unresolved: number[] = [];
  readonly #gone = (inode: number) => this.#inodes.unlink(inode);

  readonly #tarBytes: number | undefined;
  /** The entry being added. */
  #entry: TarEntry | undefined;
  readonly #onParentFault = (fault: ParentFault) =>
    this.#tell(fault === 'throughSymlink' ? 'warning' : 'error', fault, this.#entry as TarEntry);

  /** `tarBytes`, when known, is the size of the tar: it tells how many entries are to come. */
  constructor(tarBytes?: number) {
    this.#tarBytes = tarBytes;
    const root = this.#inodes.allocate(EntryKind.directory);
    this.#inodes.mode[root] = IMPLICIT_MODE;
    this.#nodes = new NodeTable(root);
    this.#parents = new ParentFinder(this.#nodes, this.#inodes, this.#gone);
  }

  add(entry: TarEntry): void {
    if (this.#nodes.length + SPARE_NAMES > this.#nodes.capacity) this.#reserve(entry.headerOffset);
    const path = this.#path;
    path.parse(entry.name);
    // A whiteout's name may be longer by its prefix: no file of that name is made.
    if (entry.name.length > PATH_MAX_BYTES || path.longestPart > NAME_MAX_BYTES + (isMarker(path) ? 4 : 0)) {
      const isShown = entry.name.length <= PATH_SHOWN_BYTES;
      this.#tell('error', 'nameTooLong', entry, { bytes: entry.name.length, isShown: isShown ? 1 : 0 });
      if (!isShown) return;
    }
    if (path.escapes) this.#tell('warning', 'nameEscapes', entry);
    if (path.count === 0) {
      this.#addRoot(entry);
      return;
    }
    this.#entry = entry;
    const parent = this.#parents.find(path, path.count - 1, this.#onParentFault);
    if (parent < 0) return;
    const start = path.start(path.count - 1);
    const end = path.end(path.count - 1);
    if (isMarker(path)) this.#addMarker(entry, parent, start, end);
    else if (entry.type === 'hardlink') this.#addHardLink(entry, parent, start, end);
    else this.#addEntry(entry, parent, start, end);
  }

  /** Ends the layer; the builder is of no use afterwards. `tarBytes`, when known, is the size of the tar: a file
   *  whose content was cut off is then as long as what there is of it. */
  finish(tarBytes?: number): { tree: LayerTree; findings: readonly Finding[] } {
    this.#resolveLinks();
    const tree = freezeLayer(this.#nodes, this.#inodes, tarBytes ?? Number.POSITIVE_INFINITY);
    return { tree, findings: this.#findings.list() };
  }

  /** Room for what the rest of the tar will bring if it goes on like this; within bounds, for it may not. */
  #reserve(headerOffset: number): void {
    const { length } = this.#nodes;
    if (this.#tarBytes === undefined || headerOffset === 0) return;
    const expected = Math.ceil(length * (this.#tarBytes / headerOffset) * EXPECTED_MARGIN);
    const names = Math.min(expected, length * MAX_GROWTH);
    this.#nodes.reserve(names);
    this.#inodes.reserve(names);
  }

  #tell(severity: Finding['severity'], code: string, entry: TarEntry, params: Finding['params'] = {}): void {
    const path = decodeName(entry.name.subarray(0, 1024));
    this.#findings.add(severity, code, { path, offset: entry.headerOffset, ...params });
  }

  /** Engines leave the root as it is. Its attributes are kept for show. */
  #addRoot(entry: TarEntry): void {
    if (entry.type !== 'directory') {
      this.#tell('warning', 'rootReplaced', entry);
      return;
    }
    if (((this.#nodes.flags[0] as number) & NodeFlag.listed) !== 0) this.#tell('error', 'duplicateEntry', entry);
    this.#setFlag(0, NodeFlag.listed);
    this.#setAttributes(this.#nodes.inode[0] as number, entry);
  }

  #addMarker(entry: TarEntry, parent: number, start: number, end: number): void {
    const { bytes } = this.#path;
    if (end - start === OPAQUE_MARKER.length && startsWith(bytes, start, end, OPAQUE_MARKER)) {
      this.#setFlag(parent, NodeFlag.opaque);
      return;
    }
    const nameStart = start + WHITEOUT_PREFIX.length;
    if (isDots(bytes, nameStart, end)) {
      this.#tell('error', 'whiteoutInvalid', entry);
      return;
    }
    const existing = this.#nodes.find(parent, bytes, nameStart, end);
    if (existing < 0) {
      const inode = this.#inodes.allocate(EntryKind.whiteout);
      this.#setOwnerAndTime(inode, entry);
      const node = this.#nodes.add(parent, bytes, nameStart, end, inode);
      this.#setFlag(node, NodeFlag.listed);
      return;
    }
    // Docker fails here. For umoci a whiteout hides lower layers only, whatever its place in the archive.
    this.#tell('error', 'whiteoutAfterEntry', entry);
    if (this.#inodes.isDirectory(this.#nodes.inode[existing] as number)) this.#setFlag(existing, NodeFlag.opaque);
  }

  #addEntry(entry: TarEntry, parent: number, start: number, end: number): void {
    const existing = this.#nodes.find(parent, this.#path.bytes, start, end);
    if (existing >= 0) {
      this.#tellDuplicate(entry, existing);
      const inode = this.#nodes.inode[existing] as number;
      if (entry.type === 'directory' && this.#inodes.isDirectory(inode)) {
        this.#setFlag(existing, NodeFlag.listed);
        this.#setAttributes(inode, entry);
        this.#readOverlayMarks(existing, entry);
        return;
      }
    }
    const kind = kindOf(entry);
    const inode = this.#inodes.allocate(kind);
    const node = this.#put(existing, parent, start, end, inode);
    this.#setFlag(node, NodeFlag.listed);
    this.#setAttributes(inode, entry);
    this.#setContent(inode, kind, entry);
    if (kind === EntryKind.whiteout) this.#setFlag(node, NodeFlag.nativeWhiteout);
    if (kind === EntryKind.directory) this.#readOverlayMarks(node, entry);
  }

  #tellDuplicate(entry: TarEntry, existing: number): void {
    const isWhiteout = this.#inodes.kind[this.#nodes.inode[existing] as number] === EntryKind.whiteout;
    const isListed = ((this.#nodes.flags[existing] as number) & NodeFlag.listed) !== 0;
    if (isWhiteout) {
      // Docker lets lower files show again under the new directory, umoci hides them.
      if (entry.type === 'directory') this.#tell('warning', 'whiteoutReplaced', entry);
    } else if (isListed) this.#tell('error', 'duplicateEntry', entry);
    else if (entry.type !== 'directory') this.#tell('warning', 'directoryReplaced', entry);
  }

  #put(existing: number, parent: number, start: number, end: number, inode: number): number {
    if (existing < 0) return this.#nodes.add(parent, this.#path.bytes, start, end, inode);
    this.#parents.forget();
    this.#nodes.replace(existing, inode, this.#gone);
    return existing;
  }

  #setFlag(node: number, flag: number): void {
    this.#nodes.flags[node] = (this.#nodes.flags[node] as number) | flag;
  }

  #readOverlayMarks(node: number, entry: TarEntry): void {
    if (overlayValue(entry, 'trusted.overlay.opaque') === 'y') this.#setFlag(node, NodeFlag.opaque);
    // An overlay mount would show another directory of the lower layers there.
    if (overlayValue(entry, 'trusted.overlay.redirect') !== undefined) this.#tell('warning', 'redirectIgnored', entry);
  }

  #setOwnerAndTime(inode: number, entry: TarEntry): void {
    const inodes = this.#inodes;
    inodes.uid[inode] = entry.uid;
    inodes.gid[inode] = entry.gid;
    inodes.mtimeSec[inode] = entry.mtimeSec;
    inodes.mtimeNsec[inode] = entry.mtimeNsec;
  }

  #setAttributes(inode: number, entry: TarEntry): void {
    const inodes = this.#inodes;
    this.#setOwnerAndTime(inode, entry);
    // Linux knows no mode of a symlink; it shows all bits.
    inodes.mode[inode] = entry.type === 'symlink' ? 0o777 : entry.mode & 0o7777;
    if (entry.xattrs) this.#mergeRare(inode, { xattrs: this.#mergeXattrs(inode, entry.xattrs) });
    if (entry.sparse) this.#mergeRare(inode, { sparse: entry.sparse });
  }

  /** As setxattr(2) in order. The kernel allows `user.` on files and directories alone, and engines go on when it
   *  refuses. */
  #mergeXattrs(inode: number, xattrs: readonly Xattr[]): readonly Xattr[] {
    const kind = this.#inodes.kind[inode];
    const takesUser = kind === EntryKind.file || kind === EntryKind.directory;
    const byName = new Map<string, Xattr>();
    for (const xattr of this.#inodes.rare.get(inode)?.xattrs ?? []) byName.set(decodeName(xattr.name), xattr);
    for (const xattr of xattrs) {
      const name = decodeName(xattr.name);
      if (takesUser || !name.startsWith('user.')) byName.set(name, xattr);
    }
    return [...byName.values()];
  }

  #mergeRare(inode: number, more: RareAttributes): void {
    this.#inodes.rare.set(inode, { ...this.#inodes.rare.get(inode), ...more });
  }

  #setContent(inode: number, kind: EntryKind, entry: TarEntry): void {
    const inodes = this.#inodes;
    if (kind === EntryKind.file) {
      inodes.size[inode] = entry.sizeBytes;
      inodes.position[inode] = entry.contentOffset;
    } else if (kind === EntryKind.symlink) {
      if (entry.linkName.length === 0) this.#tell('error', 'symlinkEmpty', entry);
      inodes.size[inode] = entry.linkName.length;
      inodes.position[inode] = this.#nodes.pool.append(entry.linkName, 0, entry.linkName.length);
    } else if (kind === EntryKind.charDevice || kind === EntryKind.blockDevice)
      inodes.position[inode] = deviceNumber(entry);
  }

  #addHardLink(entry: TarEntry, parent: number, start: number, end: number): void {
    const existing = this.#nodes.find(parent, this.#path.bytes, start, end);
    if (existing >= 0) this.#tellDuplicate(entry, existing);
    const target = this.#findLinkTarget(entry.linkName);
    if (target < 0) {
      this.#addUnresolved(entry, existing, parent, start, end);
      return;
    }
    if (target === existing) return;
    const inode = this.#nodes.inode[target] as number;
    this.#inodes.link(inode);
    const node = this.#put(existing, parent, start, end, inode);
    this.#setFlag(node, NodeFlag.listed);
    this.#applyLinkAttributes(inode, entry);
  }

  /** The node that a hard link may share, or -1. The target's last part is not followed (linkat(2)). */
  #findLinkTarget(linkName: Uint8Array): number {
    const path = this.#linkPath;
    path.parse(linkName);
    if (path.count === 0) return -1;
    const parent = this.#parents.findExisting(path, path.count - 1);
    if (parent < 0) return -1;
    const node = this.#nodes.find(parent, path.bytes, path.start(path.count - 1), path.end(path.count - 1));
    if (node < 0 || this.#inodes.isDirectory(this.#nodes.inode[node] as number)) return -1;
    return ((this.#nodes.flags[node] as number) & NodeFlag.unresolved) === 0 ? node : -1;
  }

  #addUnresolved(entry: TarEntry, existing: number, parent: number, start: number, end: number): void {
    const inode = this.#inodes.allocate(EntryKind.file);
    const node = this.#put(existing, parent, start, end, inode);
    this.#setAttributes(inode, entry);
    const parts: Uint8Array[] = [];
    for (let i = 0; i < this.#linkPath.count; i++) parts.push(this.#linkPath.part(i));
    this.#mergeRare(inode, { linkPath: joinParts(parts) });
    this.#setFlag(node, NodeFlag.listed | NodeFlag.unresolved);
    this.#unresolved.push(node);
  }

  /** Engines apply a hard link's own header to the file it names. Changing the owner takes away file capabilities
   *  that the header does not give again (chown(2)). */
  #applyLinkAttributes(inode: number, entry: TarEntry): void {
    const inodes = this.#inodes;
    const kind = inodes.kind[inode];
    inodes.uid[inode] = entry.uid;
    inodes.gid[inode] = entry.gid;
    if (kind !== EntryKind.symlink && kind !== EntryKind.whiteout) {
      this.#setOwnerAndTime(inode, entry);
      inodes.mode[inode] = entry.mode & 0o7777;
    }
    const xattrs = inodes.rare.get(inode)?.xattrs;
    if (xattrs)
      this.#mergeRare(inode, { xattrs: xattrs.filter((xattr) => decodeName(xattr.name) !== CAPABILITY_XATTR) });
    if (entry.xattrs) this.#mergeRare(inode, { xattrs: this.#mergeXattrs(inode, entry.xattrs) });
  }

  /** Links that came before their target are joined with it; those that lead out of the layer stay as they are.
   *  Passes over the list end when one brings nothing new, so a chain of n links in reverse takes n: bounded. */
  #resolveLinks(): void {
    const MAX_PASSES = 8;
    let left = this.#unresolved.filter((node) => this.#isUnresolved(node));
    for (let pass = 0; pass < MAX_PASSES && left.length > 0; pass++) {
      const still = left.filter((node) => !this.#resolveLink(node));
      if (still.length === left.length) break;
      left = still;
    }
    for (const node of left) this.#tellLink('hardLinkMissing', node);
  }

  #isUnresolved(node: number): boolean {
    return this.#nodes.isAlive(node) && ((this.#nodes.flags[node] as number) & NodeFlag.unresolved) !== 0;
  }

  #resolveLink(node: number): boolean {
    const inode = this.#nodes.inode[node] as number;
    const linkPath = this.#inodes.rare.get(inode)?.linkPath;
    const target = linkPath ? this.#findLinkTarget(linkPath) : -1;
    if (target < 0 || target === node) return false;
    this.#tellLink('hardLinkForward', node);
    const shared = this.#nodes.inode[target] as number;
    this.#inodes.link(shared);
    this.#nodes.replace(node, shared, this.#gone);
    this.#setFlag(node, NodeFlag.listed);
    return true;
  }

  #tellLink(code: string, node: number): void {
    const linkPath = this.#inodes.rare.get(this.#nodes.inode[node] as number)?.linkPath ?? new Uint8Array(0);
    const params = { path: this.#nodes.path(node), target: decodeName(linkPath) };
    this.#findings.add('error', code, params);
  }
}

function kindOf(entry: TarEntry): EntryKind {
  switch (entry.type) {
    case 'directory':
      return EntryKind.directory;
    case 'symlink':
      return EntryKind.symlink;
    case 'fifo':
      return EntryKind.fifo;
    case 'blockDevice':
      return EntryKind.blockDevice;
    case 'charDevice':
      return deviceNumber(entry) === 0 ? EntryKind.whiteout : EntryKind.charDevice;
    case 'file':
    case 'hardlink':
      // overlayfs.rst, "Nesting overlayfs mounts": the form of a whiteout for those who may not make devices.
      if (entry.sizeBytes === 0 && overlayValue(entry, 'trusted.overlay.whiteout') !== undefined)
        return EntryKind.whiteout;
      return EntryKind.file;
  }
}

/** Linux keeps 12 bits of the major number and 20 of the minor. */
function deviceNumber(entry: TarEntry): number {
  return (entry.deviceMajor & 0xfff) * 2 ** 32 + (entry.deviceMinor & 0xfffff);
}

function overlayValue(entry: TarEntry, name: string): string | undefined {
  const xattr = entry.xattrs?.find((candidate) => decodeName(candidate.name) === name);
  return xattr && decodeName(xattr.value);
}

/** Whether the last part of the path begins with `.wh.`. */
function isMarker(path: PathParts): boolean {
  const last = path.count - 1;
  return last >= 0 && startsWith(path.bytes, path.start(last), path.end(last), WHITEOUT_PREFIX);
}

function startsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}

/** Whether a name is empty, `.` or `..`. */
function isDots(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > 2) return false;
  for (let i = start; i < end; i++) if (bytes[i] !== 0x2e) return false;
  return true;
}

function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  return encodeName(parts.map((part) => decodeName(part)).join('/'));
}

import { decodeName } from '../bytes/byteName.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import type { TarEntry } from '../tar/tarEntry.ts';
import type { ArchiveMember } from './archive.ts';
import { ArchiveFindings } from './finding.ts';

/** What lies at a path, links followed inside the archive. */
export type MemberLookup =
  | { readonly status: 'found'; readonly path: string; readonly source: ByteSource; readonly isLink: boolean }
  | { readonly status: 'missing' | 'linkLoop' | 'escapes' };

interface StoredMember {
  readonly kind: 'file' | 'link' | 'other';
  readonly offset: number;
  readonly sizeBytes: number;
  /** Target of a symlink, as stored; of a hard link whose target is not there yet, from the root. */
  readonly target: string | undefined;
  readonly source: ByteSource | undefined;
}

/** Links followed in one lookup (as Linux: MAXSYMLINKS). */
const MAX_LINKS = 40;
/** Members kept by name. A rootfs may have more; a container of images has some hundreds. */
const MAX_MEMBERS = 1_000_000;

/** The members of an archive or the files of a folder, by normalised path: no leading `./` or `/`. Of several members
 *  with one name the last counts, as for tools that unpack first (docker). */
export class MemberTable {
  readonly findings = new ArchiveFindings();
  readonly #members = new Map<string, StoredMember>();
  readonly #tar: ByteSource | undefined;

  /** `tar` is where the members of a tar lie; a folder needs none. */
  constructor(tar: ByteSource | undefined) {
    this.#tar = tar;
  }

  get size(): number {
    return this.#members.size;
  }

  paths(): IterableIterator<string> {
    return this.#members.keys();
  }

  addTarEntry(entry: TarEntry): void {
    const isFile = entry.type === 'file' && entry.sparse === undefined;
    const link = entry.type === 'symlink' || entry.type === 'hardlink' ? decodeName(entry.linkName) : undefined;
    const target = entry.type === 'hardlink' ? `/${link}` : link;
    const earlier = entry.type === 'hardlink' ? this.#members.get(normalPath(link ?? '') ?? '') : undefined;
    // A hard link names the inode that its target had at that moment.
    if (earlier?.kind === 'file') this.#add(decodeName(entry.name), earlier);
    else {
      this.#add(decodeName(entry.name), {
        kind: isFile ? 'file' : link === undefined ? 'other' : 'link',
        offset: entry.contentOffset,
        sizeBytes: isFile ? entry.sizeBytes : 0,
        target,
        source: undefined,
      });
    }
  }

  addFile(path: string, source: ByteSource): void {
    this.#add(path, { kind: 'file', offset: 0, sizeBytes: source.sizeBytes, target: undefined, source });
  }

  /** Makes a link of what was added as a file. */
  addLink(path: string, target: string): void {
    const key = normalPath(path);
    if (key) this.#members.set(key, { kind: 'link', offset: 0, sizeBytes: 0, target, source: undefined });
  }

  #add(name: string, member: StoredMember): void {
    const path = normalPath(name);
    if (path === undefined) this.#report('memberEscapes', name);
    if (!path) return;
    const before = this.#members.get(path);
    if (before && before.kind !== 'other') {
      this.#report('memberTwice', path);
      this.#members.delete(path);
    } else if (this.#members.size >= MAX_MEMBERS) {
      this.#report('tooManyMembers', path);
      return;
    }
    this.#members.set(path, member);
  }

  #report(code: 'memberEscapes' | 'memberTwice' | 'tooManyMembers', path: string): void {
    this.findings.warning(code, { path });
  }

  /** The one folder that holds everything, if there is one. */
  commonFolder(): string | undefined {
    let common: string | undefined;
    for (const path of this.#members.keys()) {
      const slash = path.indexOf('/');
      const first = slash < 0 ? undefined : path.slice(0, slash);
      if (first === undefined && this.#members.get(path)?.kind === 'other') continue; // the folder itself
      if (first === undefined || (common !== undefined && common !== first)) return undefined;
      common = first;
    }
    return common;
  }

  /** A table of what lies in a folder, by paths from there. */
  within(folder: string): MemberTable {
    const table = new MemberTable(this.#tar);
    for (const [path, member] of this.#members) {
      if (path.startsWith(`${folder}/`)) table.#members.set(path.slice(folder.length + 1), member);
    }
    return table;
  }

  /** Whether a file, or a link to one, lies at exactly this normalised path. */
  has(path: string): boolean {
    return this.lookup(path).status === 'found';
  }

  lookup(path: string): MemberLookup {
    const seen: string[] = [];
    const waiting = path.split('/').reverse();
    let links = 0;
    while (waiting.length > 0) {
      const part = waiting.pop() as string;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (seen.pop() === undefined) return { status: 'escapes' };
        continue;
      }
      seen.push(part);
      const member = this.#members.get(seen.join('/'));
      if (member?.kind !== 'link' || member.target === undefined) continue;
      links++;
      if (links > MAX_LINKS || member.target.length > 4096) return { status: 'linkLoop' };
      if (member.target.startsWith('/')) seen.length = 0;
      else seen.pop();
      waiting.push(...member.target.split('/').reverse());
    }
    const found = seen.join('/');
    const member = this.#members.get(found);
    if (member?.kind !== 'file') return { status: 'missing' };
    return { status: 'found', path: found, source: this.#sourceOf(member), isLink: links > 0 };
  }

  #sourceOf(member: StoredMember): ByteSource {
    if (member.source) return member.source;
    if (!this.#tar) throw new RangeError('a member of a folder without a source');
    return this.#tar.slice(member.offset, member.sizeBytes);
  }

  /** All files, in the order stored. */
  files(): ArchiveMember[] {
    const files: ArchiveMember[] = [];
    for (const [path, member] of this.#members) {
      if (member.kind === 'file') files.push({ path, sizeBytes: member.sizeBytes, source: this.#sourceOf(member) });
    }
    return files;
  }
}

/** A path without leading slashes, empty parts and dots, or undefined when it leads above its start. */
export function normalPath(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

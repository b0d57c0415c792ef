import { encodeName } from '../../src/bytes/byteName.ts';
import type { Finding } from '../../src/bytes/finding.ts';
import type { TarEntry, TarEntryType, Xattr } from '../../src/tar/tarEntry.ts';
import { EntryKind, type LayerTree } from '../../src/vfs/layerTree.ts';
import { LayerTreeBuilder } from '../../src/vfs/layerTreeBuilder.ts';
import type { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { nodesInPathOrder } from '../../src/vfs/pathOrder.ts';

export interface EntryFields {
  readonly type?: TarEntryType;
  readonly mode?: number;
  readonly uid?: number;
  readonly size?: number;
  readonly offset?: number;
  readonly link?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly xattrs?: Readonly<Record<string, string>>;
  readonly mtime?: number;
}

const NO_BYTES = new Uint8Array(0);

/** A tar entry. A name that ends in a slash is a directory's. */
export function entry(name: string, fields: EntryFields = {}): TarEntry {
  const type = fields.type ?? (fields.link !== undefined ? 'symlink' : name.endsWith('/') ? 'directory' : 'file');
  const xattrs: Xattr[] = Object.entries(fields.xattrs ?? {}).map(([key, value]) => ({
    name: encodeName(key),
    value: encodeName(value),
  }));
  const size = type === 'file' ? (fields.size ?? 0) : 0;
  return {
    headerOffset: 0,
    contentOffset: fields.offset ?? 512,
    storedBytes: size,
    name: encodeName(name),
    type,
    typeflag: 0x30,
    mode: fields.mode ?? (type === 'directory' ? 0o755 : 0o644),
    uid: fields.uid ?? 0,
    gid: 0,
    userName: NO_BYTES,
    groupName: NO_BYTES,
    sizeBytes: size,
    mtimeSec: fields.mtime ?? 0,
    mtimeNsec: 0,
    linkName: encodeName(fields.link ?? ''),
    deviceMajor: fields.major ?? 0,
    deviceMinor: fields.minor ?? 0,
    xattrs: xattrs.length > 0 ? xattrs : undefined,
    sparse: undefined,
    pax: undefined,
  };
}

export function hardLink(name: string, target: string, fields: EntryFields = {}): TarEntry {
  return entry(name, { ...fields, type: 'hardlink', link: target });
}

export interface Built {
  readonly tree: LayerTree;
  readonly findings: readonly Finding[];
}

export function build(entries: readonly TarEntry[]): Built {
  const builder = new LayerTreeBuilder();
  for (const item of entries) builder.add(item);
  return builder.finish();
}

export function layer(...entries: readonly TarEntry[]): LayerTree {
  return build(entries).tree;
}

export function codes(built: Built): readonly string[] {
  return built.findings.map((finding) => `${finding.severity} ${finding.code}`);
}

const LETTERS: Readonly<Record<number, string>> = {
  [EntryKind.file]: 'f',
  [EntryKind.directory]: 'd',
  [EntryKind.symlink]: 'l',
  [EntryKind.charDevice]: 'c',
  [EntryKind.blockDevice]: 'b',
  [EntryKind.fifo]: 'p',
  [EntryKind.whiteout]: 'w',
};

/** A line an entry in the tree's own order: kind, path, and what is notable. */
export function drawn(tree: LayerTree): readonly string[] {
  const lines: string[] = [];
  for (let at = 1; at < tree.length; at++) {
    const marks = [
      tree.kind(at) === EntryKind.file ? String(tree.sizeBytes(at)) : '',
      tree.isOpaque(at) ? 'opaque' : '',
      tree.isImplicit(at) ? 'implicit' : '',
      tree.isHardLink(at) ? `= ${tree.path(tree.inode(at))}` : '',
      tree.unresolvedLink(at) ? '?' : '',
    ];
    lines.push([LETTERS[tree.kind(at)], tree.path(at), ...marks.filter((mark) => mark !== '')].join(' '));
  }
  return lines;
}

/** What a union shows, in path order: `path:layer`, with a slash after a directory. */
export function shown(union: LayerUnion): readonly string[] {
  return [...nodesInPathOrder(union)].map(
    (node) => `${union.path(node)}${union.isDirectory(node) ? '/' : ''}:${union.layer(node)}`,
  );
}

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverLayout } from '../../src/drivers/driver.ts';
import { EntryKind } from '../../src/vfs/layerTree.ts';

/** One entry of an engine's data directory, real or modelled. */
export interface ListedEntry {
  readonly path: string;
  /** As `find -printf %y` has it. */
  readonly type: string;
  readonly mode: number;
  readonly target?: string | undefined;
  /** Undefined where it is no file, or not modelled. */
  readonly content?: string | undefined;
  /** Names of the file. */
  readonly linkCount: number;
  /** On disk: which file it is, and the space that it takes. */
  readonly onDisk?: { readonly inode: number; readonly allocatedBytes: number };
}

/** Files of real hosts whose content is their own affair. */
const UNMODELLED = ['tar-split.json.gz', 'metadata.db'];
/** What comes and goes: a device node for quotas (of the host's own number), whiteouts that overlay keeps at hand, a mark
 *  of a folder that docker cp had. */
const LEFT_OUT = /^(backingFsBlockDev|#[0-9a-f]+|\.pivot_root\d+)$/;

/** What lies below some folders of a real data directory. */
export function listDisk(root: string, folders: readonly string[]): readonly ListedEntry[] {
  const found: ListedEntry[] = [];
  const visit = (path: string): void => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (LEFT_OUT.test(name)) return;
    const full = join(root, path);
    const stat = lstatSync(full);
    const type = diskType(stat);
    found.push({
      path,
      type,
      mode: stat.mode & 0o7777,
      linkCount: type === 'f' ? stat.nlink : 1,
      onDisk: { inode: stat.ino, allocatedBytes: stat.blocks * 512 },
      target: type === 'l' ? readlinkSync(full) : undefined,
      content: type === 'f' && !UNMODELLED.includes(name) ? readFileSync(full, 'utf8') : undefined,
    });
    if (type === 'd') for (const child of readdirSync(full)) visit(`${path}/${child}`);
  };
  for (const folder of folders) visit(folder);
  return found;
}

/** Space of the contents of layers and containers, each file once; what the engine writes beside them is left out. */
export function allocatedForContents(entries: readonly ListedEntry[]): number {
  const contents = /\/diff\/|\/fs\/|^vfs\/dir\/[^/]+\/|native\/snapshots\/\d+\//;
  const byInode = new Map<number, number>();
  for (const { path, type, onDisk } of entries)
    if (type === 'f' && onDisk && contents.test(path)) byInode.set(onDisk.inode, onDisk.allocatedBytes);
  return [...byInode.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function diskType(stat: ReturnType<typeof lstatSync>): string {
  if (stat?.isDirectory()) return 'd';
  if (stat?.isSymbolicLink()) return 'l';
  if (stat?.isCharacterDevice()) return 'c';
  if (stat?.isBlockDevice()) return 'b';
  return 'f';
}

const TYPES: Readonly<Record<number, string>> = {
  [EntryKind.file]: 'f',
  [EntryKind.directory]: 'd',
  [EntryKind.symlink]: 'l',
  [EntryKind.charDevice]: 'c',
};

/** What lies below some folders of a layout. */
export function listLayout(
  layout: DriverLayout,
  folders: readonly string[],
  contentOf: (layout: DriverLayout, entry: number) => string | undefined,
): readonly ListedEntry[] {
  const { tree } = layout;
  const names = new Map<number, number>();
  for (let at = 0; at < tree.length; at++) names.set(tree.inode(at), (names.get(tree.inode(at)) ?? 0) + 1);
  const found: ListedEntry[] = [];
  for (let at = 1; at < tree.length; at++) {
    const path = tree.path(at);
    if (!folders.some((folder) => path === folder || path.startsWith(`${folder}/`))) continue;
    const target = tree.linkTarget(at);
    found.push({
      path,
      type: TYPES[tree.kind(at)] ?? '?',
      mode: tree.mode(at),
      linkCount: names.get(tree.inode(at)) ?? 0,
      target: target ? Buffer.from(target).toString() : undefined,
      content: tree.kind(at) === EntryKind.file ? contentOf(layout, at) : undefined,
    });
  }
  return found;
}

/** Lines that are the same whatever identifiers were drawn: random ones give way to what they stand for. */
export function normalLines(entries: readonly ListedEntry[]): readonly string[] {
  const labels = labelsOf(entries);
  const replace = (text: string): string =>
    text.replace(/[0-9a-f]{64}|\b[A-Z2-7]{26}\b/g, (id) => labels.get(id) ?? id);
  return entries
    .map(({ path, type, mode, target, content, linkCount }) => {
      const head = `${type} ${mode.toString(8).padStart(4, '0')} ${replace(path)}`;
      const links = linkCount > 1 ? ` (${linkCount} names)` : '';
      if (target !== undefined) return `${head} -> ${replace(target)}`;
      if (type !== 'f') return head;
      if (content === undefined) return `${head} …`;
      return `${head}${links} ${content.length > 600 ? `${content.length} bytes` : JSON.stringify(replace(content))}`;
    })
    .sort();
}

function labelsOf(entries: readonly ListedEntry[]): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const { path, content = '' } of entries) {
    const layer = /layerdb\/sha256\/([0-9a-f]{6})[0-9a-f]*\/cache-id$/.exec(path);
    if (layer) labels.set(content, `CACHE-${layer[1]}`);
    const container = /layerdb\/mounts\/([0-9a-f]{64})$/.exec(path);
    if (container) labels.set(container[1] as string, 'CONTAINER');
    if (path.endsWith('/mount-id')) labels.set(content, 'MOUNT');
  }
  for (const { path, content = '' } of entries) {
    const place = /([0-9a-f]{64})(-init)?\/link$/.exec(path);
    if (place) labels.set(content, `LINK-${labels.get(place[1] as string)}${place[2] ?? ''}`);
  }
  return labels;
}

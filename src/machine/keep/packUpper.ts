import { MemorySource } from '../../bytes/byteSource.ts';
import { STRETCH, trieGet, trieStretches } from '../../vfs/overlay/inodeTrie.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { NameTable } from '../../vfs/overlay/nameTable.ts';
import type { FileContent } from '../../vfs/overlay/fileContent.ts';
import { isRegular } from '../../vfs/overlay/fileMode.ts';
import type { UpperInode } from '../../vfs/overlay/upperInode.ts';
import type { UpperState } from '../../vfs/overlay/upperView.ts';
import { encodeDocument, type Plain } from './document.ts';
import { packContent } from './keptContent.ts';
import { type KeptPart, newPartName } from './keptMachine.ts';

/** An upper: its inodes in pages, each under the place that it has among them. */
export interface PackedUpper {
  readonly pages: readonly (readonly [place: number, part: string])[];
  readonly nextInode: number;
  readonly whiteout: number;
  readonly indexDirectory: number;
  readonly isVolatile: boolean;
}

interface Page {
  readonly part: string;
  /** Contents that are parts of their own. */
  readonly contents: ReadonlyMap<string, KeptPart>;
  /** Until they are asked for. */
  bytes: Uint8Array | undefined;
  /** Unknown of one that was kept. */
  readonly sizeBytes: number | undefined;
}

/** What became of a stretch of inodes: one that did not change keeps its name, and is not packed again. */
const pages = new WeakMap<object, Page>();

/** An upper at rest: every inode with all that it has. What has no name any more is left out. Cost: what changed since
 *  the last time, and a look at every 64 inodes. */
export async function packUpper(upper: UpperState, parts: Map<string, KeptPart>): Promise<PackedUpper> {
  const packed: (readonly [number, string])[] = [];
  for (const { first, identity } of trieStretches(upper.inodes)) {
    let page = pages.get(identity);
    if (!page) {
      page = await packPage(upper, first);
      pages.set(identity, page);
    }
    const known = page;
    parts.set(page.part, { open: () => openPage(known, upper, first), sizeBytes: page.sizeBytes });
    for (const [name, part] of page.contents) parts.set(name, part);
    packed.push([first / STRETCH, page.part]);
  }
  const { nextInode, whiteout, indexDirectory, isVolatile } = upper;
  return { pages: packed, nextInode, whiteout, indexDirectory, isVolatile };
}

/** Tells that the stretches of a state are kept under these names. */
export function rememberPages(
  upper: UpperState,
  packed: PackedUpper,
  contents: ReadonlyMap<string, ReadonlyMap<string, KeptPart>>,
): void {
  const names = new Map(packed.pages);
  for (const { first, identity } of trieStretches(upper.inodes)) {
    const part = names.get(first / STRETCH);
    if (part !== undefined) pages.set(identity, { part, contents: contents.get(part) ?? new Map(), ...NO_BYTES });
  }
}

const NO_BYTES = { bytes: undefined, sizeBytes: undefined };

async function openPage(page: Page, upper: UpperState, first: number): Promise<MemorySource> {
  const bytes = page.bytes ?? (await packPage(upper, first)).bytes ?? new Uint8Array(0);
  page.bytes = undefined;
  return new MemorySource(bytes);
}

async function packPage(upper: UpperState, first: number): Promise<Page> {
  const contents = new Map<string, KeptPart>();
  const inodes: Plain[] = [];
  for (let number = first; number < first + STRETCH; number++) {
    const inode = trieGet<UpperInode>(upper.inodes, number);
    if (inode && inode.linkCount > 0) inodes.push(await packInode(number, inode, contents));
  }
  const bytes = encodeDocument(inodes);
  return { part: newPartName('inodes'), contents, bytes, sizeBytes: bytes.length };
}

async function packInode(number: number, inode: UpperInode, contents: Map<string, KeptPart>): Promise<Plain> {
  const xattrs = [...inode.xattrs].map(([name, value]): Plain => [name, value]);
  return {
    number,
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    links: inode.linkCount,
    times: [inode.atime, inode.mtime, inode.ctime].flatMap(({ sec, nsec }: Timestamp) => [sec, nsec]),
    ...(xattrs.length > 0 && { xattrs }),
    body: await packBody(inode, contents),
  };
}

/** Names and inodes in turn, a content, a symlink's target, a device's number. */
async function packBody({ mode, body }: UpperInode, contents: Map<string, KeptPart>): Promise<Plain> {
  if (body instanceof NameTable) return [...body.entries()].flat();
  if (isRegular(mode)) return packContent(body as FileContent, contents);
  return body as string | number;
}

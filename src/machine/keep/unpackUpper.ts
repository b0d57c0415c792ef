import { isDirectory, isRegular, isSymlink, S_IFCHR, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import { emptyTrie, type Stamp, STRETCH, type TrieRoot, trieSet } from '../../vfs/overlay/inodeTrie.ts';
import { NO_INODE, type Timestamp } from '../../vfs/overlay/layer.ts';
import { NameTable } from '../../vfs/overlay/nameTable.ts';
import { UndoLog } from '../../vfs/overlay/undoLog.ts';
import { UpperInode } from '../../vfs/overlay/upperInode.ts';
import { UPPER_ROOT, type UpperState } from '../../vfs/overlay/upperView.ts';
import { decodeDocument } from './document.ts';
import { KeepError } from './keepError.ts';
import { unpackContent } from './keptContent.ts';
import { type KeptPart, type KeptParts, openPart, readPart } from './keptMachine.ts';
import { type PackedUpper, rememberPages } from './packUpper.ts';
import { requireShape, type Shape } from './shape.ts';

/** Inodes of an upper: more is no machine of ours. */
const MAX_INODES = 4_000_000;
/** Directories within directories (`vfs/nodeTable.ts`). */
const MAX_DEPTH = 16_000;
const MAX_ID = 2 ** 32 - 1;
const MAX_NSEC = 999_999_999;
const KNOWN_TYPES = new Set([0o14, 0o12, 0o10, 0o6, 0o4, 0o2, 0o1]);
/** linux/limits.h NAME_MAX, in bytes: names are a character a byte or fewer. */
const MAX_NAME = 255;

export const PACKED_UPPER: Shape = {
  fields: {
    pages: { each: { tuple: ['number', 'string'] } },
    nextInode: 'number',
    whiteout: 'number',
    indexDirectory: 'number',
    isVolatile: 'boolean',
  },
};

const PAGE: Shape = {
  each: {
    fields: {
      number: 'number',
      mode: 'number',
      uid: 'number',
      gid: 'number',
      links: 'number',
      times: { tuple: ['number', 'number', 'number', 'number', 'number', 'number'] },
      xattrs: { optional: { each: { tuple: ['string', 'bytes'] } } },
    },
  },
};

interface PackedInode {
  readonly number: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly times: readonly [number, number, number, number, number, number];
  readonly xattrs?: readonly (readonly [string, Uint8Array])[];
  readonly body: unknown;
}

/** An upper's state out of its pages: inode numbers and all are as they were. Contents are referred to, not read.
 *  Throws KeepError where it is no tree, or a part is lost. */
export async function unpackUpper(packed: PackedUpper, parts: KeptParts): Promise<UpperState> {
  if (packed.pages.length * STRETCH > MAX_INODES) throw new KeepError('corrupt', '', 'it has too many inodes');
  const inodes = new Map<number, UpperInode>();
  const contents = new Map<string, ReadonlyMap<string, KeptPart>>();
  const stamp: Stamp = {};
  for (const [place, part] of packed.pages) contents.set(part, await unpackPage(part, place, { inodes, parts, stamp }));
  checkTree(inodes, packed);
  const log = new UndoLog();
  let root: TrieRoot = emptyTrie(stamp);
  for (const [number, inode] of inodes) root = trieSet(root, number, inode, stamp, log);
  log.forget();
  const { nextInode, whiteout, indexDirectory, isVolatile } = packed;
  const state = { inodes: root, nextInode, whiteout, indexDirectory, isVolatile };
  rememberPages(state, packed, contents);
  return state;
}

interface Unpacking {
  readonly inodes: Map<number, UpperInode>;
  readonly parts: KeptParts;
  readonly stamp: Stamp;
}

/** Gives the contents that are parts of their own. */
async function unpackPage(
  part: string,
  place: number,
  { inodes, parts, stamp }: Unpacking,
): Promise<ReadonlyMap<string, KeptPart>> {
  const page = decodeDocument(await readPart(parts, part), part);
  requireShape(page, PAGE, part);
  const contents = new Map<string, KeptPart>();
  for (const packed of page as unknown as readonly PackedInode[]) {
    const fault = inodeFault(packed, place) ?? (inodes.has(packed.number) ? 'is there twice' : undefined);
    if (fault !== undefined) throw new KeepError('corrupt', part, `inode ${packed.number} ${fault}`);
    const inode = new UpperInode(0, packed, timeAt(packed, 2), await unpackBody(packed, part, { parts, stamp }));
    inode.atime = timeAt(packed, 0);
    inode.mtime = timeAt(packed, 1);
    inode.linkCount = packed.links;
    if (packed.xattrs && packed.xattrs.length > 0) inode.xattrs = new Map(packed.xattrs);
    inodes.set(packed.number, inode);
    const name = (packed.body as { readonly part?: unknown } | undefined)?.part;
    if (isRegular(packed.mode) && typeof name === 'string') contents.set(name, { open: () => openPart(parts, name) });
  }
  return contents;
}

function inodeFault({ number, mode, uid, gid, links, times }: PackedInode, place: number): string | undefined {
  const isNumber = (value: number, max: number) => Number.isSafeInteger(value) && value >= 0 && value <= max;
  if (!Number.isSafeInteger(number) || number < 1 || Math.floor(number / STRETCH) !== place) return 'is out of place';
  if (!isNumber(mode, 0xffff) || !KNOWN_TYPES.has(mode >>> 12)) return `has no known mode (${mode})`;
  if (!isNumber(uid, MAX_ID) || !isNumber(gid, MAX_ID)) return 'has no known owner';
  if (!isNumber(links, MAX_ID) || links === 0) return 'has no name';
  const isTime = times.every((value, i) => (i % 2 === 1 ? isNumber(value, MAX_NSEC) : Number.isSafeInteger(value)));
  return isTime ? undefined : 'has no known time';
}

function timeAt({ times }: PackedInode, index: 0 | 1 | 2): Timestamp {
  return { sec: times[2 * index] as number, nsec: times[2 * index + 1] as number };
}

async function unpackBody(
  { number, mode, body }: PackedInode,
  part: string,
  { parts, stamp }: Pick<Unpacking, 'parts' | 'stamp'>,
): Promise<UpperInode['body']> {
  const corrupt = (fault: string) => new KeepError('corrupt', part, `inode ${number} ${fault}`);
  if (isRegular(mode)) return unpackContent(body, parts, part);
  if (isSymlink(mode)) {
    if (typeof body !== 'string' || body === '' || body.length > 4096) throw corrupt('has no target');
    return body;
  }
  if (!isDirectory(mode)) {
    if (typeof body !== 'number' || !Number.isSafeInteger(body) || body < 0) throw corrupt('has no device number');
    return body;
  }
  if (!Array.isArray(body) || body.length % 2 !== 0) throw corrupt('has no names');
  const names = new NameTable(stamp);
  const log = new UndoLog();
  for (let i = 0; i < body.length; i += 2) {
    const [name, inode] = [body[i] as unknown, body[i + 1] as unknown];
    if (!isName(name) || names.get(name) !== undefined) throw corrupt(`has a name that none can have`);
    if (!Number.isSafeInteger(inode)) throw corrupt(`has a name without an inode`);
    names.add(name, inode as number, log);
  }
  return names;
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name.length <= MAX_NAME && !/^\.\.?$|[/\0]/.test(name);
}

/** Every name leads to an inode, every directory has one name, and everything lies below the root. */
function checkTree(
  inodes: ReadonlyMap<number, UpperInode>,
  { nextInode, whiteout, indexDirectory }: PackedUpper,
): void {
  const corrupt = (fault: string) => new KeepError('corrupt', '', `a tree of the machine ${fault}`);
  const tops = indexDirectory === NO_INODE ? [UPPER_ROOT] : [UPPER_ROOT, indexDirectory];
  for (const top of tops) if (!isDirectory(inodes.get(top)?.mode ?? 0)) throw corrupt('has no root');
  const shared = inodes.get(whiteout);
  if (whiteout !== NO_INODE && (!shared || (shared.mode & S_IFMT) !== S_IFCHR)) throw corrupt('has no whiteout');
  const reached = new Set<number>(tops);
  let level: readonly number[] = tops;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw corrupt(`is more than ${MAX_DEPTH} deep`);
    const below: number[] = [];
    for (const directory of level) {
      for (const [, number] of (inodes.get(directory) as UpperInode).names.entries()) {
        const inode = inodes.get(number);
        if (!inode) throw corrupt(`names an inode ${number} that is not there`);
        if (!isDirectory(inode.mode)) reached.add(number);
        else if (reached.has(number)) throw corrupt(`has a directory ${number} with two names`);
        else {
          reached.add(number);
          below.push(number);
        }
      }
    }
    level = below;
  }
  if (whiteout !== NO_INODE) reached.add(whiteout);
  for (const number of inodes.keys()) {
    if (!reached.has(number)) throw corrupt(`has an inode ${number} outside of it`);
    if (!(number < nextInode)) throw corrupt(`has an inode ${number} that is yet to come`);
  }
}

import type { KeptNames } from './keptNames.ts';
import type { LowerIndex } from './lowerIndex.ts';
import type { Pipe } from './pipe.ts';
import { NO_ROW } from './statRows.ts';
import { hashText } from './textHash.ts';

/** An inode of one of the lower layers. */
export interface LowerEntry {
  /** Place in the mount's stack: 1 is the topmost lower. */
  readonly layer: number;
  /** NO_INODE for data in a data-only layer that nobody has looked up yet. */
  readonly inode: number;
  /** Where that was seen on the way: entries of a directory without xattrs, or -1 for anything else. */
  readonly plainNames?: number;
}

export const InodeFlag = {
  /** Copied up through the index: one upper for all names of a lower hard link. */
  indexed: 1,
  /** The inode number is the lower's, before and after copy-up. */
  lowerNumber: 2,
  /** The upper holds the data, not only the metadata. */
  upperData: 4,
  /** The upper directory bears the impure mark. */
  impure: 8,
  /** A directory that may hold whiteouts: listings are merged even when there is nothing to merge. */
  whiteouts: 16,
  /** A directory that was removed. */
  dead: 32,
} as const;

/** What a mount knows of one object: where it lies in the layers. Names that share it are hard links. */
export class OverlayInode {
  /** S_IFMT bits of its mode, which never change. */
  readonly type: number;
  /** Inode in the upper, or NO_INODE. */
  upper: number;
  /** Top first. Of a file: its origin, and with metadata-only copies the data behind it. */
  lower: readonly LowerEntry[];
  flags = 0;
  /** Link count of the union of upper and lower names; only indexed inodes show it. */
  linkCount = 1;
  /** Where the mount keeps it, for other names to find it: by which inode of which layer. NO_INODE for one that only its
   *  one name leads to. */
  keyInode = 0;
  keyLayer = 0;
  /** Nodes and open files that hold the inode. */
  references = 0;
  openCount = 0;
  /** Of a directory, until its names change. */
  listing: readonly ListedName[] | undefined = undefined;
  /** Of `MountState.statRows`, while no upper has the object; NO_ROW until somebody asks. */
  statRow = NO_ROW;
  #more: MoreFacts | undefined = undefined;

  constructor(type: number, upper: number, lower: readonly LowerEntry[]) {
    this.type = type;
    this.upper = upper;
    this.lower = lower;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** Path in the lower layers, when it is not the name (overlayfs.rst, "redirect_dir"). */
  get redirect(): string | undefined {
    return this.#more?.redirect;
  }

  set redirect(redirect: string | undefined) {
    this.#facts().redirect = redirect;
  }

  /** Path of the data in the data-only layers. */
  get dataRedirect(): string | undefined {
    return this.#more?.dataRedirect;
  }

  set dataRedirect(dataRedirect: string | undefined) {
    this.#facts().dataRedirect = dataRedirect;
  }

  /** Of a directory: see `lowerPlaces`. */
  get lowerIndex(): LowerIndex | undefined {
    return this.#more?.lowerIndex;
  }

  set lowerIndex(index: LowerIndex | undefined) {
    this.#facts().lowerIndex = index;
  }

  /** What looking for names in a directory may cost before an index is made. */
  get searchBudget(): number | undefined {
    return this.#more?.searchBudget;
  }

  set searchBudget(cost: number | undefined) {
    this.#facts().searchBudget = cost;
  }

  get pipe(): Pipe | undefined {
    return this.#more?.pipe;
  }

  set pipe(pipe: Pipe | undefined) {
    this.#facts().pipe = pipe;
  }

  #facts(): MoreFacts {
    this.#more ??= new MoreFacts();
    return this.#more;
  }
}

/** What few inodes have: files that a mount knows are many. */
class MoreFacts {
  redirect: string | undefined = undefined;
  dataRedirect: string | undefined = undefined;
  pipe: Pipe | undefined = undefined;
  lowerIndex: LowerIndex | undefined = undefined;
  searchBudget: number | undefined = undefined;
}

/** A name of a directory as readdir gives it. */
export interface ListedName {
  readonly name: string;
  /** S_IFMT bits of what has the name. */
  readonly type: number;
}

export const NodeFlag = {
  /** Of a directory: opaque. Of a name without inode: a whiteout of the upper stands here. */
  opaque: 1,
  /** The upper has this very name. */
  upperAlias: 2,
  /** Removed: no lookup leads here any more. */
  unhashed: 4,
  /** A lower directory that may hold whiteouts in the form of files (opaque=x). */
  fileWhiteouts: 8,
  /** No lower layer has anything under this name, in this directory. */
  nothingBelow: 16,
  /** Has had another name: paths that were kept may not be this node's. */
  moved: 32,
  /** A path led here before: the next time it is kept. */
  visited: 64,
  /** Not among its parent's children: it lasts for one call. */
  apart: 128,
} as const;

/** A name in the merged tree, with or without something behind it (then it is kept as a negative lookup). */
export class OverlayNode {
  parent: OverlayNode | undefined;
  name: string;
  inode: OverlayInode | undefined;
  flags = 0;
  children: KeptNames | undefined;
  /** The name's `hashText`. */
  hash: number;

  constructor(parent: OverlayNode | undefined, name: string, hash = hashText(name)) {
    this.parent = parent;
    this.name = name;
    this.hash = hash;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }
}

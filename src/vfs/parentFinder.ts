import { TarError } from '../tar/tarEntry.ts';
import type { InodeTable } from './inodeTable.ts';
import { EntryKind } from './layerTree.ts';
import type { NodeTable } from './nodeTable.ts';
import type { PathParts } from './pathParts.ts';

/** What is odd on the way to an entry's directory. */
export type ParentFault =
  | 'throughSymlink' // a symlink of the same layer is followed: engines do so inside the layer alone
  | 'belowDanglingSymlink' // its target is made; docker refuses, umoci does so too
  | 'symlinkLoop' // more links than the kernel follows: the entry is left out
  | 'belowWhiteout' // a directory is made that hides what lies below; docker refuses
  | 'belowNonDirectory'; // the file gives way to a directory; engines refuse

/** As Linux (path_resolution(7)). */
const MAX_SYMLINKS = 40;

/** Bound of ours on all steps that links cost in a layer: a small tar could ask for billions. */
const MAX_LINK_STEPS = 10_000_000;

interface Step {
  readonly part: Uint8Array;
  /** From a symlink's target, not from the entry's own name. */
  readonly isFromLink: boolean;
}

/** Finds the directory that an entry lies in, making what is missing with mode 0755 and owner root. */
export class ParentFinder {
  readonly #nodes: NodeTable;
  readonly #inodes: InodeTable;
  readonly #gone: (inode: number) => void;
  /** The last answer: neighbours in an archive mostly share their directory. */
  #lastPrefix = new Uint8Array(256);
  #lastLength = -1;
  #lastParent = 0;
  #linkStepsLeft = MAX_LINK_STEPS;

  constructor(nodes: NodeTable, inodes: InodeTable, gone: (inode: number) => void) {
    this.#nodes = nodes;
    this.#inodes = inodes;
    this.#gone = gone;
  }

  /** To be called when a name is replaced. */
  forget(): void {
    this.#lastLength = -1;
  }

  /** The directory at the first `count` parts of the path; -1 when its links lead nowhere. */
  find(path: PathParts, count: number, onFault: (fault: ParentFault) => void): number {
    if (count === 0) return 0;
    const prefixLength = path.end(count - 1);
    if (prefixLength === this.#lastLength && this.#isLastPrefix(path.bytes)) return this.#lastParent;
    let node = 0;
    for (let i = 0; i < count; i++) {
      const next = this.#nodes.find(node, path.bytes, path.start(i), path.end(i));
      if (next >= 0 && this.#kind(next) === EntryKind.symlink) {
        onFault('throughSymlink');
        return this.#walk(node, stepsOf(path, i, count), onFault);
      }
      node = this.#enter(node, next, path.bytes, path.start(i), path.end(i), onFault);
    }
    this.#remember(path.bytes, prefixLength, node);
    return node;
  }

  /** As `find`, but nothing is made: -1 where there is no directory. */
  findExisting(path: PathParts, count: number): number {
    let node = 0;
    for (let i = 0; i < count; i++) {
      const next = this.#nodes.find(node, path.bytes, path.start(i), path.end(i));
      if (next < 0) return -1;
      const kind = this.#kind(next);
      if (kind === EntryKind.symlink) return this.#walk(node, stepsOf(path, i, count), undefined);
      if (kind !== EntryKind.directory) return -1;
      node = next;
    }
    return node;
  }

  #kind(node: number): number {
    return this.#inodes.kind[this.#nodes.inode[node] as number] as number;
  }

  /** The directory of that name in `directory`, `next` being what is there now. */
  #enter(
    directory: number,
    next: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    onFault: (fault: ParentFault) => void,
  ): number {
    if (next >= 0 && this.#kind(next) === EntryKind.directory) return next;
    const isWhiteout = next >= 0 && this.#kind(next) === EntryKind.whiteout;
    const inode = this.#inodes.allocate(EntryKind.directory);
    this.#inodes.mode[inode] = 0o755;
    if (next < 0) return this.#nodes.add(directory, bytes, start, end, inode);
    this.forget();
    onFault(isWhiteout ? 'belowWhiteout' : 'belowNonDirectory');
    this.#nodes.replace(next, inode, this.#gone);
    if (isWhiteout) this.#nodes.markOpaque(next);
    return next;
  }

  /** Physical resolution with symlinks, inside the root. Makes what is missing if `onFault` is given. */
  #walk(from: number, firstSteps: Step[], onFault: ((fault: ParentFault) => void) | undefined): number {
    const steps = firstSteps.reverse();
    let node = from;
    let links = 0;
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      const { part } = step;
      if (--this.#linkStepsLeft < 0) throw new TarError('tooLong', 0, 'the layer leads through too many symlinks');
      if (part.length === 2 && part[0] === 0x2e && part[1] === 0x2e) {
        node = this.#nodes.parent[node] as number;
        continue;
      }
      const next = this.#nodes.find(node, part, 0, part.length);
      if (next >= 0 && this.#kind(next) === EntryKind.symlink) {
        if (++links > MAX_SYMLINKS) {
          onFault?.('symlinkLoop');
          return -1;
        }
        const target = this.#linkTarget(next);
        if (target[0] === 0x2f) node = 0;
        steps.push(...targetSteps(target));
        continue;
      }
      if (next >= 0 && this.#kind(next) === EntryKind.directory) node = next;
      else if (!onFault) return -1;
      else {
        if (step.isFromLink) onFault('belowDanglingSymlink');
        node = this.#enter(node, next, part, 0, part.length, onFault);
      }
    }
    return node;
  }

  #linkTarget(node: number): Uint8Array {
    const inode = this.#nodes.inode[node] as number;
    const start = this.#inodes.position[inode] as number;
    return this.#nodes.pool.bytes.slice(start, start + (this.#inodes.size[inode] as number));
  }

  #isLastPrefix(bytes: Uint8Array): boolean {
    // From the end, where neighbouring directories differ first.
    for (let i = this.#lastLength - 1; i >= 0; i--) if (bytes[i] !== this.#lastPrefix[i]) return false;
    return true;
  }

  #remember(bytes: Uint8Array, length: number, node: number): void {
    if (length > this.#lastPrefix.length) this.#lastPrefix = new Uint8Array(length * 2);
    for (let i = 0; i < length; i++) this.#lastPrefix[i] = bytes[i] as number;
    this.#lastLength = length;
    this.#lastParent = node;
  }
}

function stepsOf(path: PathParts, from: number, to: number): Step[] {
  const steps: Step[] = [];
  for (let i = from; i < to; i++) steps.push({ part: path.part(i).slice(), isFromLink: false });
  return steps;
}

/** A link target's parts, last first; `..` stays, for it goes up from where links have led. */
function targetSteps(target: Uint8Array): Step[] {
  const steps: Step[] = [];
  let end = target.length;
  for (let i = target.length - 1; i >= -1; i--) {
    if (i >= 0 && target[i] !== 0x2f) continue;
    const part = target.subarray(i + 1, end);
    if (part.length > 0 && !(part.length === 1 && part[0] === 0x2e)) steps.push({ part, isFromLink: true });
    end = i;
  }
  return steps;
}

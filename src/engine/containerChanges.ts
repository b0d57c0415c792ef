import { isDirectory, S_IFCHR, S_IFMT } from '../vfs/overlay/fileMode.ts';
import { entriesOf, type Timestamp } from '../vfs/overlay/layer.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import type { Stat } from '../vfs/overlay/stat.ts';
import type { UpperView } from '../vfs/overlay/upperView.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { PathChange } from './containerCalls.ts';

const OPAQUE = 'trusted.overlay.opaque';

/** What a container's layer changes of what lies below, as `docker diff` tells it: the two trees compared by mode, owner,
 *  and for all but directories size and time (moby pkg/archive, ChangesDirs). A directory with changes inside counts as
 *  changed. Sorted by path. Cost: what the layer holds. */
export function layerChanges(upper: UpperView, below: OverlayMount): PathChange[] {
  const comparison = new Comparison(upper, below);
  comparison.directory(upper.rootInode, '', 'merges');
  return comparison.changes;
}

class Comparison {
  readonly changes: PathChange[] = [];
  readonly #upper: UpperView;
  readonly #below: OverlayMount;

  constructor(upper: UpperView, below: OverlayMount) {
    this.#upper = upper;
    this.#below = below;
  }

  /** `merges`: the lower directory of that path shows through; `alone`: it is compared, but hidden; `new`: there is
   *  none. */
  directory(inode: number, path: string, kind: 'merges' | 'alone' | 'new'): void {
    const entries = [...entriesOf(this.#upper, inode)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const present = new Set<string>();
    for (const [name, child] of entries) {
      if (this.#isWhiteout(child)) continue;
      present.add(name);
      this.#entry(child, `${path}/${name}`, kind);
    }
    if (kind === 'merges') {
      for (const [name, child] of entries)
        if (this.#isWhiteout(child) && this.#lower(`${path}/${name}`)) this.#add('D', `${path}/${name}`);
    } else if (kind === 'alone') {
      for (const { name } of this.#below.readdir(path === '' ? '/' : path))
        if (!present.has(name)) this.#add('D', `${path}/${name}`);
    }
  }

  #entry(inode: number, path: string, kind: 'merges' | 'alone' | 'new'): void {
    const lower = kind === 'new' ? undefined : this.#lower(path);
    const mode = this.#upper.mode(inode);
    const at = this.changes.length;
    if (!lower) this.#add('A', path);
    else if (this.#differs(inode, lower)) this.#add('C', path);
    if (!isDirectory(mode)) return;
    const isOver = lower !== undefined && isDirectory(lower.mode);
    const isHiding = kind === 'alone' || this.#upper.xattrs(inode).get(OPAQUE)?.[0] === 0x79;
    const isMarked = this.changes.length > at;
    const inside = this.changes.length;
    this.directory(inode, path, isOver ? (isHiding ? 'alone' : 'merges') : 'new');
    if (!isMarked && this.changes.length > inside) this.changes.splice(inside, 0, { kind: 'C', path });
  }

  #differs(inode: number, lower: Stat): boolean {
    const upper = this.#upper;
    if (upper.mode(inode) !== lower.mode || upper.uid(inode) !== lower.uid || upper.gid(inode) !== lower.gid)
      return true;
    if (upper.device(inode) !== lower.device) return true;
    if (isDirectory(lower.mode)) return false;
    return upper.sizeBytes(inode) !== lower.sizeBytes || !sameTime(upper.times(inode).mtime, lower.mtime);
  }

  #lower(path: string): Stat | undefined {
    try {
      return this.#below.lstat(path);
    } catch (error) {
      if (error instanceof VfsError) return undefined;
      throw error;
    }
  }

  #isWhiteout(inode: number): boolean {
    return (this.#upper.mode(inode) & S_IFMT) === S_IFCHR && this.#upper.device(inode) === 0;
  }

  #add(kind: PathChange['kind'], path: string): void {
    this.changes.push({ kind, path });
  }
}

/** Nanoseconds count only where both sides have them. */
function sameTime(a: Timestamp, b: Timestamp): boolean {
  return a.sec === b.sec && (a.nsec === b.nsec || a.nsec === 0 || b.nsec === 0);
}

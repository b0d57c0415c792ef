import { isDirectory, isRegular, isSymlink, S_IFCHR, S_IFMT } from './fileMode.ts';
import { type Layer, NO_INODE } from './layer.ts';
import type { Upper } from './upper.ts';

/** Puts all that a layer holds into an empty upper, in overlay's own form: what `sealLayer` wrote is again what it was
 *  written from, but for sockets and the times of access and change. Contents are referred to, not read. Whiteouts of
 *  one time share an inode, as those that the mount makes do. */
export function applyLayer(from: Layer, upper: Upper): void {
  const application = new Application(from, upper);
  application.copyAttributes(from.rootInode, upper.rootInode);
  const directories: { readonly from: number; readonly to: number }[] = [{ from: from.rootInode, to: upper.rootInode }];
  // Directories are met before what lies in them, and get their times when all their names are there.
  for (let i = 0; i < directories.length; i++) {
    const directory = directories[i] as (typeof directories)[number];
    for (const name of from.names(directory.from)) {
      const source = from.lookup(directory.from, name);
      if (source === NO_INODE) continue;
      const made = application.place(source, directory.to, name);
      if (isDirectory(from.mode(source))) directories.push({ from: source, to: made });
    }
  }
  application.setTimes();
  upper.endOperation();
}

class Application {
  readonly #from: Layer;
  readonly #upper: Upper;
  /** What the layer's inodes have become. */
  readonly #made = new Map<number, number>();
  readonly #whiteouts = new Map<number, number>();

  constructor(from: Layer, upper: Upper) {
    this.#from = from;
    this.#upper = upper;
    this.#made.set(from.rootInode, upper.rootInode);
  }

  /** Gives the inode its name, and makes it when this is its first. */
  place(source: number, directory: number, name: string): number {
    const known = this.#made.get(source) ?? this.#sharedWhiteout(source);
    const inode = known ?? this.#make(source);
    this.#made.set(source, inode);
    this.#upper.link(directory, name, inode);
    return inode;
  }

  copyAttributes(source: number, inode: number): void {
    const from = this.#from;
    this.#upper.setMode(inode, from.mode(source));
    this.#upper.setOwner(inode, from.uid(source), from.gid(source));
    for (const [name, value] of from.xattrs(source)) this.#upper.setXattr(inode, name, value);
  }

  setTimes(): void {
    for (const [source, inode] of this.#made) {
      const { atime, mtime } = this.#from.times(source);
      this.#upper.setTimes(inode, atime, mtime);
    }
  }

  #make(source: number): number {
    const from = this.#from;
    const mode = from.mode(source);
    const inode = this.#upper.allocate({
      mode,
      uid: from.uid(source),
      gid: from.gid(source),
      device: from.device(source),
      ...(isSymlink(mode) && { target: from.linkTarget(source) }),
    });
    for (const [name, value] of from.xattrs(source)) this.#upper.setXattr(inode, name, value);
    if (isRegular(mode)) this.#upper.setContent(inode, from.content(source), from.sizeBytes(source));
    return inode;
  }

  #sharedWhiteout(source: number): number | undefined {
    const from = this.#from;
    if ((from.mode(source) & S_IFMT) !== S_IFCHR || from.device(source) !== 0) return undefined;
    const { sec } = from.times(source).mtime;
    const known = this.#whiteouts.get(sec);
    if (known !== undefined) return known;
    const made = this.#make(source);
    this.#whiteouts.set(sec, made);
    return made;
  }
}

import type { MountState } from '../vfs/overlay/mountState.ts';
import type { OverlayInode, OverlayNode } from '../vfs/overlay/overlayNode.ts';
import { FuseError } from './fuseError.ts';
import type { StableListing } from './stableListing.ts';

const ROOT_NUMBER = 1;

/** An inode that the kernel, or an open file, refers to. */
export interface KnownInode {
  readonly number: number;
  readonly inode: OverlayInode;
  /** One of its names, the one seen last; of a removed file the last that it had. */
  name: OverlayNode;
  /** Times that it was given to the kernel and not forgotten. */
  uses: number;
  /** Open files. */
  handles: number;
  /** Of a directory that has been read. */
  listing: StableListing | undefined;
}

/** Numbers for the inodes that the kernel knows of. An inode keeps its data while it has a number, also when its last
 *  name has gone: it counts as open. Numbers are never given again. */
export class KnownInodes {
  readonly #mount: MountState;
  readonly #byNumber = new Map<number, KnownInode>();
  readonly #byInode = new Map<OverlayInode, KnownInode>();
  #next = ROOT_NUMBER;

  constructor(mount: MountState) {
    this.#mount = mount;
    this.use(mount.root);
  }

  get count(): number {
    return this.#byNumber.size;
  }

  /** Throws ESTALE. */
  get(number: number): KnownInode {
    const known = this.#byNumber.get(number);
    if (!known) throw new FuseError('ESTALE');
    return known;
  }

  find(inode: OverlayInode): KnownInode | undefined {
    return this.#byInode.get(inode);
  }

  /** One more use of what a node names. */
  use(node: OverlayNode): KnownInode {
    const inode = node.inode as OverlayInode;
    let known = this.#byInode.get(inode);
    if (!known) {
      known = { number: this.#next++, inode, name: node, uses: 0, handles: 0, listing: undefined };
      this.#byInode.set(inode, known);
      this.#byNumber.set(known.number, known);
      this.#hold(inode);
    } else if (known.name !== node) known.name = node;
    known.uses++;
    return known;
  }

  forget(number: number, count: number): void {
    const known = this.#byNumber.get(number);
    if (!known || number === ROOT_NUMBER) return;
    known.uses = Math.max(0, known.uses - count);
    this.#dropUnused(known);
  }

  open(number: number): KnownInode {
    const known = this.get(number);
    known.handles++;
    return known;
  }

  close(known: KnownInode): void {
    known.handles--;
    this.#dropUnused(known);
  }

  #dropUnused(known: KnownInode): void {
    if (known.uses > 0 || known.handles > 0) return;
    this.#byNumber.delete(known.number);
    this.#byInode.delete(known.inode);
    this.#letGo(known.inode);
  }

  #hold(inode: OverlayInode): void {
    this.#mount.addUser(inode);
  }

  #letGo(inode: OverlayInode): void {
    this.#mount.dropUser(inode);
  }
}

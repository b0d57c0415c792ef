import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { isDirectory, isRegular, S_IFCHR, S_IFMT } from './fileMode.ts';
import type { Layer } from './layer.ts';

/** Marks that overlayfs keeps in xattrs (overlayfs.rst). */
export type OverlayMark = 'opaque' | 'redirect' | 'origin' | 'impure' | 'nlink' | 'metacopy' | 'whiteout';

const TRUSTED = 'trusted.overlay.';
const USER = 'user.overlay.';
/** Between the prefix and the rest: an overlay xattr of a mount nested in this one. */
const ESCAPE = 'overlay.';
const XATTR_NAME_MAX_BYTES = 255;

export const YES = encodeName('y');

/** The names of a mount's own xattrs: `trusted.overlay.*`, or `user.overlay.*` under userxattr. */
export class OverlayXattrs {
  readonly #prefix: string;

  constructor(isUserXattr: boolean) {
    this.#prefix = isUserXattr ? USER : TRUSTED;
  }

  name(mark: OverlayMark): string {
    return this.#prefix + mark;
  }

  get(layer: Layer, inode: number, mark: OverlayMark): Uint8Array | undefined {
    if (layer.mayHaveXattrs?.(inode) === false) return undefined;
    return layer.xattrs(inode).get(this.#prefix + mark);
  }

  /** Whether a name is hidden from users of the mount. */
  isPrivate(name: string): boolean {
    return name.startsWith(this.#prefix) && !name.startsWith(this.#prefix + ESCAPE);
  }

  /** The name in the layer for a name that a user of the mount gives; undefined when it gets too long. */
  escaped(name: string): string | undefined {
    if (!name.startsWith(this.#prefix)) return name;
    const longer = this.#prefix + ESCAPE + name.slice(this.#prefix.length);
    return encodeName(longer).length > XATTR_NAME_MAX_BYTES ? undefined : longer;
  }

  /** The name that a user of the mount sees for a name in the layer. */
  unescaped(name: string): string {
    if (!name.startsWith(this.#prefix + ESCAPE)) return name;
    return this.#prefix + name.slice(this.#prefix.length + ESCAPE.length);
  }

  isWhiteout(layer: Layer, inode: number): boolean {
    const mode = layer.mode(inode);
    if ((mode & S_IFMT) === S_IFCHR) return layer.device(inode) === 0;
    return isRegular(mode) && layer.sizeBytes(inode) === 0 && this.get(layer, inode, 'whiteout') !== undefined;
  }

  /** 'y', 'x' (whiteouts in it may be files), or '' for a directory that is not opaque. */
  opaque(layer: Layer, directory: number): string {
    if (!isDirectory(layer.mode(directory))) return '';
    const value = this.get(layer, directory, 'opaque');
    return value?.length === 1 ? decodeName(value) : '';
  }

  /** Whether a file's upper or lower holds only metadata. Undefined for a malformed mark. */
  metacopy(layer: Layer, inode: number): boolean | undefined {
    if (!isRegular(layer.mode(inode))) return false;
    const value = this.get(layer, inode, 'metacopy');
    if (!value) return false;
    if (value.length === 0) return true;
    // struct ovl_metacopy: version, len, flags, digest_algo, digest.
    return value.length >= 4 && value[0] === 0 && value[1] === value.length ? true : undefined;
  }

  /** The redirect of an object: absolute, or one name. Null for a malformed one. */
  redirect(layer: Layer, inode: number): string | null | undefined {
    const value = this.get(layer, inode, 'redirect');
    if (!value) return undefined;
    const end = value.indexOf(0);
    const path = decodeName(end < 0 ? value : value.subarray(0, end));
    if (path === '') return null;
    const parts = path.split('/');
    if (parts[0] === '') return parts.length > 1 && parts.slice(1).every((part) => part !== '') ? path : null;
    return parts.length === 1 ? path : null;
  }
}

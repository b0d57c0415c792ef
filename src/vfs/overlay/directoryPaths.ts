import type { KeptNames } from './keptNames.ts';
import { NodeFlag, type OverlayNode } from './overlayNode.ts';
import { hashPart } from './textHash.ts';
import { isAt } from './textPart.ts';

const FIRST_SLOTS = 64;
/** All are forgotten where more would be needed. */
const MAX_SLOTS = 1 << 18;
/** A path that finds no slot among so many is not kept. */
const MAX_PROBES = 16;
const SLASH = 0x2f;

/** Directories by their paths. A path is no key here, but what the names on the way up spell: hashes lie side by side, and
 *  a look touches the names of one directory instead of strings that happen to share a bucket. */
export class DirectoryPaths {
  #hashes = new Int32Array(FIRST_SLOTS);
  #names = new Array<KeptNames | undefined>(FIRST_SLOTS);
  #count = 0;

  /** The directory whose path the first `length` characters are. */
  get(path: string, length: number): KeptNames | undefined {
    const hashes = this.#hashes;
    const hash = hashOf(path, length);
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & (hashes.length - 1);
      if (hashes[slot] === 0) return undefined;
      if (hashes[slot] !== hash) continue;
      const names = this.#names[slot] as KeptNames;
      if (isThere(names.of) && isPathOf(names.of, path, length)) return names;
    }
    return undefined;
  }

  /** Paths with more slashes than needed are not found again. */
  set(path: string, names: KeptNames): void {
    if (this.#count * 2 >= this.#hashes.length) this.#grow();
    this.#put(hashOf(path, path.length), names);
  }

  forget(): void {
    if (this.#count === 0) return;
    this.#hashes = new Int32Array(FIRST_SLOTS);
    this.#names = new Array<KeptNames | undefined>(FIRST_SLOTS);
    this.#count = 0;
  }

  #put(hash: number, names: KeptNames): void {
    const hashes = this.#hashes;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & (hashes.length - 1);
      const other = hashes[slot] === 0 ? undefined : this.#names[slot];
      if (other && other !== names && isThere(other.of)) continue;
      if (hashes[slot] === 0) this.#count++;
      hashes[slot] = hash;
      this.#names[slot] = names;
      return;
    }
  }

  #grow(): void {
    const [hashes, kept] = [this.#hashes, this.#names];
    const slots = hashes.length * 2;
    this.#hashes = new Int32Array(slots > MAX_SLOTS ? FIRST_SLOTS : slots);
    this.#names = new Array<KeptNames | undefined>(this.#hashes.length);
    this.#count = 0;
    if (slots > MAX_SLOTS) return;
    for (let slot = 0; slot < hashes.length; slot++) {
      const names = kept[slot];
      if (names && isThere(names.of)) this.#put(hashes[slot] as number, names);
    }
  }
}

/** Neither removed nor moved. */
export function isThere(node: OverlayNode | undefined): node is OverlayNode {
  return node !== undefined && (node.flags & (NodeFlag.unhashed | NodeFlag.moved)) === 0;
}

/** Never 0, which marks a free slot. */
function hashOf(path: string, length: number): number {
  return hashPart(path, path.charCodeAt(0) === SLASH ? 1 : 0, length) + 1;
}

/** Whether a node's path is the first `length` characters. */
export function isPathOf(node: OverlayNode, path: string, length: number): boolean {
  let end = length;
  for (let at = node; at.parent; at = at.parent) {
    const start = end - at.name.length;
    if (start < 0 || !isAt(path, start, at.name)) return false;
    if (start === 0) return at.parent.parent === undefined;
    if (path.charCodeAt(start - 1) !== SLASH) return false;
    end = start - 1;
  }
  return end === 0;
}

import { compareBytes, encodeName } from '../../../bytes/byteName.ts';
import { toHex } from '../../../bytes/hex.ts';
import { decodeHandle } from '../fileHandle.ts';
import { isDirectory } from '../fileMode.ts';
import type { Layer } from '../layer.ts';

/** Names of inodes as a trace writes them: "i:path" for the first path of an inode in lower layer i, "-k:path" in the
 *  k-th frozen upper. */
export class TracePlaces {
  readonly #lowerCount: number;
  readonly #layers: Layer[];
  readonly #paths = new Map<string, string>();

  /** `lowers` the topmost first. */
  constructor(lowers: readonly Layer[]) {
    this.#lowerCount = lowers.length;
    this.#layers = [...lowers].reverse();
    for (const [i, layer] of lowers.entries()) this.#note(layer, String(i));
  }

  /** An upper that became the topmost lower. */
  addFrozen(layer: Layer): void {
    this.#layers.push(layer);
    this.#note(layer, String(this.#lowerCount - this.#layers.length));
  }

  ofInodeNumber(inodeNumber: number): string | undefined {
    const layer = this.#layers[Math.floor(inodeNumber / 2 ** 32) - 1];
    return layer && this.#paths.get(key(layer.id, inodeNumber % 2 ** 32));
  }

  ofHandle(bytes: Uint8Array): string {
    if (bytes.length === 0) return '';
    const handle = decodeHandle(bytes);
    return (handle && this.#paths.get(key(handle.layerId, handle.inode))) ?? '?';
  }

  #note(layer: Layer, place: string): void {
    for (const { path, inode } of walkLayer(layer)) {
      const known = key(layer.id, inode);
      if (!this.#paths.has(known)) this.#paths.set(known, `${place}:${path}`);
    }
  }
}

function key(layerId: Uint8Array, inode: number): string {
  return `${toHex(layerId)}:${inode}`;
}

/** All that a layer holds, names sorted by bytes, a directory's contents right after it. */
export function* walkLayer(layer: Layer): Generator<{ readonly path: string; readonly inode: number }> {
  const waiting = [{ path: '', inode: layer.rootInode }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    yield at;
    if (!isDirectory(layer.mode(at.inode))) continue;
    const { path, inode } = at;
    for (const name of sortedNames(layer.names(inode)).reverse())
      waiting.push({ path: path === '' ? name : `${path}/${name}`, inode: layer.lookup(inode, name) });
  }
}

export function sortedNames(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => compareBytes(encodeName(a), encodeName(b)));
}

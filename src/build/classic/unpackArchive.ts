import { decodeName } from '../../bytes/byteName.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { Platform, Work } from '../../bytes/platform.ts';
import { CodecError } from '../../codec/codecError.ts';
import { decompress } from '../../codec/decompress.ts';
import { SNIFF_BYTES, sniffCompression } from '../../codec/sniff.ts';
import { scanTarStream } from '../../tar/scanTarStream.ts';
import type { TarEntry } from '../../tar/tarEntry.ts';
import { deviceNumber, PERMISSION_BITS, S_IFBLK, S_IFCHR, S_IFIFO } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { cleanPath } from './contextFiles.ts';
import { isThereDirectory, makeParents, type Owner, remove } from './mountFiles.ts';

const ROOT_OWNER = { uid: 0, gid: 0 };

/** The first 512 bytes of what is compressed; undefined where it is broken. */
export async function firstBlock(content: ByteSource, platform: Platform): Promise<Uint8Array | undefined> {
  try {
    const block = new Uint8Array(512);
    let length = 0;
    for await (const chunk of await decompressed(content, platform)) {
      const part = chunk.subarray(0, block.length - length);
      block.set(part, length);
      length += part.length;
      if (length === block.length) return block;
    }
    return block.subarray(0, length);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

async function decompressed(content: ByteSource, platform: Platform): Promise<AsyncIterable<Uint8Array>> {
  const compression = sniffCompression(await content.read(0, SNIFF_BYTES));
  return decompress(compression, content.stream(), platform);
}

/** Unpacks a tar, compressed or not, into a directory of a mounted image, with the owners that it names where none is
 *  given. */
export async function unpackArchive(
  content: ByteSource,
  mount: OverlayMount,
  directory: string,
  { platform, signal }: Work,
  owner?: Owner,
): Promise<void> {
  const unpacking = new Unpacking(mount, directory === '/' ? '' : directory, owner);
  await scanTarStream(await decompressed(content, platform), (entry) => unpacking.add(entry), {
    signal,
    sink: {
      onContent: (_entry, piece) => unpacking.write(piece),
      onContentEnd: () => unpacking.end(),
    },
  });
  unpacking.finish();
}

interface OpenEntry {
  readonly path: string;
  readonly fd: number;
  at: number;
  readonly mode: number;
  readonly mtime: { readonly sec: number; readonly nsec: number };
}

class Unpacking {
  readonly #mount: OverlayMount;
  readonly #directory: string;
  readonly #directories: { readonly path: string; readonly mtime: OpenEntry['mtime'] }[] = [];
  readonly #owner: Owner | undefined;
  #open: OpenEntry | undefined;

  constructor(mount: OverlayMount, directory: string, owner: Owner | undefined) {
    this.#mount = mount;
    this.#owner = owner;
    this.#directory = directory;
  }

  add(entry: TarEntry): void {
    this.end();
    const name = cleanPath(decodeName(entry.name));
    if (name === '') return;
    const mount = this.#mount;
    const path = `${this.#directory}/${name}`;
    const mtime = { sec: entry.mtimeSec, nsec: entry.mtimeNsec };
    const mode = entry.mode & PERMISSION_BITS;
    const { uid, gid } = this.#owner ?? entry;
    makeParents({ mount, owner: ROOT_OWNER }, path);
    if (entry.type === 'directory') {
      if (!isThereDirectory(mount, path)) {
        remove(mount, path);
        mount.mkdir(path, mode);
      }
      mount.chmod(path, mode);
      mount.lchown(path, uid, gid);
      this.#directories.push({ path, mtime });
      return;
    }
    if (isThereDirectory(mount, path)) return;
    remove(mount, path);
    const target = decodeName(entry.linkName);
    switch (entry.type) {
      case 'file':
        this.#open = { path, fd: mount.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode), at: 0, mode, mtime };
        break;
      case 'hardlink':
        mount.link(`${this.#directory}/${cleanPath(target)}`, path);
        return;
      case 'symlink':
        mount.symlink(target, path);
        break;
      case 'fifo':
        mount.mknod(path, S_IFIFO | mode);
        break;
      default: {
        const type = entry.type === 'charDevice' ? S_IFCHR : S_IFBLK;
        mount.mknod(path, type | mode, deviceNumber(entry.deviceMajor, entry.deviceMinor));
      }
    }
    mount.lchown(path, uid, gid);
    if (entry.type !== 'symlink') mount.chmod(path, mode);
    if (entry.type !== 'file') mount.lutimes(path, mtime, mtime);
    else if (entry.sizeBytes === 0) this.end();
  }

  write(piece: Uint8Array): void {
    const open = this.#open;
    if (!open) return;
    this.#mount.pwrite(open.fd, open.at, piece.slice());
    open.at += piece.length;
  }

  end(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    this.#mount.close(open.fd);
    this.#mount.chmod(open.path, open.mode);
    this.#mount.lutimes(open.path, open.mtime, open.mtime);
  }

  /** Directories get their times last: what is put into them changes them. */
  finish(): void {
    this.end();
    for (const { path, mtime } of this.#directories.reverse()) this.#mount.lutimes(path, mtime, mtime);
  }
}

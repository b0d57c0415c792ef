import { decodeName } from '../bytes/byteName.ts';
import {
  chmod,
  lchown,
  link,
  lstatIfThere,
  lutimes,
  makeDirectories,
  mkdir,
  mknod,
  setXattr,
  symlink,
} from '../shell/kernel/calls.ts';
import type { OpenFile } from '../shell/kernel/openFile.ts';
import type { Process } from '../shell/kernel/process.ts';
import { scanTarStream } from '../tar/scanTarStream.ts';
import { type TarEntry, TarError } from '../tar/tarEntry.ts';
import { deviceNumber, isDirectory, PERMISSION_BITS, S_IFBLK, S_IFCHR, S_IFIFO } from '../vfs/overlay/fileMode.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../vfs/overlay/openFlags.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { errnoText } from '../shell/kernel/errnoText.ts';
import type { EngineCore } from './engineCore.ts';
import { tarWords } from './layerStore.ts';
import { other, tarFault } from './messages.ts';
import { removeTree } from './removeTree.ts';

export interface ExtractOptions {
  /** Neither is a directory put in the place of something else, nor the other way round. */
  readonly refusesKindChange: boolean;
  /** Everything belongs to this user; undefined: as the tar says. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What a name of the tar is to be instead. */
  readonly rename?: (name: string) => string;
}

/** Unpacks a tar into a directory as the daemon does (moby pkg/archive, Unpack): what is there gives way, but that
 *  directories merge. Throws EngineError with the daemon's words. */
export async function extractTar(
  core: Pick<EngineCore, 'vintage'>,
  process: Process,
  directory: string,
  tar: AsyncIterable<Uint8Array>,
  options: ExtractOptions,
): Promise<void> {
  const extraction = new Extraction(process, directory, options);
  let totalBytes = 0;
  const counted = async function* () {
    for await (const chunk of tar) {
      totalBytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await scanTarStream(counted(), (entry) => extraction.add(entry), {
      signal: options.signal,
      sink: {
        onContent: (_entry, piece) => extraction.write(piece),
        onContentEnd: () => extraction.endFile(),
      },
    });
  } catch (error) {
    if (error instanceof TarError) {
      if (totalBytes > 0) throw tarFault(core.vintage, tarWords(error, totalBytes), error);
    } else if (error instanceof VfsError)
      throw tarFault(core.vintage, `${goCall(error)} ${error.path}: ${errnoText(error.code).toLowerCase()}`, error);
    else throw error;
  } finally {
    extraction.endFile();
  }
  extraction.setDirectoryTimes();
}

/** Go removes a file with another call than it is called by. */
function goCall({ syscall }: VfsError): string {
  return syscall === 'unlink' || syscall === 'rmdir' ? 'unlinkat' : syscall;
}

interface Attributes {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: { readonly sec: number; readonly nsec: number };
  readonly isSymlink: boolean;
  readonly xattrs: readonly { readonly name: string; readonly value: Uint8Array }[];
}

class Extraction {
  readonly #process: Process;
  readonly #directory: string;
  readonly #options: ExtractOptions;
  readonly #directories: Attributes[] = [];
  #file: { readonly file: OpenFile; readonly attributes: Attributes } | undefined;

  constructor(process: Process, directory: string, options: ExtractOptions) {
    this.#process = process;
    this.#directory = directory === '/' ? '' : directory.replace(/\/+$/, '');
    this.#options = options;
  }

  add(entry: TarEntry): void {
    this.endFile();
    const relative = this.#inside(this.#named(entry.name));
    const path = relative === '' ? this.#directory || '/' : `${this.#directory}/${relative}`;
    const attributes = this.#attributesOf(entry, path);
    if (!this.#makesRoom(entry, path, relative)) {
      if (relative !== '') this.#directories.push(attributes);
      return;
    }
    const slash = path.lastIndexOf('/');
    if (slash > 0 && !lstatIfThere(this.#process, path.slice(0, slash)))
      makeDirectories(this.#process, path.slice(0, slash), 0o777);
    this.#make(entry, path, attributes);
  }

  async write(piece: Uint8Array): Promise<void> {
    await this.#file?.file.write(piece.slice());
  }

  endFile(): void {
    const open = this.#file;
    this.#file = undefined;
    if (!open) return;
    open.file.close();
    this.#apply(open.attributes);
  }

  /** At the end: what is put into a directory changes its time. */
  setDirectoryTimes(): void {
    for (const attributes of this.#directories.reverse()) this.#apply(attributes);
  }

  #named(name: Uint8Array): string {
    const text = decodeName(name);
    return this.#options.rename?.(text) ?? text;
  }

  /** A name without dots. Throws EngineError where it leads outside. */
  #inside(name: string): string {
    const parts: string[] = [];
    for (const part of name.split('/')) {
      if (part === '' || part === '.') continue;
      if (part !== '..') parts.push(part);
      else if (parts.pop() === undefined)
        throw other(
          'invalidParameter',
          `${JSON.stringify(name)} is outside of ${JSON.stringify(this.#directory || '/')}`,
        );
    }
    return parts.join('/');
  }

  /** False where a directory is there already. */
  #makesRoom(entry: TarEntry, path: string, relative: string): boolean {
    const found = lstatIfThere(this.#process, path);
    if (!found) return true;
    const isTree = isDirectory(found.mode);
    if (isTree && entry.type === 'directory') return false;
    if (this.#options.refusesKindChange && isTree !== (entry.type === 'directory')) {
      const [there, new_] = isTree ? ['directory', 'non-directory'] : ['non-directory', 'directory'];
      throw other(
        'invalidParameter',
        `cannot overwrite ${there} ${JSON.stringify(path)} with ${new_} ${JSON.stringify(this.#directory || '/')}`,
      );
    }
    if (relative === '') return false;
    removeTree(this.#process, path);
    return true;
  }

  #make(entry: TarEntry, path: string, attributes: Attributes): void {
    const process = this.#process;
    switch (entry.type) {
      case 'directory':
        mkdir(process, path, attributes.mode);
        this.#directories.push(attributes);
        return;
      case 'file': {
        const file = process.mounts.open(process, path, O_CREAT | O_EXCL | O_WRONLY, 0o600);
        if (file instanceof Promise) throw new VfsError('EINVAL', 'open', path);
        this.#file = { file, attributes };
        if (entry.storedBytes === 0) this.endFile();
        return;
      }
      case 'symlink':
        symlink(process, decodeName(entry.linkName), path);
        break;
      case 'hardlink':
        link(process, `${this.#directory}/${this.#inside(this.#named(entry.linkName))}`, path);
        return;
      case 'fifo':
        mknod(process, path, S_IFIFO | attributes.mode);
        break;
      case 'charDevice':
      case 'blockDevice': {
        const type = entry.type === 'charDevice' ? S_IFCHR : S_IFBLK;
        mknod(process, path, type | attributes.mode, deviceNumber(entry.deviceMajor, entry.deviceMinor));
        break;
      }
    }
    this.#apply(attributes);
  }

  #attributesOf(entry: TarEntry, path: string): Attributes {
    const { owner } = this.#options;
    return {
      path,
      mode: entry.mode & PERMISSION_BITS,
      uid: owner?.uid ?? entry.uid,
      gid: owner?.gid ?? entry.gid,
      mtime: { sec: entry.mtimeSec, nsec: entry.mtimeNsec },
      isSymlink: entry.type === 'symlink',
      xattrs: (entry.xattrs ?? []).map(({ name, value }) => ({ name: decodeName(name), value: value.slice() })),
    };
  }

  #apply({ path, mode, uid, gid, mtime, isSymlink, xattrs }: Attributes): void {
    const process = this.#process;
    lchown(process, path, uid, gid);
    if (!isSymlink) chmod(process, path, mode);
    for (const { name, value } of xattrs) setXattr(process, path, name, value);
    lutimes(process, path, mtime, mtime);
  }
}

import type { ByteSource } from '../../bytes/byteSource.ts';
import { decodeName, encodeName, printableName } from '../../bytes/byteName.ts';
import { scanTar } from '../../tar/scanTar.ts';
import { TarError, type TarEntry } from '../../tar/tarEntry.ts';
import { CompanionError } from '../companionError.ts';
import type { CompanionLimits } from '../limits.ts';

/** A member of a context, its path relative and plain: no empty, `.` or `..` component. */
export interface ContextEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly contentOffset: number;
  readonly sizeBytes: number;
  /** Of a symlink, as it stands: nothing here follows it. */
  readonly target: string;
}

export type ContextLimits = Pick<CompanionLimits, 'contextEntries' | 'pathBytes' | 'pathDepth' | 'contextBytes'>;

/** NAME_MAX of Linux. */
const MAX_NAME_BYTES = 255;

/** The members of a build context, last come last served: by path, in an order in which each stands behind its
 *  folder. Folders that the tar does not list are added. Throws CompanionError `context` for members that no context
 *  may hold and for a tar that cannot be read, `limit` for too many. */
export async function contextEntries(source: ByteSource, limits: ContextLimits): Promise<Map<string, ContextEntry>> {
  const collected = new Collected(limits);
  try {
    await scanTar(source, (entry) => collected.add(entry));
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw new CompanionError('context', `the context is no proper tar: ${error.message}`, error);
  }
  return collected.entries;
}

class Collected {
  readonly entries = new Map<string, ContextEntry>();
  readonly #limits: ContextLimits;
  #count = 0;
  #bytes = 0;

  constructor(limits: ContextLimits) {
    this.#limits = limits;
  }

  add(entry: TarEntry): void {
    const { contextEntries: maxEntries, contextBytes } = this.#limits;
    if (++this.#count > maxEntries) throw new CompanionError('limit', `the context has over ${maxEntries} entries`);
    const path = this.#safePath(entry.name, 'path');
    if (path === '') {
      if (entry.type === 'directory') return;
      throw refused(path, 'has no name');
    }
    this.#addFolders(path);
    const kind = kindOf(entry, path);
    if (entry.type === 'hardlink') {
      const target = this.entries.get(this.#safePath(entry.linkName, 'link'));
      if (target?.kind !== 'file') throw refused(path, 'is a hard link to what is no file before it');
      this.#bytes += target.sizeBytes;
      this.#put({ ...target, path });
    } else {
      this.#bytes += entry.sizeBytes;
      this.#put({
        path,
        kind,
        mode: entry.mode & 0o7777,
        mtimeSec: entry.mtimeSec,
        mtimeNsec: entry.mtimeNsec,
        contentOffset: entry.contentOffset,
        sizeBytes: kind === 'file' ? entry.storedBytes : 0,
        target: kind === 'symlink' ? decodeName(entry.linkName) : '',
      });
    }
    // Hard links are written as copies.
    if (this.#bytes > contextBytes) throw new CompanionError('limit', `the context has over ${contextBytes} bytes`);
  }

  #put(entry: ContextEntry): void {
    const before = this.entries.get(entry.path);
    if (before && before.kind !== entry.kind) throw refused(entry.path, `is a ${before.kind} and a ${entry.kind}`);
    this.entries.set(entry.path, entry);
  }

  #addFolders(path: string): void {
    for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end);
      const before = this.entries.get(folder);
      if (before?.kind === 'directory') continue;
      if (before) throw refused(path, `lies below the ${before.kind} ${printableName(folder)}`);
      if (++this.#count > this.#limits.contextEntries) {
        throw new CompanionError('limit', `the context has over ${this.#limits.contextEntries} entries`);
      }
      const plain = { contentOffset: 0, sizeBytes: 0, mtimeSec: 0, mtimeNsec: 0, target: '' };
      this.entries.set(folder, { path: folder, kind: 'directory', mode: 0o755, ...plain });
    }
  }

  #safePath(name: Uint8Array, what: string): string {
    const { pathBytes, pathDepth } = this.#limits;
    const text = decodeName(name.length > pathBytes ? name.subarray(0, 100) : name);
    if (name.length > pathBytes) throw refused(text, `is a ${what} longer than ${pathBytes} bytes`);
    if (name[0] === 0x2f) throw refused(text, `is an absolute ${what}`);
    if (name.includes(0)) throw refused(text, `is a ${what} with a NUL in it`);
    const parts = text.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) throw refused(text, `is a ${what} that leads out`);
    if (parts.length > pathDepth) throw refused(text, `is a ${what} deeper than ${pathDepth}`);
    if (parts.some((part) => encodeName(part).length > MAX_NAME_BYTES)) {
      throw refused(text, `is a ${what} with a name longer than ${MAX_NAME_BYTES} bytes`);
    }
    return parts.join('/');
  }
}

function kindOf(entry: TarEntry, path: string): ContextEntry['kind'] {
  if (entry.sparse) throw refused(path, 'is a sparse file');
  switch (entry.type) {
    case 'file':
    case 'hardlink':
      return 'file';
    case 'directory':
    case 'symlink':
      return entry.type;
    default:
      throw refused(path, `is a ${entry.type === 'fifo' ? 'fifo' : 'device'}`);
  }
}

function refused(path: string, why: string): CompanionError {
  return new CompanionError('context', `${printableName(path).slice(0, 200)} ${why}: no context may hold that`);
}

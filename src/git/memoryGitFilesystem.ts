import { GitError } from './gitError.ts';
import { type GitEncoding, type GitFilesystem, type GitStat, wantsText } from './gitFilesystem.ts';

type MemoryNode = Uint8Array | 'directory';

/** Holds a repository that is needed only for a moment. Throws GitError `limit` above `limitBytes`. */
export class MemoryGitFilesystem implements GitFilesystem {
  readonly #nodes = new Map<string, MemoryNode>([['/', 'directory']]);
  readonly #limitBytes: number;
  #sizeBytes = 0;
  readonly promises: GitFilesystem['promises'];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.promises = {
      readFile: async (path, options) => this.#read(path, options),
      writeFile: async (path, data) => this.#write(path, typeof data === 'string' ? encoder.encode(data) : data),
      unlink: async (path) => this.#remove(path),
      rmdir: async (path) => this.#remove(path),
      readdir: async (path) => this.#list(path),
      mkdir: async (path) => this.#makeDirectory(path),
      stat: async (path) => this.#stat(path),
      lstat: async (path) => this.#stat(path),
      readlink: async (path) => {
        throw fault('EINVAL', path);
      },
      symlink: async (_target, path) => {
        throw fault('EPERM', path);
      },
    };
  }

  /** Paths and contents of all files below a directory, in no order. */
  *filesBelow(directory: string): Generator<readonly [string, Uint8Array]> {
    for (const [path, node] of this.#nodes)
      if (node !== 'directory' && path.startsWith(`${directory}/`)) yield [path, node];
  }

  #node(path: string): MemoryNode {
    const node = this.#nodes.get(path);
    if (!node) throw fault('ENOENT', path);
    return node;
  }

  #read(path: string, options: GitEncoding | undefined): Uint8Array | string {
    const node = this.#node(path);
    if (node === 'directory') throw fault('EISDIR', path);
    return wantsText(options) ? new TextDecoder().decode(node) : Buffer.from(node);
  }

  #write(path: string, data: Uint8Array): void {
    if (this.#nodes.get(parentOf(path)) !== 'directory') throw fault('ENOENT', path);
    const before = this.#nodes.get(path);
    if (before === 'directory') throw fault('EISDIR', path);
    this.#sizeBytes += data.length - (before?.length ?? 0);
    if (this.#sizeBytes > this.#limitBytes)
      throw new GitError('limit', `the repository holds more than ${this.#limitBytes} bytes`);
    this.#nodes.set(path, data.slice());
  }

  #remove(path: string): void {
    const node = this.#node(path);
    if (node !== 'directory') this.#sizeBytes -= node.length;
    this.#nodes.delete(path);
  }

  #list(path: string): string[] {
    if (this.#node(path) !== 'directory') throw fault('ENOTDIR', path);
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...this.#nodes.keys()].flatMap((one) => {
      const name = one.startsWith(prefix) ? one.slice(prefix.length) : '';
      return name === '' || name.includes('/') ? [] : [name];
    });
  }

  #makeDirectory(path: string): void {
    if (this.#nodes.has(path)) throw fault('EEXIST', path);
    if (this.#nodes.get(parentOf(path)) !== 'directory') throw fault('ENOENT', path);
    this.#nodes.set(path, 'directory');
  }

  #stat(path: string): GitStat {
    const node = this.#node(path);
    const isDirectory = node === 'directory';
    return {
      mode: isDirectory ? 0o40755 : 0o100644,
      size: isDirectory ? 0 : node.length,
      ino: 0,
      dev: 0,
      uid: 0,
      gid: 0,
      mtimeMs: 0,
      ctimeMs: 0,
      isFile: () => !isDirectory,
      isDirectory: () => isDirectory,
      isSymbolicLink: () => false,
    };
  }
}

const encoder = new TextEncoder();

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function fault(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

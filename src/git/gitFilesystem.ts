/** What isomorphic-git reads and writes. Calls reject with errors that have a `code`: ENOENT, ENOTDIR, EEXIST… Strings
 *  of names are as of `bytes/byteName.ts`. */
export interface GitFilesystem {
  readonly promises: {
    readFile(path: string, options?: GitEncoding): Promise<Uint8Array | string>;
    writeFile(path: string, data: Uint8Array | string, options?: { readonly mode?: number } | string): Promise<void>;
    unlink(path: string): Promise<void>;
    readdir(path: string): Promise<string[]>;
    mkdir(path: string): Promise<void>;
    rmdir(path: string): Promise<void>;
    stat(path: string): Promise<GitStat>;
    lstat(path: string): Promise<GitStat>;
    readlink(path: string): Promise<Uint8Array>;
    symlink(target: string, path: string): Promise<void>;
  };
}

export type GitEncoding = 'utf8' | { readonly encoding?: 'utf8' };

export interface GitStat {
  readonly mode: number;
  readonly size: number;
  readonly ino: number;
  readonly dev: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

export function wantsText(options: GitEncoding | undefined): boolean {
  return options === 'utf8' || (typeof options === 'object' && options.encoding === 'utf8');
}

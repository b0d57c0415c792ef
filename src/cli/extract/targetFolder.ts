import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { Buffer } from 'node:buffer';
import { encodeName } from '../../bytes/byteName.ts';
import { CliError } from '../cliError.ts';

/** The folder that an extraction may write to, and nothing outside of it.
 *
 *  Every component of a path is a name from a layer tree, and each directory on the way is one that we made or
 *  have found to be a real directory, never a symlink; files are opened with O_EXCL and O_NOFOLLOW. Symlinks of
 *  the image are made after all else, so nothing is written through one. A process that swaps directories of the
 *  target at the same time is beyond what this defends against. */
export class TargetFolder {
  readonly #root: Buffer;
  readonly #existing: 'refuse' | 'replace';
  readonly #directories = new Set<string>(['']);

  private constructor(root: Buffer, existing: 'refuse' | 'replace') {
    this.#root = root;
    this.#existing = existing;
  }

  /** Makes the folder. One that holds something is refused unless existing files may be replaced. */
  static async open(path: string, existing: 'refuse' | 'replace'): Promise<TargetFolder> {
    await mkdir(path, { recursive: true });
    if (existing === 'refuse' && (await readdir(path)).length > 0) {
      throw new CliError('output', `${path}: is not empty; --overwrite writes into it`);
    }
    return new TargetFolder(Buffer.from(path), existing);
  }

  /** Where a path of the image comes to lie. Throws CliError `output` for a name that no directory may hold. */
  place(path: string): Buffer {
    if (path === '') return this.#root;
    for (const part of path.split('/')) {
      if (part === '' || part === '.' || part === '..' || part.includes('\0')) {
        throw new CliError('output', `the name “${part}” cannot be written`);
      }
    }
    return Buffer.concat([this.#root, Buffer.from('/'), encodeName(path)]);
  }

  /** Makes a directory and those above it, with mode 0700 until its own mode is set at the end. */
  async makeDirectory(path: string): Promise<void> {
    if (this.#directories.has(path)) return;
    const missing: string[] = [];
    for (let at = path; !this.#directories.has(at); at = parentOf(at)) missing.push(at);
    for (const directory of missing.reverse()) {
      await this.#makeOne(this.place(directory));
      this.#directories.add(directory);
    }
  }

  async #makeOne(place: Buffer): Promise<void> {
    const found = await lstatOrUndefined(place);
    if (found?.isDirectory()) return;
    if (found) await this.#remove(place);
    await mkdir(place, { mode: 0o700 });
  }

  /** A new file, open for writing. */
  async createFile(path: string): Promise<FileHandle> {
    const place = await this.clear(path);
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    return open(place, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
  }

  /** Makes the parent and sees to it that nothing is at the path. */
  async clear(path: string): Promise<Buffer> {
    await this.makeDirectory(parentOf(path));
    const place = this.place(path);
    if (this.#existing === 'replace' && (await lstatOrUndefined(place))) await this.#remove(place);
    return place;
  }

  async #remove(place: Buffer): Promise<void> {
    if (this.#existing === 'refuse') throw new CliError('output', `${place.toString()}: is there already`);
    await unlink(place);
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

async function lstatOrUndefined(place: Buffer): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  try {
    return await lstat(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

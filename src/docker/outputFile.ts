import { isDirectory, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFSOCK } from '../vfs/overlay/fileMode.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../vfs/overlay/openFlags.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { lstatIfThere, open, rename, stat, unlink } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import { ClientError, fileErrorText } from './client.ts';

const FILE_MODE = 0o600;

/** Where an archive goes: `-o FILE` or standard output, which must not be a terminal. Made before anything is asked of
 *  the engine, so that a bad path is told first. */
export class OutputFile {
  readonly #process: Process;
  readonly #path: string | undefined;

  /** `what` is the verb of messages: `failed to save image`. Throws ClientError. */
  constructor(process: Process, path: string, what: string) {
    this.#process = process;
    this.#path = path === '' ? undefined : path;
    if (path !== '') checkPath(process, path, what);
    else if (process.files.get(1)?.isTerminal) {
      throw new ClientError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    }
  }

  /** Writes all of it. A file takes its place only when it is whole. */
  async write(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const process = this.#process;
    if (this.#path === undefined) {
      await printStream(process, chunks);
      return;
    }
    const temporary = `${directoryOf(this.#path)}/.tmp-${baseOf(this.#path)}`;
    const file = await open(process, temporary, O_WRONLY | O_CREAT | O_TRUNC, FILE_MODE);
    try {
      for await (const chunk of chunks) {
        await file.write(chunk);
        if (process.isDue) await process.pause();
      }
    } catch (error) {
      unlink(process, temporary);
      throw error;
    } finally {
      file.close();
    }
    rename(process, temporary, this.#path);
  }
}

/** Writes an archive to standard output. Throws ClientError where that takes no more. */
export async function printStream(process: Process, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    try {
      await process.write(1, chunk);
    } catch (error) {
      // The client knows its output by no other name.
      if (!(error instanceof VfsError)) throw error;
      throw new ClientError(fileErrorText(new VfsError(error.code, 'write', '/dev/stdout'), 'write'));
    }
  }
}

function checkPath(process: Process, path: string, what: string): void {
  const dir = directoryOf(path);
  try {
    if (!isDirectory(stat(process, dir).mode)) throw new VfsError('ENOTDIR', 'stat', dir);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    throw new ClientError(`${what}: invalid output path: ${fileErrorText(error, 'stat')}`);
  }
  const kind = lstatIfThere(process, path)?.mode;
  const name = kind === undefined ? undefined : REFUSED[kind & S_IFMT];
  if (name !== undefined) throw new ClientError(`${what}: cannot write to ${name}`);
}

/** What a file cannot be put in the place of (moby/sys atomicwriter, validateDestination). */
const REFUSED: Readonly<Record<number, string>> = {
  [S_IFDIR]: 'a directory',
  [S_IFLNK]: 'a symbolic link directly',
  [S_IFIFO]: 'a named pipe (FIFO)',
  [S_IFSOCK]: 'a socket',
  [S_IFCHR]: 'a character device file',
  [S_IFBLK]: 'a block device file',
};

function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash);
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { decodeName } from '../bytes/byteName.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import { CliError } from './cliError.ts';
import type { CommandContext } from './command.ts';

/** An OCI layout or dir: folder holds a few files an image; these bounds keep a mistaken `palimpsest inspect /`
 *  from walking the whole disk. */
const MAX_FOLDER_FILES = 20_000;
const MAX_FOLDER_DEPTH = 8;

/** All regular files below a folder. A symbolic link counts as the file it leads to when that lies in the folder too, or
 *  is the blob whose digest it is named by, as Bazel's layouts have them; other links that lead out are left aside: a
 *  folder from elsewhere must not pull in files of this machine. */
export async function folderSources(
  folder: string,
  context: CommandContext,
): Promise<{ readonly path: string; readonly source: ByteSource }[]> {
  const root = await realpath(folder);
  const sources: { path: string; source: ByteSource }[] = [];
  const { openFileSource } = await import('../platform/node.ts');
  for (const path of await filePaths(root, context.signal)) {
    const source = await openFileSource(path);
    context.onExit(() => source.close());
    sources.push({ path: decodeName(Buffer.from(relative(root, path).split(sep).join('/'))), source });
  }
  return sources;
}

async function filePaths(root: string, signal: AbortSignal): Promise<string[]> {
  const paths: string[] = [];
  const waiting = [{ dir: root, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { dir, depth } = next;
    for (const name of (await readdir(dir)).sort()) {
      const path = join(dir, name);
      const found = await lstat(path);
      if (found.isDirectory() && depth < MAX_FOLDER_DEPTH) waiting.push({ dir: path, depth: depth + 1 });
      else if (found.isFile() || (found.isSymbolicLink() && (await isFollowed(root, path, signal)))) paths.push(path);
      if (paths.length > MAX_FOLDER_FILES) {
        throw new CliError('wrongKind', `holds more than ${MAX_FOLDER_FILES} files: no OCI layout or dir: folder`);
      }
    }
  }
  return paths.sort();
}

async function isFollowed(root: string, link: string, signal: AbortSignal): Promise<boolean> {
  try {
    const target = await realpath(link);
    if (!(await stat(target)).isFile()) return false;
    return target.startsWith(root + sep) || (await isBlobOfItsName(link, target, signal));
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

/** Whether a link is called `blobs/ALGORITHM/HEX` and leads to just those bytes. Reads the whole file. */
async function isBlobOfItsName(link: string, target: string, signal: AbortSignal): Promise<boolean> {
  const [folder, algorithm, hex] = link.split(sep).slice(-3);
  if (folder !== 'blobs' || (algorithm !== 'sha256' && algorithm !== 'sha512')) return false;
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(target, { signal })) hash.update(chunk as Buffer);
  return hash.digest('hex') === hex;
}

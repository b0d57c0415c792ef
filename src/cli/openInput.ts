import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type { Archive } from '../archive/archive.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import { decodeName } from '../bytes/byteName.ts';
import { CliError } from './cliError.ts';
import type { CommandContext } from './command.ts';

/** An OCI layout or dir: folder holds a few files an image; these bounds keep a mistaken `palimpsest inspect /`
 *  from walking the whole disk. */
const MAX_FOLDER_FILES = 20_000;
const MAX_FOLDER_DEPTH = 8;

/** Opens what a command line names: a file, `-` for standard input, a folder, or `docker://REF` for an image in a
 *  registry, of which `platform` chooses the one to fetch. It is closed when the command ends. */
export async function openInput(name: string, context: CommandContext, platform?: string): Promise<Archive> {
  if (name.startsWith('docker://')) {
    const { openRegistryInput } = await import('./registryInput.ts');
    return openRegistryInput(name, platform, context);
  }
  const fileName = name === '-' ? 'standard input' : name;
  context.noteFile(fileName);
  const [work, { openArchive }] = await Promise.all([context.work(), import('../archive/openArchive.ts')]);
  const archive = await openArchive({ fileName, ...(await inputSource(name, context)) }, work);
  context.onExit(() => archive.close());
  return archive;
}

export type InputSource =
  | { readonly source: ByteSource }
  | { readonly folder: readonly { readonly path: string; readonly source: ByteSource }[] };

export async function inputSource(name: string, context: CommandContext): Promise<InputSource> {
  const { openFileSource, spoolInput } = await import('../platform/node.ts');
  if (name === '-') {
    const spooled = await spoolInput(addAbortSignal(context.signal, context.input as Readable));
    context.onExit(() => spooled.dispose());
    return { source: spooled.source };
  }
  const found = await stat(name);
  if (found.isDirectory()) return { folder: await folderSources(name, context) };
  if (!found.isFile()) throw new CliError('wrongKind', 'is neither a file nor a folder; a pipe can be read as -');
  const source = await openFileSource(name);
  context.onExit(() => source.close());
  return { source };
}

/** All regular files below a folder. A symbolic link counts as the file it leads to when that lies in the folder
 *  too; links that lead out are left aside: a folder from elsewhere must not pull in files of this machine. */
async function folderSources(
  folder: string,
  context: CommandContext,
): Promise<{ readonly path: string; readonly source: ByteSource }[]> {
  const root = await realpath(folder);
  const sources: { path: string; source: ByteSource }[] = [];
  const { openFileSource } = await import('../platform/node.ts');
  for (const path of await filePaths(root)) {
    const source = await openFileSource(path);
    context.onExit(() => source.close());
    sources.push({ path: decodeName(Buffer.from(relative(root, path).split(sep).join('/'))), source });
  }
  return sources;
}

async function filePaths(root: string): Promise<string[]> {
  const paths: string[] = [];
  const waiting = [{ dir: root, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { dir, depth } = next;
    for (const name of (await readdir(dir)).sort()) {
      const path = join(dir, name);
      const found = await lstat(path);
      if (found.isDirectory() && depth < MAX_FOLDER_DEPTH) waiting.push({ dir: path, depth: depth + 1 });
      else if (found.isFile() || (found.isSymbolicLink() && (await leadsToFileWithin(root, path)))) paths.push(path);
      if (paths.length > MAX_FOLDER_FILES) {
        throw new CliError('wrongKind', `holds more than ${MAX_FOLDER_FILES} files: no OCI layout or dir: folder`);
      }
    }
  }
  return paths.sort();
}

async function leadsToFileWithin(root: string, link: string): Promise<boolean> {
  try {
    const target = await realpath(link);
    return target.startsWith(root + sep) && (await stat(target)).isFile();
  } catch {
    return false;
  }
}

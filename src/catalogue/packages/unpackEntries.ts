import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { LayerEntry } from '../layerTar.ts';
import { standInContent } from '../standInContent.ts';
import { encodeName } from '../../bytes/byteName.ts';

/** Puts entries below the root of the process, as dpkg unpacks them: directories that are there stay as they are,
 *  everything else is replaced. Bytes that are holes cost their size on the disk all the same. */
export async function unpackEntries(process: Process, entries: Iterable<LayerEntry>): Promise<void> {
  const umask = process.credentials;
  process.credentials = { ...umask, umask: 0 };
  try {
    for (const entry of entries) {
      await unpackEntry(process, entry);
      if (process.isDue) await process.pause();
    }
  } finally {
    process.credentials = umask;
  }
}

async function unpackEntry(process: Process, entry: LayerEntry): Promise<void> {
  const path = `/${entry.path}`;
  const found = calls.statIfThere(process, path);
  if (entry.kind === 'd') {
    if (found && isDirectory(found.mode)) return;
    calls.makeDirectories(process, path, entry.mode);
    own(process, entry, path);
    return;
  }
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (parent !== '' && !calls.statIfThere(process, parent)) calls.makeDirectories(process, parent, 0o755);
  if (calls.lstatIfThere(process, path)) removeFile(process, path);
  if (entry.kind === 'l') calls.symlink(process, entry.target ?? '', path);
  else if (entry.kind === 'h') calls.link(process, `/${entry.target ?? ''}`, path);
  else await writeEntry(process, entry, path);
}

async function writeEntry(process: Process, entry: LayerEntry, path: string): Promise<void> {
  const content =
    entry.text === undefined ? standInContent(entry.path, entry.mode, entry.sizeBytes) : encodeName(entry.text);
  const file = await calls.open(process, path, O_WRONLY | O_CREAT | O_TRUNC, entry.mode & 0o7777);
  try {
    if (content.length > 0) await file.write(content);
    const sizeBytes = entry.text === undefined ? entry.sizeBytes : content.length;
    if (sizeBytes > content.length) file.truncate(sizeBytes);
  } finally {
    file.close();
  }
  own(process, entry, path);
}

function own(process: Process, entry: LayerEntry, path: string): void {
  if (entry.uid !== 0 || entry.gid !== 0) {
    calls.lchown(process, path, entry.uid, entry.gid);
    calls.chmod(process, path, entry.mode);
  }
}

function removeFile(process: Process, path: string): void {
  try {
    calls.unlink(process, path);
  } catch (error) {
    if (!(error instanceof VfsError && error.code === 'EISDIR')) throw error;
  }
}

/** Takes paths away, the deepest first; directories only where nothing is left in them. */
export async function removePaths(process: Process, paths: readonly string[]): Promise<void> {
  for (const path of [...paths].sort((a, b) => (a < b ? 1 : -1))) {
    if (path === '/.' || path === '/') continue;
    const found = calls.lstatIfThere(process, path);
    if (!found) continue;
    try {
      if (isDirectory(found.mode)) calls.rmdir(process, path);
      else calls.unlink(process, path);
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      if (!['ENOTEMPTY', 'EBUSY', 'EISDIR', 'ENOENT'].includes(error.code)) throw error;
    }
    if (process.isDue) await process.pause();
  }
}

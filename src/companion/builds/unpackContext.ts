import { chmod, mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { encodeName } from '../../bytes/byteName.ts';
import type { ContextEntry } from './contextEntries.ts';

const CHUNK_BYTES = 1024 * 1024;
/** ext4's last second is in 2446; what lies beyond is brought to this. */
const MAX_TIME_SEC = 2 ** 33;

/** Writes entries, folders before what is in them, into a folder that nobody else writes to and that was made for
 *  them. Symlinks come last, so that nothing can be written through one; modes of folders after what they hold. */
export async function unpackContext(
  entries: Iterable<ContextEntry>,
  source: ByteSource,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  const folders: ContextEntry[] = [];
  const links: ContextEntry[] = [];
  for (const entry of entries) {
    signal.throwIfAborted();
    if (entry.kind === 'symlink') links.push(entry);
    else if (entry.kind === 'file') await writeFile(entry, source, placeOf(folder, entry.path));
    else {
      await mkdir(placeOf(folder, entry.path), { mode: 0o700 });
      folders.push(entry);
    }
  }
  for (const link of links) {
    const target = Buffer.from(encodeName(link.target));
    await symlink(target, placeOf(folder, link.path));
  }
  for (const { path, mode } of folders.reverse()) await chmod(placeOf(folder, path), mode | 0o700);
}

async function writeFile(entry: ContextEntry, source: ByteSource, place: Buffer): Promise<void> {
  const file = await open(place as unknown as string, 'wx', 0o600);
  try {
    for (let at = 0; at < entry.sizeBytes;) {
      const bytes = await source.read(entry.contentOffset + at, Math.min(CHUNK_BYTES, entry.sizeBytes - at));
      for (let written = 0; written < bytes.length;) written += (await file.write(bytes, written)).bytesWritten;
      at += bytes.length;
    }
    await file.chmod(entry.mode);
    const mtime = Math.max(-MAX_TIME_SEC, Math.min(MAX_TIME_SEC, entry.mtimeSec + entry.mtimeNsec / 1e9));
    await file.utimes(mtime, mtime);
  } finally {
    await file.close();
  }
}

/** Names are bytes. */
function placeOf(folder: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(join(folder, '/')), Buffer.from(encodeName(path))]);
}

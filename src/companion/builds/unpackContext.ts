import { chmodSync, closeSync, fchmodSync, futimesSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { encodeName } from '../../bytes/byteName.ts';
import type { ContextEntry } from './contextEntries.ts';

const CHUNK_BYTES = 1024 * 1024;
/** ext4's last second is in 2446; what lies beyond is brought to this. */
const MAX_TIME_SEC = 2 ** 33;
/** Other requests wait no longer than this. */
const TURN_MS = 5;

/** Writes entries, folders before what is in them, into a folder that nobody else writes to and that was made for
 *  them. Symlinks come last, so that nothing can be written through one; modes of folders after what they hold.
 *  Small files are written synchronously, some milliseconds at a time: five times as fast. */
export async function unpackContext(
  entries: Iterable<ContextEntry>,
  source: ByteSource,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  const folders: ContextEntry[] = [];
  const links: ContextEntry[] = [];
  let turnMs = performance.now();
  for (const entry of entries) {
    if (entry.kind === 'symlink') links.push(entry);
    else if (entry.kind === 'file') await writeFile(entry, source, placeOf(folder, entry.path), signal);
    else {
      mkdirSync(placeOf(folder, entry.path), { mode: 0o700 });
      folders.push(entry);
    }
    if (performance.now() - turnMs < TURN_MS) continue;
    await nextTurn();
    signal.throwIfAborted();
    turnMs = performance.now();
  }
  for (const { target, path } of links) symlinkSync(Buffer.from(encodeName(target)), placeOf(folder, path));
  for (const { path, mode } of folders.reverse()) chmodSync(placeOf(folder, path), mode | 0o700);
}

async function writeFile(entry: ContextEntry, source: ByteSource, place: Buffer, signal: AbortSignal): Promise<void> {
  const file = openSync(place, 'wx', 0o600);
  try {
    for (let at = 0; at < entry.sizeBytes;) {
      const length = Math.min(CHUNK_BYTES, entry.sizeBytes - at);
      const isSmall = entry.sizeBytes <= CHUNK_BYTES && source.readSync !== undefined;
      const offset = entry.contentOffset + at;
      const bytes = (isSmall ? source.readSync?.(offset, length) : undefined) ?? (await source.read(offset, length));
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      at += bytes.length;
      if (!isSmall) signal.throwIfAborted();
    }
    fchmodSync(file, entry.mode);
    const mtime = Math.max(-MAX_TIME_SEC, Math.min(MAX_TIME_SEC, entry.mtimeSec + entry.mtimeNsec / 1e9));
    futimesSync(file, mtime, mtime);
  } finally {
    closeSync(file);
  }
}

/** Names are bytes. */
function placeOf(folder: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(join(folder, '/')), Buffer.from(encodeName(path))]);
}

import {
  chmodSync,
  closeSync,
  fchmodSync,
  futimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
  writevSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { encodeName } from '../../bytes/byteName.ts';
import type { ContextEntry } from './contextEntries.ts';
import { PieceSource } from './pieceSource.ts';

const CHUNK_BYTES = 1024 * 1024;
/** IOV_MAX of Linux. */
const MAX_VECTORS = 1024;
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
    if (source instanceof PieceSource) writeViews(file, [...source.views(entry.contentOffset, entry.sizeBytes)]);
    else await writeContent(file, entry, source, signal);
    fchmodSync(file, entry.mode);
    const mtime = Math.max(-MAX_TIME_SEC, Math.min(MAX_TIME_SEC, entry.mtimeSec + entry.mtimeNsec / 1e9));
    futimesSync(file, mtime, mtime);
  } finally {
    closeSync(file);
  }
}

async function writeContent(file: number, entry: ContextEntry, source: ByteSource, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < entry.sizeBytes;) {
    const length = Math.min(CHUNK_BYTES, entry.sizeBytes - at);
    const isSmall = entry.sizeBytes <= CHUNK_BYTES && source.readSync !== undefined;
    const offset = entry.contentOffset + at;
    const bytes = (isSmall ? source.readSync?.(offset, length) : undefined) ?? (await source.read(offset, length));
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    at += bytes.length;
    if (!isSmall) signal.throwIfAborted();
  }
}

/** All in one call, where the system takes so many pieces at once; what it leaves comes one by one. */
function writeViews(file: number, views: readonly Uint8Array[]): void {
  for (let first = 0; first < views.length; first += MAX_VECTORS) {
    const group = views.slice(first, first + MAX_VECTORS);
    let written = writevSync(file, group);
    for (const view of group) {
      const done = Math.min(written, view.length);
      written -= done;
      for (let at = done; at < view.length;) at += writeSync(file, view, at);
    }
  }
}

/** Names are bytes. */
function placeOf(folder: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(join(folder, '/')), Buffer.from(encodeName(path))]);
}

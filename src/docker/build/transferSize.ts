import type { SourceFile } from '../../build/classic/contextFiles.ts';

/** What BuildKit's client sends for a file beside its name: its entry, and the packet around its data (measured). */
const ENTRY_BYTES = 19;
const DATA_BYTES = 6;
const END_BYTES = 2;
const ENTRY_EXTRA_BYTES = 2;

/** What each folder's files were when they were sent last, by engine: those that are the same are not sent again. */
const sent = new WeakMap<object, Map<string, ReadonlyMap<string, string>>>();
const MAX_KNOWN = 200_000;

/** Bytes that go over when a client sends these files of a folder: what it sent of that before, and not now, is gone
 *  there. `folder`: with what is sent of it. */
export function transferSize(engine: object, folder: string, files: Iterable<SourceFile>): number {
  const folders = sent.get(engine) ?? new Map<string, ReadonlyMap<string, string>>();
  sent.set(engine, folders);
  const known = folders.get(folder);
  const now = new Map<string, string>();
  let sum = END_BYTES;
  for (const { path, kind, mode, mtime, sizeBytes } of files) {
    const state = `${kind} ${mode} ${mtime.sec}.${mtime.nsec} ${sizeBytes}`;
    sum += ENTRY_BYTES + path.length;
    if (kind === 'file' && known?.get(path) !== state) sum += sizeBytes + DATA_BYTES;
    if (now.size < MAX_KNOWN) now.set(path, state);
  }
  folders.set(folder, now);
  return sum === END_BYTES ? END_BYTES : sum + ENTRY_EXTRA_BYTES - END_BYTES;
}

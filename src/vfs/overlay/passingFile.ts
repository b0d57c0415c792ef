import { CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID } from '../capability.ts';
import { isRegular, PERMISSION_BITS, S_IFREG } from './fileMode.ts';
import type { KeptNames } from './keptNames.ts';
import { NO_INODE } from './layer.ts';
import { noteModified, requireAlive } from './marks.ts';
import type { MountState } from './mountState.ts';
import { inodeOf, nameOf } from './nameRows.ts';
import { NodeFlag, type OverlayInode } from './overlayNode.ts';
import { passingRow } from './passingNode.ts';
import { keptSlash } from './pathWalk.ts';
import { type Credentials, isCapable, ownedBy } from './permission.ts';
import { hashPart } from './textHash.ts';

// What callers who may do everything do to files of the upper that no layer has: most of what a build does. No node is made
// for a call. Each says whether it is done; where it is not, nothing has happened, and the long way tells why.

/** Writes a file that is there anew. */
export function rewritePassing(mount: MountState, credentials: Credentials, path: string, bytes: Uint8Array): boolean {
  const start = keptSlash(path) + 1;
  const kept = placeOf(mount, credentials, path, start);
  if (!kept) return false;
  const row = passingRow(mount, kept, path, start, hashPart(path, start, path.length));
  if (row === undefined || row < 0) return false;
  const inode = inodeOf(kept.rows, row);
  const upper = mount.writable();
  if (!isRegular(upper.mode(inode))) return false;
  upper.rewrite(inode, bytes);
  countFound(mount);
  return true;
}

/** Makes a regular file. */
export function createPassing(
  mount: MountState,
  credentials: Credentials,
  path: string,
  mode: number,
  bytes: Uint8Array,
): boolean {
  const start = keptSlash(path) + 1;
  const kept = placeOf(mount, credentials, path, start);
  if (!kept) return false;
  const hash = hashPart(path, start, path.length);
  if (passingRow(mount, kept, path, start, hash) !== -1) return false;
  const directory = kept.of.inode as OverlayInode;
  requireAlive(mount, directory);
  const owned = ownedBy(mount, directory, S_IFREG | (mode & PERMISSION_BITS), credentials);
  owned.mode &= ~(credentials.umask & 0o777);
  const upper = mount.writable();
  const made = upper.create(directory.upper, path.slice(start), owned, hash);
  if (bytes.length > 0) upper.rewrite(made, bytes);
  noteModified(mount, directory);
  countMissed(mount, kept);
  return true;
}

/** Gives a file a name that nothing has. */
export function renamePassing(mount: MountState, credentials: Credentials, from: string, to: string): boolean {
  const fromStart = keptSlash(from) + 1;
  const fromKept = placeOf(mount, credentials, from, fromStart);
  if (!fromKept) return false;
  const fromHash = hashPart(from, fromStart, from.length);
  const row = passingRow(mount, fromKept, from, fromStart, fromHash);
  if (row === undefined || row < 0) return false;
  const toStart = keptSlash(to) + 1;
  const toKept = placeOf(mount, credentials, to, toStart);
  if (!toKept) return false;
  const toHash = hashPart(to, toStart, to.length);
  if (passingRow(mount, toKept, to, toStart, toHash) !== -1) return false;
  const fromDirectory = fromKept.of.inode as OverlayInode;
  const toDirectory = toKept.of.inode as OverlayInode;
  requireAlive(mount, toDirectory);
  const inode = inodeOf(fromKept.rows, row);
  const oldName = { name: nameOf(fromKept.rows, row), hash: fromHash };
  const newName = { name: to.slice(toStart), hash: toHash };
  const upper = mount.writable();
  upper.rename(fromDirectory.upper, oldName, toDirectory.upper, newName, { inode, replaced: NO_INODE });
  noteModified(mount, fromDirectory);
  noteModified(mount, toDirectory);
  countFound(mount);
  countMissed(mount, toKept);
  return true;
}

/** The directory of a name, where its path is kept, the upper has it, and the caller may do there what it likes. */
function placeOf(mount: MountState, credentials: Credentials, path: string, start: number): KeptNames | undefined {
  if (start <= 1 || !isCapable(credentials, CAP_DAC_OVERRIDE)) return undefined;
  if (!isCapable(credentials, CAP_FOWNER) || !isCapable(credentials, CAP_FSETID)) return undefined;
  const names = mount.keptPaths.names(path, start - 1);
  return names?.of.has(NodeFlag.upperAlias) ? names : undefined;
}

/** A lookup that ended in the upper. */
function countFound({ counters }: MountState): void {
  counters.lookups++;
  counters.layersSearched++;
}

/** A lookup that found nothing. */
function countMissed({ counters }: MountState, { lowerCount = 0 }: KeptNames): void {
  counters.lookups++;
  counters.layersSearched += lowerCount + 1;
}

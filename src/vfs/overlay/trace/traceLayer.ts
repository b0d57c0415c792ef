import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../fileMode.ts';
import { deviceNumber } from '../fileMode.ts';
import type { Layer, Timestamp } from '../layer.ts';
import { NO_INODE } from '../layer.ts';
import { Upper } from '../upper.ts';
import { contentBytes, latin1Bytes, type TraceEntry } from './traceFile.ts';

const TYPES: Readonly<Record<string, number>> = {
  f: S_IFREG,
  d: S_IFDIR,
  l: S_IFLNK,
  c: S_IFCHR,
  b: S_IFBLK,
  p: S_IFIFO,
  s: S_IFSOCK,
};

export function typeOfLetter(letter: string): number {
  const type = TYPES[letter];
  if (type === undefined) throw new RangeError(`no file type ${letter}`);
  return type;
}

export function letterOfMode(mode: number): string {
  return Object.keys(TYPES).find((letter) => TYPES[letter] === (mode & S_IFMT)) ?? '?';
}

/** A lower layer as a trace lists it. */
export function layerOfEntries(entries: readonly TraceEntry[]): Layer {
  const upper = new Upper();
  const inodes: number[] = [];
  for (const entry of entries) inodes.push(addEntry(upper, entry));
  for (let i = entries.length - 1; i >= 0; i--) {
    const mtime = (entries[i] as TraceEntry).mt;
    if (mtime) setMtime(upper, inodes[i] as number, { sec: mtime[0], nsec: mtime[1] });
  }
  upper.endOperation();
  return upper.freeze();
}

function setMtime(upper: Upper, inode: number, time: Timestamp): void {
  upper.setTimes(inode, time, time);
}

function addEntry(upper: Upper, entry: TraceEntry): number {
  const slash = entry.p.lastIndexOf('/');
  const directory = inodeAt(upper, entry.p.slice(0, Math.max(0, slash)));
  const name = entry.p.slice(slash + 1);
  if (entry.hl !== undefined) {
    const inode = inodeAt(upper, entry.hl);
    upper.link(directory, name, inode);
    return inode;
  }
  const inode = entry.p === '' ? upper.rootInode : makeEntry(upper, directory, name, entry);
  upper.setOwner(inode, entry.u ?? 0, entry.g ?? 0);
  upper.setMode(inode, typeOfLetter(entry.t) | (entry.t === 'l' ? 0o777 : entry.m));
  for (const [key, value] of Object.entries(entry.x ?? {})) upper.setXattr(inode, key, latin1Bytes(value));
  return inode;
}

function makeEntry(upper: Upper, directory: number, name: string, entry: TraceEntry): number {
  const inode = upper.create(directory, name, {
    mode: typeOfLetter(entry.t) | 0o600,
    uid: 0,
    gid: 0,
    ...(entry.rd ? { device: deviceNumber(entry.rd[0], entry.rd[1]) } : {}),
    ...(entry.to === undefined ? {} : { target: entry.to }),
  });
  if (entry.t === 'f') upper.write(inode, 0, contentBytes(entry.d ?? ''));
  return inode;
}

function inodeAt(upper: Upper, path: string): number {
  let inode = upper.rootInode;
  for (const name of path.split('/')) {
    if (name === '') continue;
    inode = upper.lookup(inode, name);
    if (inode === NO_INODE) throw new RangeError(`the trace lists nothing at ${path} yet`);
  }
  return inode;
}

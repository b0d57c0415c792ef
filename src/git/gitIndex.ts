import { compareBytes, decodeName, encodeName } from '../bytes/byteName.ts';
import { GitError } from './gitError.ts';
import { joinBytes } from '../bytes/joinBytes.ts';
import { sha1Of } from './objectId.ts';
import { bytesOfHex, type FileMode, hexOf } from './tree.ts';

/** What is known of a file that was looked at, so that it need not be read again while it stays so. */
export interface CachedStat {
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly inode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
}

export interface IndexEntry {
  readonly path: string;
  readonly mode: FileMode;
  readonly oid: string;
  /** 0; 1 to 3 in a conflict. */
  readonly stage: number;
  readonly stat: CachedStat;
}

export const NO_CACHED_STAT: CachedStat = {
  ctimeSec: 0,
  ctimeNsec: 0,
  mtimeSec: 0,
  mtimeNsec: 0,
  inode: 0,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
};

const HEADER_BYTES = 12;
const FIXED_BYTES = 62;
const CHECKSUM_BYTES = 20;
const EXTENDED = 0x4000;
const INTENT_TO_ADD = 0x2000;

/** The staged files of a repository (gitformat-index, versions 2 and 3), sorted by path and stage. */
export class GitIndex {
  readonly #entries = new Map<string, IndexEntry>();

  constructor(entries: Iterable<IndexEntry> = []) {
    for (const entry of entries) this.set(entry);
  }

  /** Throws GitError `corrupt`. */
  static parse(bytes: Uint8Array): GitIndex {
    return new GitIndex(parseEntries(bytes));
  }

  get size(): number {
    return this.#entries.size;
  }

  get(path: string, stage = 0): IndexEntry | undefined {
    return this.#entries.get(keyOf(path, stage));
  }

  /** Replaces what is there of that path and stage; stage 0 ends a conflict. */
  set(entry: IndexEntry): void {
    if (entry.stage === 0) for (const stage of [1, 2, 3]) this.#entries.delete(keyOf(entry.path, stage));
    this.#entries.set(keyOf(entry.path, entry.stage), entry);
  }

  /** All stages. */
  delete(path: string): void {
    for (const stage of [0, 1, 2, 3]) this.#entries.delete(keyOf(path, stage));
  }

  /** Sorted. */
  entries(): IndexEntry[] {
    const keyed = [...this.#entries.values()].map((entry) => ({ entry, key: encodeName(entry.path) }));
    keyed.sort((a, b) => compareBytes(a.key, b.key) || a.entry.stage - b.entry.stage);
    return keyed.map(({ entry }) => entry);
  }

  /** Those of stage 0. */
  *files(): Generator<readonly [string, IndexEntry]> {
    for (const entry of this.#entries.values()) if (entry.stage === 0) yield [entry.path, entry];
  }

  get conflicts(): string[] {
    return [...new Set([...this.#entries.values()].filter(({ stage }) => stage > 0).map(({ path }) => path))];
  }

  serialize(): Uint8Array {
    const entries = this.entries();
    const header = new Uint8Array(HEADER_BYTES);
    header.set(encodeName('DIRC'));
    const view = new DataView(header.buffer);
    view.setUint32(4, 2);
    view.setUint32(8, entries.length);
    const body = joinBytes([header, ...entries.map(serializeEntry)]);
    return joinBytes([body, sha1Of(body)]);
  }
}

function keyOf(path: string, stage: number): string {
  return stage === 0 ? path : `${stage}:\0${path}`;
}

function serializeEntry({ path, mode, oid, stage, stat }: IndexEntry): Uint8Array {
  const name = encodeName(path);
  // One to eight zeros follow the name.
  const bytes = new Uint8Array((FIXED_BYTES + name.length + 8) & ~7);
  const view = new DataView(bytes.buffer);
  const numbers = [
    stat.ctimeSec,
    stat.ctimeNsec,
    stat.mtimeSec,
    stat.mtimeNsec,
    0,
    stat.inode,
    mode,
    stat.uid,
    stat.gid,
    stat.sizeBytes,
  ];
  for (const [i, number] of numbers.entries()) view.setUint32(4 * i, number >>> 0);
  bytes.set(bytesOfHex(oid), 40);
  view.setUint16(60, (stage << 12) | Math.min(name.length, 0xfff));
  bytes.set(name, FIXED_BYTES);
  return bytes;
}

function* parseEntries(bytes: Uint8Array): Generator<IndexEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < HEADER_BYTES || decodeName(bytes.subarray(0, 4)) !== 'DIRC')
    throw new GitError('corrupt', 'the index does not begin with DIRC');
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) throw new GitError('corrupt', `the index is of version ${version}`);
  const count = view.getUint32(8);
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    if (at + FIXED_BYTES > end) throw new GitError('corrupt', `the index is cut off at byte ${at}`);
    const flags = view.getUint16(at + 60);
    const isExtended = version === 3 && (flags & EXTENDED) !== 0;
    const nameAt = at + FIXED_BYTES + (isExtended ? 2 : 0);
    const nameEnd = bytes.indexOf(0, nameAt);
    if (nameEnd < 0 || nameEnd > end) throw new GitError('corrupt', `the index is cut off at byte ${at}`);
    const isIntent = isExtended && (view.getUint16(at + FIXED_BYTES) & INTENT_TO_ADD) !== 0;
    if (!isIntent)
      yield {
        path: decodeName(bytes.subarray(nameAt, nameEnd)),
        mode: view.getUint32(at + 24) as FileMode,
        oid: hexOf(bytes.subarray(at + 40, at + 60)),
        stage: (flags >> 12) & 3,
        stat: {
          ctimeSec: view.getUint32(at),
          ctimeNsec: view.getUint32(at + 4),
          mtimeSec: view.getUint32(at + 8),
          mtimeNsec: view.getUint32(at + 12),
          inode: view.getUint32(at + 20),
          uid: view.getUint32(at + 28),
          gid: view.getUint32(at + 32),
          sizeBytes: view.getUint32(at + 36),
        },
      };
    at += (nameEnd - at + 8) & ~7;
  }
}

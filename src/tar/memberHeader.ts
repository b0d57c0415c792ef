import type { FindingLog } from '../bytes/finding.ts';
import { BLOCK_BYTES, Field, type HeaderDialect, NO_BYTES, dialectOf, readName, readTextField } from './headerBlock.ts';
import { readNumericField } from './numericField.ts';
import { paxInteger, paxTime } from './paxRecords.ts';
import { type SparseExtent, type TarEntry, type TarEntryType, TarError, type Xattr } from './tarEntry.ts';

/** Typeflags (POSIX.1-2017 pax, "typeflag"; GNU tar manual, "Basic Tar Format"). */
export const Typeflag = {
  oldFile: 0,
  file: 0x30,
  hardlink: 0x31,
  symlink: 0x32,
  charDevice: 0x33,
  blockDevice: 0x34,
  directory: 0x35,
  fifo: 0x36,
  contiguousFile: 0x37,
  gnuDumpDirectory: 0x44, // D
  gnuLongLink: 0x4b, // K
  gnuLongName: 0x4c, // L
  gnuContinuation: 0x4d, // M
  gnuSparse: 0x53, // S
  gnuVolumeLabel: 0x56, // V
  solarisExtended: 0x58, // X
  paxGlobal: 0x67, // g
  paxExtended: 0x78, // x
} as const;

/** What extension headers said of the member that follows. */
export interface PendingExtensions {
  pax: Map<string, Uint8Array> | undefined;
  longName: Uint8Array | undefined;
  longLink: Uint8Array | undefined;
}

export type MutableTarEntry = { -readonly [Key in keyof TarEntry]: TarEntry[Key] };

/** An entry as the header block that it was read from. One is filled again and again: a tar has hundreds of thousands
 *  of members, and texts that nobody asks for are not looked up. */
export class MemberEntry implements MutableTarEntry {
  headerOffset = 0;
  contentOffset = 0;
  storedBytes = 0;
  name: Uint8Array = NO_BYTES;
  type: TarEntryType = 'file';
  typeflag = 0;
  mode = 0;
  uid = 0;
  gid = 0;
  sizeBytes = 0;
  mtimeSec = 0;
  mtimeNsec = 0;
  deviceMajor = 0;
  deviceMinor = 0;
  xattrs: readonly Xattr[] | undefined;
  sparse: readonly SparseExtent[] | undefined;
  pax: ReadonlyMap<string, Uint8Array> | undefined;
  #buffer: Uint8Array = NO_BYTES;
  #at = 0;
  #hasOwners = false;
  #userName: Uint8Array | undefined;
  #groupName: Uint8Array | undefined;
  #linkName: Uint8Array | undefined;

  get userName(): Uint8Array {
    if (this.#userName) return this.#userName;
    return this.#hasOwners ? readTextField(this.#buffer, this.#at, Field.userName) : NO_BYTES;
  }

  set userName(bytes: Uint8Array) {
    this.#userName = bytes;
  }

  get groupName(): Uint8Array {
    if (this.#groupName) return this.#groupName;
    return this.#hasOwners ? readTextField(this.#buffer, this.#at, Field.groupName) : NO_BYTES;
  }

  set groupName(bytes: Uint8Array) {
    this.#groupName = bytes;
  }

  get linkName(): Uint8Array {
    return this.#linkName ?? readTextField(this.#buffer, this.#at, Field.linkName);
  }

  set linkName(bytes: Uint8Array) {
    this.#linkName = bytes;
  }

  /** Forgets the last member and takes the texts of a block. */
  begin(buffer: Uint8Array, at: number, dialect: HeaderDialect): void {
    this.#buffer = buffer;
    this.#at = at;
    this.#hasOwners = dialect !== 'v7';
    this.#userName = undefined;
    this.#groupName = undefined;
    this.#linkName = undefined;
    this.name = readName(buffer, at, dialect);
    this.type = 'file';
    this.typeflag = buffer[at + Field.typeflag[0]] as number;
    this.sizeBytes = 0;
    this.mtimeNsec = 0;
    this.deviceMajor = 0;
    this.deviceMinor = 0;
    this.xattrs = undefined;
    this.sparse = undefined;
    this.pax = undefined;
  }

  /** Texts of its own, when the block goes before the member is visited. */
  keepTexts(): void {
    this.name = this.name.slice();
    this.linkName = this.linkName.slice();
    this.userName = this.userName.slice();
    this.groupName = this.groupName.slice();
  }
}

/** Fills the entry from the member's own header block with its extensions applied. `storedBytes` is what follows the
 *  block; sparse forms are the caller's to apply. Throws TarError `number` when the size is no size; any other field
 *  that cannot be read is reported to `onFault` and left at 0. */
export function readMember(
  entry: MemberEntry,
  buffer: Uint8Array,
  at: number,
  headerOffset: number,
  blockOffset: number,
  pending: PendingExtensions,
  findings: FindingLog,
  onFault: (error: TarError) => void,
): void {
  const dialect = dialectOf(buffer, at);
  entry.begin(buffer, at, dialect);
  entry.headerOffset = headerOffset;
  entry.contentOffset = blockOffset + BLOCK_BYTES;
  entry.storedBytes = readNumericField(buffer, at + Field.size[0], Field.size[1], blockOffset);
  entry.mode = toUint32(lenientNumber(buffer, at, Field.mode, blockOffset, onFault));
  entry.uid = toUint32(lenientNumber(buffer, at, Field.uid, blockOffset, onFault));
  entry.gid = toUint32(lenientNumber(buffer, at, Field.gid, blockOffset, onFault));
  entry.mtimeSec = lenientNumber(buffer, at, Field.mtime, blockOffset, onFault);
  if (dialect !== 'v7') {
    if (buffer[at + Field.deviceMajor[0]] !== 0)
      entry.deviceMajor = toUint32(lenientNumber(buffer, at, Field.deviceMajor, blockOffset, onFault));
    if (buffer[at + Field.deviceMinor[0]] !== 0)
      entry.deviceMinor = toUint32(lenientNumber(buffer, at, Field.deviceMinor, blockOffset, onFault));
  }
  if (pending.pax) applyPax(entry, pending.pax, blockOffset, onFault);
  if (pending.longName) entry.name = pending.longName;
  if (pending.longLink) entry.linkName = pending.longLink;
  if (entry.storedBytes < 0)
    throw new TarError('number', blockOffset, `header at ${blockOffset}: the size is negative`);
  entry.storedBytes = Math.min(entry.storedBytes, Number.MAX_SAFE_INTEGER - 2 ** 20);
  setType(entry, dialect, findings);
}

function lenientNumber(
  buffer: Uint8Array,
  at: number,
  field: readonly [number, number],
  blockOffset: number,
  onFault: (error: TarError) => void,
): number {
  try {
    return readNumericField(buffer, at + field[0], field[1], blockOffset);
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    onFault(error);
    return 0;
  }
}

/** IDs and modes are 32 bits wide to the kernel, which takes the low bits of more. */
function toUint32(value: number): number {
  return value >= 0 && value <= 0xffff_ffff ? value : ((value % 2 ** 32) + 2 ** 32) % 2 ** 32;
}

const XATTR_PREFIX = 'SCHILY.xattr.';
const encoder = new TextEncoder();

/** An empty value takes an earlier record back, so that the header's own field holds (POSIX.1-2017 pax, "-o"). */
function applyPax(
  entry: MutableTarEntry,
  records: ReadonlyMap<string, Uint8Array>,
  offset: number,
  onFault: (error: TarError) => void,
): void {
  entry.pax = records;
  for (const [key, value] of records) {
    if (value.length === 0) continue;
    try {
      applyRecord(entry, key, value, offset);
    } catch (error) {
      if (!(error instanceof TarError)) throw error;
      onFault(error);
    }
  }
}

function applyRecord(entry: MutableTarEntry, key: string, value: Uint8Array, offset: number): void {
  switch (key) {
    case 'path':
      entry.name = value;
      break;
    case 'linkpath':
      entry.linkName = value;
      break;
    case 'uname':
      entry.userName = value;
      break;
    case 'gname':
      entry.groupName = value;
      break;
    case 'size':
      entry.storedBytes = paxInteger(key, value, offset);
      break;
    case 'uid':
      entry.uid = toUint32(paxInteger(key, value, offset));
      break;
    case 'gid':
      entry.gid = toUint32(paxInteger(key, value, offset));
      break;
    case 'mtime': {
      const time = paxTime(key, value, offset);
      entry.mtimeSec = time.sec;
      entry.mtimeNsec = time.nsec;
      break;
    }
    default:
      if (key.startsWith(XATTR_PREFIX)) addXattr(entry, key.slice(XATTR_PREFIX.length), value);
  }
}

function addXattr(entry: MutableTarEntry, name: string, value: Uint8Array): void {
  const xattr: Xattr = { name: encoder.encode(name), value };
  entry.xattrs = entry.xattrs ? [...entry.xattrs, xattr] : [xattr];
}

const TYPE_BY_FLAG: ReadonlyMap<number, TarEntryType> = new Map<number, TarEntryType>([
  [Typeflag.file, 'file'],
  [Typeflag.contiguousFile, 'file'],
  [Typeflag.gnuSparse, 'file'],
  [Typeflag.hardlink, 'hardlink'],
  [Typeflag.symlink, 'symlink'],
  [Typeflag.charDevice, 'charDevice'],
  [Typeflag.blockDevice, 'blockDevice'],
  [Typeflag.directory, 'directory'],
  [Typeflag.gnuDumpDirectory, 'directory'],
  [Typeflag.fifo, 'fifo'],
]);

/** Sets type and sizes. Links, devices, directories and fifos have no content whatever their size field says: so
 *  Go's archive/tar, and GNU tar but for POSIX's rare `linkdata`. */
function setType(entry: MutableTarEntry, dialect: HeaderDialect, findings: FindingLog): void {
  const flag = entry.typeflag;
  if (flag === Typeflag.oldFile) {
    const isDirectory = entry.name[entry.name.length - 1] === 0x2f;
    entry.type = isDirectory ? 'directory' : 'file';
  } else {
    entry.type = TYPE_BY_FLAG.get(flag) ?? 'file';
    if (isRefused(flag, dialect))
      findings.add('error', 'typeUnsupported', {
        offset: entry.headerOffset,
        typeflag: String.fromCharCode(flag),
      });
  }
  if (entry.type === 'file') entry.sizeBytes = entry.storedBytes;
  else if (flag !== Typeflag.gnuDumpDirectory) {
    if (entry.storedBytes > 0 && isSkippedByTar(flag)) {
      findings.add('warning', 'sizeIgnored', { offset: entry.headerOffset, bytes: entry.storedBytes });
    }
    entry.storedBytes = 0;
  }
}

/** Types without content whose size GNU tar believes: it skips as many bytes. */
function isSkippedByTar(flag: number): boolean {
  return flag !== Typeflag.directory && flag !== Typeflag.hardlink;
}

/** Types that container engines refuse to extract. */
function isRefused(flag: number, dialect: HeaderDialect): boolean {
  if (flag === Typeflag.gnuSparse) return dialect === 'gnu' || dialect === 'v7' || dialect === 'ustar';
  return flag < Typeflag.file || flag > Typeflag.fifo;
}

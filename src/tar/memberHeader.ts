import type { FindingLog } from '../bytes/finding.ts';
import { Field, type HeaderDialect, NO_BYTES, dialectOf, readName, readTextField } from './headerBlock.ts';
import { readNumericField } from './numericField.ts';
import { paxInteger, paxTime } from './paxRecords.ts';
import { type TarEntry, type TarEntryType, TarError, type Xattr } from './tarEntry.ts';

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

/** The member's own header block with its extensions applied. `storedBytes` is what follows the block; sparse
 *  forms are the caller's to apply. Throws TarError `number` when the size is no size; any other field that
 *  cannot be read is reported to `onFault` and left at 0. */
export function readMember(
  buffer: Uint8Array,
  at: number,
  headerOffset: number,
  blockOffset: number,
  pending: PendingExtensions,
  findings: FindingLog,
  onFault: (error: TarError) => void,
): MutableTarEntry {
  const dialect = dialectOf(buffer, at);
  const number = (field: readonly [number, number]) => lenientNumber(buffer, at, field, blockOffset, onFault);
  const typeflag = buffer[at + Field.typeflag[0]] as number;
  const entry: MutableTarEntry = {
    headerOffset,
    contentOffset: blockOffset + 512,
    storedBytes: readNumericField(buffer, at + Field.size[0], Field.size[1], blockOffset),
    name: readName(buffer, at, dialect),
    type: 'file',
    typeflag,
    mode: toUint32(number(Field.mode)),
    uid: toUint32(number(Field.uid)),
    gid: toUint32(number(Field.gid)),
    userName: NO_BYTES,
    groupName: NO_BYTES,
    sizeBytes: 0,
    mtimeSec: number(Field.mtime),
    mtimeNsec: 0,
    linkName: readTextField(buffer, at, Field.linkName),
    deviceMajor: 0,
    deviceMinor: 0,
    xattrs: undefined,
    sparse: undefined,
    pax: undefined,
  };
  if (dialect !== 'v7') readNewerFields(entry, buffer, at, number);
  if (pending.pax) applyPax(entry, pending.pax, blockOffset, onFault);
  if (pending.longName) entry.name = pending.longName;
  if (pending.longLink) entry.linkName = pending.longLink;
  if (entry.storedBytes < 0)
    throw new TarError('number', blockOffset, `header at ${blockOffset}: the size is negative`);
  entry.storedBytes = Math.min(entry.storedBytes, Number.MAX_SAFE_INTEGER - 2 ** 20);
  setType(entry, dialect, findings);
  return entry;
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

function readNewerFields(
  entry: MutableTarEntry,
  buffer: Uint8Array,
  at: number,
  number: (field: readonly [number, number]) => number,
): void {
  entry.userName = readTextField(buffer, at, Field.userName);
  entry.groupName = readTextField(buffer, at, Field.groupName);
  if (buffer[at + Field.deviceMajor[0]] !== 0) entry.deviceMajor = toUint32(number(Field.deviceMajor));
  if (buffer[at + Field.deviceMinor[0]] !== 0) entry.deviceMinor = toUint32(number(Field.deviceMinor));
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
  else if (flag !== Typeflag.gnuDumpDirectory) entry.storedBytes = 0;
}

/** Types that container engines refuse to extract. */
function isRefused(flag: number, dialect: HeaderDialect): boolean {
  if (flag === Typeflag.gnuSparse) return dialect === 'gnu' || dialect === 'v7' || dialect === 'ustar';
  return flag < Typeflag.file || flag > Typeflag.fifo;
}

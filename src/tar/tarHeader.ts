import { joinBytes } from '../bytes/joinBytes.ts';
import { decodeName, encodeName } from '../bytes/byteName.ts';
import { BLOCK_BYTES, Field, NO_BYTES } from './headerBlock.ts';
import { Typeflag } from './memberHeader.ts';
import { TYPEFLAGS } from './plainHeader.ts';
import { type TarEntryType, TarError, type Xattr } from './tarEntry.ts';

/** A member to be written. Anything that an entry of a reader has will do. */
export interface TarMember {
  /** A directory's should end in a slash. */
  readonly name: Uint8Array;
  readonly type: TarEntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName?: Uint8Array;
  readonly groupName?: Uint8Array;
  /** Bytes of content that follow; 0 for all but files. */
  readonly sizeBytes: number;
  readonly mtimeSec: number;
  /** Written when it is given and not 0: it takes a PAX record. */
  readonly mtimeNsec?: number;
  readonly linkName?: Uint8Array;
  readonly deviceMajor?: number;
  readonly deviceMinor?: number;
  readonly xattrs?: readonly Xattr[] | undefined;
}

/** The blocks that go before a member's content: one ustar header, and before it a PAX header for what ustar
 *  cannot hold (long or non-ASCII text, large numbers, xattrs). The choices are those of Go's archive/tar asked
 *  for PAX, which is how Docker writes layers; the same member always gives the same bytes.
 *  Throws TarError `number` for a size or time that is none, `pax` for a NUL in a text. */
export function tarHeader(member: TarMember): Uint8Array {
  const size = member.type === 'file' ? member.sizeBytes : 0;
  if (!Number.isSafeInteger(size) || size < 0 || !Number.isSafeInteger(member.mtimeSec))
    throw new TarError('number', 0, `${decodeName(member.name)}: impossible size or time`);
  const records = paxRecords(member, size);
  const header = new Uint8Array(BLOCK_BYTES);
  const split = records.length === 0 ? splitPath(member.name) : undefined;
  putText(header, Field.name, split ? split.name : asciiOf(member.name));
  if (split) putText(header, Field.prefix, split.prefix);
  putText(header, Field.linkName, asciiOf(member.linkName ?? NO_BYTES));
  putOctal(header, Field.mode, member.mode);
  putOctal(header, Field.uid, member.uid);
  putOctal(header, Field.gid, member.gid);
  putOctal(header, Field.size, size);
  putOctal(header, Field.mtime, member.mtimeSec);
  header[Field.typeflag[0]] = TYPEFLAGS[member.type];
  putText(header, Field.userName, asciiOf(member.userName ?? NO_BYTES));
  putText(header, Field.groupName, asciiOf(member.groupName ?? NO_BYTES));
  putOctal(header, Field.deviceMajor, member.deviceMajor ?? 0);
  putOctal(header, Field.deviceMinor, member.deviceMinor ?? 0);
  seal(header);
  return records.length === 0 ? header : withExtension(member.name, records, header);
}

/** Blocks of zeros up to the next block's start, after content of that length. */
export function paddingBytes(sizeBytes: number): number {
  return (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
}

type PaxRecord = readonly [key: string, value: Uint8Array];

/** What ustar cannot hold, sorted by key. */
function paxRecords(member: TarMember, size: number): readonly PaxRecord[] {
  const records: PaxRecord[] = [];
  const text = (key: string, value: Uint8Array | undefined, limit: number, fits: boolean) => {
    if (value === undefined || value.length === 0) return;
    if (value.includes(0)) throw new TarError('pax', 0, `${key} holds a NUL`);
    if (!fits && (value.length > limit || !isAscii(value))) records.push([key, value]);
  };
  const number = (key: string, value: number, digits: number) => {
    if (value < 0 || value >= 8 ** digits) records.push([key, encodeName(String(value))]);
  };
  for (const { name, value } of member.xattrs ?? []) {
    const key = decodeName(name);
    if (key === '' || /[=\0]/.test(key)) throw new TarError('pax', 0, 'the name of an xattr is empty or holds “=”');
    records.push([`SCHILY.xattr.${key}`, value]);
  }
  number('gid', member.gid, 7);
  text('gname', member.groupName, Field.groupName[1], false);
  text('linkpath', member.linkName, Field.linkName[1], false);
  const nsec = member.mtimeNsec ?? 0;
  if (nsec !== 0 || member.mtimeSec < 0 || member.mtimeSec >= 8 ** 11)
    records.push(['mtime', encodeName(paxTimeText(member.mtimeSec, nsec))]);
  number('size', size, 11);
  number('uid', member.uid, 7);
  text('uname', member.userName, Field.userName[1], false);
  // A path that fits only when split is written as a record once there are records at all.
  const fits = records.length === 0 && splitPath(member.name) !== undefined;
  text('path', member.name, Field.name[1], fits);
  return records.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Seconds with a fraction, the sign before both: -0.5 is sec -1 and nsec 500,000,000. */
function paxTimeText(sec: number, nsec: number): string {
  if (nsec === 0) return String(sec);
  const [whole, fraction, sign] = sec < 0 ? [-sec - 1, 1e9 - nsec, '-'] : [sec, nsec, ''];
  return `${sign}${whole}.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
}

function withExtension(name: Uint8Array, records: readonly PaxRecord[], header: Uint8Array): Uint8Array {
  const body = joinBytes(records.map(([key, value]) => paxRecord(key, value)));
  const extension = new Uint8Array(BLOCK_BYTES);
  putText(extension, Field.name, extensionName(name));
  for (const field of [Field.mode, Field.uid, Field.gid, Field.mtime]) putOctal(extension, field, 0);
  putOctal(extension, Field.size, body.length);
  extension[Field.typeflag[0]] = Typeflag.paxExtended;
  seal(extension);
  return joinBytes([extension, body, new Uint8Array(paddingBytes(body.length)), header]);
}

/** `LENGTH KEY=VALUE\n`, the length counting its own digits. */
function paxRecord(key: string, value: Uint8Array): Uint8Array {
  const keyBytes = encodeName(key);
  const rest = keyBytes.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return joinBytes([encodeName(`${length} `), keyBytes, encodeName('='), value, encodeName('\n')]);
}

/** DIRECTORY/PaxHeaders.0/FILE: for readers that know no PAX, which extract it as a file. */
function extensionName(name: Uint8Array): Uint8Array {
  const parts: string[] = [];
  const ascii = decodeName(asciiOf(name));
  const slash = ascii.lastIndexOf('/');
  for (const part of [...ascii.slice(0, slash + 1).split('/'), 'PaxHeaders.0', ascii.slice(slash + 1)])
    if (part !== '' && part !== '.') parts.push(part);
  const text = `${ascii.startsWith('/') ? '/' : ''}${parts.join('/')}`;
  return encodeName(text.slice(0, Field.name[1]).replace(/\/+$/, ''));
}

/** The two parts of a path for ustar's prefix and name fields, cut at a slash as late as can be; undefined when it
 *  fits without, or cannot be cut. */
function splitPath(path: Uint8Array): { prefix: Uint8Array; name: Uint8Array } | undefined {
  const [, nameSize] = Field.name;
  const [, prefixSize] = Field.prefix;
  if (path.length <= nameSize || !isAscii(path)) return undefined;
  let length = path.length;
  if (length > prefixSize + 1) length = prefixSize + 1;
  else if (path[length - 1] === 0x2f) length--;
  const slash = path.subarray(0, length).lastIndexOf(0x2f);
  const nameLength = path.length - slash - 1;
  if (slash <= 0 || nameLength > nameSize || nameLength === 0 || slash > prefixSize) return undefined;
  return { prefix: path.subarray(0, slash), name: path.subarray(slash + 1) };
}

function putText(header: Uint8Array, [start, length]: readonly [number, number], text: Uint8Array): void {
  if (text.length <= length) {
    header.set(text, start);
    return;
  }
  // A file's name that is cut behind a slash would be taken for a directory's.
  let end = length;
  while (end > 0 && text[end - 1] === 0x2f) end--;
  header.set(text.subarray(0, end), start);
}

/** Octal digits and a NUL; 0 for what does not fit, which then has a PAX record. */
function putOctal(header: Uint8Array, [start, length]: readonly [number, number], value: number): void {
  const fits = value >= 0 && value < 8 ** (length - 1);
  const digits = (fits ? value : 0).toString(8).padStart(length - 1, '0');
  for (let i = 0; i < digits.length; i++) header[start + i] = digits.charCodeAt(i);
}

/** Magic, version and checksum (six digits, NUL, blank). */
function seal(header: Uint8Array): void {
  header.set(encodeName('ustar\x0000'), Field.magic[0]);
  const [start, length] = Field.checksum;
  header.fill(0x20, start, start + length);
  let sum = 0;
  for (const byte of header) sum += byte;
  putOctal(header, [start, 7], sum);
  header[start + 6] = 0;
}

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80) return false;
  return true;
}

/** Without the bytes that are not ASCII: what older readers see beside a PAX record. */
function asciiOf(bytes: Uint8Array): Uint8Array {
  return isAscii(bytes) ? bytes : bytes.filter((byte) => byte < 0x80);
}

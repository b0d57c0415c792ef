import { encodeName } from '../bytes/byteName.ts';
import { BLOCK_BYTES, Field } from './headerBlock.ts';
import { Typeflag } from './memberHeader.ts';
import type { TarEntryType } from './tarEntry.ts';
import type { TarMember } from './tarHeader.ts';

export const TYPEFLAGS: Readonly<Record<TarEntryType, number>> = {
  file: Typeflag.file,
  hardlink: Typeflag.hardlink,
  symlink: Typeflag.symlink,
  charDevice: Typeflag.charDevice,
  blockDevice: Typeflag.blockDevice,
  directory: Typeflag.directory,
  fifo: Typeflag.fifo,
};

const ZERO_DIGIT = 0x30;
const NUMBERS = [
  Field.mode,
  Field.uid,
  Field.gid,
  Field.size,
  Field.mtime,
  Field.deviceMajor,
  Field.deviceMinor,
] as const;

/** A header in which all numbers are 0, and the sum of its bytes with blanks for the checksum. */
const template = makeTemplate();
const templateSum = template.reduce((sum, byte) => sum + byte, 0) + 8 * 0x20;

/** Writes the header block of a member that fits ustar as it is, which most do, to `target` at `at`: the same bytes
 *  as `tarHeader` gives, in a tenth of the time. False, and zeros there, for a member that needs more. */
export function putPlainHeader(target: Uint8Array, at: number, member: TarMember): boolean {
  if (!isPlain(member)) return false;
  target.set(template, at);
  const nameSum = putText(target, at, Field.name, member.name);
  const linkSum = member.linkName ? putText(target, at, Field.linkName, member.linkName) : 0;
  if (nameSum < 0 || linkSum < 0) {
    target.fill(0, at, at + BLOCK_BYTES);
    return false;
  }
  const typeflag = TYPEFLAGS[member.type];
  target[at + Field.typeflag[0]] = typeflag;
  let sum = templateSum + nameSum + linkSum + typeflag;
  sum += putDigits(target, at, Field.mode, member.mode);
  sum += putDigits(target, at, Field.uid, member.uid);
  sum += putDigits(target, at, Field.gid, member.gid);
  if (member.type === 'file') sum += putDigits(target, at, Field.size, member.sizeBytes);
  sum += putDigits(target, at, Field.mtime, member.mtimeSec);
  if (member.deviceMajor) sum += putDigits(target, at, Field.deviceMajor, member.deviceMajor);
  if (member.deviceMinor) sum += putDigits(target, at, Field.deviceMinor, member.deviceMinor);
  // Six digits, a NUL and a blank.
  const [checksum] = Field.checksum;
  target.fill(ZERO_DIGIT, at + checksum, at + checksum + 6);
  putDigits(target, at, [checksum, 7], sum);
  target[at + checksum + 7] = 0x20;
  return true;
}

function isPlain(member: TarMember): boolean {
  return (
    member.name.length <= Field.name[1] &&
    (member.linkName === undefined || member.linkName.length <= Field.linkName[1]) &&
    !member.userName?.length &&
    !member.groupName?.length &&
    !member.mtimeNsec &&
    !member.xattrs?.length &&
    fits(member.mode, Field.mode) &&
    fits(member.uid, Field.uid) &&
    fits(member.gid, Field.gid) &&
    fits(member.sizeBytes, Field.size) &&
    fits(member.mtimeSec, Field.mtime) &&
    fits(member.deviceMajor ?? 0, Field.deviceMajor) &&
    fits(member.deviceMinor ?? 0, Field.deviceMinor)
  );
}

function fits(value: number, [, length]: readonly [number, number]): boolean {
  return Number.isInteger(value) && value >= 0 && value < 8 ** (length - 1);
}

/** Gives the sum of the bytes; -1 for a text that is not ASCII or holds a NUL. */
function putText(target: Uint8Array, at: number, [start]: readonly [number, number], text: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i] as number;
    if (byte === 0 || byte >= 0x80) return -1;
    target[at + start + i] = byte;
    sum += byte;
  }
  return sum;
}

/** Octal digits over a field of zeros; gives what they add to its sum. */
function putDigits(target: Uint8Array, at: number, [start, length]: readonly [number, number], value: number): number {
  let sum = 0;
  let place = at + start + length - 2;
  for (let left = value; left > 0; left = Math.floor(left / 8)) {
    const digit = left % 8;
    target[place--] = ZERO_DIGIT + digit;
    sum += digit;
  }
  return sum;
}

function makeTemplate(): Uint8Array {
  const header = new Uint8Array(BLOCK_BYTES);
  for (const [start, length] of NUMBERS) header.fill(ZERO_DIGIT, start, start + length - 1);
  header.set(encodeName('ustar\x0000'), Field.magic[0]);
  return header;
}

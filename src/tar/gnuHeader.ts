import { joinBytes } from '../bytes/joinBytes.ts';
import { BLOCK_BYTES, Field } from './headerBlock.ts';
import { TYPEFLAGS } from './plainHeader.ts';
import { paddingBytes, type TarMember } from './tarHeader.ts';

/** Headers as GNU tar writes them by default (`--format=gnu`): long names in members of their own before the header,
 *  numbers that need it in base-256, times in whole seconds. */

const MAGIC = Uint8Array.of(0x75, 0x73, 0x74, 0x61, 0x72, 0x20, 0x20, 0);
const LONG_NAME = 0x4c;
const LONG_LINK = 0x4b;
const LONG_MEMBER = text('././@LongLink');
const ROOT = text('root');
const NO_BYTES = new Uint8Array(0);
const PERMISSION_BITS = 0o7777;

/** The blocks that go before a member's content. */
export function gnuHeader(member: TarMember): Uint8Array {
  const linkName = member.linkName ?? NO_BYTES;
  const blocks: Uint8Array[] = [];
  if (linkName.length > Field.linkName[1]) blocks.push(longText(LONG_LINK, linkName));
  if (member.name.length > Field.name[1]) blocks.push(longText(LONG_NAME, member.name));
  const header = new Uint8Array(BLOCK_BYTES);
  putText(header, Field.name, member.name);
  putNumber(header, Field.mode, member.mode & PERMISSION_BITS);
  putNumber(header, Field.uid, member.uid);
  putNumber(header, Field.gid, member.gid);
  putNumber(header, Field.size, member.type === 'file' ? member.sizeBytes : 0);
  putNumber(header, Field.mtime, member.mtimeSec);
  header[Field.typeflag[0]] = TYPEFLAGS[member.type];
  putText(header, Field.linkName, linkName);
  header.set(MAGIC, Field.magic[0]);
  // One byte less: these end in a NUL.
  putText(header, [Field.userName[0], Field.userName[1] - 1], member.userName ?? NO_BYTES);
  putText(header, [Field.groupName[0], Field.groupName[1] - 1], member.groupName ?? NO_BYTES);
  if (member.type === 'charDevice' || member.type === 'blockDevice') {
    putNumber(header, Field.deviceMajor, member.deviceMajor ?? 0);
    putNumber(header, Field.deviceMinor, member.deviceMinor ?? 0);
  }
  putChecksum(header);
  blocks.push(header);
  return blocks.length === 1 ? header : joinBytes(blocks);
}

/** A member whose content is a name, with its NUL. */
function longText(typeflag: number, name: Uint8Array): Uint8Array {
  const size = name.length + 1;
  const blocks = new Uint8Array(BLOCK_BYTES + size + paddingBytes(size));
  putText(blocks, Field.name, LONG_MEMBER);
  putNumber(blocks, Field.mode, 0o644);
  putNumber(blocks, Field.uid, 0);
  putNumber(blocks, Field.gid, 0);
  putNumber(blocks, Field.size, size);
  putNumber(blocks, Field.mtime, 0);
  blocks[Field.typeflag[0]] = typeflag;
  blocks.set(MAGIC, Field.magic[0]);
  putText(blocks, Field.userName, ROOT);
  putText(blocks, Field.groupName, ROOT);
  putChecksum(blocks);
  blocks.set(name, BLOCK_BYTES);
  return blocks;
}

type Place = readonly [start: number, length: number];

function putText(header: Uint8Array, [start, length]: Place, bytes: Uint8Array): void {
  header.set(bytes.subarray(0, length), start);
}

/** Octal with a NUL behind, or base-256: a set first bit, and the two's complement. */
function putNumber(header: Uint8Array, [start, length]: Place, value: number): void {
  if (value >= 0 && value < 8 ** (length - 1)) {
    putText(header, [start, length], text(value.toString(8).padStart(length - 1, '0')));
    return;
  }
  let rest = BigInt(value);
  for (let at = start + length - 1; at > start; at--) {
    header[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  header[start] = value < 0 ? 0xff : 0x80;
}

/** The sum of the block's bytes with blanks in the checksum's place: six digits, a NUL, a blank. */
function putChecksum(header: Uint8Array): void {
  const [start, length] = Field.checksum;
  header.fill(0x20, start, start + length);
  let sum = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) sum += header[i] as number;
  header.set(text(`${sum.toString(8).padStart(6, '0')}\0 `), start);
}

function text(ascii: string): Uint8Array {
  return new TextEncoder().encode(ascii);
}

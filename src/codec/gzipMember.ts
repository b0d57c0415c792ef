import { CodecError } from './codecError.ts';
import type { InputWindow } from './inputWindow.ts';

/** Header and trailer of a gzip member (RFC 1952 2.3). */

const FLAG_HEADER_CRC = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const RESERVED_FLAGS = 0xe0;
const FIXED_HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
/** A name or comment is text for people; one beyond this is taken for an attack. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** Whether a member begins here, told by the magic and the one method there is. */
export async function isMemberNext(input: InputWindow): Promise<boolean> {
  if (!(await input.fill(3))) return false;
  const { bytes, position } = input;
  return bytes[position] === 0x1f && bytes[position + 1] === 0x8b && bytes[position + 2] === 8;
}

/** Whether a stream's first bytes set flags that RFC 1952 reserves: gzip and zlib refuse it, Go's reader, and so engines,
 *  pass over them. */
export function hasReservedFlags(head: Uint8Array): boolean {
  return ((head[3] ?? 0) & RESERVED_FLAGS) !== 0;
}

/** Steps over a member's header. Throws CodecError. Reserved flags mean nothing here, and FHCRC is stepped over as gzip
 *  does: writers got it wrong. */
export async function skipMemberHeader(input: InputWindow): Promise<void> {
  const { offset } = input;
  await need(input, FIXED_HEADER_BYTES);
  const flags = input.bytes[input.position + 3] as number;
  if (!(await isMemberNext(input))) throw new CodecError('corrupt', offset, 'no gzip header');
  input.position += FIXED_HEADER_BYTES;
  if (flags & FLAG_EXTRA) {
    await need(input, 2);
    const length = (input.bytes[input.position] as number) | ((input.bytes[input.position + 1] as number) << 8);
    await need(input, 2 + length);
    input.position += 2 + length;
  }
  if (flags & FLAG_NAME) await skipText(input);
  if (flags & FLAG_COMMENT) await skipText(input);
  if (flags & FLAG_HEADER_CRC) {
    await need(input, 2);
    input.position += 2;
  }
}

/** Checks CRC-32 and length (modulo 2^32) of what a member held. Throws CodecError. */
export async function checkMemberTrailer(input: InputWindow, crc: number, sizeBytes: number): Promise<void> {
  const { offset } = input;
  await need(input, TRAILER_BYTES);
  const view = new DataView(input.bytes.buffer, input.bytes.byteOffset + input.position, TRAILER_BYTES);
  if (view.getUint32(0, true) !== crc) {
    throw new CodecError('checksum', offset, 'the CRC-32 of a gzip member does not match its content');
  }
  if (view.getUint32(4, true) !== sizeBytes % 2 ** 32) {
    throw new CodecError('checksum', offset + 4, 'the size in a gzip trailer does not match the content');
  }
  input.position += TRAILER_BYTES;
}

async function need(input: InputWindow, count: number): Promise<void> {
  if (await input.fill(count)) return;
  throw new CodecError('truncated', input.offset + input.availableBytes, 'the gzip stream ends within a header');
}

async function skipText(input: InputWindow): Promise<void> {
  const start = input.offset;
  for (;;) {
    await need(input, 1);
    const end = input.bytes.subarray(0, input.end).indexOf(0, input.position);
    input.position = end < 0 ? input.end : end + 1;
    if (end >= 0) return;
    if (input.offset - start > MAX_TEXT_BYTES) {
      throw new CodecError('limit', start, `a text of more than ${MAX_TEXT_BYTES} bytes in a gzip header`);
    }
  }
}

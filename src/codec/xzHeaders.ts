import { BRANCH_ALIGNMENT_BYTES, type BranchKind } from './branchFilters.ts';
import { CodecError } from './codecError.ts';
import { crc32 } from './crc32.ts';
import type { InputWindow } from './inputWindow.ts';
import type { XzFilterSpec } from './xzFilters.ts';

/** The frames around the data of an .xz file (xz-file-format 1.1.0): stream header and footer, block header. */

export const STREAM_HEADER_BYTES = 12;
const HEADER_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const FOOTER_MAGIC = [0x59, 0x5a];
const FILTER_LZMA2 = 0x21;
const FILTER_DELTA = 0x03;
const BRANCH_KINDS: ReadonlyMap<number, BranchKind> = new Map<number, BranchKind>([
  [0x04, 'x86'],
  [0x05, 'PowerPC'],
  [0x07, 'ARM'],
  [0x08, 'ARM-Thumb'],
  [0x09, 'SPARC'],
  [0x0a, 'ARM64'],
]);
/** Filters that exist and are not undone: the code of few images is for these, and none is packed so. */
const OTHER_FILTERS: Readonly<Record<number, string>> = { 6: 'IA-64', 11: 'RISC-V' };
/** Numbers of up to 63 bits (1.2); what no file can be is refused. */
const MAX_NUMBER_BYTES = 9;

export interface BlockHeader {
  readonly sizeBytes: number;
  readonly packedBytes: number | undefined;
  readonly contentBytes: number | undefined;
  readonly dictionaryBytes: number;
  /** Before LZMA2, in the order in which they were applied. */
  readonly filters: readonly XzFilterSpec[];
}

export async function needBytes(input: InputWindow, count: number): Promise<void> {
  if (input.availableBytes >= count || (await input.fill(count))) return;
  throw new CodecError('truncated', input.offset + input.availableBytes, 'the xz stream ends too early');
}

export function corruptXz(offset: number, fault: string): CodecError {
  return new CodecError('corrupt', offset, `xz: ${fault}`);
}

export function readUint32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return (low | ((bytes[at + 3] as number) << 24)) >>> 0;
}

/** Reads a stream's header and returns the kind of its checks. */
export async function readStreamHeader(input: InputWindow): Promise<number> {
  await needBytes(input, STREAM_HEADER_BYTES);
  const { bytes, position, offset } = input;
  if (!HEADER_MAGIC.every((byte, i) => bytes[position + i] === byte)) throw corruptXz(offset, 'no stream header');
  if (crc32(bytes, 0, position + 6, position + 8) !== readUint32(bytes, position + 8)) {
    throw new CodecError('checksum', offset, 'the CRC-32 of the xz stream header is wrong');
  }
  const kind = bytes[position + 7] as number;
  if (bytes[position + 6] !== 0 || kind > 15) {
    throw new CodecError('unsupported', offset, 'an xz stream with flags that are not known');
  }
  input.position += STREAM_HEADER_BYTES;
  return kind;
}

/** Checks a stream's footer against its header and index (2.1.2). */
export async function checkStreamFooter(input: InputWindow, kind: number, indexBytes: number): Promise<void> {
  await needBytes(input, STREAM_HEADER_BYTES);
  const { bytes, position, offset } = input;
  if (!FOOTER_MAGIC.every((byte, i) => bytes[position + 10 + i] === byte)) throw corruptXz(offset, 'no stream footer');
  if (crc32(bytes, 0, position + 4, position + 10) !== readUint32(bytes, position)) {
    throw new CodecError('checksum', offset, 'the CRC-32 of the xz stream footer is wrong');
  }
  if ((readUint32(bytes, position + 4) + 1) * 4 !== indexBytes) {
    throw corruptXz(offset, 'the footer tells another size of the index');
  }
  if (bytes[position + 8] !== 0 || bytes[position + 9] !== kind) {
    throw corruptXz(offset, 'the footer has other flags than the header');
  }
  input.position += STREAM_HEADER_BYTES;
}

/** Reads a block's header (3.1). Throws 'unsupported' for filters that are not undone. */
export async function readBlockHeader(input: InputWindow): Promise<BlockHeader> {
  await needBytes(input, 1);
  const sizeBytes = ((input.bytes[input.position] as number) + 1) * 4;
  await needBytes(input, sizeBytes);
  const { bytes, position, offset } = input;
  const end = position + sizeBytes - 4;
  if (crc32(bytes, 0, position, end) !== readUint32(bytes, end)) {
    throw new CodecError('checksum', offset, 'the CRC-32 of an xz block header is wrong');
  }
  const flags = bytes[position + 1] as number;
  if (flags & 0x3c) throw new CodecError('unsupported', offset, 'an xz block header with reserved flags');
  const fields = new Fields(bytes, position + 2, end, offset);
  const packedBytes = flags & 0x40 ? fields.number() : undefined;
  const contentBytes = flags & 0x80 ? fields.number() : undefined;
  const { dictionaryBytes, filters } = readFilters(fields, (flags & 3) + 1, offset);
  fields.padding();
  input.position += sizeBytes;
  return { sizeBytes, packedBytes, contentBytes, dictionaryBytes, filters };
}

/** The filters of a block, of which LZMA2 is always the last. */
function readFilters(fields: Fields, count: number, offset: number): Pick<BlockHeader, 'dictionaryBytes' | 'filters'> {
  const filters: XzFilterSpec[] = [];
  for (let i = 1; i < count; i++) filters.push(readFilter(fields, offset));
  const id = fields.number();
  const propertyBytes = fields.number();
  if (id !== FILTER_LZMA2 || propertyBytes !== 1) throw corruptXz(offset, 'LZMA2 is not the last filter');
  return { dictionaryBytes: dictionarySize(fields.byte(), offset), filters };
}

function readFilter(fields: Fields, offset: number): XzFilterSpec {
  const id = fields.number();
  const propertyBytes = fields.number();
  if (id === FILTER_DELTA && propertyBytes === 1) return { kind: 'delta', distanceBytes: fields.byte() + 1 };
  const kind = BRANCH_KINDS.get(id);
  if (kind !== undefined && (propertyBytes === 0 || propertyBytes === 4)) {
    let startOffset = 0;
    for (let i = 0; i < propertyBytes; i++) startOffset += fields.byte() * 2 ** (8 * i);
    if (startOffset % BRANCH_ALIGNMENT_BYTES[kind] === 0) return { kind, startOffset };
  }
  if (id === FILTER_DELTA || kind !== undefined || id === FILTER_LZMA2) {
    throw corruptXz(offset, 'a filter has properties that it cannot have');
  }
  const name = OTHER_FILTERS[id] ?? `number ${id}`;
  throw new CodecError('unsupported', offset, `an xz block with the filter ${name}, which is not decoded`);
}

// 5.3.1: a mantissa of 2 or 3 and an exponent
function dictionarySize(byte: number, offset: number): number {
  if (byte > 40) throw corruptXz(offset, 'a dictionary size that does not exist');
  return byte === 40 ? 2 ** 32 - 1 : (2 + (byte & 1)) * 2 ** ((byte >> 1) + 11);
}

class Fields {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #offset: number;
  #position: number;

  constructor(bytes: Uint8Array, start: number, end: number, offset: number) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    this.#offset = offset;
  }

  byte(): number {
    if (this.#position >= this.#end) throw corruptXz(this.#offset, 'a block header is too short for its fields');
    return this.#bytes[this.#position++] as number;
  }

  // 1.2, "Multibyte integers"
  number(): number {
    let value = 0;
    for (let i = 0; i < MAX_NUMBER_BYTES; i++) {
      const byte = this.byte();
      if (byte === 0 && i > 0) break;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw corruptXz(this.#offset, 'a number in a block header is malformed');
  }

  padding(): void {
    while (this.#position < this.#end) {
      if (this.byte() !== 0) throw corruptXz(this.#offset, 'the padding of a block header is not zero');
    }
  }
}

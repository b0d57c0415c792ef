import { crc32 } from './crc32.ts';
import { Crc64 } from './crc64.ts';
import { encodeLzma, LZMA_PROPERTIES } from './lzmaEncoder.ts';

/** .xz files (xz-file-format 1.1.0): one stream of one block with a CRC64. Each 64 KiB is compressed by itself, so the
 *  files are longer than what xz makes of large inputs. Memory: a chunk, and some 300 KiB to find matches. */

const STREAM_FLAGS = Uint8Array.of(0, 4);
const HEADER_MAGIC = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0);
const FOOTER_MAGIC = Uint8Array.of(0x59, 0x5a);
/** One filter, LZMA2 (id 0x21) with a dictionary of 64 KiB (property 8); padded to 12 bytes with its CRC32. */
const BLOCK_HEADER = Uint8Array.of(2, 0, 0x21, 1, 8, 0, 0, 0);
const CHUNK_BYTES = 1 << 16;
/** Control bytes of LZMA2: an uncompressed chunk that resets the dictionary; a compressed one that resets that, the
 *  state and the properties; the end. */
const STORED = 1;
const COMPRESSED = 0xe0;
const END = 0;

/** Pieces stay valid. */
export async function* xzCompressed(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield HEADER_MAGIC;
  yield withCrc(STREAM_FLAGS);
  const header = withCrc(BLOCK_HEADER);
  yield header;
  const check = new Crc64();
  let plainBytes = 0;
  let packedBytes = header.length;
  const chunk = new Uint8Array(CHUNK_BYTES);
  let length = 0;
  for await (const piece of content) {
    for (let at = 0; at < piece.length;) {
      const taken = Math.min(CHUNK_BYTES - length, piece.length - at);
      chunk.set(piece.subarray(at, at + taken), length);
      check.update(piece, at, at + taken);
      length += taken;
      at += taken;
      plainBytes += taken;
      if (length < CHUNK_BYTES) continue;
      const packed = packChunk(chunk);
      packedBytes += packed.length;
      yield packed;
      length = 0;
    }
  }
  if (length > 0) {
    const packed = packChunk(chunk.subarray(0, length));
    packedBytes += packed.length;
    yield packed;
  }
  packedBytes++;
  yield Uint8Array.of(END, ...new Uint8Array(padding(packedBytes)));
  const digest = check.digest();
  yield digest;
  yield* indexAndFooter(packedBytes + digest.length, plainBytes);
}

/** xz-file-format 5.3.1: sizes are one less than they are. */
function packChunk(chunk: Uint8Array): Uint8Array {
  const plain = chunk.length - 1;
  const data = encodeLzma(chunk);
  if (!data) return joined([STORED, plain >>> 8, plain], chunk);
  const packed = data.length - 1;
  return joined([COMPRESSED, plain >>> 8, plain, packed >>> 8, packed, LZMA_PROPERTIES], data);
}

function joined(header: readonly number[], data: Uint8Array): Uint8Array {
  const all = new Uint8Array(header.length + data.length);
  all.set(header);
  all.set(data, header.length);
  return all;
}

function* indexAndFooter(unpaddedBytes: number, plainBytes: number): Generator<Uint8Array> {
  const records = [0, 1, ...variableInteger(unpaddedBytes), ...variableInteger(plainBytes)];
  const index = withCrc(Uint8Array.from([...records, ...new Uint8Array(padding(records.length))]));
  yield index;
  const backwardSize = index.length / 4 - 1;
  const fields = Uint8Array.of(
    backwardSize,
    backwardSize >>> 8,
    backwardSize >>> 16,
    backwardSize >>> 24,
    ...STREAM_FLAGS,
  );
  yield uint32(crc32(fields));
  yield fields;
  yield FOOTER_MAGIC;
}

function withCrc(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes, ...uint32(crc32(bytes)));
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

/** xz-file-format 1.2: seven bits a byte, the lowest first. */
function variableInteger(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

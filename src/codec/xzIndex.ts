import { CodecError } from './codecError.ts';
import { crc32 } from './crc32.ts';
import type { InputWindow } from './inputWindow.ts';
import { corruptXz, needBytes, readUint32 } from './xzHeaders.ts';

/** What the index of a stream must say of its blocks (xz-file-format 4), kept as counts and one running CRC, so that
 *  a stream of millions of blocks takes no memory. */
export class XzBlockRecords {
  #count = 0;
  #crc = 0;
  readonly #record = new Float64Array(2);
  readonly #recordBytes = new Uint8Array(this.#record.buffer);

  add(unpaddedBytes: number, contentBytes: number): void {
    this.#count++;
    this.#record[0] = unpaddedBytes;
    this.#record[1] = contentBytes;
    this.#crc = crc32(this.#recordBytes, this.#crc);
  }

  equals(other: XzBlockRecords): boolean {
    return this.#count === other.#count && this.#crc === other.#crc;
  }

  get count(): number {
    return this.#count;
  }
}

/** Reads the index, whose first byte is next, and checks it against the blocks that came. Returns its size. */
export async function checkIndex(input: InputWindow, blocks: XzBlockRecords): Promise<number> {
  const startOffset = input.offset;
  const reader = new IndexReader(input);
  await reader.byte();
  const count = await reader.number();
  if (count !== blocks.count) throw corruptXz(startOffset, 'the index counts other blocks than there are');
  const told = new XzBlockRecords();
  for (let i = 0; i < count; i++) told.add(await reader.number(), await reader.number());
  if (!told.equals(blocks)) throw corruptXz(startOffset, 'the index tells other sizes of the blocks');
  while ((input.offset - startOffset) % 4 !== 0) {
    if ((await reader.byte()) !== 0) throw corruptXz(startOffset, 'the padding of the index is not zero');
  }
  await needBytes(input, 4);
  if (readUint32(input.bytes, input.position) !== reader.crc) {
    throw new CodecError('checksum', input.offset, 'the CRC-32 of the xz index is wrong');
  }
  input.position += 4;
  return input.offset - startOffset;
}

class IndexReader {
  crc = 0;
  readonly #input: InputWindow;

  constructor(input: InputWindow) {
    this.#input = input;
  }

  async byte(): Promise<number> {
    const input = this.#input;
    if (input.availableBytes === 0) await needBytes(input, 1);
    const { position } = input;
    this.crc = crc32(input.bytes, this.crc, position, position + 1);
    input.position++;
    return input.bytes[position] as number;
  }

  async number(): Promise<number> {
    const { offset } = this.#input;
    let value = 0;
    for (let i = 0; i < 9; i++) {
      const byte = await this.byte();
      if (byte === 0 && i > 0) break;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw corruptXz(offset, 'a number in the index is malformed');
  }
}

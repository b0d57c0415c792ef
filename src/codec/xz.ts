import { CodecError } from './codecError.ts';
import type { InputWindow } from './inputWindow.ts';
import { Lzma2Decoder } from './lzma2.ts';
import { skipTrailing } from './trailing.ts';
import type { OnTrailing } from './trailing.ts';
import { XZ_CHECK_BYTES, createXzCheck } from './xzCheck.ts';
import { checkStreamFooter, corruptXz, needBytes, readBlockHeader, readStreamHeader } from './xzHeaders.ts';
import { XzFilterChain } from './xzFilters.ts';
import { XzBlockRecords, checkIndex } from './xzIndex.ts';

/** .xz files (xz-file-format 1.1.0): streams one after the other with padding between them. All checks, sizes and
 *  the index are verified. */

const STREAM_PADDING_UNIT_BYTES = 4;

/** All content of an .xz file. Pieces are valid until the next is asked for. */
export async function* unxz(input: InputWindow, onTrailing?: OnTrailing): AsyncIterable<Uint8Array> {
  const decoder = new Lzma2Decoder();
  try {
    do {
      yield* readStream(input, decoder);
      await skipStreamPadding(input);
    } while ((await input.fill(1)) && input.bytes[input.position] === 0xfd);
    await skipTrailing(input, onTrailing);
  } finally {
    await input.close();
  }
}

async function* readStream(input: InputWindow, decoder: Lzma2Decoder): AsyncIterable<Uint8Array> {
  const checkKind = await readStreamHeader(input);
  const blocks = new XzBlockRecords();
  for (;;) {
    await needBytes(input, 1);
    if (input.bytes[input.position] === 0) break;
    yield* readBlock(input, decoder, checkKind, blocks);
  }
  const indexBytes = await checkIndex(input, blocks);
  await checkStreamFooter(input, checkKind, indexBytes);
}

async function* readBlock(
  input: InputWindow,
  decoder: Lzma2Decoder,
  checkKind: number,
  blocks: XzBlockRecords,
): AsyncIterable<Uint8Array> {
  const header = await readBlockHeader(input);
  const dataOffset = input.offset;
  const check = createXzCheck(checkKind);
  const { window } = decoder;
  decoder.begin(header.dictionaryBytes);
  let contentBytes = 0;
  const chain = header.filters.length > 0 ? new XzFilterChain(header.filters) : undefined;
  const counted = (piece: Uint8Array) => {
    check.update(piece);
    contentBytes += piece.length;
    return piece;
  };
  const take = () => counted(chain ? chain.push(window.take()) : window.take());
  try {
    while (await decoder.chunk(input)) {
      if (window.hasRound) yield take();
    }
  } catch (error) {
    if (window.hasContent) yield take();
    throw error;
  }
  if (window.hasContent) yield take();
  if (chain) yield counted(chain.finish());

  const packedBytes = input.offset - dataOffset;
  if (packedBytes !== (header.packedBytes ?? packedBytes) || contentBytes !== (header.contentBytes ?? contentBytes)) {
    throw corruptXz(dataOffset, 'a block has another size than its header tells');
  }
  const paddingBytes = -packedBytes & 3;
  await needBytes(input, paddingBytes);
  for (let i = 0; i < paddingBytes; i++) {
    if (input.bytes[input.position++] !== 0) throw corruptXz(input.offset - 1, 'the padding of a block is not zero');
  }
  const checkBytes = XZ_CHECK_BYTES[checkKind] as number;
  await needBytes(input, checkBytes);
  const digest = check.digest();
  if (digest?.some((byte, i) => byte !== input.bytes[input.position + i])) {
    throw new CodecError('checksum', input.offset, 'the check of an xz block does not match its content');
  }
  input.position += checkBytes;
  blocks.add(header.sizeBytes + packedBytes + checkBytes, contentBytes);
}

// 2.2: zeros, in multiples of four.
async function skipStreamPadding(input: InputWindow): Promise<void> {
  const isPadding = async () =>
    (await input.fill(STREAM_PADDING_UNIT_BYTES)) &&
    input.bytes.subarray(input.position, input.position + STREAM_PADDING_UNIT_BYTES).every((byte) => byte === 0);
  while (await isPadding()) input.position += STREAM_PADDING_UNIT_BYTES;
}

import { CodecError } from './codecError.ts';
import type { InputWindow } from './inputWindow.ts';
import { skipTrailing } from './trailing.ts';
import type { OnTrailing } from './trailing.ts';
import { Xxh64 } from './xxh64.ts';
import { MAX_BLOCK_BYTES, ZstdLiterals } from './zstdLiterals.ts';
import { ZstdSequences } from './zstdSequences.ts';
import { HistoryWindow } from './historyWindow.ts';

/** Zstandard (RFC 8878): frames one after the other, skippable ones between them. Frames that need a dictionary
 *  are refused. */

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** What the zstd program accepts unless told otherwise (`--long=27`); more would be memory for a forged header. */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024;

interface FrameHeader {
  readonly windowBytes: number;
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
}

/** All content of a zstd stream. Pieces are valid until the next is asked for. */
export async function* unzstd(input: InputWindow, onTrailing?: OnTrailing): AsyncIterable<Uint8Array> {
  const decoder = new ZstdDecoder(input);
  try {
    let isFirst = true;
    while (await beginsFrame(input, isFirst)) {
      isFirst = false;
      if (readMagic(input) !== FRAME_MAGIC) await skipFrame(input);
      else yield* decoder.frame();
    }
    await skipTrailing(input, onTrailing);
  } finally {
    await input.close();
  }
}

async function beginsFrame(input: InputWindow, isFirst: boolean): Promise<boolean> {
  const isThere = await input.fill(4);
  const magic = isThere ? readMagic(input) : 0;
  if (magic === FRAME_MAGIC || (magic & ~15) >>> 0 === SKIPPABLE_MAGIC) return true;
  if (!isFirst) return false;
  if (!isThere) throw truncated(input);
  throw new CodecError('corrupt', input.offset, 'no zstd frame');
}

function readMagic(input: InputWindow): number {
  return readUint32(input, input.position);
}

function readUint32(input: InputWindow, at: number): number {
  const { bytes } = input;
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return (low | ((bytes[at + 3] as number) << 24)) >>> 0;
}

// RFC 8878 3.1.2
async function skipFrame(input: InputWindow): Promise<void> {
  await need(input, 8);
  let leftBytes = readUint32(input, input.position + 4);
  input.position += 8;
  while (leftBytes > 0) {
    await need(input, 1);
    const count = Math.min(leftBytes, input.availableBytes);
    input.position += count;
    leftBytes -= count;
  }
}

async function need(input: InputWindow, count: number): Promise<void> {
  if (input.availableBytes >= count || (await input.fill(count))) return;
  throw truncated(input);
}

function truncated(input: InputWindow): CodecError {
  return new CodecError('truncated', input.offset + input.availableBytes, 'the zstd stream ends within a frame');
}

class ZstdDecoder {
  readonly #input: InputWindow;
  readonly #window = new HistoryWindow();
  readonly #literals = new ZstdLiterals();
  readonly #sequences = new ZstdSequences();
  readonly #checksum = new Xxh64();

  constructor(input: InputWindow) {
    this.#input = input;
  }

  async *frame(): AsyncIterable<Uint8Array> {
    const header = await readFrameHeader(this.#input);
    const window = this.#window;
    window.reset(header.windowBytes);
    this.#literals.reset();
    this.#sequences.reset();
    this.#checksum.reset();
    let frameBytes = 0;
    try {
      for (let isLast = false; !isLast;) {
        window.makeRoom(MAX_BLOCK_BYTES);
        const before = window.end;
        isLast = await this.#block(Math.min(header.windowBytes, MAX_BLOCK_BYTES));
        frameBytes += window.end - before;
        if (header.hasChecksum) this.#checksum.update(window.bytes, before, window.end);
        if (window.hasRound) yield window.take();
      }
      await this.#checkFrame(header, frameBytes);
    } catch (error) {
      if (window.hasContent) yield window.take();
      throw error;
    }
    if (window.hasContent) yield window.take();
  }

  /** One block (RFC 8878 3.1.1.2); true when it is the frame's last. */
  async #block(limitBytes: number): Promise<boolean> {
    const input = this.#input;
    await need(input, 3);
    const header = readUint32(input, input.position) & 0xffffff;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3) throw this.#corrupt('its type is reserved');
    if (size > limitBytes) throw this.#corrupt('it is larger than a block may be');
    const storedBytes = type === 1 ? 1 : size;
    await need(input, 3 + storedBytes);
    const { bytes } = input;
    const start = input.position + 3;
    const window = this.#window;
    if (type === 0) {
      window.bytes.set(bytes.subarray(start, start + size), window.end);
      window.end += size;
    } else if (type === 1) {
      window.bytes.fill(bytes[start] as number, window.end, window.end + size);
      window.end += size;
    } else {
      const end = start + size;
      const sequences = this.#literals.read(bytes, start, end);
      if (sequences < 0) throw this.#corrupt('its literals are corrupt');
      const fault = this.#sequences.run(bytes, sequences, end, this.#literals, window, limitBytes);
      if (fault !== undefined) throw this.#corrupt(fault);
    }
    input.position = start + storedBytes;
    return (header & 1) === 1;
  }

  #corrupt(fault: string): CodecError {
    return new CodecError('corrupt', this.#input.offset, `a zstd block is wrong: ${fault}`);
  }

  async #checkFrame(header: FrameHeader, frameBytes: number): Promise<void> {
    const input = this.#input;
    if (header.contentBytes !== undefined && header.contentBytes !== frameBytes) {
      throw new CodecError('checksum', input.offset, 'the size in a zstd frame header does not match its content');
    }
    if (!header.hasChecksum) return;
    await need(input, 4);
    if (readUint32(input, input.position) !== this.#checksum.low32()) {
      throw new CodecError('checksum', input.offset, 'the checksum of a zstd frame does not match its content');
    }
    input.position += 4;
  }
}

// RFC 8878 3.1.1.1
async function readFrameHeader(input: InputWindow): Promise<FrameHeader> {
  const { offset } = input;
  await need(input, 5);
  const descriptor = input.bytes[input.position + 4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const windowDescriptorBytes = isSingleSegment ? 0 : 1;
  const headerBytes = 5 + windowDescriptorBytes + dictionaryBytes + sizeBytes;
  await need(input, headerBytes);
  if ((descriptor & 0x08) !== 0) throw new CodecError('unsupported', offset + 4, 'a zstd frame with reserved bits');
  let at = input.position + 5 + windowDescriptorBytes;
  if (readLittle(input, at, dictionaryBytes) !== 0) {
    throw new CodecError('unsupported', offset, 'a zstd frame that needs a dictionary');
  }
  at += dictionaryBytes;
  const contentBytes = sizeBytes === 0 ? undefined : readLittle(input, at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const windowBytes = isSingleSegment
    ? (contentBytes as number)
    : windowSize(input.bytes[input.position + 5] as number);
  if (windowBytes > MAX_WINDOW_BYTES) {
    const message = `a zstd frame asks for a window of ${windowBytes} bytes; at most ${MAX_WINDOW_BYTES} are given`;
    throw new CodecError('limit', offset, message);
  }
  input.position += headerBytes;
  return { windowBytes, contentBytes, hasChecksum: (descriptor & 0x04) !== 0 };
}

// RFC 8878 3.1.1.1.2
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** A number of up to 8 bytes, the lowest first; above 2^53 it is only roughly right, which is enough to refuse it. */
function readLittle(input: InputWindow, at: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (input.bytes[at + i] as number);
  return value;
}

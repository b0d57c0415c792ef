import { CodecError } from './codecError.ts';
import { HistoryWindow } from './historyWindow.ts';
import type { InputWindow } from './inputWindow.ts';
import { LzmaDecoder } from './lzma.ts';

/** LZMA2 (xz-file-format 5.3.1): chunks of at most 64 KiB that give at most 2 MiB each. */

const MAX_CHUNK_OUTPUT_BYTES = 2 * 1024 * 1024;
/** xz -9 uses 64 MiB. A stream may claim more; what it cannot reach within this is refused when it does. */
const MAX_DICTIONARY_BYTES = 128 * 1024 * 1024;

export class Lzma2Decoder {
  readonly window = new HistoryWindow();
  readonly #lzma = new LzmaDecoder();
  #needsDictionaryReset = true;
  #needsProperties = true;
  #needsStateReset = true;
  #position = 0;
  #dictionaryBytes = 0;

  /** Begins a block whose filter has this dictionary size. */
  begin(dictionaryBytes: number): void {
    this.#dictionaryBytes = Math.min(dictionaryBytes, MAX_DICTIONARY_BYTES);
    this.#needsDictionaryReset = this.#needsProperties = this.#needsStateReset = true;
  }

  /** Decodes one chunk into the window; false at the end mark. */
  async chunk(input: InputWindow): Promise<boolean> {
    await need(input, 1);
    const control = input.bytes[input.position] as number;
    if (control === 0) {
      input.position++;
      return false;
    }
    this.window.makeRoom(MAX_CHUNK_OUTPUT_BYTES);
    if (control >= 0x80) await this.#compressed(input, control);
    else if (control <= 2) await this.#stored(input, control === 1);
    else throw corrupt(input, `a chunk of kind ${control}, which does not exist`);
    return true;
  }

  async #stored(input: InputWindow, resetsDictionary: boolean): Promise<void> {
    await need(input, 3);
    const size = readBig16(input, 1) + 1;
    await need(input, 3 + size);
    if (resetsDictionary) this.#resetDictionary();
    else if (this.#needsDictionaryReset) throw corrupt(input, 'the first chunk does not reset the dictionary');
    const start = input.position + 3;
    this.window.bytes.set(input.bytes.subarray(start, start + size), this.window.end);
    this.window.end += size;
    this.#position += size;
    input.position = start + size;
  }

  async #compressed(input: InputWindow, control: number): Promise<void> {
    const reset = (control >> 5) & 3;
    const headerBytes = reset >= 2 ? 6 : 5;
    await need(input, headerBytes);
    const outputBytes = ((control & 0x1f) << 16) + readBig16(input, 1) + 1;
    const packedBytes = readBig16(input, 3) + 1;
    await need(input, headerBytes + packedBytes);
    if (reset === 3) this.#resetDictionary();
    else if (this.#needsDictionaryReset) throw corrupt(input, 'the first chunk does not reset the dictionary');
    if (reset >= 2) {
      const properties = input.bytes[input.position + 5] as number;
      if (!this.#lzma.setProperties(properties)) throw corrupt(input, 'the LZMA properties are out of range');
      this.#needsProperties = false;
    }
    if (this.#needsProperties) throw corrupt(input, 'a chunk comes before the LZMA properties');
    if (reset >= 1) {
      this.#lzma.resetState();
      this.#needsStateReset = false;
    }
    if (this.#needsStateReset) throw corrupt(input, 'a chunk does not reset the state where it must');
    const start = input.position + headerBytes;
    const end = start + packedBytes;
    if (!this.#lzma.decode(input.bytes, start, end, this.window, outputBytes, this.#position)) {
      throw corrupt(input, 'the data of a chunk');
    }
    this.#position += outputBytes;
    input.position = end;
  }

  #resetDictionary(): void {
    this.window.reset(this.#dictionaryBytes);
    this.#position = 0;
    this.#needsDictionaryReset = false;
  }
}

function readBig16(input: InputWindow, at: number): number {
  const index = input.position + at;
  return ((input.bytes[index] as number) << 8) | (input.bytes[index + 1] as number);
}

async function need(input: InputWindow, count: number): Promise<void> {
  if (input.availableBytes >= count || (await input.fill(count))) return;
  throw new CodecError('truncated', input.offset + input.availableBytes, 'the xz stream ends within its data');
}

function corrupt(input: InputWindow, fault: string): CodecError {
  return new CodecError('corrupt', input.offset, `LZMA2: ${fault}`);
}

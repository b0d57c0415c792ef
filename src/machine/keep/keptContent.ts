import { type ByteSource, SlicedSource, streamByReads } from '../../bytes/byteSource.ts';
import { RunSource } from '../../bytes/runSource.ts';
import { stretchesOf } from '../../bytes/stretchBuilder.ts';
import { areZeros } from '../../bytes/zeros.ts';
import type { SparseExtent } from '../../tar/tarEntry.ts';
import {
  contentBytes,
  contentOf,
  contentRanges,
  contentSource,
  type FileContent,
} from '../../vfs/overlay/fileContent.ts';
import { KeepError } from './keepError.ts';
import { type KeptPart, type KeptParts, newPartName, openPart } from './keptMachine.ts';
import { requireShape, type Shape } from './shape.ts';

/** Contents up to this lie beside their inode; larger ones are parts of their own. */
const MAX_INLINE_BYTES = 16 * 1024;
/** A hole is found where so many bytes in a row, at a multiple of it, are zero. */
const BLOCK_BYTES = 4096;
const READ_BYTES = 4 * 2 ** 20;
/** As in a sparse tar (`tar/sparseMap.ts`). */
const MAX_EXTENTS = 1 << 17;

/** A large content: its size, the offset and length of each stretch that is no hole, and the part with these one after
 *  the other. */
export interface PackedContent {
  readonly [key: string]: number | readonly number[] | string;
  readonly sizeBytes: number;
  readonly extents: readonly number[];
  readonly part: string;
}

/** A short file is a text of its bytes, a small one its bytes. */
export type PlainContent = string | Uint8Array | PackedContent;

const PACKED: Shape = { fields: { sizeBytes: 'number', extents: { each: 'number' }, part: 'string' } };

/** What became of a content: one that did not change is not read again. */
const packed = new WeakMap<object, PackedContent>();

/** Large contents are added to `parts`. Cost: a content that is new is read once to find its holes. */
export async function packContent(content: FileContent, parts: Map<string, KeptPart>): Promise<PlainContent> {
  if (typeof content === 'string') return content;
  const source = contentSource(content);
  if (contentBytes(content) <= MAX_INLINE_BYTES) return (await source.read(0, source.sizeBytes)).slice();
  let known = packed.get(content);
  if (!known) {
    const extents = await extentsOf(content, source);
    known = { sizeBytes: source.sizeBytes, extents, part: newPartName('content') };
    packed.set(content, known);
  }
  const { part, extents } = known;
  parts.set(part, { open: async () => new StoredExtents(source, extents) });
  return known;
}

/** Throws KeepError. Nothing is read. */
export async function unpackContent(plain: unknown, parts: KeptParts, page: string): Promise<FileContent> {
  if (typeof plain === 'string') {
    if (!/^[\0-\xff]{0,256}$/.test(plain)) throw new KeepError('corrupt', page, 'a short content is no bytes');
    return plain;
  }
  if (plain instanceof Uint8Array) return plain;
  requireShape(plain, PACKED, page);
  const { sizeBytes, extents: numbers, part } = plain as PackedContent;
  const extents: SparseExtent[] = [];
  let end = 0;
  let storedBytes = 0;
  for (let i = 0; i < numbers.length; i += 2) {
    const [offset, length] = [numbers[i] as number, numbers[i + 1] ?? -1];
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < end || length < 0)
      throw new KeepError('corrupt', page, 'the parts of a content are out of order');
    end = offset + length;
    storedBytes += length;
    extents.push({ offset, length });
  }
  if (!Number.isSafeInteger(sizeBytes) || end > sizeBytes || extents.length > MAX_EXTENTS)
    throw new KeepError('corrupt', page, 'a content ends behind its size');
  const stored = await openPart(parts, part);
  if (stored.sizeBytes !== storedBytes)
    throw new KeepError('corrupt', part, `it has ${stored.sizeBytes} bytes, not ${storedBytes}`);
  const isWhole = storedBytes === sizeBytes;
  const content = contentOf(isWhole ? stored : new RunSource(stored, stretchesOf(extents, sizeBytes)));
  if (typeof content === 'object') packed.set(content, { sizeBytes, extents: numbers, part });
  return content;
}

/** Offset and length of each stretch that is no hole. */
async function extentsOf(content: FileContent, source: ByteSource): Promise<readonly number[]> {
  const extents: number[] = [];
  const add = (start: number, end: number) => {
    const last = extents.length - 2;
    const isNext = last >= 0 && (extents[last] as number) + (extents[last + 1] as number) >= start;
    // With too many holes, those that follow are stored.
    if (isNext || extents.length >= 2 * MAX_EXTENTS) extents[last + 1] = end - (extents[last] as number);
    else extents.push(start, end - start);
  };
  for (const [from, to] of contentRanges(content)) {
    for (let at = from; at < to; at += READ_BYTES) {
      const bytes = await source.read(at, Math.min(READ_BYTES, to - at));
      for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
        const block = bytes.subarray(start, start + BLOCK_BYTES);
        if (!areZeros(block)) add(at + start, at + start + block.length);
      }
    }
  }
  return extents;
}

/** The stretches of a source, one after the other. */
class StoredExtents implements ByteSource {
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  readonly #extents: readonly number[];

  constructor(source: ByteSource, extents: readonly number[]) {
    this.#source = source;
    this.#extents = extents;
    this.sizeBytes = extents.reduce((sum, length, i) => (i % 2 === 1 ? sum + length : sum), 0);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const wanted = new Uint8Array(Math.max(0, Math.min(length, this.sizeBytes - offset)));
    let stored = 0;
    for (let i = 0; i < this.#extents.length && stored < offset + wanted.length; i += 2) {
      const [start, size] = [this.#extents[i] as number, this.#extents[i + 1] as number];
      const from = Math.max(offset, stored);
      const to = Math.min(offset + wanted.length, stored + size);
      if (from < to) wanted.set(await this.#source.read(start + from - stored, to - from), from - offset);
      stored += size;
    }
    return wanted;
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    return new SlicedSource(this, offset, length);
  }

  stream(): AsyncIterable<Uint8Array> {
    return streamByReads(this, READ_BYTES);
  }
}

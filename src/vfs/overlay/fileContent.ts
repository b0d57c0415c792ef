import { type ByteSource, clipRange, MemorySource, SlicedSource, streamByReads } from '../../bytes/byteSource.ts';
import { areZeros, ZERO_PAGE_BYTES, zeros } from '../../bytes/zeros.ts';
import { emptyTrie, type Stamp, trieEntries, trieGet, type TrieRoot, trieSet } from './inodeTrie.ts';
import type { UndoLog } from './undoLog.ts';

/** What a file of an upper holds, persistent: short files are strings of their bytes (an array costs 200 bytes more),
 *  small files are their bytes, larger ones a table of chunks over the
 *  bytes that were there when the file was copied up, which nobody reads until somebody asks. */
export type FileContent = string | Uint8Array | ChunkedContent;

/** Files up to this are kept as a string, a character a byte. */
const SHORT_BYTES = 256;
/** Files up to this are kept whole and rewritten whole. */
const SMALL_BYTES = 4096;
const CHUNK_BYTES = 32 * 1024;

/** Belongs to no stamp: a first chunk copies it. */
const NO_CHUNKS = emptyTrie({});

export const EMPTY_CONTENT: FileContent = '';

interface ChunkedContent {
  readonly sizeBytes: number;
  /** Bytes [0, baseBytes) are these wherever no chunk says otherwise; what lies further on is zero. */
  readonly base: ByteSource | undefined;
  readonly baseBytes: number;
  readonly chunks: TrieRoot;
  /** That the chunks hold; those of zeros hold none. */
  readonly chunkBytes: number;
  /** Of zeros that were written, in whole chunks. */
  readonly zeroBytes: number;
}

/** One stretch of CHUNK_BYTES. Fields change in place under the owner's stamp. */
interface Chunk {
  readonly stamp: Stamp;
  /** Grows up to CHUNK_BYTES. */
  bytes: Uint8Array;
  /** Start and end of each written part, ascending, apart from each other. */
  ranges: readonly number[];
  /** Somebody reads its bytes as they are: a change copies it. */
  isLent?: boolean;
}

/** What is read in shorter pieces is copied: it may well be written again. */
const LENT_BYTES = 16 * 1024;

/** What whole chunks of zeros share, whoever writes them. Of no stamp: a change copies it. */
const ZERO_CHUNK: Chunk = { stamp: {}, bytes: zeros(CHUNK_BYTES), ranges: [0, CHUNK_BYTES] };

/** A content of the bytes of a source, which is not read. */
export function contentOf(source: ByteSource): FileContent {
  if (source.sizeBytes === 0) return EMPTY_CONTENT;
  return {
    sizeBytes: source.sizeBytes,
    base: source,
    baseBytes: source.sizeBytes,
    chunks: NO_CHUNKS,
    chunkBytes: 0,
    zeroBytes: 0,
  };
}

export function contentBytes(content: FileContent): number {
  return typeof content === 'string' || content instanceof Uint8Array ? content.length : content.sizeBytes;
}

/** What a disk would hold of it: not the holes. Written chunks count as a whole. */
export function storedBytes(content: FileContent): number {
  if (typeof content === 'string' || content instanceof Uint8Array) return content.length;
  return Math.min(content.sizeBytes, content.baseBytes + content.chunkBytes);
}

/** As `storedBytes`, zeros that were written included. */
export function writtenBytes(content: FileContent): number {
  if (typeof content === 'string' || content instanceof Uint8Array) return content.length;
  return Math.min(content.sizeBytes, content.baseBytes + content.chunkBytes + content.zeroBytes);
}

/** The content with `bytes` at `offset`; a gap before them is zero. Cost: the bytes written, and the chunks that
 *  snapshots share. */
export function writeContent(
  content: FileContent,
  offset: number,
  bytes: Uint8Array,
  stamp: Stamp,
  log: UndoLog,
): FileContent {
  const end = offset + bytes.length;
  if (offset === 0 && end <= SHORT_BYTES && end >= contentBytes(content)) return packed(bytes);
  const sizeBytes = Math.max(contentBytes(content), end);
  const small = sizeBytes <= SMALL_BYTES ? smallBytes(content, sizeBytes) : undefined;
  if (small) {
    small.set(bytes, offset);
    return packed(small);
  }
  let { chunks, chunkBytes, zeroBytes, base, baseBytes } = asChunked(content);
  for (let at = offset; at < end;) {
    const index = Math.floor(at / CHUNK_BYTES);
    const from = at - index * CHUNK_BYTES;
    const length = Math.min(end - at, CHUNK_BYTES - from);
    const old = trieGet<Chunk>(chunks, index);
    const piece = bytes.subarray(at - offset, at - offset + length);
    if (length === CHUNK_BYTES && areZeros(piece)) {
      if (old !== ZERO_CHUNK) {
        chunks = trieSet(chunks, index, ZERO_CHUNK, stamp, log);
        zeroBytes += CHUNK_BYTES;
      }
      chunkBytes -= heldBytes(old);
      at += length;
      continue;
    }
    const chunk = ownChunk(old, from + length, stamp, log);
    if (chunk !== old) chunks = trieSet(chunks, index, chunk, stamp, log);
    if (old === ZERO_CHUNK) zeroBytes -= CHUNK_BYTES;
    chunkBytes += CHUNK_BYTES - heldBytes(old);
    fillChunk(chunk, from, piece, log);
    at += length;
  }
  return { sizeBytes, base, baseBytes, chunks, chunkBytes, zeroBytes };
}

/** The content cut, or lengthened with zeros. */
export function resizeContent(content: FileContent, sizeBytes: number, stamp: Stamp, log: UndoLog): FileContent {
  if (sizeBytes === contentBytes(content)) return content;
  if (sizeBytes === 0) return EMPTY_CONTENT;
  const small = sizeBytes <= SMALL_BYTES ? smallBytes(content, sizeBytes) : undefined;
  if (small) return packed(small);
  const { chunks, chunkBytes, zeroBytes, base, baseBytes } = asChunked(content);
  if (sizeBytes > contentBytes(content)) return { sizeBytes, base, baseBytes, chunks, chunkBytes, zeroBytes };
  const cut = cutChunks(chunks, sizeBytes, stamp, log);
  return {
    sizeBytes,
    base,
    baseBytes: Math.min(baseBytes, sizeBytes),
    ...cut,
  };
}

export function contentSource(content: FileContent): ByteSource {
  if (typeof content === 'string') return new MemorySource(unpacked(content));
  return content instanceof Uint8Array ? new MemorySource(content) : new ContentSource(content);
}

/** Where bytes other than zero may lie: start and end of each part, ascending. */
export function contentRanges(content: FileContent): readonly (readonly [start: number, end: number])[] {
  if (typeof content === 'string' || content instanceof Uint8Array) return [[0, content.length]];
  const ranges: [number, number][] = content.baseBytes > 0 ? [[0, content.baseBytes]] : [];
  for (const [index, chunk] of trieEntries<Chunk>(content.chunks)) {
    if (chunk === ZERO_CHUNK) continue;
    for (let i = 0; i < chunk.ranges.length; i += 2) {
      const start = index * CHUNK_BYTES + (chunk.ranges[i] as number);
      const end = index * CHUNK_BYTES + (chunk.ranges[i + 1] as number);
      const last = ranges.at(-1);
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else ranges.push([start, end]);
    }
  }
  return ranges;
}

/** The bytes as one array of their own of that size, where they can be had at once; undefined for what was written
 *  in chunks. */
function smallBytes(content: FileContent, sizeBytes: number): Uint8Array | undefined {
  const whole = new Uint8Array(sizeBytes);
  if (typeof content === 'string') {
    const end = Math.min(content.length, sizeBytes);
    for (let i = 0; i < end; i++) whole[i] = content.charCodeAt(i);
  } else if (content instanceof Uint8Array) whole.set(content.subarray(0, sizeBytes));
  else if (content.chunks === NO_CHUNKS && content.base?.readSync)
    whole.set(content.base.readSync(0, Math.min(content.baseBytes, sizeBytes)));
  else return undefined;
  return whole;
}

function packed(bytes: Uint8Array): FileContent {
  if (bytes.length > SHORT_BYTES) return bytes;
  return isAscii(bytes) ? ascii.decode(bytes) : String.fromCharCode.apply(null, bytes as unknown as number[]);
}

/** Takes a third of the time of `fromCharCode`, but would not keep other bytes as they are. */
const ascii = new TextDecoder();

function isAscii(bytes: Uint8Array): boolean {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all |= bytes[i] as number;
  return all < 0x80;
}

function unpacked(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Bytes of a content that is in one piece; undefined for one in chunks. */
export function readPlain(content: FileContent, offset: number, length: number): Uint8Array | undefined {
  if (typeof content === 'string') {
    const range = clipRange(content.length, offset, length);
    return unpacked(range.length === content.length ? content : content.slice(offset, offset + range.length));
  }
  return content instanceof Uint8Array ? content.subarray(offset, offset + length) : undefined;
}

function asChunked(content: FileContent): ChunkedContent {
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) return content;
  const sizeBytes = content.length;
  const base = sizeBytes === 0 ? undefined : contentSource(content);
  return { sizeBytes, base, baseBytes: sizeBytes, chunks: NO_CHUNKS, chunkBytes: 0, zeroBytes: 0 };
}

function ownChunk(old: Chunk | undefined, neededBytes: number, stamp: Stamp, log: UndoLog): Chunk {
  const capacity = Math.min(CHUNK_BYTES, Math.max(SMALL_BYTES, 2 ** Math.ceil(Math.log2(neededBytes))));
  if (old?.stamp === stamp && !old.isLent) {
    if (old.bytes.length < neededBytes) log.assign(old, 'bytes', lengthened(old.bytes, capacity));
    return old;
  }
  const bytes = lengthened(old?.bytes ?? new Uint8Array(0), Math.max(capacity, old?.bytes.length ?? 0));
  return { stamp, bytes, ranges: old?.ranges ?? [] };
}

function lengthened(bytes: Uint8Array, capacity: number): Uint8Array {
  const longer = new Uint8Array(capacity);
  longer.set(bytes);
  return longer;
}

function fillChunk(chunk: Chunk, from: number, bytes: Uint8Array, log: UndoLog): void {
  const end = from + bytes.length;
  const { ranges } = chunk;
  let isFresh = true;
  for (let i = 0; i < ranges.length && isFresh; i += 2)
    isFresh = (ranges[i] as number) >= end || (ranges[i + 1] as number) <= from;
  log.assign(chunk, 'ranges', withRange(ranges, from, end));
  // Bytes outside all ranges are nobody's: they need no way back.
  if (isFresh) chunk.bytes.set(bytes, from);
  else log.writeBytes(chunk.bytes, from, bytes);
}

function withRange(ranges: readonly number[], from: number, end: number): readonly number[] {
  const joined: number[] = [];
  let start = from;
  let stop = end;
  let isPlaced = false;
  for (let i = 0; i < ranges.length; i += 2) {
    const rangeStart = ranges[i] as number;
    const rangeEnd = ranges[i + 1] as number;
    if (rangeEnd < start) joined.push(rangeStart, rangeEnd);
    else if (rangeStart > stop) {
      if (!isPlaced) joined.push(start, stop);
      isPlaced = true;
      joined.push(rangeStart, rangeEnd);
    } else {
      start = Math.min(start, rangeStart);
      stop = Math.max(stop, rangeEnd);
    }
  }
  if (!isPlaced) joined.push(start, stop);
  return joined;
}

function heldBytes(chunk: Chunk | undefined): number {
  return chunk === undefined || chunk === ZERO_CHUNK ? 0 : CHUNK_BYTES;
}

function cutChunks(
  chunks: TrieRoot,
  sizeBytes: number,
  stamp: Stamp,
  log: UndoLog,
): Pick<ChunkedContent, 'chunks' | 'chunkBytes' | 'zeroBytes'> {
  let kept = emptyTrie(stamp);
  let chunkBytes = 0;
  let zeroBytes = 0;
  for (const [index, chunk] of trieEntries<Chunk>(chunks)) {
    const end = sizeBytes - index * CHUNK_BYTES;
    if (end <= 0) break;
    chunkBytes += heldBytes(chunk);
    if (chunk === ZERO_CHUNK) zeroBytes += CHUNK_BYTES;
    kept = trieSet(kept, index, end >= CHUNK_BYTES ? chunk : cutChunk(chunk, end, stamp), stamp, log);
  }
  return { chunks: kept, chunkBytes, zeroBytes };
}

function cutChunk(chunk: Chunk, end: number, stamp: Stamp): Chunk {
  const ranges: number[] = [];
  for (let i = 0; i < chunk.ranges.length; i += 2) {
    const start = chunk.ranges[i] as number;
    if (start < end) ranges.push(start, Math.min(end, chunk.ranges[i + 1] as number));
  }
  return { stamp, bytes: chunk.bytes.slice(), ranges };
}

class ContentSource implements ByteSource {
  readonly sizeBytes: number;
  readonly readSync?: (offset: number, length: number) => Uint8Array;
  readonly #content: ChunkedContent;

  constructor(content: ChunkedContent) {
    this.#content = content;
    this.sizeBytes = content.sizeBytes;
    const readBase = content.base?.readSync?.bind(content.base);
    if (readBase || !content.base) {
      this.readSync = (offset, length) => {
        const range = clipRange(this.sizeBytes, offset, length);
        if (this.#isZero(range.offset, range.length)) return zeros(range.length);
        const bytes = new Uint8Array(range.length);
        const fromBase = this.#baseBytesOf(range.offset, range.length);
        if (readBase && fromBase > 0) bytes.set(readBase(range.offset, fromBase));
        this.#overlay(bytes, range.offset);
        return bytes;
      };
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const range = clipRange(this.sizeBytes, offset, length);
    if (this.#isZero(range.offset, range.length)) return zeros(range.length);
    const { base } = this.#content;
    const fromBase = this.#baseBytesOf(range.offset, range.length);
    const below = base && fromBase > 0 ? await base.read(range.offset, fromBase) : undefined;
    const bytes = new Uint8Array(range.length);
    if (below) bytes.set(below);
    this.#overlay(bytes, range.offset);
    return bytes;
  }

  keptPart(offset: number, maxBytes: number): Uint8Array | undefined {
    const index = Math.floor(offset / CHUNK_BYTES);
    const chunk = trieGet<Chunk>(this.#content.chunks, index);
    if (!chunk || chunk === ZERO_CHUNK || chunk.ranges.length !== 2) return undefined;
    const from = offset - index * CHUNK_BYTES;
    const end = Math.min(CHUNK_BYTES, this.sizeBytes - index * CHUNK_BYTES, from + maxBytes);
    const [start = 0, stop = 0] = chunk.ranges;
    if (start > from || stop < end || end - from < LENT_BYTES) return undefined;
    chunk.isLent = true;
    return chunk.bytes.subarray(from, end);
  }

  slice(offset: number, length = Number.MAX_SAFE_INTEGER): ByteSource {
    const range = clipRange(this.sizeBytes, offset, length);
    return new SlicedSource(this, range.offset, range.length);
  }

  stream(): AsyncIterable<Uint8Array> {
    return streamByReads(this, ZERO_PAGE_BYTES);
  }

  /** Whether shared zeros, or a hole, are all that lies there. */
  #isZero(offset: number, length: number): boolean {
    if (length < CHUNK_BYTES || length > ZERO_PAGE_BYTES) return false;
    const last = Math.floor((offset + length - 1) / CHUNK_BYTES);
    for (let index = Math.floor(offset / CHUNK_BYTES); index <= last; index++) {
      const chunk = trieGet<Chunk>(this.#content.chunks, index);
      const isHole = chunk === undefined && index * CHUNK_BYTES >= this.#content.baseBytes;
      if (chunk !== ZERO_CHUNK && !isHole) return false;
    }
    return true;
  }

  #baseBytesOf(offset: number, length: number): number {
    return Math.max(0, Math.min(offset + length, this.#content.baseBytes) - offset);
  }

  /** Puts what was written over [offset, offset + bytes.length). */
  #overlay(bytes: Uint8Array, offset: number): void {
    const end = offset + bytes.length;
    for (let index = Math.floor(offset / CHUNK_BYTES); index * CHUNK_BYTES < end; index++) {
      const chunk = trieGet<Chunk>(this.#content.chunks, index);
      if (!chunk) continue;
      const start = index * CHUNK_BYTES;
      for (let i = 0; i < chunk.ranges.length; i += 2) {
        const from = Math.max(offset, start + (chunk.ranges[i] as number));
        const to = Math.min(end, start + (chunk.ranges[i + 1] as number));
        if (from < to) bytes.set(chunk.bytes.subarray(from - start, to - start), from - offset);
      }
    }
  }
}

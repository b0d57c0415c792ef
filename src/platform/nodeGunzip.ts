import type { TransformOptions } from 'node:stream';
import { constants, crc32, createInflateRaw } from 'node:zlib';
import type { InflateRaw, ZlibOptions } from 'node:zlib';
import type { TrailingBytes } from '../bytes/platform.ts';
import { CodecError } from '../codec/codecError.ts';
import { gunzipRest } from '../codec/gunzip.ts';
import { checkMemberTrailer, skipMemberHeader } from '../codec/gzipMember.ts';
import { InputWindow } from '../codec/inputWindow.ts';
import { freeBuffer } from './freeBuffer.ts';

const PIECE_BYTES = 256 * 1024;
/** Output that zlib's thread may prepare while the pieces before are being used. */
const AHEAD_BYTES = 2 * 1024 * 1024;
const OPTIONS: ZlibOptions & TransformOptions = {
  chunkSize: PIECE_BYTES,
  finishFlush: constants.Z_SYNC_FLUSH,
  readableHighWaterMark: AHEAD_BYTES,
};

/** The first member by zlib in its own thread, all others by our inflater: a stream has either one member, or
 *  thousands of small ones (eStargz), for which starting zlib anew would cost more than the inflating. */
export async function* nodeGunzip(
  compressed: AsyncIterable<Uint8Array>,
  onTrailing?: (trailing: TrailingBytes) => void,
): AsyncIterable<Uint8Array> {
  const input = new InputWindow(compressed);
  try {
    await skipMemberHeader(input);
    let crc = 0;
    let sizeBytes = 0;
    for await (const piece of inflateNatively(input)) {
      crc = crc32(piece, crc);
      sizeBytes += piece.length;
      yield piece;
    }
    await checkMemberTrailer(input, crc, sizeBytes);
    yield* gunzipRest(input, onTrailing);
  } finally {
    await input.close();
  }
}

/** Raw deflate from where `input` stands; leaves it behind the last byte that belongs to the stream. A stream that
 *  is cut ends without an error: its trailer is then missing. */
async function* inflateNatively(input: InputWindow): AsyncIterable<Uint8Array> {
  const startOffset = input.offset;
  const inflater = createInflateRaw(OPTIONS);
  const state: FeedState = { isStopped: false };
  // The loop below looks at `errored`; without a listener the event would end the process.
  inflater.on('error', () => undefined);
  const feeding = feed(inflater, input, state);
  feeding.catch(() => undefined);
  try {
    // `for await` over the stream would drop the pieces that are ready when an error comes.
    for (;;) {
      const piece = inflater.read() as Uint8Array<ArrayBuffer> | null;
      if (piece) {
        // Not the Buffer itself, whose `slice` makes no copy.
        yield new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
        if (isBufferDone(piece)) freeBuffer(piece.buffer);
      } else if (inflater.errored) throw inflater.errored;
      else if (inflater.readableEnded || inflater.destroyed) break;
      else await nextEvent(inflater);
    }
    await feeding;
  } catch (error) {
    throw asCodecError(error, startOffset + inflater.bytesWritten);
  } finally {
    state.isStopped = true;
    inflater.destroy();
    await feeding.catch(() => undefined);
  }
}

/** Whether nothing else lies in the piece's buffer, or will: zlib fills one piece by piece, then takes a new one; where
 *  pieces were joined, small ones lie in a buffer that Node shares. */
function isBufferDone({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  return buffer.byteLength >= PIECE_BYTES && byteOffset + byteLength === buffer.byteLength;
}

interface FeedState {
  isStopped: boolean;
}

const EVENTS = ['readable', 'end', 'error', 'close'] as const;

function nextEvent(inflater: InflateRaw): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      for (const name of EVENTS) inflater.off(name, finish);
      resolve();
    };
    for (const name of EVENTS) inflater.on(name, finish);
  });
}

async function feed(inflater: InflateRaw, input: InputWindow, state: FeedState): Promise<void> {
  try {
    while (!state.isStopped) {
      const chunk = await input.takeChunk();
      if (!chunk) {
        inflater.end();
        return;
      }
      const before = inflater.bytesWritten;
      await written(inflater, chunk);
      const unusedBytes = chunk.length - (inflater.bytesWritten - before);
      if (unusedBytes > 0) {
        input.untake(unusedBytes);
        return;
      }
    }
  } catch (error) {
    inflater.destroy(error as Error);
    throw error;
  }
}

/** Waits until zlib has taken the chunk, or its stream has ended within it: the callback may then never come. */
function written(inflater: InflateRaw, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      inflater.off('end', finish);
      inflater.off('close', finish);
      resolve();
    };
    inflater.once('end', finish);
    inflater.once('close', finish);
    inflater.write(chunk, finish);
  });
}

function asCodecError(error: unknown, offset: number): unknown {
  const code = (error as { code?: unknown }).code;
  if (code === 'Z_DATA_ERROR') return new CodecError('corrupt', offset, 'the deflate data is corrupt', error);
  return error;
}

import { gzipSync, inflateRawSync, constants } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TrailingBytes } from '../../src/bytes/platform.ts';
import { webGunzip } from '../../src/platform/webGunzip.ts';
import { inChunks, readAll } from '../codec/streams.ts';

const CONTENT = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i * 7919} of the layer\n`).join(''));
const PACKED = gzipSync(CONTENT);
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;

let nativeRuns = 0;

/** As strict as the standard asks and browsers are; Node's own stream passes over much of what follows. */
function strictNative(): TransformStream<BufferSource, Uint8Array> {
  nativeRuns++;
  let taken = Buffer.alloc(0);
  let givenBytes = 0;
  const inflate = (controller: TransformStreamDefaultController<Uint8Array>): boolean => {
    try {
      const options = { finishFlush: constants.Z_SYNC_FLUSH, info: true } as const;
      const { buffer, engine } = inflateRawSync(taken.subarray(HEADER_BYTES), options) as unknown as {
        buffer: Buffer;
        engine: { bytesWritten: number };
      };
      if (HEADER_BYTES + engine.bytesWritten + TRAILER_BYTES < taken.length) throw new TypeError('junk');
      controller.enqueue(new Uint8Array(buffer.subarray(givenBytes)));
      givenBytes = buffer.length;
      return HEADER_BYTES + engine.bytesWritten + TRAILER_BYTES === taken.length;
    } catch (error) {
      throw new TypeError(String(error));
    }
  };
  let isWhole = false;
  return new TransformStream<BufferSource, Uint8Array>({
    transform(chunk, controller) {
      taken = Buffer.concat([taken, chunk as Uint8Array]);
      if (taken.length > HEADER_BYTES) isWhole = inflate(controller);
    },
    flush() {
      if (!isWhole) throw new TypeError('the stream is cut');
    },
  });
}

/** With the input kept as it passes, and with the input had again: both must give the same. */
async function run(bytes: Uint8Array, trailing: TrailingBytes[] = []): Promise<Uint8Array> {
  const input = () => inChunks(bytes, 8000);
  const createNative = strictNative;
  const kept = readAll(webGunzip(input(), { onTrailing: (found) => trailing.push(found), createNative }));
  const again = readAll(webGunzip(input(), { again: input, createNative }));
  const [fromKept, fromAgain] = await Promise.allSettled([kept, again]);
  if (fromKept.status === 'rejected') expect(fromAgain).toEqual(fromKept);
  else expect(Buffer.compare(await again, await kept)).toBe(0);
  return kept;
}

describe('gzip in the browser', () => {
  it('is inflated natively', async () => {
    nativeRuns = 0;
    expect(Buffer.compare(await run(PACKED), CONTENT)).toBe(0);
    expect(nativeRuns).toBeGreaterThan(0);
  });

  it('of several members goes on where the native stream fails', async () => {
    const members = Buffer.concat([PACKED, gzipSync('second'), PACKED]);
    const expected = Buffer.concat([CONTENT, Buffer.from('second'), CONTENT]);
    expect(Buffer.compare(await run(members), expected)).toBe(0);
  });

  it.each([
    ['zeros', Buffer.alloc(40)],
    ['junk', Buffer.from('something else')],
  ])('with %s behind it is whole, and tells', async (kind, tail) => {
    const trailing: TrailingBytes[] = [];
    expect(Buffer.compare(await run(Buffer.concat([PACKED, tail]), trailing), CONTENT)).toBe(0);
    expect(trailing).toEqual([{ kind, offset: PACKED.length, sizeBytes: tail.length }]);
  });

  it('that is cut or corrupt gives the true fault, and what came before once', async () => {
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      const cut = PACKED.subarray(0, PACKED.length - 5000);
      for await (const piece of webGunzip(inChunks(cut, 4000), { createNative: strictNative }))
        pieces.push(piece.slice());
    })();
    await expect(reading).rejects.toMatchObject({
      name: 'CodecError',
      code: 'truncated',
      offset: PACKED.length - 5000,
    });
    const got = Buffer.concat(pieces);
    expect(got.length).toBeGreaterThan(CONTENT.length / 2);
    expect(Buffer.compare(got, CONTENT.subarray(0, got.length))).toBe(0);

    const corrupt = Buffer.from(PACKED);
    corrupt.fill(0xff, 20_000, 20_100);
    await expect(run(corrupt)).rejects.toMatchObject({ name: 'CodecError' });
  });

  it('passes an error of the source on, and closes it when given up', async () => {
    const failure = new Error('the file is gone');
    async function* failing() {
      yield PACKED.subarray(0, 9000);
      throw failure;
    }
    await expect(readAll(webGunzip(failing(), { createNative: strictNative }))).rejects.toBe(failure);

    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield PACKED.subarray(0, 9000);
      } finally {
        isClosed = true;
      }
    }
    for await (const piece of webGunzip(endless(), { createNative: strictNative })) if (piece.length > 0) break;
    expect(isClosed).toBe(true);
  });

  it('needs no native stream', async () => {
    const none = () => {
      throw new ReferenceError('DecompressionStream is not defined');
    };
    expect(Buffer.compare(await readAll(webGunzip(inChunks(PACKED, 8000), { createNative: none })), CONTENT)).toBe(0);
  });
});

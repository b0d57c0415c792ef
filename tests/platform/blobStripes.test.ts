import { afterEach, describe, expect, it, vi } from 'vitest';
import { blobStripes, StreamHung } from '../../src/platform/blobStripes.ts';
import { readAll } from '../codec/streams.ts';

const STRIPE_BYTES = 4 * 1024 * 1024;
const CONTENT = Uint8Array.from({ length: 12 * STRIPE_BYTES + 777 }, (_, i) => (i * 13 + (i >> 10)) & 0xff);

describe('a Blob by several streams', () => {
  it.each([1, STRIPE_BYTES - 1, STRIPE_BYTES, 4 * STRIPE_BYTES + 1, CONTENT.length])(
    'gives its %i bytes in order, in pieces that are valid until the next is asked for',
    async (sizeBytes) => {
      let at = 0;
      let last: Uint8Array | undefined;
      for await (const piece of blobStripes(new Blob([CONTENT.subarray(0, sizeBytes)]))) {
        expect(Buffer.compare(piece, CONTENT.subarray(at, at + piece.length))).toBe(0);
        at += piece.length;
        last = piece;
      }
      expect(at).toBe(sizeBytes);
      expect(last?.length).toBe(((sizeBytes - 1) % STRIPE_BYTES) + 1);
    },
  );

  it('gives nothing of an empty one', async () => {
    expect(await readAll(blobStripes(new Blob([])))).toHaveLength(0);
  });

  it('opens a stream for every few stripes, and ends those that are under way when its reader stops', async () => {
    let opened = 0;
    let cancelled = 0;
    const open = (parts: Blob[]) => {
      opened++;
      const reader = new Blob(parts).stream().getReader();
      return new ReadableStream({
        type: 'bytes',
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value.slice());
        },
        cancel() {
          cancelled++;
        },
      });
    };
    expect(Buffer.compare(await readAll(blobStripes(new Blob([CONTENT]), { open })), CONTENT)).toBe(0);
    expect(opened).toBe(6);
    const pieces = blobStripes(new Blob([CONTENT]), { open });
    await pieces.next();
    cancelled = 0;
    await pieces.return(undefined);
    expect(cancelled).toBe(4);
  });

  it('gives a stream up that brings nothing', async () => {
    const open = () => new ReadableStream({ type: 'bytes' });
    await expect(blobStripes(new Blob([CONTENT]), { open, giveUpMs: 1 }).next()).rejects.toThrow(StreamHung);
  });

  it('tells of a stream that ends early', async () => {
    const open = () => new Blob([CONTENT.subarray(0, 1000)]).stream();
    await expect(blobStripes(new Blob([CONTENT]), { open }).next()).rejects.toThrow(RangeError);
  });
});

describe('a source of a Blob', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.resetModules();
  });

  async function newSource(blob: Blob) {
    const { BlobSource } = await import('../../src/platform/blobSource.ts');
    return new BlobSource(blob);
  }

  it('streams by slices where streams of Blobs take no buffers, and does not try again', async () => {
    const streams = vi.spyOn(Blob.prototype, 'stream').mockImplementation(() => new ReadableStream());
    const source = await newSource(new Blob([CONTENT]));
    for (let time = 0; time < 2; time++) {
      expect(Buffer.compare(await readAll(source.slice(9).stream()), CONTENT.subarray(9))).toBe(0);
    }
    expect(streams.mock.calls.length).toBeLessThanOrEqual(4);
  });

  it('goes on by slices where a stream fails on the way', async () => {
    const stream = Blob.prototype.stream;
    let streams = 0;
    vi.spyOn(Blob.prototype, 'stream').mockImplementation(function (this: Blob) {
      return ++streams === 6
        ? (new Blob([]).stream.call(new Blob([])) as ReturnType<typeof stream>)
        : stream.call(this);
    });
    const source = await newSource(new Blob([CONTENT]));
    expect(Buffer.compare(await readAll(source.stream()), CONTENT)).toBe(0);
    expect(streams).toBeGreaterThanOrEqual(6);
  });
});

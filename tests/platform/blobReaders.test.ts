import { describe, expect, test } from 'vitest';
import type { BlobReadReply, BlobReadRequest } from '../../src/platform/blobReader.ts';
import { BlobReaders } from '../../src/platform/blobReaders.ts';

type Answer = (request: BlobReadRequest, blobs: ReadonlyMap<number, Blob>) => Promise<BlobReadReply | undefined>;

/** A worker on this thread, with the messages that it was sent. */
class FakeWorker {
  onmessage: ((event: { data: BlobReadReply }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly requests: BlobReadRequest[] = [];
  isEnded = false;
  readonly #blobs = new Map<number, Blob>();
  readonly #answer: Answer;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  postMessage(request: BlobReadRequest): void {
    this.requests.push(request);
    if (request.blob) this.#blobs.set(request.blobId, request.blob);
    void this.#answer(request, this.#blobs).then((data) => {
      if (data) this.onmessage?.({ data });
    });
  }

  terminate(): void {
    this.isEnded = true;
  }
}

const readPart: Answer = async ({ id, blobId, start, end }, blobs) => ({
  id,
  bytes: await (blobs.get(blobId) as Blob).slice(start, end).arrayBuffer(),
});

function readersOf(answer: Answer): { readers: BlobReaders; workers: FakeWorker[] } {
  const workers: FakeWorker[] = [];
  const readers = new BlobReaders(() => {
    const worker = new FakeWorker(answer);
    workers.push(worker);
    return worker as unknown as Worker;
  });
  return { readers, workers };
}

const text = (bytes: ArrayBuffer | undefined) => bytes && new TextDecoder().decode(bytes);

describe('parts of Blobs are read by workers', () => {
  const blob = new Blob(['0123456789']);

  test('each gets what it asked for, and a Blob goes to each worker once', async () => {
    const { readers, workers } = readersOf(readPart);
    const other = new Blob(['abcdefghij']);
    const asked = Array.from({ length: 20 }, (_, i) => readers.read(i % 3 === 0 ? blob : other, i % 10, (i % 10) + 1));
    const given = (await Promise.all(asked)).map(text);
    expect(given).toEqual(Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? '0123456789' : 'abcdefghij')[i % 10]));
    expect(workers.length).toBeGreaterThan(1);
    for (const { requests } of workers) expect(requests.filter((request) => request.blob)).toHaveLength(2);
  });

  test('one read after the other starts one worker', async () => {
    const { readers, workers } = readersOf(readPart);
    for (let i = 0; i < 5; i++) expect(text(await readers.read(blob, i, i + 2))).toBe(`${i}${i + 1}`);
    expect(workers).toHaveLength(1);
  });

  test('a fault keeps its name, and the next read is made', async () => {
    let isGone = true;
    const { readers } = readersOf(async (request, blobs) => {
      if (!isGone) return readPart(request, blobs);
      return { id: request.id, fault: { name: 'NotReadableError', message: 'gone' } };
    });
    await expect(readers.read(blob, 0, 1)).rejects.toMatchObject({ name: 'NotReadableError', message: 'gone' });
    isGone = false;
    expect(text(await readers.read(blob, 0, 1))).toBe('0');
  });

  test('where the script cannot be loaded, all who wait are told to read by themselves', async () => {
    const { readers, workers } = readersOf(async () => undefined);
    const asked = [readers.read(blob, 0, 1), readers.read(blob, 1, 2)];
    workers[0]?.onerror?.();
    expect(await Promise.all(asked)).toEqual([undefined, undefined]);
    expect(workers.every((worker) => worker.isEnded)).toBe(true);
    expect(await readers.read(blob, 0, 1)).toBeUndefined();
    expect(workers).toHaveLength(2);
  });

  test('where there are no workers, neither', async () => {
    const readers = new BlobReaders(() => {
      throw new ReferenceError('Worker is not defined');
    });
    expect(await readers.read(blob, 0, 1)).toBeUndefined();
  });
});

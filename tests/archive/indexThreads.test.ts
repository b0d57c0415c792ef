import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ArchiveLayer, IndexWork } from '../../src/archive/archive.ts';
import { worthwhileLanes, indexLayers } from '../../src/archive/indexLayers.ts';
import type { IndexReply } from '../../src/archive/indexMessages.ts';
import { answerIndexRequests } from '../../src/archive/indexThread.ts';
import { IndexThreads, type StartIndexThread } from '../../src/archive/indexThreads.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { type ByteSource, type LentBytes, MemorySource } from '../../src/bytes/byteSource.ts';
import { dockerArchive, sampleLayers, tarOf, work } from './buildTar.ts';

/** Bytes in memory that can be lent, with a count of the loans that are out. */
class LendableSource extends MemorySource {
  static loans = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super(bytes);
    this.#bytes = bytes;
  }

  lend(): LentBytes {
    LendableSource.loans++;
    const release = () => void LendableSource.loans--;
    return { holder: this.#bytes, start: 0, sizeBytes: this.sizeBytes, release };
  }

  override slice(offset: number, length = this.sizeBytes): ByteSource {
    return new LendableSource(this.readSync(offset, length));
  }
}

const threadPlatform = {
  ...work.platform,
  borrow: ({ holder, start, sizeBytes }: Omit<LentBytes, 'release'>) =>
    new MemorySource((holder as Uint8Array).subarray(start, start + sizeBytes)),
};

/** Threads that are this one, with messages copied as between threads. */
function fakeThreads(count = 2) {
  const told = { started: 0, ended: 0, indexed: 0 };
  const start: StartIndexThread = ({ onReply }) => {
    told.started++;
    let isEnded = false;
    const answer = answerIndexRequests(threadPlatform, (reply, transfer) => {
      const received: IndexReply = structuredClone(reply, { transfer: [...transfer] });
      if (reply.kind === 'indexed') told.indexed++;
      if (!isEnded) onReply(received);
    });
    return {
      post: (request) => answer(structuredClone(request)),
      end: () => {
        isEnded = true;
        told.ended++;
      },
    };
  };
  return { threads: new IndexThreads(start, count), told };
}

async function layersOf(...stored: Uint8Array[]): Promise<readonly ArchiveLayer[]> {
  const source = new LendableSource(await dockerArchive(stored));
  return (await openArchive({ fileName: 'x.tar', source }, work)).layers;
}

describe('layers indexed by other threads', () => {
  it('ARC-9 come out as on one thread, and the threads end', async () => {
    const [base, top] = await sampleLayers();
    const stored = [base, gzipSync(top), gzipSync(base)];
    const { threads, told } = fakeThreads();
    const there: IndexWork = { ...work, threads };
    const layers = await layersOf(...stored);
    const indexed = await threads.during(2, () => Promise.all(layers.map((layer) => layer.readIndex(there))));
    const here = await Promise.all((await layersOf(...stored)).map((layer) => layer.readIndex(work)));
    expect(indexed.map(({ tree, ...rest }) => [tree.columns, rest])).toEqual(
      here.map(({ tree, ...rest }) => [tree.columns, rest]),
    );
    expect(told).toEqual({ started: 2, ended: 2, indexed: 3 });
    expect(LendableSource.loans).toBe(0);
  });

  it('ARC-9 give their fault here', async () => {
    const [base] = await sampleLayers();
    const { threads, told } = fakeThreads();
    const layers = await layersOf(base, new TextEncoder().encode('text '.repeat(300)));
    const results = await threads.during(2, () =>
      Promise.allSettled(layers.map((layer) => layer.readIndex({ ...work, threads }))),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(results[1]).toMatchObject({ reason: { name: 'TarError', code: 'notTar', offset: 0 } });
    expect(told.indexed).toBe(1);
  });

  it('ARC-9 are indexed here by threads that break, that cannot start, or outside of their use', async () => {
    const [base, top] = await sampleLayers();
    const breaking = new IndexThreads(
      ({ onFault }) => ({ post: () => queueMicrotask(onFault), end: () => undefined }),
      2,
    );
    const unable = new IndexThreads(() => {
      throw new Error('no threads here');
    }, 2);
    for (const threads of [breaking, unable]) {
      const layers = await layersOf(base, top);
      const indexed = await threads.during(2, () =>
        Promise.all(layers.map((each) => each.readIndex({ ...work, threads }))),
      );
      expect(indexed.map(({ entryCount }) => entryCount > 0)).toEqual([true, true]);
    }
    const { threads, told } = fakeThreads();
    const [unused] = await layersOf(base);
    expect((await unused?.readIndex({ ...work, threads }))?.entryCount).toBeGreaterThan(0);
    expect(told.started).toBe(0);
    expect(LendableSource.loans).toBe(0);
  });

  it('are given up when the work is cancelled, and may be asked for again', async () => {
    const [base] = await sampleLayers();
    const { threads } = fakeThreads(1);
    const [layer] = await layersOf(gzipSync(base));
    const controller = new AbortController();
    await threads.during(1, async () => {
      const asked = layer?.readIndex({ ...work, threads, signal: controller.signal });
      controller.abort();
      await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    });
    expect((await layer?.readIndex(work))?.entryCount).toBeGreaterThan(0);
    expect(LendableSource.loans).toBe(0);
  });
});

describe('indexing all layers', () => {
  const sized = (...sizes: number[]) =>
    sizes.map((blobSizeBytes) => ({ presence: 'present', compression: 'none', blobSizeBytes }) as const);

  it.each([
    ['small ones', sized(1e6, 2e6, 3e6), 1],
    ['one that is large', sized(1e6, 1e12), 1],
    ['several large ones', sized(1e9, 5e8), 2],
    ['many large ones', sized(1e9, 1e9, 1e9, 1e9), 4],
    ['large ones that are not there', sized(1e9, 5e8).map((layer) => ({ ...layer, presence: 'missing' as const })), 1],
    ['compressed ones sooner', sized(1e8, 1e8).map((layer) => ({ ...layer, compression: 'gzip' as const })), 3],
  ])('knows how many threads are worth their while for %s', (_, layers, expected) => {
    expect(worthwhileLanes(layers)).toBe(expected);
  });

  it('keeps what was found, faults included, and tells one progress', async () => {
    const [base, top] = await sampleLayers();
    const layers = await layersOf(base, new TextEncoder().encode('text '.repeat(300)), top);
    const told: number[] = [];
    let totalBytes: number | undefined = 0;
    await indexLayers(layers, {
      ...work,
      onProgress: (progress) => {
        told.push(progress.doneBytes);
        totalBytes = progress.totalBytes;
      },
    });
    const allBytes = layers.reduce((sum, layer) => sum + layer.blobSizeBytes, 0);
    expect(totalBytes).toBe(allBytes);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(Math.max(...told)).toBeLessThanOrEqual(allBytes);
    await expect(layers[1]?.readIndex(work)).rejects.toMatchObject({ code: 'notTar' });
    expect((await layers[2]?.readIndex(work))?.entryCount).toBeGreaterThan(0);
  });

  it('throws when it is cancelled', async () => {
    const layers = await layersOf(await tarOf([['a', 'b']]));
    await expect(indexLayers(layers, { ...work, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

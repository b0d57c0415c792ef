import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { webPlatform } from '../../src/platform/web.ts';
import type { Host } from '../../src/worker/host.ts';
import { pacedHost } from '../../src/worker/pacing.ts';

const BYTES = new Uint8Array(4 * 1024 * 1024).map((_, i) => (i * 7) % 251);

const plain: Host = {
  platform: webPlatform(),
  openBlob: () => new MemorySource(BYTES),
  freeBytes: async () => undefined,
};

function burn(durationMs: number): void {
  const end = performance.now() + durationMs;
  while (performance.now() < end);
}

/** Whether a task that was due at the start ran before all bytes were read. */
async function othersGetIn(stream: AsyncIterable<Uint8Array>): Promise<boolean> {
  let gotIn = false;
  setTimeout(() => {
    gotIn = true;
  }, 0);
  for await (const chunk of stream) if (chunk.length > 0) burn(5);
  return gotIn;
}

describe('PAGE-2 work over bytes in memory', () => {
  it('would keep messages waiting to its end', async () => {
    expect(await othersGetIn(plain.openBlob(new Blob()).stream())).toBe(false);
  });

  it('lets them in when its host is paced, also from slices and spools', async () => {
    const host = pacedHost(plain);
    const source = host.openBlob(new Blob());
    expect(await othersGetIn(source.stream())).toBe(true);
    expect(await othersGetIn(source.slice(1).stream())).toBe(true);
    const spool = host.platform.createSpool();
    await spool.write(BYTES);
    expect(await othersGetIn((await spool.finish()).stream())).toBe(true);
  });

  it('reads the same bytes', async () => {
    const source = pacedHost(plain).openBlob(new Blob()).slice(3, 1_000_000);
    const pieces: Uint8Array[] = [];
    for await (const chunk of source.stream()) pieces.push(chunk.slice());
    expect(Buffer.concat(pieces).equals(BYTES.subarray(3, 1_000_003))).toBe(true);
    expect(await source.read(5, 7)).toEqual(BYTES.subarray(8, 15));
    expect(source.sizeBytes).toBe(1_000_000);
  });
});

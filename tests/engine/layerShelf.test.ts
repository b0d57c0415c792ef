import { describe, expect, it } from 'vitest';
import type { Platform } from '../../src/bytes/platform.ts';
import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import { bootMachine } from '../../src/machine/bootMachine.ts';
import { nodePlatform } from '../../src/platform/node.ts';

const MARK = 'palimpsest stand-in: ';

/** A machine, and how many bytes it has hashed. */
function boot() {
  const platform = nodePlatform();
  const counted = { bytes: 0 };
  const counting: Platform = {
    ...platform,
    createHash(algorithm) {
      const hash = platform.createHash(algorithm);
      return {
        update(bytes) {
          counted.bytes += bytes.length;
          hash.update(bytes);
        },
        digest: () => hash.digest(),
      };
    },
  };
  const lab = bootMachine({ platform: counting, files: nodeCatalogue() });
  return { images: lab.machine.host.engine.images, counted, halt: () => lab.machine.halt() };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function saved(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const held: Uint8Array[] = [];
  for await (const chunk of chunks) held.push(chunk.slice());
  return Buffer.concat(held);
}

describe('ENG-6 layers of the catalogue', () => {
  it('are pulled, saved and loaded without being hashed; each step of a download is told', async () => {
    const { images, counted, halt } = boot();
    const told: string[] = [];
    const id = await images.pull({ reference: 'redis:7' }, (message) => {
      if ('status' in message) told.push(message.status);
    });
    for (const status of [
      'Pulling fs layer',
      'Downloading',
      'Verifying Checksum',
      'Download complete',
      'Pull complete',
    ])
      expect(told).toContain(status);
    const archive = await saved(await images.save(['redis:7']));
    expect(archive.length).toBeGreaterThan(90e6);
    images.remove('redis:7');
    expect(images.list({})).toEqual([]);
    let loadedBytes = 0;
    await images.load(once(archive), (message) => {
      if ('status' in message && message.status === 'Loading layer')
        loadedBytes = Math.max(loadedBytes, message.currentBytes ?? 0);
    });
    expect(images.find('redis:7').id).toBe(id);
    expect(loadedBytes).toBeGreaterThan(50e6);
    expect(counted.bytes).toBeLessThan(1e6);
    await halt();
  });

  it.each([
    ['what a file says', (archive: Buffer) => archive.indexOf(MARK)],
    ['its zeros', (archive: Buffer) => archive.indexOf(MARK) + 40_000],
  ])('other bytes under a known diffID are refused: a change of %s', async (_what, place) => {
    const { images, halt } = boot();
    await images.pull({ reference: 'alpine' }, () => undefined);
    const archive = await saved(await images.save(['alpine']));
    images.remove('alpine');
    const at = place(archive);
    expect(at).toBeGreaterThan(0);
    archive[at] = (archive[at] ?? 0) ^ 1;
    await expect(images.load(once(archive), () => undefined)).rejects.toThrow(/invalid diffID for layer 0/);
    expect(images.list({ isAll: true })).toEqual([]);
    await halt();
  });
});

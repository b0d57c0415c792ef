import { describe, expect, it } from 'vitest';
import { sampleImage } from '../../scripts/vite/sampleImage.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { nodePlatform } from '../../src/platform/node.ts';

const work = { platform: nodePlatform() };

describe('the sample image', () => {
  it('has the same bytes at each build', async () => {
    expect(Buffer.compare(await sampleImage(), await sampleImage())).toBe(0);
  });

  it('is an archive that nothing is to be said against, and its digests hold', async () => {
    const archive = await openArchive({ fileName: 'sample.tar', source: new MemorySource(await sampleImage()) }, work);
    expect(archive.findings).toEqual([]);
    expect(archive.images.map((image) => [image.tags, image.findings])).toEqual([[['palimpsest/sample:1'], []]]);
    for (const layer of archive.layers) {
      expect((await layer.readIndex(work)).findings).toEqual([]);
      expect((await layer.verify(work)).diffIdMatches).toBe(true);
    }
    await archive.close();
  });
});

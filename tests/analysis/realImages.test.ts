import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestContents } from '../../src/analysis/contentDigests.ts';
import { archiveContents } from '../../src/analysis/layerContents.ts';
import { layerChanges } from '../../src/analysis/layerSizes.ts';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import { treemap } from '../../src/analysis/treemap.ts';
import { wasteReport } from '../../src/analysis/waste.ts';
import { openArchive } from '../../src/archive/openArchive.ts';
import { nodePlatform, openFileSource } from '../../src/platform/node.ts';
import { describeWithFixtures } from '../fixtures.ts';

const MAX_FILE_BYTES = 3 * 1024 * 1024;

describeWithFixtures('images of real engines', (dir) => {
  const folder = join(dir, 'archives', 'generated');
  const names = dir === '' ? [] : readdirSync(folder).filter((name) => isSmallFile(join(folder, name)));
  it.each(names)('WASTE-2 %s: every byte is visible or wasted, once', async (name) => {
    const work = { platform: nodePlatform() };
    const archive = await openArchive({ fileName: name, source: await openFileSource(join(folder, name)) }, work);
    for (const image of archive.images) {
      const layers = [];
      for (const layer of image.layers) {
        layers.push(layer.presence === 'present' ? (await layer.readIndex(work)).tree : undefined);
      }
      if (layers.length === 0) continue;
      const stack = await buildTimeline(layers);
      const digests = await digestContents(stack, archiveContents(image.layers, work), work);
      const told = await wasteReport(stack, { digests });
      const visible = layerChanges(stack).at(-1)?.cumulativeBytes ?? 0;
      expect(visible + told.totalBytes - told.byCause.duplicate).toBe(told.imageBytes);
      expect((await treemap(stack, layers.length - 1)).sizeBytes).toBe(visible);
    }
    await archive.close();
  });
});

function isSmallFile(path: string): boolean {
  const stat = statSync(path);
  return stat.isFile() && stat.size <= MAX_FILE_BYTES;
}

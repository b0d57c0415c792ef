import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_LAYERS, sampleArchives } from '../support/sampleArchives.ts';
import { fixturesDir } from '../support/fixturesDir.ts';
import { expect, test } from './support/test.ts';

test.describe('PAGE-6 a dropped archive shows its images, layers and files', () => {
  for (const name of sampleArchives().keys()) {
    test(name, async ({ explorer, samples }) => {
      await explorer.goto();
      await explorer.open(samples.path(name));
      const layerCount = name.includes('rootfs') ? 1 : SAMPLE_LAYERS.length;
      await expect(explorer.layers).toHaveCount(layerCount);
      await expect(explorer.row('etc')).toBeVisible();
      await expect(explorer.faults).toBeEmpty();
    });
  }
});

interface Recorded {
  readonly file: string;
  readonly format: string;
  readonly expected: {
    readonly images?: readonly { readonly tags?: readonly string[]; readonly layers?: readonly unknown[] }[];
  };
}

/** One recorded archive of each format, the smallest with layers. */
function oneOfEachFormat(dir: string): readonly Recorded[] {
  const { entries } = JSON.parse(readFileSync(join(dir, 'MANIFEST.json'), 'utf8')) as { entries: Recorded[] };
  const sizeOf = ({ file }: Recorded) => statSync(join(dir, file)).size;
  const byFormat = new Map<string, Recorded>();
  for (const entry of entries) {
    const isReal = entry.file.startsWith('generated/') && existsSync(join(dir, entry.file));
    if (!isReal || entry.expected.images?.some(({ layers }) => !layers?.length)) continue;
    const format = entry.format.replace(/\d+ id\/json/, 'id/json');
    const known = byFormat.get(format);
    if (!known || sizeOf(entry) < sizeOf(known)) byFormat.set(format, entry);
  }
  return [...byFormat.values()];
}

const recorded = fixturesDir();
const archives = recorded === undefined ? undefined : join(recorded, 'archives');

test.describe('PAGE-6 a dropped archive that a real tool wrote shows what it holds', () => {
  test.skip(archives === undefined, 'no fixtures beside the project');
  for (const { file, format, expected } of archives ? oneOfEachFormat(archives) : []) {
    test(`${format}: ${file}`, async ({ explorer }) => {
      await explorer.goto();
      await explorer.open(join(archives ?? '', file));
      const images = expected.images ?? [];
      // A schema 1 manifest without a name has the tag ':'.
      const tags = images.flatMap((image) => image.tags ?? []).filter((tag) => !tag.startsWith(':'));
      for (const tag of tags) await expect(explorer.archives).toContainText(tag);
      const counts = images.length === 0 ? [1] : images.map(({ layers }) => layers?.length);
      expect(counts).toContain(await explorer.layers.count());
      expect(await explorer.rows.count()).toBeGreaterThan(0);
      await expect(explorer.faults).toBeEmpty();
    });
  }
});

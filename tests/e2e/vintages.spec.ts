import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_LAYERS, sampleArchives } from '../support/sampleArchives.ts';
import { fixturesDir } from '../support/fixturesDir.ts';
import type { ExplorerPage } from './support/explorerPage.ts';
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

test.describe('PAGE-6, PAGE-7 an archive that a real tool wrote shows what it holds, and what it hides', () => {
  if (recorded === undefined) {
    test.skip('(skipped: no fixtures beside the project)', () => undefined);
    return;
  }
  const archives = join(recorded, 'archives');
  for (const { file, format, expected } of oneOfEachFormat(archives)) {
    test(`${format}: ${file}`, async ({ explorer }) => {
      await explorer.goto();
      await explorer.open(join(archives, file));
      const images = expected.images ?? [];
      // A schema 1 manifest without a name has the tag ':'.
      const tags = images.flatMap((image) => image.tags ?? []).filter((tag) => !tag.startsWith(':'));
      for (const tag of tags) await expect(explorer.archives).toContainText(tag);
      const counts = images.length === 0 ? [1] : images.map(({ layers }) => layers?.length);
      expect(counts).toContain(await explorer.layers.count());
      expect(await explorer.rows.count()).toBeGreaterThan(0);
      await readHiddenFile(explorer, join(archives, file));
      await expect(explorer.faults).toBeEmpty();
    });
  }
});

/** The first file that x-ray shows, if the image hides one: it is there after a reload, and is downloaded whole. */
async function readHiddenFile(explorer: ExplorerPage, path: string): Promise<void> {
  const { page, details } = explorer;
  await page.getByRole('button', { name: 'Hidden', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Clear', exact: true })).toBeVisible();
  await expect(explorer.tree).toHaveAttribute('aria-busy', 'false');
  const file = explorer.rows
    .filter({ hasText: /(replaced|deleted|hidden).* by layer/ })
    .filter({ hasText: / -[rwxsStT-]{9} / });
  if ((await file.count()) === 0) return;
  await file.first().click();
  await expect(details).toContainText('hidden version');
  await explorer.reload();
  await expect(details).toContainText('hidden version');
  // Folders have no handle to come back by.
  if (statSync(path).isDirectory()) await explorer.reopen(path);
  await details.getByRole('button', { name: 'sha256', exact: true }).click();
  const digest = await details.locator('code[title^="sha256:"]').getAttribute('title');
  expect(await explorer.downloadedDigest()).toBe(digest);
}

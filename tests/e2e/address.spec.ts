import { readFileSync } from 'node:fs';
import { ArchiveServer } from './support/archiveServer.ts';
import { expect, test } from './support/test.ts';

test.describe('PAGE-6 an archive from an address', () => {
  let server: ArchiveServer;
  let origin: string;

  test.beforeEach(async ({ samples, watch }) => {
    server = new ArchiveServer(readFileSync(samples.path('sample-25.tar')));
    origin = await server.start();
    watch.expect(new RegExp(`^${origin}/`)); // asked for by the reader
    watch.expect(/CORS policy|Failed to load resource/);
  });
  test.afterEach(() => server.stop());

  test('is fetched only when the reader agrees', async ({ explorer, page }) => {
    await page.goto(`./?url=${encodeURIComponent(`${origin}/open/sample-25.tar`)}`);
    await expect(page.getByRole('dialog')).toContainText('Nothing is fetched until you agree.');
    expect(server.asked).toEqual([]);
    await page.getByRole('button', { name: /^Download from 127\.0\.0\.1/ }).click();
    await explorer.isIndexed();
    await expect(explorer.archive('sample-25.tar')).toBeVisible();
    await explorer.select('etc/motd');
    await expect(explorer.details).toContainText('third and last');
    expect(server.asked).toEqual(['/open/sample-25.tar']);
  });

  const failures: readonly (readonly [string, RegExp])[] = [
    ['/closed/sample-25.tar', /CORS|does not let|not allow|forbid/i],
    ['/open/missing.tar', /404/],
    ['/open/broken.tar', /broke off|interrupted|before/i],
  ];
  for (const [path, words] of failures) {
    test(`PAGE-5 ${path} says why it failed`, async ({ explorer, page }) => {
      await explorer.goto();
      await page.getByRole('button', { name: 'From an address…' }).click();
      await page.getByRole('textbox', { name: 'Address of an image archive' }).fill(`${origin}${path}`);
      await explorer.press('Enter');
      await expect(explorer.faults).toContainText(words);
      await expect(page.getByRole('button', { name: 'Choose files…' })).toBeVisible();
    });
  }
});

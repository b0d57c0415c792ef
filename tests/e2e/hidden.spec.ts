import { sha256 } from '../support/buildArchive.ts';
import { expect, test } from './support/test.ts';

const SECRET = 'machine example.org login me password hunter2hunter2\n';

test.describe('PAGE-7 what is hidden', () => {
  test.beforeEach(async ({ explorer, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('sample-25.tar'));
  });

  test('is absent from the merged view, and shown by x-ray as what it is', async ({ explorer, page }) => {
    await page.getByRole('button', { name: 'Unfold all directories' }).click();
    await expect(explorer.row('etc/motd')).toHaveCount(1);
    await expect(explorer.row('root/.netrc')).toHaveCount(0);
    await page.getByRole('button', { name: 'X-ray' }).click();
    await expect(explorer.row('root/.netrc').first()).toContainText(/deleted by layer 2|whiteout/);
    await expect(explorer.row('root/.netrc').filter({ hasText: 'deleted by layer 2' })).toHaveCount(1);
    await expect(explorer.row('etc/motd')).toHaveCount(3);
    await expect(explorer.row('etc/motd').filter({ hasText: 'replaced by layer' })).toHaveCount(2);
    await expect(explorer.row('opt/cache').filter({ hasText: 'opaque' }).first()).toBeVisible();
    await expect(explorer.row('opt/cache/index')).toContainText('hidden by layer 3, opaque');
  });

  test('can be read, and downloaded byte for byte', async ({ explorer, page }) => {
    await page.getByRole('button', { name: 'X-ray' }).click();
    await page.getByRole('button', { name: 'Unfold all directories' }).click();
    await explorer.row('root/.netrc').filter({ hasText: 'deleted by layer 2' }).click();
    await expect(explorer.details).toContainText('hidden version');
    await expect(explorer.details).toContainText('hunter2hunter2');
    expect(await explorer.downloadedDigest()).toBe(sha256(SECRET));
    await explorer.details.getByRole('button', { name: 'sha256', exact: true }).click();
    await expect(explorer.details).toContainText(sha256(SECRET).slice('sha256:'.length, 'sha256:'.length + 12));
  });

  test('is told in the biography of its path, and shown from there', async ({ explorer }) => {
    await explorer.select('etc/motd');
    await expect(explorer.details).toContainText('third and last');
    await explorer.show('Biography');
    const steps = explorer.details.getByRole('listitem');
    await expect(steps).toHaveCount(3);
    await expect(steps.nth(0)).toContainText('created');
    await expect(steps.nth(1)).toContainText('replaced');
    await expect(steps.nth(1)).toContainText('6 B → 15 B');
    await steps.nth(0).getByRole('button', { name: 'Show what is hidden' }).click();
    await expect(explorer.details).toContainText('first');
    expect(await explorer.downloadedDigest()).toBe(sha256('first\n'));
  });

  test('is found among the leftovers, and opened from there', async ({ explorer }) => {
    await explorer.show('Leftovers');
    await expect(explorer.details).toContainText('Credentials');
    await expect(explorer.details).toContainText('hidden, still in the archive');
    await explorer.details.getByRole('button', { name: /root\/\.netrc/ }).click();
    await expect(explorer.details).toContainText('hunter2hunter2');
  });

  test('is counted as waste, each byte with its cause', async ({ explorer }) => {
    await explorer.show('Waste');
    await expect(explorer.details).toContainText('Opaque directory');
    await explorer.details.getByRole('button', { name: 'Compare contents' }).click();
    await expect(explorer.details).toContainText('Metadata only');
    await expect(explorer.details).toContainText('Beside dive');
  });
});

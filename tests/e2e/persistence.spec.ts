import { readFileSync, rmSync } from 'node:fs';
import { sha256 } from '../support/buildArchive.ts';
import type { ExplorerPage } from './support/explorerPage.ts';
import { expect, test } from './support/test.ts';

const LAST = 'third and last\n';

/** As another browser gives it, or a page in a frame: bytes, and no handle to come back to. */
async function openWithoutHandle(explorer: ExplorerPage, path: string): Promise<void> {
  const choosing = explorer.page.waitForEvent('filechooser');
  await explorer.page.getByRole('button', { name: 'Open…' }).click();
  await (await choosing).setFiles(path);
  await expect(explorer.archives).toHaveCount(1);
  await explorer.isIndexed();
}

test.describe('PAGE-4 after a reload', () => {
  test('archives, view and selection are as they were', async ({ explorer, page, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('sample-v1.tar'));
    await explorer.open(samples.path('sample-oci-gzip.tar'));
    await explorer.layer(2).click();
    await page.getByRole('button', { name: 'X-ray' }).click();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('By size');
    await explorer.select('etc/motd');
    await explorer.row('opt').first().locator('.twisty').click();
    await explorer.show('Biography');
    const address = page.url();
    await page.waitForTimeout(800); // the view is stored when it has come to rest
    await explorer.reload();
    await explorer.isIndexed();
    await expect(explorer.archives).toHaveCount(2);
    expect(page.url()).toBe(address);
    await expect(explorer.layer(2)).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByRole('radio', { name: 'Up to layer 2' })).toBeChecked();
    await expect(page.getByRole('button', { name: 'X-ray' })).toHaveAttribute('aria-pressed', 'true');
    await expect(page.getByRole('combobox', { name: 'Order' })).toHaveValue('size');
    await expect(page.getByRole('tab', { name: 'Biography' })).toHaveAttribute('aria-selected', 'true');
    await expect(explorer.row('etc/motd').first()).toHaveAttribute('aria-selected', 'true');
    await expect(explorer.row('etc').first()).toHaveAttribute('aria-expanded', 'true');
    await expect(explorer.row('opt').first()).toHaveAttribute('aria-expanded', 'false');
    await expect(explorer.details.getByRole('listitem')).toHaveCount(3);
  });

  test('a dropped file is read through its handle', async ({ explorer, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('sample-oci-gzip.tar'));
    await explorer.reload();
    await explorer.isIndexed();
    await explorer.select('etc/motd');
    await expect(explorer.details).toContainText('third and last');
    expect(await explorer.downloadedDigest()).toBe(sha256(LAST));
  });

  test('without a handle the file is asked for again, and must be the same', async ({ explorer, page, samples }) => {
    await explorer.goto();
    await openWithoutHandle(explorer, samples.path('sample-1.10.tar'));
    await explorer.reload();
    await explorer.isIndexed();
    await explorer.select('etc/motd');
    await expect(explorer.details).toContainText('The contents need the file again.');
    await expect(explorer.faults).toBeEmpty();
    await explorer.reopen(samples.path('forged.tar'));
    await expect(explorer.faults).toContainText('could not be re-opened');
    await expect(explorer.rows.first()).toBeVisible();
    await page.getByRole('button', { name: 'Dismiss' }).first().click();
    await explorer.reopen(samples.path('sample-1.10.tar'));
    await expect(page.getByRole('button', { name: 'Re-open' })).toHaveCount(0);
    await expect(explorer.details).toContainText('third and last');
  });

  test('a file that has gone is told, and what was read of it is there', async ({ explorer, page, samples }) => {
    const path = samples.write('vanishing.tar', readFileSync(samples.path('sample-25.tar')));
    await explorer.goto();
    await explorer.open(path);
    rmSync(path);
    await explorer.reload();
    await explorer.isIndexed();
    await explorer.select('etc/motd');
    await expect(explorer.details).toContainText('The contents need the file again.');
    await explorer.show('Biography');
    await expect(explorer.details.getByRole('listitem')).toHaveCount(3);
    await explorer.show('Verify');
    await explorer.details.getByRole('button', { name: 'Verify' }).click();
    await expect(explorer.faults).toContainText('The archive could not be verified.');
    await page.getByRole('button', { name: 'Dismiss' }).first().click();
  });

  test('what was kept needs no file; forgotten, it does', async ({ explorer, page, samples }) => {
    await explorer.goto();
    await openWithoutHandle(explorer, samples.path('sample-25.tar'));
    await explorer.showMore();
    await page.getByRole('button', { name: 'Keep in this browser' }).click();
    await expect(page.getByText('Kept', { exact: true })).toBeVisible();
    await explorer.reload();
    await explorer.isIndexed();
    await explorer.select('etc/motd');
    await expect(explorer.details).toContainText('third and last');
    expect(await explorer.downloadedDigest()).toBe(sha256(LAST));
    await explorer.showMore();
    await page.getByRole('button', { name: 'Remove the copy' }).click();
    await expect(page.getByText('Kept', { exact: true })).toHaveCount(0);
    await explorer.reload();
    await expect(page.getByRole('button', { name: 'Re-open' }).first()).toBeVisible();
  });

  test('what was closed stays closed', async ({ explorer, page, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('sample-v1.tar'));
    await explorer.showMore();
    await page.getByRole('region', { name: 'Archives and images' }).getByRole('button', { name: 'Close' }).click();
    await expect(page.getByRole('button', { name: 'Choose files…' })).toBeVisible();
    await explorer.reload();
    await expect(page.getByRole('button', { name: 'Choose files…' })).toBeVisible();
  });
});

test.describe('PAGE-4 the address', () => {
  test('goes back and forward through what was shown', async ({ explorer, page, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('sample-25.tar'));
    await explorer.select('etc/motd');
    await explorer.select('etc/os-release');
    await expect(explorer.details).toContainText('ID=sample');
    await page.goBack();
    await expect(explorer.row('etc/motd')).toHaveAttribute('aria-selected', 'true');
    await expect(explorer.details).toContainText('third and last');
    await page.goForward();
    await expect(explorer.details).toContainText('ID=sample');
  });

  test('names a hidden version, with bytes that are no letters', async ({ explorer, page, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('sample-25.tar'));
    await explorer.select('home/résumé.txt');
    expect(page.url()).toContain('/p/home/r%C3%A9sum%C3%A9.txt');
    await page.getByRole('button', { name: 'X-ray' }).click();
    await explorer.row('etc/motd').filter({ hasText: 'replaced by layer 2' }).click();
    await expect(explorer.details).toContainText('first');
    await explorer.reload();
    await explorer.isIndexed();
    await expect(explorer.details).toContainText('hidden version');
    await expect(explorer.details).toContainText('first');
  });
});

test('PAGE-4 offline the page starts, opens an archive and reads a file', async ({
  context,
  explorer,
  page,
  samples,
}) => {
  await explorer.goto();
  await page.evaluate(async () => navigator.serviceWorker.ready);
  await context.setOffline(true);
  await explorer.reload();
  await explorer.open(samples.path('sample-oci-gzip.tar'));
  await explorer.select('etc/motd');
  await expect(explorer.details).toContainText('third and last');
  for (const panel of ['Biography', 'Documents', 'Treemap', 'Waste', 'Leftovers', 'Compare', 'Verify', 'Save']) {
    await explorer.show(panel);
  }
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('button', { name: '打开…' })).toBeVisible();
  await explorer.reload();
  await expect(explorer.archives).toHaveCount(0); // by their English name
  await expect(page.getByRole('article')).toHaveCount(1);
});

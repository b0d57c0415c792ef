import { randomBytes } from 'node:crypto';
import { SAMPLE_LAYERS } from '../support/sampleArchives.ts';
import { buildDockerArchive } from '../support/buildArchive.ts';
import type { ExplorerPage } from './support/explorerPage.ts';
import { expect, test } from './support/test.ts';

/** What was open is there and can be read. */
async function isUntouched(explorer: ExplorerPage): Promise<void> {
  await expect(explorer.archives).toHaveCount(1);
  await expect(explorer.archive('sample-25.tar')).toBeVisible();
  await explorer.select('etc/os-release');
  await expect(explorer.details).toContainText('ID=sample');
}

test.describe('PAGE-5 what cannot be opened says why, and what was open stays', () => {
  test.beforeEach(async ({ explorer, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('sample-25.tar'));
  });

  const cases: readonly (readonly [string, RegExp])[] = [
    ['shopping-list.txt', /shopping-list\.txt could not be opened\..*(not|neither)/s],
    ['nothing.tar', /nothing\.tar could not be opened\..*empty/s],
    ['half.tar', /half\.tar could not be opened\..*(breaks off|cut|incomplete|ends)/s],
    ['half.tar.gz', /half\.tar\.gz could not be opened\..*(breaks off|cut|incomplete|ends)/s],
  ];
  for (const [name, words] of cases) {
    test(name, async ({ explorer, samples }) => {
      await explorer.drop(samples.path(name));
      await expect(explorer.faults).toContainText(words);
      await isUntouched(explorer);
      await explorer.page.getByRole('button', { name: 'Dismiss' }).click();
      await expect(explorer.faults).toBeEmpty();
    });
  }

  test('one bad file among good ones', async ({ explorer, samples }) => {
    await explorer.drop(samples.path('sample-v1.tar'), samples.path('nothing.tar'), samples.path('sample-oci.tar'));
    await expect(explorer.archives).toHaveCount(3);
    await expect(explorer.faults).toContainText('nothing.tar could not be opened.');
  });
});

test.describe('PAGE-5 a full disk', () => {
  async function limitStorage(explorer: ExplorerPage, quotaBytes: number, origin: string): Promise<void> {
    const session = await explorer.page.context().newCDPSession(explorer.page);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: quotaBytes });
  }

  test('keeps nothing by halves', async ({ baseURL, explorer, page, samples }) => {
    const large = buildDockerArchive('large:1', [
      SAMPLE_LAYERS[0] ?? [],
      [{ path: 'noise', body: randomBytes(20_000_000) }],
    ]);
    await limitStorage(explorer, 8_000_000, baseURL ?? '');
    await explorer.goto();
    await explorer.open(samples.write('large.tar', large));
    await explorer.showMore();
    await page.getByRole('button', { name: 'Keep in this browser' }).click();
    await expect(explorer.faults).toContainText('large.tar could not be kept.');
    await expect(explorer.faults).toContainText('There is no room left in this browser');
    await expect(page.getByText('Kept', { exact: true })).toHaveCount(0);
    await explorer.select('etc/motd');
    await expect(explorer.details).toContainText('first');
    await explorer.reload();
    await explorer.isIndexed();
    await expect(explorer.archive('large.tar')).toBeVisible();
  });

  test('does not stop the reader', async ({ baseURL, explorer, samples, watch }) => {
    watch.expect(/could not be kept for offline use|QuotaExceeded/);
    await limitStorage(explorer, 1024, baseURL ?? '');
    await explorer.goto();
    await explorer.open(samples.path('sample-25.tar'));
    await expect(explorer.faults).toContainText('could not be stored in this browser');
    await explorer.select('etc/os-release');
    await expect(explorer.details).toContainText('ID=sample');
  });
});

test.describe('PAGE-5 digests that are wrong', () => {
  test('are told by the verify panel, each with claimed and computed', async ({ explorer, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('forged.tar'));
    await explorer.show('Verify');
    await explorer.details.getByRole('button', { name: 'Verify' }).click();
    await expect(explorer.details).toContainText('1 is wrong.');
    const wrong = explorer.details.getByRole('row').filter({ hasText: '✗ wrong' });
    await expect(wrong).toHaveCount(1);
    await expect(wrong).toContainText('diffID');
    const [claimed, computed] = await wrong.getByRole('code').allTextContents();
    expect(claimed).not.toBe(computed);
    await explorer.select('etc/motd');
    await expect(explorer.details).toContainText('third, a forge');
  });

  test('of layers in the wrong order put the stack right', async ({ explorer, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('swapped.tar'));
    await explorer.select('usr/bin/tool');
    await explorer.show('Verify');
    await explorer.details.getByRole('button', { name: 'Verify' }).click();
    await expect(explorer.details).toContainText('2 are wrong.');
    await explorer.showMore();
    await expect(explorer.archives).toContainText("the config's order is used");
    await explorer.show('Biography');
    await expect(explorer.details.getByRole('listitem').first()).toContainText('rw-r--r--');
    await expect(explorer.details.getByRole('listitem').last()).toContainText('rwxr-xr-x');
    await explorer.row('root').click();
    await expect(explorer.row('root/.netrc')).toHaveCount(0);
  });
});

import { SAMPLE_LAYERS } from '../support/sampleArchives.ts';
import { longGzip, longSecondLayer, manyFiles } from './support/largeArchives.ts';
import { TASK_CATEGORIES, taskTimesMs } from './support/mainThread.ts';
import { expect, test } from './support/test.ts';

/** What a task may take before the page stutters (Long Tasks API). */
const LONG_TASK_MS = 50;

test('PAGE-2 the main thread does no long task while 120 MB with 40,000 files load', async ({
  browser,
  explorer,
  page,
  samples,
}) => {
  const path = samples.write('many-files.tar', manyFiles(8, 5000, 2500));
  await explorer.goto();
  await explorer.open(samples.path('sample-25.tar')); // all script that this needs is there
  await browser.startTracing(page, { categories: TASK_CATEGORIES });
  await explorer.drop(path);
  await expect(explorer.archive('many-files.tar')).toBeVisible();
  await expect(page.getByText('40,409 of 40,409')).toBeVisible({ timeout: 30_000 });
  await explorer.press('Alt+t', '*', 'End', 'PageUp', 'Home');
  await explorer.press('Alt+.', 'End');
  await expect(explorer.focusedRow).toHaveAttribute('data-path', 'srv/part-7/9/file-999.txt');
  const tasksMs = taskTimesMs(await browser.stopTracing());
  expect(tasksMs.length).toBeGreaterThan(100);
  expect(tasksMs[0]).toBeGreaterThan(1);
  expect(tasksMs.filter((task) => task > LONG_TASK_MS)).toEqual([]);
});

test('PAGE-2 a long open is cancelled at once, and leaves nothing behind', async ({ explorer, page, samples }) => {
  const path = samples.write('long.tar.gz', longGzip(2 ** 32));
  await explorer.goto();
  await explorer.open(samples.path('sample-25.tar'));
  await explorer.drop(path);
  const progress = page.getByRole('progressbar', { name: 'Opening long.tar.gz' });
  await expect(progress).toBeVisible();
  await explorer.select('etc/os-release'); // the page answers meanwhile
  await expect(explorer.details).toContainText('ID=sample');
  await expect(progress).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(progress).toHaveCount(0);
  await expect(explorer.archives).toHaveCount(1);
  await expect(explorer.faults).toBeEmpty();
});

test('PAGE-2 a layer can be read while another is still indexed', async ({ explorer, page, samples }) => {
  const path = samples.write('long-layer.tar', longSecondLayer(SAMPLE_LAYERS[0] ?? [], 2 ** 33));
  await explorer.goto();
  await explorer.drop(path);
  await expect(explorer.layer(2)).toContainText('reading…');
  await explorer.layer(1).click();
  await explorer.select('etc/motd');
  await expect(explorer.details).toContainText('first');
  await expect(explorer.layer(2)).toContainText('reading…');
  await explorer.showMore();
  await explorer.archives.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('button', { name: 'Choose files…' })).toBeVisible();
});

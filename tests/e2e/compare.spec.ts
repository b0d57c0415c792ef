import { buildDockerArchive } from '../support/buildArchive.ts';
import { SAMPLE_LAYERS } from '../support/sampleArchives.ts';
import { expect, test } from './support/test.ts';

test('PAGE-6 several files are dropped at once, and two of their images compared', async ({ explorer, samples }) => {
  const [base = [], ...others] = SAMPLE_LAYERS;
  const other = buildDockerArchive('sample:next', [
    base,
    ...others.slice(0, 1),
    [
      { path: 'etc/motd', body: 'of the next release\n' },
      { path: 'etc/added', body: 'new in this one\n' },
    ],
  ]);
  await explorer.goto();
  await explorer.open(
    samples.path('sample-25.tar'),
    samples.write('next.tar', other),
    samples.path('sample-rootfs.tar'),
  );
  await expect(explorer.archives.getByRole('heading')).toHaveText(['sample-25.tar', 'next.tar', 'sample-rootfs.tar']);
  await explorer.archives.getByRole('button', { name: /sample:oci/ }).click();
  await explorer.show('Compare');
  const { details } = explorer;
  await details.getByRole('combobox', { name: 'Compare with' }).selectOption({ label: 'sample:next (next.tar)' });
  await expect(details).toContainText('2 layers in common.');
  // Of the base's opt/cache only this image has made a clean sweep.
  await expect(details.getByRole('button', { name: /only in the other/ })).toContainText('2');
  await details.getByRole('button', { name: /only in the other/ }).click();
  await expect(details).toContainText('added');
  await expect(details).not.toContainText('résumé.txt');
  await details.getByText('Config', { exact: true }).click();
  await expect(details.getByRole('row').filter({ hasText: 'Env.PATH' })).toContainText('/usr/bin');
});

test('PAGE-6 an image that is saved opens again, its layers unchanged', async ({ explorer, page, samples }) => {
  await explorer.goto();
  await explorer.open(samples.path('sample-oci-gzip.tar'));
  const digests = await explorer.details.getByRole('table').getByRole('code').allTextContents();
  expect(digests.length).toBeGreaterThanOrEqual(9);
  await explorer.show('Save');
  for (const form of [/^Docker archive For/, /^OCI layout as a tar/]) {
    await explorer.details.getByRole('radio', { name: form }).check();
    const started = page.waitForEvent('download');
    await explorer.details.getByRole('button', { name: 'Write' }).click();
    const path = await (await started).path();
    await explorer.open(path);
    await explorer.show('History');
    const diffIds = await explorer.details.getByRole('table').getByRole('code').allTextContents();
    expect(diffIds).toEqual(digests);
    await explorer.show('Verify');
    await explorer.details.getByRole('button', { name: 'Verify' }).click();
    await expect(explorer.details).toContainText('Every digest is right.');
    await explorer.archives.first().getByRole('button').first().click();
    await explorer.show('Save');
  }
});

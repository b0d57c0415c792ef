import { readFileSync } from 'node:fs';
import { SAMPLE_IMAGE_ID } from '../support/sampleArchives.ts';
import { buildDockerArchive, sha256 } from '../support/buildArchive.ts';
import { digestOfFile } from './support/explorerPage.ts';
import { expect, test } from './support/test.ts';

/** A PNG of one red pixel (PNG specification, third edition). */
const RED_PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64',
);
/** 镜像 in GB18030. */
const GB18030 = Uint8Array.from([0xbe, 0xb5, 0xcf, 0xf1, 0x0a]);
const LINE_COUNT = 300_000;

function mixedFiles(): Uint8Array<ArrayBuffer> {
  const lines = Array.from({ length: LINE_COUNT }, (_, i) => `line ${i + 1} of the log\n`).join('');
  return buildDockerArchive('files:mixed', [
    [
      { path: 'log.txt', body: lines },
      { path: 'gb.txt', body: GB18030 },
      { path: 'red.png', body: new Uint8Array(RED_PIXEL) },
      { path: 'noise.bin', body: Uint8Array.from({ length: 70_000 }, (_, i) => (i * 193) & 255) },
      { path: 'current.log', linkTarget: 'log.txt' },
    ],
  ]);
}

test.describe('PAGE-6 the content of a file', () => {
  test.beforeEach(async ({ explorer, samples }) => {
    await explorer.goto();
    await explorer.open(samples.write('mixed.tar', mixedFiles()));
  });

  test('is read in windows, however long it is', async ({ explorer, page }) => {
    await explorer.select('log.txt');
    const text = explorer.details.getByRole('document', { name: 'Text of log.txt' });
    await expect(text).toContainText('line 1 of the log');
    await explorer.details.getByRole('textbox', { name: 'Go to line' }).fill('150000');
    await explorer.press('Enter');
    await expect(text).toContainText('line 150000 of the log');
    expect(await text.locator('[data-row]').count()).toBeLessThan(200);
    await text.focus();
    await explorer.press('Control+End');
    await expect(text).toContainText(`line ${LINE_COUNT} of the log`);
    await expect(page.getByText(`${LINE_COUNT.toLocaleString('en')} lines`)).toBeVisible();
  });

  test('is decoded as the reader says', async ({ explorer }) => {
    await explorer.select('gb.txt');
    await explorer.details.getByRole('combobox', { name: 'Encoding' }).selectOption('gb18030');
    await expect(explorer.details.getByRole('document')).toContainText('镜像');
  });

  test('is shown as a picture', async ({ explorer }) => {
    await explorer.select('red.png');
    await expect(explorer.details.getByRole('img', { name: 'red.png' })).toBeVisible();
    await expect(explorer.details).toContainText('image/png · 1 × 1');
  });

  test('is shown in hex, at any offset', async ({ explorer }) => {
    await explorer.select('noise.bin');
    await explorer.details.getByRole('textbox', { name: 'Go to offset' }).fill('0x11000');
    await explorer.press('Enter');
    await expect(explorer.details).toContainText('0x11000 (69,632)');
    await expect(explorer.details).toContainText('00011000');
  });

  test('of a link is that of what it leads to', async ({ explorer }) => {
    await explorer.select('current.log');
    await explorer.details.getByRole('button', { name: 'Go there' }).click();
    await expect(explorer.details).toContainText('line 1 of the log');
  });
});

test.describe('PAGE-6 the image', () => {
  test.beforeEach(async ({ explorer, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('sample-25.tar'));
  });

  test('gives its config as it is, byte for byte', async ({ explorer, page }) => {
    await explorer.show('Documents');
    await expect(explorer.details).toContainText(SAMPLE_IMAGE_ID);
    await explorer.details.getByText('Config', { exact: true }).click();
    await expect(explorer.details).toContainText('"PATH=/usr/bin"');
    const started = page.waitForEvent('download');
    await explorer.details.getByRole('button', { name: 'Download' }).click();
    expect(await digestOfFile(await (await started).path())).toBe(SAMPLE_IMAGE_ID);
  });

  test('is drawn as a treemap that the keys walk, with a table beside it', async ({ explorer }) => {
    await explorer.show('Treemap');
    const { details } = explorer;
    const map = details.getByLabel(/^Treemap of \//);
    const crumbs = details.getByRole('navigation', { name: 'Where you are' }).getByRole('button');
    await map.focus();
    await explorer.press('ArrowRight');
    await expect(details).not.toContainText('Arrow keys move, Enter goes in, Backspace goes out.');
    await details.getByRole('button', { name: 'usr/' }).click();
    await expect(crumbs).toHaveCount(2);
    await map.focus();
    await explorer.press('Backspace');
    await expect(crumbs).toHaveCount(1);
    await expect(details.getByRole('button', { name: 'opt/' })).toBeVisible();
  });

  test('is flattened, and one directory of it saved', async ({ explorer, page, samples }) => {
    await explorer.select('etc');
    await explorer.show('Save');
    for (const form of [/^Flattened/, /^The selected path/]) {
      await explorer.details.getByRole('radio', { name: form }).check();
      const started = page.waitForEvent('download');
      await explorer.details.getByRole('button', { name: 'Write' }).click();
      const bytes = readFileSync(await (await started).path());
      expect(bytes.includes('third and last')).toBe(true);
      expect(bytes.includes('hunter2hunter2')).toBe(false);
      expect(bytes.includes('fresh')).toBe(form.source.startsWith('^Flat'));
      const name = `flat-${bytes.length}.tar`;
      await explorer.open(samples.write(name, bytes));
      await expect(explorer.row('etc')).toBeVisible();
      await explorer.archive('sample-25.tar').getByRole('button').first().click();
      await explorer.select('etc');
      await explorer.show('Save');
    }
  });
});

test.describe('PAGE-6 the tree is narrowed', () => {
  test.beforeEach(async ({ explorer, samples }) => {
    await explorer.goto();
    await explorer.open(samples.path('sample-25.tar'));
  });

  test('by name, pattern, change and size', async ({ explorer, page }) => {
    const filter = page.getByRole('searchbox', { name: 'Filter by name' });
    await filter.fill('*.txt');
    await expect(explorer.row('home/résumé.txt')).toBeVisible();
    await expect(explorer.row('etc')).toHaveCount(0);
    await filter.fill('');
    await page.getByRole('button', { name: 'Hidden', exact: true }).click();
    await expect(explorer.row('root/.netrc').first()).toBeVisible();
    await expect(explorer.row('home')).toHaveCount(0);
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByRole('button', { name: 'X-ray' }).click();
    await page.getByRole('combobox', { name: 'Smallest size' }).selectOption('≥ 1 kB');
    await expect(page.getByText('Nothing matches.')).toBeVisible();
    await page.getByRole('button', { name: 'X-ray' }).click();
    await expect(explorer.row('opt/cache/index')).toBeVisible();
  });

  test('to one layer, and to all layers up to one', async ({ explorer, page }) => {
    await explorer.layer(1).click();
    await page.getByRole('button', { name: 'Unfold all directories' }).click();
    await expect(explorer.row('root/.netrc')).toBeVisible();
    await expect(explorer.row('home')).toHaveCount(0);
    await page.getByText('Layer 1 only').click();
    await explorer.layer(2).click();
    await expect(explorer.row('root/.netrc')).toContainText('whiteout');
    await expect(explorer.row('opt')).toHaveCount(0);
  });

  test('to what a search of contents finds, hidden files too', async ({ explorer, page }) => {
    await explorer.press('Alt+s');
    await page.getByRole('combobox', { name: 'Where to search' }).selectOption('Contents');
    await page.getByRole('combobox', { name: 'What to search for' }).fill('hunter2');
    await page.getByRole('option', { name: /\.netrc/ }).click();
    await expect(explorer.details).toContainText('hunter2hunter2');
    expect(await explorer.downloadedDigest()).toBe(sha256('machine example.org login me password hunter2hunter2\n'));
  });
});

test.describe('PAGE-6 other ways in', () => {
  test('a file is pasted', async ({ explorer, page, samples }) => {
    await explorer.goto();
    await expect(page.getByRole('button', { name: 'Choose files…' })).toBeVisible();
    await page.evaluate(
      (base64) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], 'pasted.tar'));
        document.body.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        );
      },
      readFileSync(samples.path('sample-25.tar'), 'base64'),
    );
    await expect(explorer.archive('pasted.tar')).toBeVisible();
    await explorer.isIndexed();
  });

  test('an address is pasted, and offered', async ({ explorer, page }) => {
    await explorer.goto();
    await expect(page.getByRole('button', { name: 'Choose files…' })).toBeVisible();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', 'https://example.org/image.tar');
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await expect(page.getByRole('button', { name: 'Download from example.org' })).toBeVisible();
  });

  test('the sample is tried', async ({ explorer, page }) => {
    await explorer.goto();
    await page.getByRole('button', { name: 'Try the sample image' }).click();
    await expect(explorer.layers).toHaveCount(6);
  });
});

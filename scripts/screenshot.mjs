// `npm run screenshot`: the pictures of the README, taken from the built page with its own sample image and example. A folder
// may be named that holds another build than `dist`.
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { provideBrowser } from './browser.mjs';

const PAGE = 'http://127.0.0.1:5191/';
const server = await preview({
  preview: { host: '127.0.0.1', port: 5191 },
  logLevel: 'error',
  ...(process.argv[2] && { build: { outDir: process.argv[2] } }),
});
const browser = await chromium.launch({
  executablePath: await provideBrowser(),
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1360, height: 820 }, colorScheme: 'light', locale: 'en' });
  await page.goto(PAGE);
  await explorer(page);
  await page.screenshot({ path: 'docs/explorer.png' });
  await builds(page);
  await page.screenshot({ path: 'docs/builds.png' });
} finally {
  await browser.close();
  await new Promise((resolve) => server.httpServer.close(resolve));
}

async function explorer(page) {
  await page.getByRole('button', { name: 'Try the sample image' }).click();
  await page.getByRole('button', { name: 'X-ray' }).click();
  const tree = page.getByRole('treegrid');
  await page.getByRole('button', { name: 'Unfold all directories' }).click();
  const hidden = tree.getByRole('row').filter({ hasText: 'deploy_key' }).filter({ hasText: 'deleted by layer' });
  await hidden.first().click();
  await page.getByRole('tab', { name: 'Biography' }).click();
  await page.waitForTimeout(800);
}

/** An example that is built, changed in a file that it copies early, and built again. */
async function builds(page) {
  await page.goto(`${PAGE}#/builds`);
  await page.getByRole('button', { name: 'Examples…' }).first().click();
  await page.locator('dialog button', { hasText: '/root/cache-order' }).click();
  await build(page);
  await page.locator('.files').getByText('notes.md').click();
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('One more line.\n');
  await build(page);
  await page.locator('.files').getByText('Dockerfile', { exact: true }).click();
  await page.waitForTimeout(800);
}

async function build(page) {
  await page.getByRole('button', { name: 'Build', exact: true }).click();
  await page.locator('.steps [role=status]').filter({ hasText: 'from the cache' }).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Build', exact: true }).waitFor();
  await page.waitForTimeout(1500);
}

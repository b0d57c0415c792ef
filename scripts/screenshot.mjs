// `npm run screenshot`: the picture of the README, taken from the built page with its own sample image.
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { provideBrowser } from './browser.mjs';

const server = await preview({ preview: { host: '127.0.0.1', port: 5191 }, logLevel: 'error' });
const browser = await chromium.launch({
  executablePath: await provideBrowser(),
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1360, height: 820 }, colorScheme: 'light', locale: 'en' });
  await page.goto('http://127.0.0.1:5191/');
  await page.getByRole('button', { name: 'Try the sample image' }).click();
  await page.getByRole('button', { name: 'X-ray' }).click();
  const tree = page.getByRole('treegrid');
  await page.getByRole('button', { name: 'Unfold all directories' }).click();
  const hidden = tree.getByRole('row').filter({ hasText: 'deploy_key' }).filter({ hasText: 'deleted by layer' });
  await hidden.first().click();
  await page.getByRole('tab', { name: 'Biography' }).click();
  await page.waitForTimeout(800);
  await page.screenshot({ path: 'docs/explorer.png' });
} finally {
  await browser.close();
  await new Promise((resolve) => server.httpServer.close(resolve));
}

import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { firstLine, launchBrowser, serve } from './chromium.ts';
import { median } from './measure.ts';

export interface KeptPageFigures {
  readonly images: number;
  /** From the page's first paint until the terminal of the kept machine takes a line; the middle of the rounds. */
  readonly usableMs: number;
  /** From the navigation to the first paint. */
  readonly firstPaintMs: number;
}

const IMAGES = ['alpine', 'busybox', 'debian', 'golang', 'httpd', 'nginx', 'node', 'python', 'redis', 'ubuntu'];
const ROUNDS = 5;
const TIMEOUT_MS = 120_000;
const SCREEN = '.terminal .output';
const PROMPT = 'root@palimpsest:~#';
/** What is written is on its way at most so long. */
const WRITTEN_MS = 3000;

/** Keeps a machine with ten images in a real browser and opens the page again. Gives the reason where it cannot be done. */
export async function measureKeptPage(projectDir: string, builtDir?: string): Promise<KeptPageFigures | string> {
  const outDir = builtDir ?? join(projectDir, '.cache/bench-build/app');
  try {
    if (builtDir === undefined) {
      const { build } = await import('vite');
      await build({ root: projectDir, logLevel: 'error', build: { outDir, emptyOutDir: true } });
    }
    const server = await serve(outDir);
    const browser = await launchBrowser();
    try {
      return await measureIn(await browser.newContext({ locale: 'en' }), server.address);
    } finally {
      await browser.close();
      server.close();
    }
  } catch (error) {
    return firstLine(error);
  }
}

async function measureIn(context: BrowserContext, address: string): Promise<KeptPageFigures> {
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  await page.goto(address);
  await page.getByRole('main').waitFor();
  await page.keyboard.press('Control+`');
  await page.locator(SCREEN, { hasText: PROMPT }).waitFor();
  const pull = `for i in ${IMAGES.join(' ')}; do docker pull -q $i; done`;
  await page.keyboard.type(`${pull}; echo pulled$(docker images -q | wc -l)\n`);
  await page.locator(SCREEN, { hasText: `pulled${IMAGES.length}` }).waitFor();
  await page.waitForTimeout(WRITTEN_MS);
  const rounds: { readonly usableMs: number; readonly firstPaintMs: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await reopened(page));
  const usableMs = median(rounds.map((one) => one.usableMs));
  return { images: IMAGES.length, usableMs, firstPaintMs: median(rounds.map((one) => one.firstPaintMs)) };
}

/** The page itself asks for its terminal as soon as it is there, and tells when the prompt is, on the clock that its first
 *  paint has. */
async function reopened(page: Page): Promise<{ readonly usableMs: number; readonly firstPaintMs: number }> {
  await page.reload({ waitUntil: 'commit' });
  const { usableAtMs, firstPaintMs } = await page.evaluate(
    ({ screen, prompt }) =>
      new Promise<{ usableAtMs: number; firstPaintMs: number }>((resolve) => {
        let wasAsked = false;
        const look = () => {
          if (!wasAsked && document.querySelector('main')) {
            wasAsked = true;
            const key = { key: '`', code: 'Backquote', ctrlKey: true, bubbles: true, cancelable: true };
            document.body.dispatchEvent(new KeyboardEvent('keydown', key));
          }
          if (document.querySelector(screen)?.textContent?.includes(prompt)) {
            const paint = performance.getEntriesByType('paint')[0];
            resolve({ usableAtMs: performance.now(), firstPaintMs: paint?.startTime ?? 0 });
          } else setTimeout(look, 2);
        };
        look();
      }),
    { screen: SCREEN, prompt: PROMPT },
  );
  return { usableMs: usableAtMs - firstPaintMs, firstPaintMs };
}

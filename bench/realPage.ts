import { join } from 'node:path';
import { TASK_CATEGORIES, taskTimesMs } from '../tests/e2e/support/mainThread.ts';
import { firstLine, launchBrowser, serve } from './chromium.ts';

/** What a person meets who drops the archive on the page as it is shipped. */
export interface RealPageFigures {
  /** Rows of the first layer are there. */
  readonly firstLayerMs: number;
  /** The last layer was still being read then. */
  readonly isBeforeLast: boolean;
  readonly allLayersMs: number;
  /** CPU time: unlike wall time it does not grow when the machine is busy with something else. */
  readonly longestTaskMs: number;
}

/** What the page says of a layer that is not indexed yet. */
const UNREAD = /waiting|reading…/;
const TIMEOUT_MS = 120_000;

/** Gives the reason where it cannot be done. */
export async function openInRealPage(path: string, projectDir: string): Promise<RealPageFigures | string> {
  const outDir = join(projectDir, '.cache/bench-build/app');
  try {
    const { build } = await import('vite');
    await build({ root: projectDir, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  } catch (error) {
    return `the page does not build: ${firstLine(error)}`;
  }
  const server = await serve(outDir);
  try {
    return await dropOnPage(path, server.address);
  } catch (error) {
    return firstLine(error);
  } finally {
    server.close();
  }
}

async function dropOnPage(path: string, address: string): Promise<RealPageFigures> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ locale: 'en' });
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.goto(address);
    await page.getByRole('button', { name: 'Choose files…' }).waitFor();
    const session = await page.context().newCDPSession(page);
    await browser.startTracing(page, { categories: TASK_CATEGORIES });
    const startMs = performance.now();
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
    }
    const layers = page.getByRole('listbox', { name: /layers?$/ }).getByRole('option');
    const unread = layers.filter({ hasText: UNREAD });
    const first = page.getByRole('option', { name: /^Layer 1 / });
    await first.filter({ hasNotText: UNREAD }).click();
    await page.getByRole('treegrid', { name: 'Files' }).locator('[role=row][data-path]').first().waitFor();
    const firstLayerMs = performance.now() - startMs;
    const isBeforeLast = (await unread.count()) > 0;
    while ((await unread.count()) > 0) await unread.last().waitFor({ state: 'detached' });
    const allLayersMs = performance.now() - startMs;
    const [longestTaskMs = Number.NaN] = taskTimesMs(await browser.stopTracing());
    return { firstLayerMs, isBeforeLast, allLayersMs, longestTaskMs };
  } finally {
    await browser.close();
  }
}

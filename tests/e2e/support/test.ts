import { test as base, expect } from '@playwright/test';
import { ExplorerPage } from './explorerPage.ts';
import { Samples } from './samples.ts';
import { Watch } from './watch.ts';

interface TestFixtures {
  readonly explorer: ExplorerPage;
  readonly watch: Watch;
}

interface WorkerFixtures {
  readonly samples: Samples;
}

/** As Playwright's, with the page, the sample archives, and a watch that ends every test: no request left the page,
 *  and the browser complained of nothing. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  samples: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
    async ({}, use) => {
      const samples = new Samples();
      await use(samples);
      samples.remove();
    },
    { scope: 'worker' },
  ],
  watch: [
    async ({ context, baseURL }, use) => {
      const watch = new Watch(context, new URL(baseURL ?? '').origin);
      await use(watch);
      expect(watch.outside(), 'requests beyond the page').toEqual([]);
      expect(watch.complaints(), 'complaints of the browser').toEqual([]);
    },
    { auto: true },
  ],
  explorer: async ({ page }, use) => {
    // A native picker and save dialog cannot be driven; an input and a download, as in other browsers, can.
    await page.addInitScript(() => {
      for (const name of ['showOpenFilePicker', 'showSaveFilePicker']) Reflect.deleteProperty(window, name);
    });
    await use(new ExplorerPage(page));
  },
});

export { expect };

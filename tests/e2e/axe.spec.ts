import type { ExplorerPage } from './support/explorerPage.ts';
import { violations, withAxe } from './support/axe.ts';
import { expect, test } from './support/test.ts';

const PANELS = [
  'content',
  'biography',
  'history',
  'documents',
  'treemap',
  'waste',
  'leftovers',
  'compare',
  'verify',
  'save',
] as const;

/** Ids and keys, for the words are in either language. */
async function showPanel({ page, details }: ExplorerPage, panel: string): Promise<void> {
  await page.locator(`#tab-${panel}`).click();
  await expect(details.getByRole('region').first()).toBeVisible();
  await expect(details.locator('[aria-busy=true]')).toHaveCount(0);
}

for (const language of ['en', 'zh'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test.describe(`PAGE-3 axe finds nothing, ${theme}, ${language}`, () => {
      test.use({ colorScheme: theme, locale: language === 'zh' ? 'zh-CN' : 'en-GB' });

      test.beforeEach(async ({ explorer, page }) => {
        await withAxe(page);
        await explorer.goto();
        await expect(page.locator('html')).toHaveAttribute('lang', language === 'zh' ? /^zh/ : /^en/);
      });

      test('on the empty page, in its dialogs and in a fault', async ({ explorer, page, samples }) => {
        const found = [...(await violations(page))];
        for (const key of ['Control+k', '?']) {
          await explorer.press(key);
          await expect(page.getByRole('dialog')).toBeVisible();
          found.push(...(await violations(page)));
          await explorer.press('Escape');
          await expect(page.getByRole('dialog')).toHaveCount(0);
        }
        await page.goto('./?url=https%3A%2F%2Fexample.org%2Fa.tar');
        await expect(page.getByRole('dialog')).toBeVisible();
        found.push(...(await violations(page)));
        await explorer.press('Escape');
        await explorer.drop(samples.path('shopping-list.txt'));
        await expect(explorer.faults).not.toBeEmpty();
        await explorer.faults.locator('summary').click();
        found.push(...(await violations(page)));
        expect(found).toEqual([]);
      });

      test('in the explorer, its panels and its search', async ({ explorer, page, samples }) => {
        await explorer.drop(samples.path('sample-v1.tar'), samples.path('sample-25.tar'));
        await expect(page.getByRole('article')).toHaveCount(2);
        await expect(page.getByRole('row').nth(3)).toBeVisible();
        await page.getByRole('article').last().locator('summary').click();
        await explorer.press('Alt+x', 'Alt+.');
        await page.locator('[data-path="etc/motd"]').first().click();
        const found: string[] = [];
        for (const panel of PANELS) {
          await showPanel(explorer, panel);
          found.push(...(await violations(page)));
        }
        await explorer.press('Alt+s');
        await expect(page.getByRole('dialog')).toBeVisible();
        await page.keyboard.type('motd');
        await expect(page.locator('#search-list').getByRole('option').first()).toBeVisible();
        found.push(...(await violations(page)));
        expect(found).toEqual([]);
      });

      test('in what panels show after work, and in other kinds of files', async ({ explorer, page, samples }) => {
        await explorer.drop(samples.path('forged.tar'), samples.path('sample-25.tar'));
        await expect(page.getByRole('article')).toHaveCount(2);
        await page.getByRole('article').filter({ hasText: 'forged.tar' }).getByRole('button').first().click();
        await expect(page.getByRole('row').nth(3)).toBeVisible();
        const found: string[] = [];
        const see = async () => found.push(...(await violations(page)));
        await showPanel(explorer, 'verify');
        await explorer.details.locator('button.primary').click();
        await expect(explorer.details.locator('tr.bad')).toHaveCount(1);
        await see();
        await showPanel(explorer, 'compare');
        await explorer.details.getByRole('combobox').selectOption({ index: 1 });
        await expect(explorer.details.locator('.p-lead').first()).toBeVisible();
        await see();
        await showPanel(explorer, 'waste');
        await explorer.details
          .locator('button')
          .filter({ hasText: /Compare contents|比较内容/ })
          .click();
        await expect(explorer.details.locator('[aria-busy=true]')).toHaveCount(0);
        await see();
        await explorer.press('Alt+x', 'Alt+.');
        for (const path of ['usr/bin/alias', 'root/.netrc', 'opt/cache']) {
          await page.locator(`[data-path="${path}"]`).first().click();
          await showPanel(explorer, 'content');
          await see();
        }
        await page.locator('[data-path="etc/os-release"]').first().click();
        await explorer.details
          .locator('label')
          .filter({ hasText: /Hex|十六进制/ })
          .click();
        await expect(explorer.details).toContainText('ID=sampl');
        await see();
        expect(found).toEqual([]);
      });
    });
  }
}

test('PAGE-3 axe finds nothing in a narrow window', async ({ explorer, page, samples }) => {
  await page.setViewportSize({ width: 390, height: 780 });
  await withAxe(page);
  await explorer.goto();
  await explorer.drop(samples.path('sample-25.tar'));
  const parts = page.getByRole('navigation', { name: 'Parts of the page' });
  await expect(parts).toBeVisible();
  const found: string[] = [];
  for (const part of ['Layers', 'Files', 'Details']) {
    await parts.getByRole('button', { name: part }).click();
    found.push(...(await violations(page)));
  }
  expect(found).toEqual([]);
});

import type { Page } from '@playwright/test';
import { violations, withAxe } from './support/axe.ts';
import { expect, test } from './support/test.ts';

/** Boots the machine and waits for its prompt. */
async function openTerminal(page: Page): Promise<void> {
  await page.keyboard.press('Control+`');
  await expect(screenOf(page)).toContainText('root@palimpsest:~#');
}

function screenOf(page: Page) {
  return page.locator('.terminal .output');
}

/** Types a line, and waits for what its end prints. */
async function run(page: Page, line: string): Promise<void> {
  const mark = `done-${Math.random().toString(36).slice(2, 8)}`;
  await page.keyboard.type(`${line}; echo ${mark.slice(0, 4)}""${mark.slice(4)}\n`);
  await expect(screenOf(page)).toContainText(mark, { timeout: 30_000 });
}

test('LAB-1 images that are pulled and built stand in the explorer, and so do containers', async ({
  explorer,
  page,
}) => {
  await explorer.goto();
  await openTerminal(page);
  await run(page, 'docker pull -q alpine');
  const machine = page.getByRole('article').filter({ hasText: 'palimpsest' });
  await expect(machine).toContainText('alpine:latest');
  await run(page, "printf 'FROM alpine\\nRUN echo hi > /greeting\\n' > Dockerfile");
  await run(page, 'docker build -q -t mine .');
  await expect(machine).toContainText('mine:latest');
  await expect(page.locator('[data-path="greeting"]')).toBeVisible();
  await run(page, 'docker run --name box mine cat /greeting');
  await expect(screenOf(page)).toContainText('hi');
  await expect(machine).toContainText('box');
});

test('LAB-2 the past of the machine can be gone through', async ({ explorer, page }) => {
  await explorer.goto();
  await openTerminal(page);
  await run(page, 'echo one > note');
  await run(page, 'rm note');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.terminal').click();
  await run(page, 'cat note');
  await expect(screenOf(page)).toContainText('one');
});

for (const [colorScheme, locale] of [
  ['light', 'en-GB'],
  ['dark', 'zh-CN'],
] as const) {
  test.describe(`PAGE-3 axe finds nothing in the machine's terminal, ${colorScheme}, ${locale}`, () => {
    test.use({ colorScheme, locale });

    test('with colours on its screen', async ({ explorer, page }) => {
      await withAxe(page);
      await explorer.goto();
      await openTerminal(page);
      await run(page, 'ls --color=always /; docker images');
      expect(await violations(page)).toEqual([]);
    });
  });
}

import { violations, withAxe } from './support/axe.ts';
import { openTerminal, run, screenOf } from './support/labTerminal.ts';
import { expect, test } from './support/test.ts';

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

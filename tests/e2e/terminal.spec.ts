import type { Page } from '@playwright/test';
import { openTerminal, run, screenOf } from './support/labTerminal.ts';
import { expect, test } from './support/test.ts';

/** Lines on the screen, without the blanks at their ends. */
async function linesOf(page: Page): Promise<string[]> {
  const rows = await page.locator('.terminal .live .line').allInnerTexts();
  return rows.map((row) => row.replaceAll('\u200b', '').trimEnd());
}

test.describe('TERM-1 vi in the terminal', () => {
  test('inserts, selects, searches, plays a macro, substitutes, and takes what is pasted', async ({
    explorer,
    page,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await explorer.goto();
    await openTerminal(page);
    await run(page, 'seq -f "line %g" 1 5 > f');
    await page.keyboard.type('vi f\n');
    await expect(screenOf(page)).toContainText('"f" 5L');
    await page.keyboard.type('A ok');
    await expect(screenOf(page)).toContainText('-- INSERT --');
    await page.keyboard.press('Escape');
    await page.keyboard.type('Vj');
    await expect(screenOf(page)).toContainText('-- VISUAL LINE --');
    await expect(page.locator('.terminal .line').filter({ has: page.locator('.inverse') })).toHaveCount(2);
    await page.keyboard.press('Escape');
    await page.keyboard.type('/4\n');
    await page.keyboard.type('qaA!');
    await page.keyboard.press('Escape');
    await page.keyboard.type('jq@a:%s/line/LINE/\n');
    await expect(screenOf(page)).toContainText('5 substitutions on 5 lines');
    await page.evaluate(() => navigator.clipboard.writeText('pasted one\npasted two'));
    await page.keyboard.type('Go');
    await page.keyboard.press('Control+v');
    await expect(screenOf(page)).toContainText('pasted two');
    await page.keyboard.press('Escape');
    await page.keyboard.type(':wq\n');
    await run(page, 'clear; cat f');
    const shown = (await linesOf(page)).filter((line) => /^(LINE|pasted)/.test(line));
    expect(shown).toEqual(['LINE 1 ok', 'LINE 2', 'LINE 3', 'LINE 4!', 'LINE 5!', 'pasted one', 'pasted two']);
  });

  test('draws itself anew in another window, and misses no key', async ({ explorer, page }) => {
    await explorer.goto();
    await openTerminal(page);
    await run(page, 'seq 1 50 > f');
    await page.keyboard.type('vi f\n');
    await expect(screenOf(page)).toContainText('1,1');
    for (const width of [900, 1280]) {
      await page.setViewportSize({ width, height: 700 });
      await expect.poll(async () => (await linesOf(page)).filter((line) => line.endsWith('1,1')).length).toBe(1);
    }
    await page.keyboard.type(':q\n');
    await run(page, 'echo left');
    await expect(screenOf(page)).not.toContainText('1,1');
  });

  test('wide characters stand above as many narrow ones', async ({ explorer, page }) => {
    await explorer.goto();
    await openTerminal(page);
    await run(page, "printf '中文字符|\\n12345678|\\n' > f");
    await page.keyboard.type('vi f\n');
    await expect(screenOf(page)).toContainText('"f" 2L');
    const ends: number[] = [];
    for (const keys of ['$', 'j$']) {
      await page.keyboard.type(keys);
      const cursor = page.locator('.terminal .cursor');
      await expect(cursor).toHaveText('|');
      ends.push(Math.round((await cursor.boundingBox())?.x ?? 0));
    }
    expect(ends[0]).toBe(ends[1]);
  });
});

test('TERM-3 output is said, what is composed stands at the cursor, and Escape and Tab leave', async ({
  explorer,
  page,
  context,
}) => {
  await explorer.goto();
  await openTerminal(page);
  await page.keyboard.type('echo to be said\n');
  await expect(page.locator('.terminal [role=status]')).toContainText('to be said');
  const session = await context.newCDPSession(page);
  await session.send('Input.imeSetComposition', { text: 'ni hao', selectionStart: 6, selectionEnd: 6 });
  const input = page.getByRole('textbox', { name: /Terminal input/ });
  await expect(input).toHaveCSS('opacity', '1');
  const [composed, cursor] = await Promise.all([input.boundingBox(), page.locator('.terminal .cursor').boundingBox()]);
  expect(Math.abs((composed?.y ?? 0) - (cursor?.y ?? 99))).toBeLessThan(4);
  expect(Math.abs((composed?.x ?? 0) - (cursor?.x ?? 99))).toBeLessThan(4);
  await session.send('Input.insertText', { text: '你好' });
  await expect(screenOf(page)).toContainText('你好');
  await expect(input).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(input).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+Tab');
  await expect(input).not.toBeFocused();
});

test.describe('on a touch screen', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 780 } });

  test('TERM-2 there are keys for what its keyboard lacks', async ({ explorer, page }) => {
    await explorer.goto();
    await openTerminal(page);
    await page.keyboard.type('vi f\n');
    await expect(screenOf(page)).toContainText('[New]');
    await page.keyboard.type('ihello');
    await expect(screenOf(page)).toContainText('-- INSERT --');
    await page.getByRole('button', { name: 'Escape' }).tap();
    await expect(screenOf(page)).not.toContainText('-- INSERT --');
    await page.keyboard.type(':q!\nsleep 100\n');
    await page.getByRole('button', { name: 'Ctrl' }).tap();
    await page.keyboard.type('c');
    await run(page, 'echo interrupted');
  });
});

test('LAB-4 a command to begin with is typed, and run by whoever reads it', async ({ explorer, page }) => {
  await explorer.goto();
  await openTerminal(page);
  await page.getByRole('button', { name: 'Try…', exact: true }).click();
  await page.getByRole('menuitem', { name: /hello-world/ }).click();
  await expect(screenOf(page)).toContainText('# docker run hello-world');
  await expect(screenOf(page)).not.toContainText('Hello from Docker!');
  await page.keyboard.press('Enter');
  await expect(screenOf(page)).toContainText('Hello from Docker!');
});

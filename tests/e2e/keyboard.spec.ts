import type { ExplorerPage } from './support/explorerPage.ts';
import { expect, test } from './support/test.ts';

/** By keyboard only, from the empty page on: no test here has a pointer. */
async function openBuiltIn(explorer: ExplorerPage): Promise<void> {
  await explorer.goto();
  await expect(explorer.page.getByRole('button', { name: 'Choose files…' })).toBeVisible();
  await explorer.press('Control+k');
  await expect(explorer.page.getByRole('combobox', { name: 'Command' })).toBeFocused();
  await explorer.page.keyboard.type('sample');
  await expect(explorer.page.getByRole('option', { name: /sample image/ })).toBeVisible();
  await explorer.press('Enter');
  await explorer.isIndexed();
}

async function focusedPath(explorer: ExplorerPage): Promise<string | null> {
  return explorer.focusedRow.getAttribute('data-path');
}

test.describe('PAGE-3 by keyboard', () => {
  test('the tree is walked, folded and searched by typing', async ({ explorer }) => {
    await openBuiltIn(explorer);
    await explorer.press('Alt+t');
    await expect(explorer.row('bin')).toBeFocused();
    await expect(explorer.row('bin')).toHaveAttribute('aria-expanded', 'false');
    await explorer.press('ArrowRight');
    await expect(explorer.row('bin')).toHaveAttribute('aria-expanded', 'true');
    await explorer.press('ArrowRight');
    expect(await focusedPath(explorer)).toMatch(/^bin\/./);
    await expect(explorer.focusedRow).toHaveAttribute('aria-level', '2');
    await explorer.press('ArrowLeft', 'ArrowLeft');
    await expect(explorer.row('bin')).toHaveAttribute('aria-expanded', 'false');
    await explorer.press('End');
    await expect(explorer.row('var')).toBeFocused();
    await explorer.press('Home');
    await expect(explorer.row('bin')).toBeFocused();
    await explorer.page.keyboard.type('us');
    await expect(explorer.row('usr')).toBeFocused();
    await explorer.press('Home', '*');
    await expect(explorer.row('etc/motd')).toBeVisible();
    await explorer.page.keyboard.type('mot');
    await expect(explorer.row('etc/motd')).toBeFocused();
    await explorer.press('Enter');
    await expect(explorer.row('etc/motd')).toHaveAttribute('aria-selected', 'true');
    await expect(explorer.details).toContainText('Hello');
  });

  test('every row says where it stands', async ({ explorer }) => {
    await openBuiltIn(explorer);
    await explorer.press('Alt+t', '*');
    const stands = await explorer.rows.evaluateAll((rows) =>
      rows.map((row) => ['level', 'posinset', 'setsize'].map((name) => Number(row.getAttribute(`aria-${name}`)))),
    );
    expect(stands.length).toBeGreaterThan(10);
    for (const [level, position, size] of stands) {
      expect(level).toBeGreaterThan(0);
      expect(position).toBeGreaterThan(0);
      expect(position).toBeLessThanOrEqual(size ?? 0);
    }
  });

  test('layers, modes, x-ray, filter and details are reached', async ({ explorer }) => {
    const { page } = explorer;
    await openBuiltIn(explorer);
    await explorer.press('Alt+k');
    await expect(explorer.layer(6)).toBeFocused();
    await explorer.press('ArrowDown', 'Enter');
    await expect(explorer.layer(5)).toHaveAttribute('aria-selected', 'true');
    await explorer.press('Alt+l');
    await expect(page.getByRole('radio', { name: 'Layer 5 only' })).toBeChecked();
    await explorer.press('Alt+ArrowUp', 'Alt+m');
    await expect(page.getByRole('radio', { name: 'Whole image' })).toBeChecked();
    await explorer.press('Alt+x');
    await expect(page.getByRole('button', { name: 'X-ray' })).toHaveAttribute('aria-pressed', 'true');
    await explorer.press('/');
    await expect(page.getByRole('searchbox', { name: 'Filter by name' })).toBeFocused();
    await page.keyboard.type('deploy_key');
    await expect(explorer.row('opt/app/deploy_key').first()).toBeVisible();
    await explorer.press('Escape');
    await explorer.press('Alt+t');
    await expect(explorer.focusedRow).toHaveCount(1);
    await explorer.press('Alt+p');
    await expect(explorer.details).toBeFocused();
    await explorer.press('Shift+Tab');
    await expect(page.getByRole('tab', { name: 'History' })).toBeFocused();
    await explorer.press('ArrowRight');
    await expect(page.getByRole('tab', { name: 'Documents' })).toBeFocused();
    await expect(explorer.details.getByRole('heading', { name: 'The image in its own words' })).toBeVisible();
  });

  test('dialogs open, tell their keys, and give the focus back', async ({ explorer }) => {
    const { page } = explorer;
    await openBuiltIn(explorer);
    await explorer.press('Alt+t', 'ArrowDown');
    const before = await focusedPath(explorer);
    await explorer.press('?');
    await expect(page.getByRole('dialog')).toContainText('X-ray on or off');
    await explorer.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    expect(await focusedPath(explorer)).toBe(before);
    await explorer.press('F1');
    await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
    await explorer.press('Escape');
    expect(await focusedPath(explorer)).toBe(before);
  });

  test('a search over all layers leads to a hidden file', async ({ explorer }) => {
    const { page } = explorer;
    await openBuiltIn(explorer);
    await explorer.press('Alt+s');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.type('deploy_key');
    const hits = page.getByRole('listbox', { name: 'Search all layers' }).getByRole('option');
    await expect(hits).toHaveCount(2);
    await expect(hits.nth(0)).toContainText('whiteout');
    await explorer.press('ArrowDown');
    await expect(hits.nth(1)).toHaveAttribute('aria-selected', 'true');
    await explorer.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(explorer.details).toContainText('hidden version');
    await expect(explorer.row('opt/app/deploy_key').filter({ hasText: 'deleted by layer 5' })).toBeVisible();
  });

  test('the splitters move', async ({ explorer }) => {
    await openBuiltIn(explorer);
    const splitter = explorer.page.getByRole('separator', { name: 'Width of the stack' });
    const before = Number(await splitter.getAttribute('aria-valuenow'));
    await splitter.focus();
    await explorer.press('ArrowRight', 'ArrowRight');
    expect(Number(await splitter.getAttribute('aria-valuenow'))).toBeGreaterThan(before);
  });
});

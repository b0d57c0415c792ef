import { violations, withAxe } from './support/axe.ts';
import { expect, test } from './support/test.ts';

test.describe('PAGE-11 the address', () => {
  test.use({ locale: 'en-GB', colorScheme: 'light' });

  test('names language and theme, and a frame has no choice of them', async ({ page }) => {
    await withAxe(page);
    await page.goto('./?embed&lang=zh&theme=dark');
    await expect(page.locator('html')).toHaveAttribute('lang', /^zh/);
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await expect(page.getByRole('combobox')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'English' })).toHaveCount(0);
    const own = page.getByRole('link', { name: '在独立页面打开' });
    await expect(own).toHaveAttribute('href', /\?lang=zh&theme=dark/);
    expect(await violations(page)).toEqual([]);
  });

  test('a link to a place asks, opens the archive, and stands there', async ({ page, context, baseURL }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const archive = new URL('sample-image.tar', baseURL).href;
    await page.goto(`./?url=${encodeURIComponent(archive)}#/a/linked/i/0/l/4/t/layer/v/biography/p/opt/app/deploy_key`);
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('Nothing is fetched until you agree');
    await dialog.getByRole('button', { name: /^Download from/ }).click();
    await expect(page.getByRole('tabpanel')).toContainText('2 layers have touched this path');
    await expect(page.getByRole('radio', { name: 'Layer 5 only' })).toBeChecked();
    await expect(page.locator('[data-path="opt/app/deploy_key"]')).toBeVisible();
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
    await page.keyboard.type('copy a link');
    await expect(page.getByRole('option', { name: /Copy a link/ })).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toMatch(/\?url=.*sample-image\.tar#\/a\/linked\/i\/0\/l\/4\/t\/layer\/v\/biography\/.*p\/opt\/app\/deploy_key$/);
  });
});

test('PAGE-12 a hit of the search is brought into view, and tells who wrote it', async ({ explorer, page }) => {
  await explorer.goto();
  await page.getByRole('button', { name: 'Try the sample image' }).click();
  await explorer.isIndexed();
  await explorer.layer(5).click();
  await explorer.press('Alt+l');
  await expect(page.getByRole('button', { name: /^Removed 3$/ })).toBeVisible();
  await explorer.press('Alt+s');
  await expect(page.getByRole('combobox', { name: 'What to search for' })).toBeFocused();
  await page.keyboard.type('passwd');
  await expect(page.getByRole('option', { name: /etc\/passwd/ })).toBeVisible();
  await explorer.press('Enter');
  await expect(explorer.row('etc/passwd')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Whole image' })).toBeChecked();
  await expect(explorer.details).toContainText('ADD rootfs.tar');
  await explorer.details.getByRole('button', { name: 'Biography: 1 layer' }).click();
  await expect(explorer.details).toContainText('1 layer has touched this path');
});

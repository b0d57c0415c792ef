import type { Page } from '@playwright/test';
import { PageRegistry, type PageRegistryOptions, USER } from '../registry/pageRegistry.ts';
import { violations, withAxe } from './support/axe.ts';
import { openTerminal, run, screenOf } from './support/labTerminal.ts';
import { expect, test as base } from './support/test.ts';

const test = base.extend<{ registry: (options?: PageRegistryOptions) => Promise<PageRegistry> }>({
  registry: async ({ watch }, use) => {
    const started: PageRegistry[] = [];
    await use(async (options) => {
      const registry = await PageRegistry.start(options);
      started.push(registry);
      // What the reader asks for, and what the browser says of a refusal.
      watch.expect(new RegExp(`^http://${registry.host}/`));
      watch.expect(new RegExp(`http://${registry.host}/.*(?:CORS|401)|Failed to load resource`));
      return registry;
    });
    for (const registry of started) await registry.stop();
  },
});

async function openDialog(page: Page) {
  await page.getByRole('button', { name: 'From a registry…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Pull from a registry' });
  await expect(dialog.getByLabel('Image', { exact: true })).toBeFocused();
  return dialog;
}

test('REG-1 an image is pulled from a registry that lets pages read it, and its layers are opened', async ({
  explorer,
  page,
  registry,
}) => {
  const open = await registry();
  await explorer.goto();
  const dialog = await openDialog(page);
  await page.keyboard.type(open.reference);
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('status')).toHaveText('The image is open in the explorer.');
  await page.keyboard.press('Escape');
  await expect(page.getByText('2 layers').first()).toBeVisible();
  await expect(explorer.archive('app-1.tar')).toContainText(open.reference);
  await explorer.isIndexed();
  expect(open.seen.filter((line) => line.includes('/blobs/')).length).toBeGreaterThanOrEqual(3);
});

test('REG-1 with a login, which is asked for in words and goes to that registry alone', async ({
  explorer,
  page,
  registry,
}) => {
  const closed = await registry({ login: 'bearer' });
  const basic = await registry({ login: 'basic' });
  await explorer.goto();
  const dialog = await openDialog(page);
  await dialog.getByLabel('Image', { exact: true }).fill(basic.reference);
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('The registry asks for a login.');
  await dialog.getByText('Log in', { exact: true }).click();
  await dialog.getByLabel('User').fill(USER.user);
  await dialog.getByLabel('Password or token').fill(USER.password);
  for (const one of [basic, closed]) {
    await dialog.getByLabel('Image', { exact: true }).fill(one.reference);
    await dialog.getByRole('button', { name: 'Pull', exact: true }).click();
    await expect(dialog.getByRole('status')).toHaveText('The image is open in the explorer.');
  }
});

test('REG-1 what does not let pages read it is explained, with other ways', async ({ explorer, page, registry }) => {
  const closed = await registry({ sharing: 'none' });
  await explorer.goto();
  const dialog = await openDialog(page);
  await dialog.getByLabel('Image', { exact: true }).fill(closed.reference);
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click();
  await expect(dialog.getByRole('alert')).toHaveText(`${closed.host} does not let web pages read its images`);
  await expect(dialog).toContainText('CORS, cross-origin resource sharing');
  await expect(dialog).toContainText(`skopeo copy docker://${closed.reference} oci-archive:image.tar`);
  // Its answers may be read, but the blobs lie where they may not.
  const apart = await registry({ storage: `http://${closed.host}` });
  await dialog.getByLabel('Image', { exact: true }).fill(apart.reference);
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click();
  await expect(dialog.getByRole('alert')).toHaveText(`${apart.host} does not let web pages read its images`);
  await dialog.getByRole('button', { name: 'Connect a companion…' }).click();
  await expect(page.getByRole('dialog', { name: 'Companion' })).toContainText('npx palimpsest companion');
});

test('REG-1 a pull is cancelled, damaged bytes are refused, and what is not there is said', async ({
  explorer,
  page,
  registry,
}) => {
  const [slow, damaged] = [await registry({ stands: true }), await registry({ isDamaged: true })];
  await explorer.goto();
  const dialog = await openDialog(page);
  const pull = async (reference: string): Promise<void> => {
    await dialog.getByLabel('Image', { exact: true }).fill(reference);
    await dialog.getByRole('button', { name: 'Pull', exact: true }).click();
  };
  await pull(slow.reference);
  await expect(dialog.getByRole('status')).toContainText(`From ${slow.host}`);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog.getByRole('button', { name: 'Pull', exact: true })).toBeEnabled();
  await expect(dialog.getByRole('progressbar')).toHaveCount(0);
  await pull(damaged.reference);
  await expect(dialog.getByRole('alert')).toContainText('What came is not what its digest says.');
  await pull(`${damaged.host}/team/app:none`);
  await expect(dialog.getByRole('alert')).toContainText('There is no such image or tag');
  await dialog.getByLabel('Platform').fill('linux/s390x');
  await pull(damaged.reference);
  await dialog.getByRole('alert').getByText('Details', { exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('there are linux/amd64, linux/arm64');
  await expect(explorer.archives).toHaveCount(0);
});

for (const [locale, colorScheme] of [
  ['en-GB', 'dark'],
  ['zh-CN', 'light'],
] as const) {
  test.describe(`PAGE-3 axe finds nothing, ${colorScheme}, ${locale}`, () => {
    test.use({ locale, colorScheme });

    test('in the dialog of registries, before and after a refusal', async ({ explorer, page, registry }) => {
      const closed = await registry({ sharing: 'none' });
      await withAxe(page);
      await explorer.goto();
      await page.locator('.empty .actions button').nth(3).click();
      const dialog = page.locator('dialog');
      await expect(dialog.locator('input').first()).toBeFocused();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.type(closed.reference);
      await page.keyboard.press('Enter');
      await expect(dialog.locator('section pre').first()).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });
  });
}

test('REG-2 the terminal pulls what the lab has not, once that is switched on', async ({
  context,
  explorer,
  page,
  registry,
  watch,
}) => {
  const open = await registry();
  watch.expect(/^https:\/\/registry\.example\//);
  // A name with a certificate, which this machine has not.
  await context.route('https://registry.example/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    const answer = await route.fetch({ url: `http://${open.host}${pathname}` });
    await route.fulfill({ response: answer, headers: { ...answer.headers(), 'access-control-allow-origin': '*' } });
  });
  await explorer.goto();
  await openTerminal(page);
  await run(page, 'docker pull -q registry.example/team/app:1');
  await expect(screenOf(page)).toContainText('no such host');
  const dialog = await openDialog(page);
  await dialog.getByRole('checkbox', { name: /Pull in the terminal/ }).check();
  await page.keyboard.press('Escape');
  await screenOf(page).click();
  await run(page, 'clear; docker pull -q registry.example/team/app:1');
  await run(page, 'docker image inspect -f "{{len .RootFS.Layers}} layers" registry.example/team/app:1');
  await expect(screenOf(page)).toContainText('2 layers');
});

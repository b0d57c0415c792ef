import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { probeBuildkit, programPath, shellMembers, startBuildkit } from '../companion/realBuildkit.ts';
import { dockerArchive, sampleLayers, tarOf } from '../archive/buildTar.ts';
import { isInstalled, startRegistry } from '../companion/realRegistry.ts';
import { expect, test as base } from '@playwright/test';
import { violations, withAxe } from './support/axe.ts';
import { CompanionProcess } from './support/companionProcess.ts';
import { openTerminal, run, screenOf } from './support/labTerminal.ts';

/** An engine that is named and not there: this machine's own are left alone. */
function noEngine(folder: string): readonly string[] {
  return ['--engine', `docker=unix://${join(folder, 'no.sock')}`];
}

const test = base.extend<{
  idle: CompanionProcess;
  hosted: CompanionProcess;
  pulling: { readonly link: string; readonly reference: string };
  building: CompanionProcess;
}>({
  hosted: async ({ baseURL }, use) => {
    const origin = new URL(baseURL ?? '').origin;
    const companion = await CompanionProcess.start((folder) => [...noEngine(folder), '--allow-origin', origin]);
    await use(companion);
    await companion.end();
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
  idle: async ({}, use) => {
    const companion = await CompanionProcess.start(noEngine);
    await use(companion);
    await companion.end();
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
  pulling: async ({}, use, testInfo) => {
    testInfo.skip(!isInstalled('docker-registry'), 'skipped: docker-registry is not installed');
    const registry = await startRegistry();
    const allowed = ['--allow-host', registry.host, '--plain-http', registry.host];
    const companion = await CompanionProcess.start((folder) => [...noEngine(folder), ...allowed]);
    const { link } = companion;
    const reference = `${registry.host}/team/pulled:1`;
    const pushed = await fetch(new URL(`/v1/registry/image?reference=${reference}`, link), {
      method: 'POST',
      headers: { authorization: `Bearer ${link.split('/').at(-1)}`, 'content-type': 'application/x-tar' },
      body: (await dockerArchive(await sampleLayers())) as BodyInit,
    });
    expect(pushed.status).toBe(200);
    await use({ link, reference });
    await companion.end();
    await registry.stop();
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
  building: async ({}, use, testInfo) => {
    const obstacle = await probeBuildkit();
    testInfo.skip(obstacle !== undefined, `skipped: ${obstacle}`);
    const daemon = await startBuildkit();
    const words = ['--engine', `buildkit=${daemon.address}`, '--buildctl', programPath('buildctl') ?? ''];
    const companion = await CompanionProcess.start(words);
    await use(companion);
    await companion.end();
    await daemon.stop();
  },
});

test('COMP-16 the page that a companion serves is connected, says to what, and keeps the token out of its address', async ({
  page,
  idle,
}) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(idle.link);
  const state = page.getByRole('button', { name: /^Companion: / });
  await expect(state).toHaveAccessibleName('Companion: connected');
  const token = idle.link.split('/').at(-1) ?? '';
  expect(token.length).toBeGreaterThan(40);
  expect(page.url()).not.toContain(token);
  await page.reload();
  await expect(state).toHaveAccessibleName('Companion: connected');
  await state.click();
  const dialog = page.getByRole('dialog', { name: 'Companion' });
  await expect(dialog).toContainText('does not answer');
  await expect(dialog).toContainText('RUN has none');
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  await expect(state).toHaveAccessibleName('Companion: not connected');
  await dialog.getByLabel('Link of the companion').fill('http://127.0.0.1:1/#/nothing');
  await expect(dialog).toContainText('not a link');
  await dialog.getByLabel('Link of the companion').fill(idle.link);
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(state).toHaveAccessibleName('Companion: connected');
  expect(asked.filter((url) => url.includes(token))).toEqual([]);
});

for (const [locale, colorScheme] of [
  ['en-GB', 'dark'],
  ['zh-CN', 'light'],
] as const) {
  test.describe(`PAGE-3 axe finds nothing, ${colorScheme}, ${locale}`, () => {
    test.use({ locale, colorScheme });

    test('in the companion’s dialog, connected and not', async ({ page, idle }) => {
      await withAxe(page);
      await page.goto('./');
      const state = page.locator('header button.companion');
      await state.click();
      await expect(page.locator('#companion-link')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.goto(idle.link);
      await expect(state).toHaveAttribute('data-status', 'connected');
      await state.click();
      await expect(page.locator('dialog textarea')).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });
  });
}

test('COMP-16 a link of another run is said to be refused', async ({ page, idle }) => {
  await page.goto(idle.link.replace(/.{10}$/, 'AAAAAAAAAA'));
  await expect(page.getByRole('button', { name: /^Companion: / })).toHaveAccessibleName('Companion: refused');
});

test('COMP-16 a page from elsewhere connects to a companion that allows it, and to no other', async ({
  page,
  hosted,
  idle,
}) => {
  await page.goto('./');
  const state = page.getByRole('button', { name: /^Companion: / });
  await state.click();
  const dialog = page.getByRole('dialog', { name: 'Companion' });
  const connect = async (link: string): Promise<void> => {
    await dialog.getByLabel('Link of the companion').fill(link);
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
  };
  await connect(hosted.link);
  await expect(state).toHaveAccessibleName('Companion: connected');
  await expect(dialog).toContainText('comes from another place');
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  await connect(idle.link);
  await expect(state).toHaveAccessibleName(/Companion: (lost|refused)/);
});

test('COMP-20 an image of a registry that was allowed is pulled into the explorer', async ({ page, pulling }) => {
  await page.goto(pulling.link);
  await page.getByRole('button', { name: 'Companion: connected' }).click();
  const dialog = page.getByRole('dialog', { name: 'Companion' });
  await dialog.getByLabel('Image', { exact: true }).fill('127.0.0.1:1/not/allowed:1');
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click();
  await expect(dialog.getByText('127.0.0.1:1 is this machine')).toBeVisible();
  await dialog.getByLabel('Image', { exact: true }).fill(pulling.reference);
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click();
  await expect(dialog.getByText('open in the explorer')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText('2 layers').first()).toBeVisible();
});

test.describe('with BuildKit', () => {
  test('COMP-17 a Dockerfile is built for real from an image that is open, and its layers are opened', async ({
    page,
    building,
  }) => {
    const layer = await tarOf(shellMembers().map(([name, member]) => [name.replace(/^rootfs\//, ''), member] as const));
    const programs = await dockerArchive([await executable(layer)], { RepoTags: ['lab/base:1'] });
    const archive = join(building.folder, 'base.tar');
    writeFileSync(archive, programs);
    const context = join(building.folder, 'context');
    const files = {
      Dockerfile: 'FROM lab/base:1\nCOPY data/hello.txt /hello.txt\nRUN cat /hello.txt; echo made > /made\n',
      'data/hello.txt': 'hello\n',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(context, name)), { recursive: true });
      writeFileSync(join(context, name), text);
    }
    // A native picker cannot be driven; an input can.
    await page.addInitScript(() => Reflect.deleteProperty(window, 'showOpenFilePicker'));
    await page.goto(building.link);
    const [opening] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Choose files…' }).click(),
    ]);
    await opening.setFiles(archive);
    await expect(page.getByText('lab/base:1').first()).toBeVisible();
    await page.getByRole('button', { name: /^Companion: / }).click();
    const dialog = page.getByRole('dialog', { name: 'Companion' });
    await expect(dialog).toContainText('buildkit');
    const [choosing] = await Promise.all([
      page.waitForEvent('filechooser'),
      dialog.getByRole('button', { name: 'Choose a folder…' }).click(),
    ]);
    await choosing.setFiles(context);
    await expect(dialog).toContainText('2 files');
    await dialog.getByLabel('Tag (optional)').fill('lab/made:1');
    await dialog.getByRole('checkbox', { name: /lab\/base:1/ }).check();
    await dialog.getByRole('button', { name: 'Build', exact: true }).click();
    await expect(dialog.getByRole('status').filter({ hasText: 'open in the explorer' })).toBeVisible({
      timeout: 60_000,
    });
    const run = dialog
      .getByRole('list', { name: 'Steps of the build' })
      .getByRole('listitem')
      .filter({ hasText: 'RUN cat' });
    await expect(run).toContainText('done');
    await expect(run.locator('pre')).toHaveText('hello\n');
    await page.keyboard.press('Escape');
    await expect(page.getByText('lab/made:1').first()).toBeVisible();
    await expect(page.getByText('3 layers').first()).toBeVisible();
    await expect(page.getByRole('treegrid').getByRole('row').filter({ hasText: 'made' }).first()).toBeVisible();
  });

  test('COMP-24 docker of the terminal builds on the real engine, and the image is in the machine and the explorer', async ({
    page,
    building,
  }) => {
    await page.goto(building.link);
    await expect(page.getByRole('button', { name: /^Companion: / })).toHaveAccessibleName('Companion: connected');
    await openTerminal(page);
    await run(page, 'docker context use companion');
    await run(page, "mkdir app && echo hi > app/note && printf 'FROM scratch\\nCOPY note /\\n' > app/Dockerfile");
    await run(page, 'docker build -t real:1 app');
    await expect(screenOf(page)).toContainText('COPY note /');
    await run(page, 'docker run --rm real:1');
    await expect(screenOf(page)).toContainText('no engine here runs containers');
    await run(page, 'docker context use default; docker image inspect -f "{{len .RootFS.Layers}} layer" real:1');
    await expect(screenOf(page)).toContainText('1 layer');
    await expect(page.getByRole('article').filter({ hasText: 'palimpsest' })).toContainText('real:1');
  });
});

/** The same tar, every file of which may be run. */
async function executable(tar: Uint8Array): Promise<Uint8Array> {
  const { header } = await import('../tar/blocks.ts');
  const changed = Uint8Array.from(tar);
  for (let at = 0; at + 512 <= changed.length && changed[at] !== 0;) {
    const block = changed.subarray(at, at + 512);
    const text = Buffer.from(block);
    const size = Number.parseInt(text.toString('latin1', 124, 135), 8);
    const name = text.toString('latin1', 0, 100).replace(/\0.*$/s, '');
    block.set(header({ name, mode: '0000755\0', size, typeflag: String.fromCharCode(block[156] ?? 0x30) }));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return changed;
}

test('COMP-16 a companion that goes leaves the page, and words about what to do', async ({ page }) => {
  const companion = await CompanionProcess.start(noEngine);
  try {
    await page.goto(companion.link);
    await expect(page.getByRole('button', { name: 'Companion: connected' })).toBeVisible();
    await page.getByRole('button', { name: 'Companion: connected' }).click();
    const dialog = page.getByRole('dialog', { name: 'Companion' });
    await expect(dialog.getByRole('status').first()).toContainText('Connected');
    await expect(dialog.getByRole('status').first()).toBeInViewport();
  } finally {
    await companion.end();
  }
  const dialog = page.getByRole('dialog', { name: 'Companion' });
  await dialog.getByRole('button', { name: 'Build', exact: true }).click();
  await expect(dialog).toContainText('The companion has gone in the middle of the build.');
  await expect(dialog).toContainText('each start has a link of its own', { timeout: 20_000 });
  await page.keyboard.press('Escape');
  await page.route(/labState|LabDock/, (route) => route.abort());
  await page.getByRole('button', { name: 'Terminal' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'could not be loaded' })).toBeVisible();
});

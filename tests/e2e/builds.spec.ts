import { violations, withAxe } from './support/axe.ts';
import { BuildsPage } from './support/buildsPage.ts';
import { openTerminal, run, screenOf } from './support/labTerminal.ts';
import { expect, test } from './support/test.ts';

test('BUILDS-1 an edit misses from the third step on, and the reason is shown', async ({ page }) => {
  const builds = new BuildsPage(page);
  await builds.open();
  await builds.start('first');
  const text = 'FROM busybox\nRUN echo one > /one\nRUN echo two > /two\nCOPY hello.txt /\nCMD ["cat", "/two"]\n';
  await builds.write(text);
  await builds.build();
  expect(await builds.fates()).toEqual(['base', 'built', 'built', 'built', 'config only']);
  await builds.build();
  expect(await builds.fates()).toEqual(['base', 'cached', 'cached', 'cached', 'cached']);
  await expect(builds.summary).toHaveText('4 of 4 steps from the cache');

  await builds.write(text.replace('echo two', 'echo 2'));
  await builds.build();
  expect(await builds.fates()).toEqual(['base', 'cached', 'built', 'built', 'config only']);
  const third = builds.steps.nth(2);
  await expect(third).toContainText('Miss: it is not what was built on this parent before.');
  await expect(third).toContainText('echo two > /two');
  await expect(third).toContainText('echo 2 > /two');
  await expect(builds.steps.nth(3)).toContainText('a step before it was built anew');
  await expect(page.getByText('The chain of the cache breaks at RUN in line 3.')).toBeVisible();

  // A step shows its layer, and a layer its instruction.
  await third.getByRole('button').click();
  const layers = page.locator('#build-result').getByRole('option');
  await expect(layers.and(page.locator('[aria-selected=true]'))).toContainText('echo 2');
  await expect(page.locator('.cm-stepLine')).toHaveText('RUN echo 2 > /two');
  await layers.filter({ hasText: 'COPY' }).click();
  await expect(page.locator('.cm-stepLine')).toHaveText('COPY hello.txt /');
  await expect(builds.steps.nth(3).getByRole('button')).toHaveAttribute('aria-pressed', 'true');
});

test('BUILDS-1 a file that changes is named as the reason; BuildKit says the same', async ({ page }) => {
  const builds = new BuildsPage(page);
  await builds.open();
  await builds.start('first');
  for (const builder of ['classic', 'buildkit']) {
    await page.getByLabel('Builder').selectOption(builder);
    await page
      .locator('.files')
      .getByRole('button', { name: /Dockerfile/ })
      .click();
    await builds.build();
    await page
      .locator('.files')
      .getByRole('button', { name: /hello\.txt/ })
      .click();
    await builds.write(`Hello from ${builder}\n`);
    await builds.build();
    const copy = builds.steps.filter({ hasText: 'COPY' });
    await expect(copy).toContainText('1 file differs');
    await expect(copy).toContainText('hello.txt changed');
  }
});

test('BUILDS-1 a build in stages shows each of them', async ({ page }) => {
  const builds = new BuildsPage(page);
  await builds.open();
  await builds.start('multi-stage');
  await builds.write(
    'FROM busybox AS work\nRUN echo result > /result\nFROM alpine\nCOPY --from=work /result /\nRUN cat /result\n',
  );
  await page.getByLabel('Builder').selectOption('buildkit');
  await builds.build();
  await expect(page.getByRole('heading', { name: 'Stage 1: work' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Stage 2' })).toBeVisible();
  expect(await builds.fates()).toEqual(['base', 'built', 'base', 'built', 'built']);
  await page.getByRole('tab', { name: 'Images' }).click();
  await expect(page.locator('#build-result')).toContainText('multi-stage:latest');
});

test('BUILDS-1 a RUN that fails is shown with its line', async ({ page }) => {
  const builds = new BuildsPage(page);
  await builds.open();
  await builds.start('failing');
  await builds.build();
  await expect(builds.summary).toHaveText('Failed in line 3');
  expect(await builds.fates()).toEqual(['base', 'built', 'failed']);
  await expect(page.locator('.cm-stepLine')).toHaveText('RUN test -f /missing');
  await expect(page.locator('#build-result')).toContainText('returned a non-zero code: 1');
  // Mended, it goes on from what was kept.
  await builds.write('FROM alpine\nRUN echo "this is kept" > /kept\nRUN test -f /kept\n');
  await builds.build();
  expect(await builds.fates()).toEqual(['base', 'cached', 'built']);
});

// BuildKit keeps what it was sent, done or not: here a Dockerfile of 28 bytes.
for (const [builder, kept] of [
  ['classic', '0B'],
  ['buildkit', '28B'],
] as const) {
  test(`BUILDS-1 a build that is cancelled leaves nothing behind (${builder})`, async ({ page }) => {
    const builds = new BuildsPage(page);
    await builds.open();
    await openTerminal(page);
    await run(page, 'docker pull -q busybox');
    await builds.start('first');
    await page.getByLabel('Builder').selectOption(builder);
    await builds.write('FROM busybox\nRUN sleep 1000\n');
    await builds.buildButton.click();
    await expect(builds.steps.nth(1)).toContainText('running');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(builds.summary).toHaveText('Cancelled. Nothing was left behind.');
    await page.locator('.terminal').click();
    await run(page, 'clear; echo containers=$(docker ps -aq | wc -l) images=$(docker images -aq | wc -l)');
    await expect(screenOf(page)).toContainText('containers=0 images=1');
    await run(page, 'docker builder prune -af');
    await expect(screenOf(page)).toContainText(`Total reclaimed space: ${kept}`);
  });
}

test('BUILDS-1 a build that is typed in the terminal is shown, too', async ({ page }) => {
  const builds = new BuildsPage(page);
  await builds.open();
  await openTerminal(page);
  await run(page, "mkdir app; cd app; printf 'FROM busybox\\nRUN true\\n' > Dockerfile; docker build -q -t typed .");
  await expect(builds.place).toHaveValue('/root/app/Dockerfile');
  await expect(builds.editor).toContainText('RUN true');
  expect(await builds.fates()).toEqual(['base', 'built']);
  await expect(page.getByText('its log is there')).toBeVisible();
});

test('BUILDS-2 what the ignore file leaves out is grey, with the line that says so', async ({ page }) => {
  const builds = new BuildsPage(page);
  await builds.open();
  await builds.start('ignore');
  const row = (name: string) => page.locator('.files li').filter({ hasText: name }).first();
  await expect(row('debug.log')).toContainText('left out by *.log, line 2');
  await expect(row('debug.log')).toHaveClass(/left/);
  await expect(row('keep.log')).toContainText('taken in by !keep.log, line 3');
  await expect(row('app.sh')).not.toHaveClass(/left/);
});

test('BUILDS-3 the editor completes, tells what is wrong, explains, and saves to the machine', async ({ page }) => {
  const builds = new BuildsPage(page);
  await builds.open();
  await builds.start('first');
  await builds.write('FROM busybox AS Base\nCOPY --chown=1 hello.txt /\nFRMO x\n');
  const problems = page.getByRole('list', { name: 'Problems' });
  await expect(problems).toContainText('unknown instruction: FRMO');
  await expect(problems).toContainText('StageNameCasing');
  await page.locator('.cm-line').nth(1).getByText('COPY').hover();
  await expect(page.locator('.cm-help')).toContainText('into a new layer');
  await page.locator('.cm-line').nth(1).getByText('--chown').hover();
  await expect(page.locator('.cm-help')).toContainText('To whom the copied files belong');

  await builds.write('FROM busybox\n');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('WOR');
  await page.getByRole('option', { name: /WORKDIR/ }).click();
  await page.keyboard.type(' /srv\nCOPY hel');
  await page.getByRole('option', { name: /hello\.txt/ }).click();
  await page.keyboard.type(' .\n');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('not saved')).toHaveCount(0);
  await openTerminal(page);
  await run(page, 'cat first/Dockerfile');
  await expect(screenOf(page)).toContainText('WORKDIR /srv');
  await expect(screenOf(page)).toContainText('COPY hello.txt .');
  // And the other way round.
  await run(page, 'echo "USER 1" >> first/Dockerfile');
  await expect(builds.editor).toContainText('USER 1');
});

for (const [colorScheme, locale] of [
  ['light', 'en-GB'],
  ['dark', 'en-GB'],
  ['light', 'zh-CN'],
  ['dark', 'zh-CN'],
] as const) {
  test.describe(`PAGE-3 axe finds nothing in the builds, ${colorScheme}, ${locale}`, () => {
    test.use({ colorScheme, locale });

    test('before and after a build, with options and problems', async ({ page }) => {
      await withAxe(page);
      const builds = new BuildsPage(page);
      await builds.open();
      expect(await violations(page)).toEqual([]);
      await builds.start('ignore');
      const button = page.getByRole('button', { name: /^(Build|构建)$/ }).last();
      await button.click();
      await expect(page.locator('.steps .fate.built').first()).toBeVisible();
      await expect(button).toBeVisible();
      await builds.write('FROM busybox AS Base\nCOPY app.sh /app.sh\nRUN false\n');
      await page.getByRole('button', { name: /^(Options|选项)$/ }).click();
      await button.click();
      await expect(page.locator('.steps .fate.failed')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('tab', { name: /^(Layers|层)$/ }).click();
      expect(await violations(page)).toEqual([]);
    });
  });
}

test('BUILDS-3 what an example wants one to do stays in sight, and it can be begun again', async ({ page }) => {
  const builds = new BuildsPage(page);
  await builds.open();
  await builds.start('cache-order');
  const task = page.getByRole('complementary', { name: 'What to do' });
  await expect(task).toContainText('Change notes.md');
  await builds.write('FROM scratch\n');
  await task.getByRole('button', { name: 'Start over' }).click();
  await expect(builds.editor).toContainText('FROM ubuntu:20.04');
  await task.getByRole('button', { name: 'Close' }).click();
  await expect(task).toHaveCount(0);
});

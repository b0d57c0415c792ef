import { probeBuildkit, programPath, startBuildkit } from '../companion/realBuildkit.ts';
import { violations, withAxe } from './support/axe.ts';
import { BuildsPage } from './support/buildsPage.ts';
import { CompanionProcess } from './support/companionProcess.ts';
import { expect, test } from '@playwright/test';

test('COMP-16 a build is simulated and done for real, and both are compared', async ({ page }, testInfo) => {
  const obstacle = await probeBuildkit();
  testInfo.skip(obstacle !== undefined, `skipped: ${obstacle}`);
  const daemon = await startBuildkit();
  const engine = ['--engine', `buildkit=${daemon.address}`, '--buildctl', programPath('buildctl') ?? ''];
  const companion = await CompanionProcess.start(engine);
  try {
    await withAxe(page);
    await page.goto(companion.link);
    await expect(page.getByRole('button', { name: 'Companion: connected' })).toBeVisible();
    await page.getByRole('button', { name: 'Builds' }).click();
    const builds = new BuildsPage(page);
    await builds.start('import');
    await page.getByLabel('Builder').selectOption('buildkit');
    await page.getByRole('tab', { name: 'For real' }).click();
    await expect(page.getByRole('button', { name: 'Build for real' })).toBeDisabled();
    await builds.build();
    await page.getByRole('tab', { name: 'For real' }).click();
    await page.getByRole('button', { name: 'Build for real' }).click();
    const result = page.locator('#build-result');
    await expect(result).toContainText('of 1 layer has the same bytes', { timeout: 40_000 });
    await expect(result).toContainText('All files are the same.');
    expect(await violations(page)).toEqual([]);
  } finally {
    await companion.end();
    await daemon.stop();
  }
});

// `npm run lighthouse`: Lighthouse on the built page, in the Chromium of the tests. Prints the scores; exits with 1
// when performance is below 95 or accessibility below 100.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import lighthouse from 'lighthouse';
import { preview } from 'vite';
import { provideBrowser } from './browser.mjs';

const FLOOR = { performance: 0.95, accessibility: 1 };
const DEBUG_PORT = 9333;
const profile = mkdtempSync(join(tmpdir(), 'palimpsest-lighthouse-'));
const server = await preview({ preview: { host: '127.0.0.1', port: 5190 }, logLevel: 'error' });
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: await provideBrowser(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', `--remote-debugging-port=${DEBUG_PORT}`],
});

try {
  const result = await lighthouse('http://127.0.0.1:5190/', {
    port: DEBUG_PORT,
    output: 'json',
    logLevel: 'error',
    onlyCategories: [...Object.keys(FLOOR), 'best-practices'],
  });
  for (const { id, score } of Object.values(result.lhr.categories)) {
    const floor = FLOOR[id];
    const passed = floor === undefined || score >= floor;
    console.log(`${id.padEnd(16)} ${Math.round(score * 100)}${passed ? '' : `  (wanted ${floor * 100})`}`);
    if (!passed) process.exitCode = 1;
  }
  printFaults(result.lhr);
} finally {
  await browser.close();
  await new Promise((resolve) => server.httpServer.close(resolve));
  rmSync(profile, { recursive: true, force: true });
}

function printFaults(report) {
  for (const category of Object.values(report.categories)) {
    for (const { id, weight } of category.auditRefs) {
      const audit = report.audits[id];
      if (weight > 0 && audit.score !== null && audit.score < 0.9)
        console.log(`  ${category.id}: ${audit.title} ${audit.displayValue ?? ''}`);
    }
  }
}

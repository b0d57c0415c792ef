// `npm test`: builds what the tests use, runs the unit and conformance tests (vitest), then the end-to-end tests
// in a real Chromium (Playwright), and closes with one line that counts them all.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideBrowser } from './browser.mjs';

const reports = mkdtempSync(join(tmpdir(), 'palimpsest-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };

try {
  process.env.CHROMIUM = await provideBrowser();
  if (process.env.PALIMPSEST_SKIP_BUILD !== '1') must('npm', ['run', '--silent', 'build']);

  const unit = join(reports, 'unit.json');
  const unitStatus = run('npx', [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${unit}`,
  ]);
  countVitest(unit, unitStatus);

  const pages = join(reports, 'pages.json');
  const pagesStatus = run('npx', ['playwright', 'test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: pages,
  });
  countPlaywright(pages, pagesStatus);
} catch (error) {
  console.error(error.message);
  total.failed++;
} finally {
  rmSync(reports, { recursive: true, force: true });
}

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function run(command, args, env = {}) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status;
}

function must(command, args) {
  if (run(command, args) !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

function countVitest(file, status) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  total.passed += report.numPassedTests;
  // A suite that cannot load fails without a failed test.
  total.failed += Math.max(report.numFailedTests, status === 0 ? 0 : 1);
  total.skipped += report.numPendingTests;
}

function countPlaywright(file, status) {
  const { stats } = JSON.parse(readFileSync(file, 'utf8'));
  total.passed += stats.expected + stats.flaky;
  total.failed += Math.max(stats.unexpected, status === 0 ? 0 : 1);
  total.skipped += stats.skipped;
}

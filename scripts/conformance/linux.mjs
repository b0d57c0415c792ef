// `npm run conformance:linux -- [--suites FOLDER] [SUITE...]`: public suites on the kernel's overlay and on
// `palimpsest mount`, side by side. Needs Linux, root and /dev/fuse; works in a mount namespace of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KINDS } from './mounts.mjs';
import { PROGRAM } from './palimpsest.mjs';
import { find, SUITES } from './suites.mjs';

const DOCUMENT = fileURLToPath(new URL('../../docs/mount.md', import.meta.url));
const INSIDE = 'PALIMPSEST_CONFORMANCE_NAMESPACE';
const SHOWN_CASES = 50;

const args = process.argv.slice(2);
const at = args.indexOf('--suites');
const folder = resolve(at < 0 ? (process.env.PALIMPSEST_SUITES ?? 'suites') : (args.splice(at, 2)[1] ?? 'suites'));
process.exitCode = await main();

async function main() {
  const unknown = args.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) return fail(`there is no suite ${unknown}: ${SUITES.map(({ name }) => name).join(', ')}`);
  if (process.platform !== 'linux' || process.getuid() !== 0) return fail('this takes Linux and root');
  if (!existsSync('/dev/fuse')) return fail('/dev/fuse is not there');
  if (!existsSync(PROGRAM)) return fail('npm run build:cli comes first');
  if (!process.env[INSIDE]) return inNamespace();
  const wanted = SUITES.filter(({ name }) => args.length === 0 || args.includes(name));
  const missing = wanted.filter((suite) => !find(suite, folder));
  for (const suite of missing) {
    console.log(`${suite.name}: ${join(folder, suite.file)} is not there. To get it, in ${folder}:`);
    for (const line of suite.howTo) console.log(`  ${line}`);
  }
  const scratch = mkdtempSync(join(tmpdir(), 'palimpsest-conformance-'));
  let isWorse = false;
  try {
    for (const suite of wanted.filter((one) => !missing.includes(one)))
      isWorse = (await compare(suite, scratch)) || isWorse;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return isWorse ? 1 : missing.length > 0 ? 2 : 0;
}

function inNamespace() {
  const command = [process.execPath, fileURLToPath(import.meta.url), '--suites', folder, ...args];
  const done = spawnSync('unshare', ['-m', '--propagation', 'private', ...command], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  });
  return done.status ?? 1;
}

function fail(message) {
  console.error(`conformance:linux: ${message}`);
  return 2;
}

/** Runs a suite on both; true when ours fails where the kernel's does not, and docs/mount.md does not say why. */
async function compare(suite, scratch) {
  const program = find(suite, folder);
  const results = {};
  for (const kind of KINDS) {
    const start = Date.now();
    results[kind] = await suite.run(program, kind, scratch);
    console.log(`${suite.name} on ${kind}: ${Math.round((Date.now() - start) / 1000)} s`);
  }
  const passed = (kind) => [...results[kind].values()].filter((hasPassed) => hasPassed).length;
  const cell = (kind) => `${passed(kind)} of ${results[kind].size}`.padStart(14);
  console.log(`\n${'passed'.padEnd(22)}${KINDS.map((kind) => kind.padStart(14)).join('')}`);
  console.log(`${suite.name.padEnd(22)}${KINDS.map(cell).join('')}`);
  const worse = [...results.kernel].filter(([name, ok]) => ok && results.palimpsest.get(name) !== true);
  const known = knownDifferences();
  const unexplained = worse.filter(([name]) => !known.some((words) => `${suite.name} ${name}`.startsWith(words)));
  if (worse.length > 0)
    console.log(
      `passes on the kernel's overlay only (${worse.length}, of which ${worse.length - unexplained.length} are explained in docs/mount.md):`,
    );
  for (const [name] of unexplained.slice(0, SHOWN_CASES)) console.log(`  ${name}`);
  console.log('');
  return unexplained.length > 0;
}

/** Lines “- `SUITE CASE`: reason” of docs/mount.md. */
function knownDifferences() {
  return [...readFileSync(DOCUMENT, 'utf8').matchAll(/^- `((?:pjdfstest|unionmount-testsuite|fsx) [^`]+)`: /gm)].map(
    (match) => match[1],
  );
}

// `npm run fuzz -- [MUTATIONS] [FIRST_SEED] [FOLDER]`: the nightly length of tests/fuzz (10,000 mutations by default); the
// archives of FOLDER are mutated, too.
// A watchdog names the mutation that never came back: a loop that does not yield cannot be stopped from within.
import { spawn } from 'node:child_process';
import { readFileSync, statSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LONGEST_MUTATION_MS = 60_000;
const mark = join(tmpdir(), 'palimpsest-fuzz-last');
const [mutations = '10000', seed = '1', folder = ''] = process.argv.slice(2);
rmSync(mark, { force: true });

const child = spawn('npx', ['vitest', 'run', 'tests/fuzz'], {
  stdio: 'inherit',
  detached: true,
  env: { ...process.env, FUZZ_MUTATIONS: mutations, FUZZ_SEED: seed, FUZZ_FOLDER: folder },
});
const watchdog = setInterval(() => {
  const since = Date.now() - (statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (since < LONGEST_MUTATION_MS) return;
  console.error(`No answer for ${Math.round(since / 1000)} s from ${readFileSync(mark, 'utf8').trim()}`);
  process.kill(-child.pid, 'SIGKILL');
}, 5000);
process.on('SIGINT', () => process.kill(-child.pid, 'SIGINT'));
child.on('exit', (code) => {
  clearInterval(watchdog);
  process.exitCode = code ?? 1;
});

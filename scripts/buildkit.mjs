// `node scripts/buildkit.mjs FOLDER`: builds buildkitd and buildctl with the Go toolchain, for the tests that want
// them. Their module's replacements keep `go install` from doing that by itself.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** The floor for several users is 0.28.1 (src/companion/engines/versions.ts). */
const VERSION = 'v0.30.0';
const MODULE = 'github.com/moby/buildkit';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node scripts/buildkit.mjs FOLDER');
  process.exit(2);
}
const target = resolve(folder);
mkdirSync(target, { recursive: true });

const found = spawnSync('go', ['mod', 'download', '-json', `${MODULE}@${VERSION}`], { encoding: 'utf8' });
if (found.status !== 0) {
  console.error(found.error ? 'The Go toolchain is not installed.' : found.stdout + found.stderr);
  process.exit(1);
}
const { Dir: source } = JSON.parse(found.stdout);
const flags = ['-mod=readonly', '-trimpath', '-ldflags', `-s -w -X ${MODULE}/version.Version=${VERSION}`];
const built = spawnSync('go', ['build', ...flags, '-o', `${target}/`, './cmd/buildkitd', './cmd/buildctl'], {
  cwd: source,
  stdio: 'inherit',
  env: { ...process.env, CGO_ENABLED: '0' },
});
process.exitCode = built.status ?? 1;

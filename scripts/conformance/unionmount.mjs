// unionmount-testsuite: what a union does to the files of its layers, remounted and rotated on the way.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

const HELPER = fileURLToPath(new URL('./mountHelper.mjs', import.meta.url));
/** Docker mounts without redirect_dir: --xdev. */
const VARIANTS = [
  { flags: ['--ov'], after: [], overlayOptions: 'redirect_dir=on' },
  { flags: ['--ov=5'], after: [], overlayOptions: 'redirect_dir=on' },
  { flags: ['--ov'], after: ['--xdev'], overlayOptions: 'redirect_dir=off' },
];

/** Results by case: flags, test and line. */
export async function runUnionmount(program, kind, scratch) {
  const results = new Map();
  const base = join(scratch, `unionmount-${kind}`);
  rmSync(base, { recursive: true, force: true });
  mkdirSync(base, { recursive: true });
  if (kind === 'palimpsest') installHelper(scratch);
  for (const variant of VARIANTS) {
    const { flags, after } = variant;
    for (const test of testNames(program, after.includes('--xdev'))) {
      run('mount', ['-t', 'tmpfs', 'conformance', base]);
      const args = [...flags, ...(kind === 'palimpsest' ? ['--fuse=palimpsest'] : []), ...after, test];
      const done = spawnSync(program, args, {
        cwd: dirname(program),
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
        env: {
          ...process.env,
          UNIONMOUNT_BASEDIR: base,
          PALIMPSEST_CONFORMANCE: scratch,
          PALIMPSEST_OVERLAY_OPTIONS: variant.overlayOptions,
        },
      });
      record([...flags, ...after].join(' '), test, done, results);
      spawnSync('umount', [join(base, 'm')], { stdio: 'ignore' });
      run('umount', ['-l', base]);
    }
  }
  return results;
}

/** The names in the suite's own list. */
function testNames(program, isXdev) {
  const script = readFileSync(program, 'utf8');
  const names = (start) => {
    const from = script.indexOf('[', start);
    return [...script.slice(from, script.indexOf(']', from)).matchAll(/"([\w-]+)"/g)].map((match) => match[1]);
  };
  const lists = [...script.matchAll(/^\s*tests \+?= \[/gm)].map((match) => names(match.index));
  const [common = [], exdev = [], directories = []] = lists;
  return [...common, ...(isXdev ? exdev : directories)];
}

/** Each line “TEST file:line: words” begins a case; the suite ends at the first that fails. */
function record(variant, test, { status, stdout }, results) {
  const seen = new Map();
  let last;
  for (const [, place, words] of (stdout ?? '').matchAll(/^TEST (\S+?:\d+): (.*)$/gm)) {
    const count = (seen.get(place) ?? 0) + 1;
    seen.set(place, count);
    last = `${variant} ${place}#${count} ${words}`;
    results.set(last, true);
  }
  if (status !== 0) results.set(last ?? `${variant} ${test}`, false);
}

/** mount(8) looks for its helpers in /usr/sbin alone: in our own mount namespace, a folder with ours lies over it. */
function installHelper(scratch) {
  const folder = join(scratch, 'sbin');
  mkdirSync(folder, { recursive: true });
  const helper = join(folder, 'mount.fuse.palimpsest');
  writeFileSync(helper, `#!/bin/sh\nexec ${process.execPath} ${HELPER} "$@"\n`);
  chmodSync(helper, 0o755);
  run('mount', ['-t', 'overlay', 'conformance', '-o', `lowerdir=${folder}:/usr/sbin`, '/usr/sbin']);
}

// The two columns: the kernel's overlay and palimpsest, over the same lower folder, changes in memory in both.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tarFolder } from './archive.mjs';
import { isAlive, mountPalimpsest } from './palimpsest.mjs';
import { run, waitUntil } from './run.mjs';

export const KINDS = ['kernel', 'palimpsest'];

/** Calls `use` with a folder on which a union is mounted, and unmounts it. */
export async function withMount(kind, scratch, use) {
  const base = join(scratch, kind);
  rmSync(base, { recursive: true, force: true });
  mkdirSync(base, { recursive: true });
  run('mount', ['-t', 'tmpfs', 'conformance', base]);
  try {
    for (const name of ['lower', 'upper', 'work', 'union']) mkdirSync(join(base, name));
    writeFileSync(join(base, 'lower/from-below'), 'lower\n');
    const union = join(base, 'union');
    const end = kind === 'kernel' ? mountKernel(base, union) : mountOurs(base, union);
    try {
      await use(union);
    } finally {
      end();
    }
  } finally {
    run('umount', [base]);
  }
}

function mountKernel(base, union) {
  const parts = ['lower', 'upper', 'work'].map((name) => `${name}dir=${join(base, name)}`);
  run('mount', ['-t', 'overlay', 'overlay', '-o', parts.join(','), union]);
  return () => run('umount', [union]);
}

function mountOurs(base, union) {
  const archive = join(base, 'image.tar');
  tarFolder(join(base, 'lower'), archive);
  const child = mountPalimpsest([archive], union, join(base, 'log'));
  return () => {
    run('umount', [union]);
    waitUntil(() => !isAlive(child.pid), 60, 'the end of palimpsest mount');
  };
}

import { execFileSync } from 'node:child_process';
import * as nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayerPlan } from './overlayLayers.ts';
import { nodeCalls, type OverlaySubject, type SyncFs, writeFirstByte } from './overlaySubject.ts';
import { fileBody } from './vfsTree.ts';

/** GNU tar does not read what goes to /dev/null. */
const SEAL = 'tar -C "$1" -cf - . | cat >/dev/null; find "$1" -type f | wc -l';

/** The kernel's own overlay, layers and upper on a tmpfs, through node:fs. Throws where mount(8) refuses. */
export function kernelOverlay(plans: readonly LayerPlan[]): OverlaySubject {
  const base = nodeFs.mkdtempSync(join(tmpdir(), 'palimpsest-overlay-'));
  const undo: (() => void)[] = [() => nodeFs.rmdirSync(base)];
  const close = () => {
    for (const step of undo.reverse()) step();
  };
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4g,nr_inodes=0', 'palimpsest-bench', base]);
    undo.push(() => execFileSync('umount', [base]));
    for (const name of ['upper', 'work', 'merged']) nodeFs.mkdirSync(join(base, name));
    plans.forEach((plan, i) => {
      fill(join(base, String(i)), plan);
    });
    // Names relative to the tmpfs: 64 whole paths would be longer than mount(2) takes.
    const lowerdir = plans.map((_, i) => String(i)).reverse();
    const options = `lowerdir=${lowerdir.join(':')},upperdir=upper,workdir=work`;
    execFileSync('mount', ['-t', 'overlay', '-o', options, 'palimpsest-bench', 'merged'], { cwd: base });
    undo.push(() => execFileSync('umount', [join(base, 'merged')]));
  } catch (error) {
    close();
    throw error;
  }
  const fs = nodeFs as unknown as SyncFs;
  return {
    ...nodeCalls(fs, join(base, 'merged')),
    copyUp: (path) => writeFirstByte(fs, join(base, 'merged') + path),
    snapshot: () => {
      execFileSync('cp', ['-a', join(base, 'upper'), join(base, 'copy')]);
      execFileSync('rm', ['-r', join(base, 'copy')]);
    },
    seal: () => Number(execFileSync('sh', ['-c', SEAL, 'sh', join(base, 'upper')]).toString()),
    close,
  };
}

function fill(root: string, plan: LayerPlan): void {
  nodeFs.mkdirSync(root);
  for (const path of plan.directories) nodeFs.mkdirSync(root + path, { recursive: true });
  for (const { path, index } of plan.files) nodeFs.writeFileSync(root + path, fileBody(index));
}

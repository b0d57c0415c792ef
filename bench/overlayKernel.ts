import { execFileSync } from 'node:child_process';
import * as nodeFs from 'node:fs';
import { join } from 'node:path';
import type { LayerPlan } from './overlayLayers.ts';
import { nodeCalls, type OverlaySubject, type SyncFs, writeFirstByte } from './overlaySubject.ts';
import { fileBody } from './vfsTree.ts';

/** GNU tar does not read what goes to /dev/null. */
const SEAL = 'tar -C "$1" -cf - . | cat >/dev/null; find "$1" -type f | wc -l';

/** The kernel's own overlay, layers and upper on a tmpfs, through node:fs. To be called in a mount namespace of its own:
 *  nothing is unmounted. Throws where mount(8) refuses. */
export function kernelOverlay(plans: readonly LayerPlan[]): OverlaySubject {
  const base = join(process.cwd(), '.cache/bench-mount');
  nodeFs.mkdirSync(base, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4g,nr_inodes=0', 'palimpsest-bench', base]);
  for (const name of ['upper', 'work', 'merged']) nodeFs.mkdirSync(join(base, name));
  plans.forEach((plan, i) => {
    fill(join(base, String(i)), plan);
  });
  // Names relative to the tmpfs: 64 whole paths would be longer than mount(2) takes.
  const lowerdir = plans.map((_, i) => String(i)).reverse();
  const options = `lowerdir=${lowerdir.join(':')},upperdir=upper,workdir=work`;
  execFileSync('mount', ['-t', 'overlay', '-o', options, 'palimpsest-bench', 'merged'], { cwd: base });
  const fs = nodeFs as unknown as SyncFs;
  return {
    ...nodeCalls(fs, join(base, 'merged')),
    copyUp: (path) => writeFirstByte(fs, join(base, 'merged') + path),
    snapshot: () => {
      execFileSync('cp', ['-a', join(base, 'upper'), join(base, 'copy')]);
      execFileSync('rm', ['-r', join(base, 'copy')]);
    },
    seal: () => Number(execFileSync('sh', ['-c', SEAL, 'sh', join(base, 'upper')]).toString()),
    close: () => undefined,
  };
}

function fill(root: string, plan: LayerPlan): void {
  nodeFs.mkdirSync(root);
  for (const path of plan.directories) nodeFs.mkdirSync(root + path, { recursive: true });
  for (const { path, index } of plan.files) nodeFs.writeFileSync(root + path, fileBody(index));
}

import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Catalogue } from '../../catalogue.ts';

/** `busybox --install -s`: a link for each applet whose place is free. */
export async function linkApplets(process: Process, catalogue: Catalogue): Promise<void> {
  if (!calls.statIfThere(process, '/bin/busybox')) return;
  for (const path of await catalogue.appletPaths()) {
    if (calls.lstatIfThere(process, `/${path}`)) continue;
    calls.makeDirectories(process, `/${path.slice(0, path.lastIndexOf('/'))}`, 0o755);
    calls.symlink(process, '/bin/busybox', `/${path}`);
    if (process.isDue) await process.pause();
  }
}

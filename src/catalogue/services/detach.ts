import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { O_RDWR } from '../../vfs/overlay/openFlags.ts';

/** Who started it need not wait for the end of what it says. */
export async function detach(process: Process): Promise<void> {
  for (const fd of [0, 1, 2]) {
    if (!calls.statIfThere(process, '/dev/null')) {
      if (process.files.has(fd)) process.close(fd);
      continue;
    }
    const file = await calls.open(process, '/dev/null', O_RDWR);
    process.replace(fd, file);
    file.close();
  }
}

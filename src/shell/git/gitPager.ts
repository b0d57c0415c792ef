import { VfsError } from '../../vfs/vfsError.ts';
import { makePipe } from '../kernel/pipe.ts';
import type { Process } from '../kernel/process.ts';
import { findCommand } from '../utilities/launch.ts';

export interface RunningPager {
  /** Ends the output and waits until the reader has left. */
  finish(): Promise<void>;
}

/** Sends what the process prints through `GIT_PAGER`, `PAGER` or less, where it goes to a terminal. Undefined where it
 *  does not, or where the pager is `cat` or missing. */
export async function startPager(process: Process): Promise<RunningPager | undefined> {
  const output = process.file(1);
  if (!output.isTerminal) return undefined;
  const [name = 'less', ...words] = (process.env.get('GIT_PAGER') ?? process.env.get('PAGER') ?? 'less').split(/\s+/);
  const file = name === 'cat' || name === '' ? undefined : findCommand(process, name);
  if (file === undefined) return undefined;
  const { readEnd, writeEnd } = makePipe();
  const files = new Map(process.files);
  files.set(0, readEnd);
  // As git's own LESS does: leave at once what fits, keep colours, do not clear.
  const argv = name === 'less' ? [name, '-F', '-R', '-X', ...words] : [name, ...words];
  const pager = await process.spawn(file, { argv, files });
  readEnd.close();
  process.replace(1, writeEnd);
  writeEnd.close();
  return {
    async finish() {
      process.replace(1, output.retain());
      output.close();
      try {
        await process.waitFor(pager.wait());
      } catch (error) {
        if (!(error instanceof VfsError)) throw error;
      }
      if (pager.hasEnded) process.reap(pager);
    },
  };
}

import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { lstat, readdir, rmdir, unlink } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { joinPath } from './paths.ts';
import { quoted } from './quote.ts';
import type { Report } from './report.ts';

export interface RemoveRules {
  readonly isVerbose?: boolean;
}

/** Removes a file or a whole tree without asking. What fails is reported; the rest goes. */
export async function removeTree(
  process: Process,
  path: string,
  report: Report,
  rules: RemoveRules = {},
): Promise<boolean> {
  try {
    if (isDirectory(lstat(process, path).mode)) {
      let isEmpty = true;
      for (const { name } of readdir(process, path)) {
        const isRemoved = await removeTree(process, joinPath(path, name), report, rules);
        isEmpty &&= isRemoved;
        if (process.isDue) await process.pause();
      }
      if (!isEmpty) return false;
      rmdir(process, path);
      if (rules.isVerbose) await process.print(removedDirectory(process, path));
    } else {
      unlink(process, path);
      if (rules.isVerbose) await process.print(`removed ${quoted(path)}\n`);
    }
    return true;
  } catch (error) {
    await report.failedBy(error, `${process.flavour === 'gnu' ? 'cannot' : "can't"} remove ${quoted(path)}`);
    return false;
  }
}

export function removedDirectory(process: Process, path: string): string {
  return `removed directory${process.flavour === 'gnu' ? '' : ':'} ${quoted(path)}\n`;
}

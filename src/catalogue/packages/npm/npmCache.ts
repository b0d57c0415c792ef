import { findPaths } from '../findPaths.ts';
import { removePaths } from '../unpackEntries.ts';
import { cacheFolder, npmError } from './npmInstall.ts';
import type { NpmRun } from './npmRun.ts';

/** `npm cache verify|clean`. */
export async function npmCache({ process, given }: NpmRun, [what]: readonly string[]): Promise<number> {
  if (what === 'verify') {
    await process.print(`Cache verified and compressed (${cacheFolder(process)}/_cacache)\n`);
    return 0;
  }
  if (what !== 'clean' && what !== 'clear') return npmError(process, 'EUSAGE', ['Usage: npm cache clean | verify']);
  if (!given.has('force'))
    return npmError(process, 'EUSAGE', [
      'As of npm@5, the npm cache self-heals from corruption issues',
      'by treating integrity mismatches as cache misses. To delete it all the same, use --force.',
    ]);
  await removePaths(process, findPaths(process, `${cacheFolder(process)}/_cacache`));
  return 0;
}

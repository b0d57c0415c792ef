// fsx (xfstests): random reads, writes, maps and truncations of one file, compared with a copy in memory.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { withMount } from './mounts.mjs';

const RUNS = [
  ['-N', '20000', '-S', '1'],
  ['-N', '20000', '-S', '2', '-l', '2000000'],
  ['-N', '20000', '-S', '3', '-c', '20'],
  ['-N', '10000', '-S', '4', '-R', '-W'],
  ['-N', '10000', '-S', '5', '-y'],
  ['-N', '5000', '-S', '6', '-Z', '-R', '-W', '-r', '4096', '-w', '4096'],
];

/** Results by the options of a run. */
export async function runFsx(program, kind, scratch) {
  const results = new Map();
  await withMount(kind, scratch, async (folder) => {
    for (const [i, options] of RUNS.entries()) {
      const args = ['-q', ...options, '-P', scratch, join(folder, `file${i}`)];
      results.set(options.join(' '), spawnSync(program, args, { stdio: 'ignore' }).status === 0);
    }
  });
  return results;
}

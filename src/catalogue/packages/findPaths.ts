import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';

/** Bounds a tree that somebody else made. */
const MAX_PATHS = 200_000;

/** A tree's paths, its top first; links are not followed. Empty where there is none. */
export function findPaths(process: Process, top: string): readonly string[] {
  const found: string[] = [];
  const waiting = [top];
  for (let path = waiting.pop(); path !== undefined && found.length < MAX_PATHS; path = waiting.pop()) {
    const stat = calls.lstatIfThere(process, path);
    if (!stat) continue;
    found.push(path);
    if (isDirectory(stat.mode)) for (const { name } of calls.readdir(process, path)) waiting.push(`${path}/${name}`);
  }
  return found;
}

import { dirname } from 'node:path';
import { directoryPaths, filePaths } from './vfsTree.ts';

/** What one layer holds; parents first. */
export interface LayerPlan {
  readonly directories: readonly string[];
  readonly files: readonly { readonly path: string; readonly index: number }[];
}

/** The files dealt out over the layers in turn, base first. The base has every directory, every other layer those
 *  that its files lie in. */
export function dealtOut(layerCount: number, fileCount: number): readonly LayerPlan[] {
  const all = filePaths().slice(0, fileCount);
  return Array.from({ length: layerCount }, (_, layer) => {
    const files = all.map((path, index) => ({ path, index })).filter(({ index }) => index % layerCount === layer);
    return { directories: layer === 0 ? directoriesOf(all) : directoriesOf(files.map(({ path }) => path)), files };
  });
}

/** Every directory in every layer: the hardest merge. The files are dealt out. */
export function everyDirectory(layerCount: number, fileCount: number): readonly LayerPlan[] {
  const directories = directoriesOf(filePaths().slice(0, fileCount));
  return dealtOut(layerCount, fileCount).map(({ files }) => ({ directories, files }));
}

/** The directories of the files, outer before inner. */
export function directoriesOf(files: readonly string[]): string[] {
  const wanted = new Set<string>();
  for (const file of files) {
    const directory = dirname(file);
    wanted.add(directory);
    wanted.add(dirname(directory));
  }
  return directoryPaths().filter((path) => wanted.has(path));
}

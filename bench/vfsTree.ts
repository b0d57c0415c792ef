import { pseudoRandom } from './pseudoRandom.ts';

/** The tree that every file system of the bench holds: as in the measurements that the targets come from. */
export const FILE_COUNT = 100_000;
export const DIRECTORY_COUNT = 10_000;
export const BODY_BYTES = 64;

const FILES_PER_DIRECTORY = FILE_COUNT / DIRECTORY_COUNT;

/** 100 directories of 100 directories; parents first. */
export function directoryPaths(): string[] {
  const paths: string[] = [];
  for (let i = 0; i < DIRECTORY_COUNT; i++) {
    const outer = `/d${Math.floor(i / 100)}`;
    if (i % 100 === 0) paths.push(outer);
    paths.push(`${outer}/e${i % 100}`);
  }
  return paths;
}

export function filePaths(): string[] {
  const paths: string[] = [];
  for (let i = 0; i < FILE_COUNT; i++) {
    const directory = Math.floor(i / FILES_PER_DIRECTORY);
    paths.push(`/d${Math.floor(directory / 100)}/e${directory % 100}/file-${i}.txt`);
  }
  return paths;
}

export function fileBody(index: number): Buffer {
  return Buffer.from(`${index} `.padEnd(BODY_BYTES, 'body '));
}

/** The same order for everyone (Fisher and Yates). */
export function shuffled<T>(items: readonly T[]): T[] {
  const random = pseudoRandom(11);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

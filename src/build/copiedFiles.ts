/** A file that makes two runs of COPY or ADD differ. */
export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
}

/** Why two sums differ: the first of the files, and how many there are in all. */
export interface FileChanges {
  readonly files: readonly FileChange[];
  readonly count: number;
}

/** Sums that are kept apart, and files of one that are: beyond that a sum says only that something differs. */
const MAX_SUMS = 400;
const MAX_FILES = 5_000;
const MAX_TOLD = 20;

/** By whose cache it is: what each sum was made of. For telling what changed; a decision never depends on it. */
const known = new WeakMap<object, Map<string, ReadonlyMap<string, string>>>();

/** Keeps what a sum in a cache key stands for: the sum of each file, by its path. */
export function rememberFiles(cache: object, sum: string, files: ReadonlyMap<string, string>): void {
  if (files.size > MAX_FILES) return;
  const sums = known.get(cache) ?? new Map<string, ReadonlyMap<string, string>>();
  known.set(cache, sums);
  sums.delete(sum);
  sums.set(sum, files);
  if (sums.size > MAX_SUMS) sums.delete(sums.keys().next().value as string);
}

/** Compares what two sums stand for; undefined where one of them is not known any more. */
export function changedFiles(cache: object, before: string, now: string): FileChanges | undefined {
  const sums = known.get(cache);
  const [cached, wanted] = [sums?.get(before), sums?.get(now)];
  if (!cached || !wanted) return undefined;
  const all: FileChange[] = [];
  for (const [path, sum] of wanted) {
    const other = cached.get(path);
    if (other === undefined) all.push({ path, change: 'added' });
    else if (other !== sum) all.push({ path, change: 'changed' });
  }
  for (const path of cached.keys()) if (!wanted.has(path)) all.push({ path, change: 'removed' });
  return { files: all.slice(0, MAX_TOLD), count: all.length };
}

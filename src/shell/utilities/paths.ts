/** Paths as text: nothing here asks a filesystem. */

export function joinPath(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

/** As basename(1): `/` for the root, '' for nothing. */
export function lastComponent(path: string): string {
  const bare = withoutTrailingSlashes(path);
  return bare === '/' ? '/' : bare.slice(bare.lastIndexOf('/') + 1);
}

/** As dirname(1). */
export function directoryOf(path: string): string {
  const bare = withoutTrailingSlashes(path);
  const slash = bare.lastIndexOf('/');
  if (slash < 0) return '.';
  return withoutTrailingSlashes(bare.slice(0, slash)) || '/';
}

export function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}

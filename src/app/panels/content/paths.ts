/** Paths as the explorer has them: no leading slash, '' is the root. */

/** Where a symlink leads within the image, `..` above the root staying at the root, as in a container. */
export function resolveTarget(linkPath: string, target: string): string {
  const parts = target.startsWith('/') ? [] : linkPath.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** A path's names, each with the path that ends there. */
export function breadcrumbs(path: string): { readonly name: string; readonly path: string }[] {
  if (path === '') return [];
  const names = path.split('/');
  return names.map((name, i) => ({ name, path: names.slice(0, i + 1).join('/') }));
}

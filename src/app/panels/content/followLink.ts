/** What lies at a path of the view: for a symlink its target, undefined where there is nothing. */
export type LookUp = (path: string) => Promise<{ readonly linkTarget: string | undefined } | undefined>;

/** Symlinks on the way at most, as the kernel has it (path_resolution(7), ELOOP). */
const MAX_LINKS = 40;

/** The path that a symlink names, with the symlinks on the way followed and the last one not: one hop.
 *  `..` above the root stays at the root, as in a container. Undefined when it dangles or goes in circles. */
export async function followLink(linkPath: string, target: string, lookUp: LookUp): Promise<string | undefined> {
  let at = target.startsWith('/') ? [] : linkPath.split('/').slice(0, -1);
  let rest = names(target);
  let links = 0;
  while (rest.length > 0) {
    const [name, ...after] = rest as [string, ...string[]];
    rest = after;
    if (name === '..') {
      at = at.slice(0, -1);
      continue;
    }
    const found = await lookUp([...at, name].join('/'));
    if (!found) return undefined;
    if (found.linkTarget === undefined || after.length === 0) {
      at = [...at, name];
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    if (found.linkTarget.startsWith('/')) at = [];
    rest = [...names(found.linkTarget), ...after];
  }
  return at.join('/');
}

function names(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

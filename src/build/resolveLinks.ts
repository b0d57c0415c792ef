/** As many links on the way as containerd follows (continuity fs, RootPath). */
const MAX_LINKS = 255;
/** A path that links have made longer than any real one. */
const MAX_NAMES = 10_000;

/** Where a path leads in a tree, links followed within it: without slashes at its ends, '' for the root. What is not
 *  there is taken as it is named. `linkAt` gives the target of the link that a path without links names. Undefined for
 *  links in a circle. */
export function resolveLinks(
  path: string,
  linkAt: (path: string) => string | undefined,
  end: 'follow' | 'noFollow' = 'follow',
): string | undefined {
  const resolved: string[] = [];
  let links = 0;
  const rest = path.split('/').reverse();
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      resolved.pop();
      continue;
    }
    resolved.push(name);
    if (end === 'noFollow' && !rest.some((one) => one !== '' && one !== '.')) break;
    const target = linkAt(resolved.join('/'));
    if (target === undefined) continue;
    if (++links > MAX_LINKS || rest.length > MAX_NAMES) return undefined;
    resolved.pop();
    if (target.startsWith('/')) resolved.length = 0;
    rest.push(...target.split('/').reverse());
  }
  return resolved.join('/');
}

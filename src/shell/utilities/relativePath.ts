/** The way from a directory to a path, both absolute and without links. */
export function relativePath(from: string, to: string): string {
  const start = from.split('/').filter((part) => part !== '');
  const end = to.split('/').filter((part) => part !== '');
  let shared = 0;
  while (shared < start.length && shared < end.length && start[shared] === end[shared]) shared++;
  const up = new Array<string>(start.length - shared).fill('..');
  return [...up, ...end.slice(shared)].join('/') || '.';
}

import { absolutePath } from '../../shell/absolutePath.ts';
/** `DIR/.`: what is in the directory, not the directory. */
export function namesContent(path: string): boolean {
  return path === '' || path === '.' || path.endsWith('/.');
}

/** Ends so that it can only be a directory. */
export function assertsDirectory(path: string): boolean {
  return path.endsWith('/') || namesContent(path);
}

/** The ending of a path as it was typed (`/`, `/.`) put back to its clean form. */
export function keepEnding(clean: string, typed: string): string {
  if (namesContent(typed)) return clean === '/' ? '/.' : `${clean}/.`;
  return typed.endsWith('/') && clean !== '/' ? `${clean}/` : clean;
}

/** Directory and last name; a path that names a directory's content has the last name `.`. */
export function splitPath(path: string): { readonly directory: string; readonly base: string } {
  const clean = absolutePath('/', path);
  if (namesContent(path)) return { directory: clean, base: '.' };
  if (clean === '/') return { directory: '/', base: '/' };
  const slash = clean.lastIndexOf('/');
  return { directory: slash === 0 ? '/' : clean.slice(0, slash), base: clean.slice(slash + 1) };
}

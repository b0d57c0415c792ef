import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** A program by its path, or by its name in PATH; undefined where there is none. */
export async function findProgram(name: string, path: string | undefined): Promise<string | undefined> {
  const candidates = name.includes('/') ? [name] : (path ?? '').split(delimiter).map((folder) => join(folder, name));
  for (const candidate of candidates) {
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  return undefined;
}

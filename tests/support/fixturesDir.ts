import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of recorded archives, traces and sessions that lies beside the project, or undefined in a clone
 *  that has none. `PALIMPSEST_FIXTURES` names another place. */
export function fixturesDir(): string | undefined {
  const dir = process.env.PALIMPSEST_FIXTURES ?? fileURLToPath(new URL('../../../shared/fixtures', import.meta.url));
  return existsSync(dir) ? dir : undefined;
}

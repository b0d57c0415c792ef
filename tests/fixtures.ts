import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

/** The folder of recorded archives, traces and sessions that lies beside the project, or undefined in a clone
 *  that has none. `PALIMPSEST_FIXTURES` names another place. */
export function fixturesDir(): string | undefined {
  const dir = process.env.PALIMPSEST_FIXTURES ?? fileURLToPath(new URL('../../shared/fixtures', import.meta.url));
  return existsSync(dir) ? dir : undefined;
}

/** A suite that needs the recorded fixtures; where they are absent it reports itself as skipped. */
export function describeWithFixtures(name: string, suite: (dir: string) => void): void {
  const dir = fixturesDir();
  if (dir) describe(name, () => suite(dir));
  else describe.skip(`${name} (skipped: no fixtures beside the project)`, () => suite(''));
}

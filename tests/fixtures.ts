import { describe } from 'vitest';
import { fixturesDir } from './support/fixturesDir.ts';

export { fixturesDir };

/** A suite that needs the recorded fixtures; where they are absent it reports itself as skipped. */
export function describeWithFixtures(name: string, suite: (dir: string) => void): void {
  const dir = fixturesDir();
  if (dir) describe(name, () => suite(dir));
  else describe.skip(`${name} (skipped: no fixtures beside the project)`, () => suite(''));
}

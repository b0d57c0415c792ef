import { parseReference } from '../../image/reference.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';

const OF_BASE = /^\[internal\] load metadata for (\S+)$/;
const MAX_NAMES = 40;

/** What a reader can do about a base that the simulated hub does not hold; undefined where a step failed otherwise. */
export async function missingBase(vertexName: string | undefined, catalogue: Catalogue): Promise<string | undefined> {
  const name = OF_BASE.exec(vertexName ?? '')?.[1];
  if (name === undefined) return undefined;
  const { domain, path } = parseReference(name);
  const entries = domain === 'docker.io' ? await catalogue.entries() : [];
  const short = (repository: string) => repository.replace(/^library\//, '');
  const ofThis = entries.filter(({ repository }) => repository === path);
  const held =
    ofThis.length > 0
      ? ofThis.map(({ repository, tags }) => `${short(repository)}:${tags[0] ?? 'latest'}`)
      : [...new Set((await catalogue.entries()).map(({ repository }) => short(repository)))];
  const shown = held.slice(0, MAX_NAMES).join(', ');
  return `The simulated hub holds ${shown}${held.length > MAX_NAMES ? ', …' : ''}. Give other bases as archives: --base FILE`;
}

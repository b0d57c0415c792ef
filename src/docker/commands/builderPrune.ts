import type { Filters } from '../../engine/filters.ts';
import { type Client, ClientError, confirm, type DockerCommand, filtersOf } from '../client.ts';
import { parseBinarySize, parseGoDuration, quoteGo } from '../commandLine/flagValue.ts';
import { humanSize } from '../humanUnits.ts';

const WARN_CACHE = 'WARNING! This will remove all dangling build cache. Are you sure you want to continue?';
const WARN_ALL_CACHE = 'WARNING! This will remove all build cache. Are you sure you want to continue?';
/** For how long a record was not used: the second is the older word. */
const AGES = ['until', 'unused-for'];
/** Of `docker system prune`; the build cache has no labels. */
const OTHERS = ['label', 'label!'];
/** What the daemon knows besides (moby builder-next, cacheFields). */
const NOT_SIMULATED = ['id', 'parent', 'type', 'description', 'inuse', 'shared', 'private'];

/** What BuildKit keeps: the classic builder has no cache apart from its images. */
export const builderPrune: DockerCommand = {
  flags: ['all', 'filter', 'force', 'keep-storage'],
  async run({ client, flags }) {
    const isAll = flags.isOn('all');
    if (!flags.isOn('force') && !(await confirm(client, isAll ? WARN_ALL_CACHE : WARN_CACHE))) return 0;
    const keepBytes = parseBinarySize(flags.text('keep-storage')) ?? 0;
    const { text, reclaimedBytes } = pruneBuildCache(client, { isAll, filters: filtersOf(flags), keepBytes });
    if (text !== '') await client.print(`${text}\n`);
    await client.print(`Total reclaimed space: ${humanSize(reclaimedBytes, 4)}\n`);
    return 0;
  },
};

/** Throws ClientError for a filter that is not simulated, or an age that is none. */
export function pruneBuildCache(
  { engine, nowSec }: Client,
  wanted: { readonly isAll: boolean; readonly filters: Filters; readonly keepBytes?: number },
): { readonly text: string; readonly reclaimedBytes: number } {
  const { isAll, filters, keepBytes } = wanted;
  const ages = AGES.flatMap((name) => filters.get(name) ?? []);
  for (const name of filters.keys())
    if (NOT_SIMULATED.includes(name)) throw new ClientError(`the filter ${name} of the build cache is not simulated`);
    else if (![...AGES, ...OTHERS].includes(name))
      throw new ClientError(`Error response from daemon: failed to prune build cache: Invalid filter '${name}'`);
  if (ages.length > 1) throw new ClientError('Error response from daemon: filters expect only one value');
  const untilSec = ages[0] === undefined ? undefined : nowSec - ageSec(ages[0]);
  const { ids, reclaimedBytes } = engine.images.pruneBuildCache({
    which: isAll ? 'all' : 'dangling',
    untilSec,
    keepBytes,
  });
  const text = ids.length > 0 ? `Deleted build cache objects:\n${ids.map((id) => `${id}\n`).join('')}` : '';
  return { text, reclaimedBytes };
}

function ageSec(text: string): number {
  const nanoseconds = parseGoDuration(text);
  if (nanoseconds === undefined)
    throw new ClientError(
      `Error response from daemon: "until" filter expects a duration (e.g., '24h'): time: invalid duration ${quoteGo(text)}`,
    );
  return nanoseconds / 1e9;
}

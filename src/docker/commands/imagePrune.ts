import { type Client, confirm, type DockerCommand, filtersOf } from '../client.ts';
import { humanSize } from '../humanUnits.ts';
import type { Filters } from '../../engine/filters.ts';

const WARN_DANGLING = 'WARNING! This will remove all dangling images.\nAre you sure you want to continue?';
const WARN_ALL =
  'WARNING! This will remove all images without at least one container associated to them.\nAre you sure you want to continue?';

export const imagePrune: DockerCommand = {
  flags: ['all', 'filter', 'force'],
  async run({ client, flags }) {
    const isAll = flags.isOn('all');
    if (!flags.isOn('force') && !(await confirm(client, isAll ? WARN_ALL : WARN_DANGLING))) return 0;
    const { text, reclaimedBytes } = pruneImages(client, isAll, filtersOf(flags));
    if (text !== '') await client.print(`${text}\n`);
    await client.print(`Total reclaimed space: ${humanSize(reclaimedBytes, 4)}\n`);
    return 0;
  },
};

/** What was removed, as it is printed: nothing where nothing was. */
export function pruneImages(
  client: Client,
  isAll: boolean,
  filters: Filters,
): { readonly text: string; readonly reclaimedBytes: number } {
  const dangling = new Set([...(filters.get('dangling') ?? []), String(!isAll)]);
  const report = client.engine.images.prune(new Map([...filters, ['dangling', [...dangling]]]));
  if (report.items.length === 0) return { text: '', reclaimedBytes: 0 };
  const lines = report.items.map((item) =>
    'untagged' in item ? `untagged: ${item.untagged}\n` : `deleted: ${item.deleted}\n`,
  );
  return { text: `Deleted Images:\n${lines.join('')}`, reclaimedBytes: report.reclaimedBytes };
}

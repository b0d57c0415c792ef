import { confirm, type DockerCommand, filtersOf } from '../client.ts';
import { humanSize } from '../humanUnits.ts';

export const containerPrune: DockerCommand = {
  flags: ['filter', 'force'],
  async run({ client, flags }) {
    const question = 'WARNING! This will remove all stopped containers.\nAre you sure you want to continue?';
    if (!flags.isOn('force') && !(await confirm(client, question))) return 0;
    const { ids, reclaimedBytes } = await client.engine.containers.prune(filtersOf(flags));
    if (ids.length > 0) await client.print(`Deleted Containers:\n${ids.map((id) => `${id}\n`).join('')}\n`);
    await client.print(`Total reclaimed space: ${humanSize(ids.length > 0 ? reclaimedBytes : 0, 4)}\n`);
    return 0;
  },
};

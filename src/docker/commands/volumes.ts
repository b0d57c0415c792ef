import { type Client, ClientError, confirm, type DockerCommand, filtersOf, forEachName } from '../client.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';
import { VOLUME_ROWS } from '../format/otherRows.ts';
import { formatRows } from '../format/rows.ts';
import { humanSize } from '../humanUnits.ts';
import type { Filters } from '../../engine/filters.ts';
import { naturalOrder } from './containerFacts.ts';

export const volumeCreate: DockerCommand = {
  flags: ['driver', 'label', 'name', 'opt'],
  async run({ client, flags, arguments: [name] }) {
    if (name !== undefined && flags.has('name')) {
      throw new ClientError(
        'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
      );
    }
    const volume = client.engine.volumes.create({
      name: name ?? flags.text('name'),
      driver: flags.text('driver'),
      // Newer clients leave out what is empty.
      ...(flags.has('label') || client.vintage === '20.10' ? { labels: pairsOf(flags, 'label') } : {}),
      driverOptions: pairsOf(flags, 'opt'),
    });
    await client.print(`${volume.name}\n`);
    return 0;
  },
};

/** `NAME=value` of a flag, all of them. */
export function pairsOf(flags: FlagSet, name: string): Record<string, string> {
  return Object.fromEntries(
    flags.list(name).map((text) => {
      const equals = text.indexOf('=');
      return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

export const volumeLs: DockerCommand = {
  flags: ['filter', 'format', 'quiet'],
  async run({ client, flags }) {
    const volumes = [...client.engine.volumes.list(filtersOf(flags))].sort((a, b) => naturalOrder(a.name, b.name));
    const isQuiet = flags.isOn('quiet');
    const wanted = flags.text('format') || (isQuiet ? '' : client.config.text('volumesFormat')) || 'table';
    await client.print(
      formatRows(
        VOLUME_ROWS,
        volumeFormat(wanted, isQuiet),
        volumes.map((volume) => ({ volume })),
      ),
    );
    return 0;
  },
};

function volumeFormat(format: string, isQuiet: boolean): string {
  if (format === 'table') return isQuiet ? '{{.Name}}' : 'table {{.Driver}}\t{{.Name}}';
  if (format === 'raw') return isQuiet ? 'name: {{.Name}}' : 'name: {{.Name}}\ndriver: {{.Driver}}\n';
  return format;
}

export const volumeRm: DockerCommand = {
  flags: ['force'],
  run(call) {
    return forEachName(call, call.arguments, (name) => {
      call.client.engine.volumes.remove(name, { isForced: call.flags.isOn('force') });
      return `${name}\n`;
    });
  },
};

const WARN_ALL =
  'WARNING! This will remove all local volumes not used by at least one container.\nAre you sure you want to continue?';
const WARN_ANONYMOUS =
  'WARNING! This will remove anonymous local volumes not used by at least one container.\nAre you sure you want to continue?';

export const volumePrune: DockerCommand = {
  flags: ['all', 'filter', 'force'],
  async run({ client, flags }) {
    const isAll = flags.isOn('all');
    const filters = filtersOf(flags);
    if (isAll && filters.has('all')) {
      throw new ClientError('conflicting options: cannot specify both --all and --filter all=1');
    }
    // Older engines take all that are not used.
    const warning = isAll || client.engine.vintage === '20.10' ? WARN_ALL : WARN_ANONYMOUS;
    if (!flags.isOn('force') && !(await confirm(client, warning))) return 0;
    const { text, reclaimedBytes } = pruneVolumes(client, isAll ? new Map([...filters, ['all', ['true']]]) : filters);
    if (text !== '') await client.print(`${text}\n`);
    await client.print(`Total reclaimed space: ${humanSize(reclaimedBytes, 4)}\n`);
    return 0;
  },
};

export function pruneVolumes(client: Client, filters: Filters): { text: string; reclaimedBytes: number } {
  const { names, reclaimedBytes } = client.engine.volumes.prune(filters);
  if (names.length === 0) return { text: '', reclaimedBytes: 0 };
  return { text: `Deleted Volumes:\n${names.map((name) => `${name}\n`).join('')}`, reclaimedBytes };
}

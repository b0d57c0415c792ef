import type { BuildCacheUsage } from '../../engine/systemCalls.ts';
import { type Client, ClientError, confirm, type DockerCommand, filtersOf } from '../client.ts';
import { ago } from '../format/ago.ts';
import { humanSize } from '../humanUnits.ts';
import { checkBuilder } from './builders.ts';

/** Widths of a table whose columns are filled up with tabs (text/tabwriter, padchar '\t'). */
const TAB = 8;
const ROW_WIDTHS = [40, 5, 10] as const;

export const buildxDu: DockerCommand = {
  flags: ['builder', 'debug', 'filter', 'verbose'],
  async run({ client, flags }) {
    checkBuilder(client, flags);
    const filters = filtersOf(flags);
    const wanted = filters.get('id');
    for (const name of filters.keys()) if (name !== 'id') throw new ClientError(`the filter ${name} is not simulated`);
    const usage = usageOf(client).filter(({ id }) => wanted === undefined || wanted.includes(id));
    const text = flags.isOn('verbose')
      ? usage.map((one) => verboseText(client, one)).join('')
      : tableText(client, usage);
    await client.print(text + (filters.size === 0 ? summaryText(usage) : ''));
    return 0;
  },
};

export const buildxPrune: DockerCommand = {
  flags: ['all', 'builder', 'debug', 'force', 'verbose'],
  async run({ client, flags }) {
    checkBuilder(client, flags);
    const isAll = flags.isOn('all');
    const question = `WARNING! This will remove all ${isAll ? '' : 'dangling '}build cache. Are you sure you want to continue?`;
    if (!flags.isOn('force') && !(await confirm(client, question))) return 0;
    const before = usageOf(client);
    const { ids, reclaimedBytes } = client.engine.images.pruneBuildCache({ which: isAll ? 'all' : 'dangling' });
    const gone = before.filter(({ id }) => ids.includes(id));
    const list = flags.isOn('verbose')
      ? gone.map((one) => verboseText(client, one)).join('')
      : gone.length > 0
        ? tableText(client, gone)
        : '';
    await client.print(`${list}Total:\t${humanSize(reclaimedBytes, 4)}\n`);
    return 0;
  },
};

function usageOf({ engine }: Client): readonly BuildCacheUsage[] {
  return engine.system.diskUsage().buildCache;
}

function isMutable({ kind }: BuildCacheUsage): boolean {
  return kind !== 'regular';
}

function tableText(client: Client, usage: readonly BuildCacheUsage[]): string {
  const rows = usage.map((one) => [
    `${one.id}${isMutable(one) ? '*' : ''}`.padEnd(ROW_WIDTHS[0]),
    'true'.padEnd(ROW_WIDTHS[1]),
    `${humanSize(one.sizeBytes, 4)}${one.isShared ? '*' : ''}`.padEnd(ROW_WIDTHS[2]),
    ago(one.lastUsedSec ?? one.createdSec, client.nowSec),
  ]);
  return tabbed([['ID', 'RECLAIMABLE', 'SIZE', 'LAST ACCESSED'], ...rows]);
}

function tabbed(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map(
    (_, column) => Math.ceil((Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 1) / TAB) * TAB,
  );
  return rows
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === row.length - 1 ? cell : cell + '\t'.repeat(Math.ceil(((widths[column] ?? 0) - cell.length) / TAB)),
      );
      return `${cells.join('')}\n`;
    })
    .join('');
}

function verboseText(client: Client, usage: BuildCacheUsage): string {
  const rows: [string, string][] = [
    ['ID', usage.id],
    ['Created at', goTime(usage.createdSec)],
    ['Mutable', String(isMutable(usage))],
    ['Reclaimable', 'true'],
    ['Shared', String(usage.isShared)],
    ['Size', humanSize(usage.sizeBytes, 4)],
    ['Description', usage.description],
    ['Usage count', String(usage.usageCount)],
    ['Last used', ago(usage.lastUsedSec ?? usage.createdSec, client.nowSec)],
    ['Type', usage.kind],
  ];
  return `${tabbed(rows.map(([name, value]) => [`${name}:`, value]))}\n`;
}

/** Go's own text of a time. */
function goTime(sec: number): string {
  return `${new Date(sec * 1000).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}

function summaryText(usage: readonly BuildCacheUsage[]): string {
  const sum = (some: readonly BuildCacheUsage[]) => some.reduce((all, { sizeBytes }) => all + sizeBytes, 0);
  const [total, shared] = [sum(usage), sum(usage.filter(({ isShared }) => isShared))];
  const rows = [
    ...(shared > 0
      ? [
          ['Shared:', humanSize(shared, 4)],
          ['Private:', humanSize(total - shared, 4)],
        ]
      : []),
    ['Reclaimable:', humanSize(total, 4)],
    ['Total:', humanSize(total, 4)],
  ];
  return tabbed(rows);
}

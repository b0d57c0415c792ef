import type { BuildCacheRecord } from '../../engine/buildCacheRecord.ts';
import { timeSec } from '../../engine/goTime.ts';
import { type Client, ClientError, confirm, type DockerCommand, filtersOf } from '../client.ts';
import { ago } from '../format/ago.ts';
import { humanSize } from '../humanUnits.ts';
import { checkBuilder } from './builders.ts';

/** As long as BuildKit's own. */
const ID_LENGTH = 25;
/** Widths of a table whose columns are filled up with tabs (text/tabwriter, padchar '\t'). */
const TAB = 8;
const ROW_WIDTHS = [40, 5, 10] as const;

interface Usage {
  readonly id: string;
  readonly record: BuildCacheRecord;
  readonly isShared: boolean;
}

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
    const { ids, reclaimedBytes } = client.engine.images.pruneBuildCache(isAll ? 'all' : 'dangling');
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

function usageOf({ engine }: Client): readonly Usage[] {
  const inImages = new Set<string>();
  for (const { layers } of engine.images.all()) for (const { chainId } of layers) inImages.add(chainId);
  return [...engine.images.buildCache()].map((record) => ({
    id: record.key.slice(0, ID_LENGTH),
    record,
    isShared: record.chainId !== undefined && inImages.has(record.chainId),
  }));
}

function tableText(client: Client, usage: readonly Usage[]): string {
  const rows = usage.map(({ id, record, isShared }) => [
    id.padEnd(ROW_WIDTHS[0]),
    'true'.padEnd(ROW_WIDTHS[1]),
    `${humanSize(record.sizeBytes, 4)}${isShared ? '*' : ''}`.padEnd(ROW_WIDTHS[2]),
    ago(timeSec(record.createdAt), client.nowSec),
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

function verboseText(client: Client, { id, record, isShared }: Usage): string {
  const rows: [string, string][] = [
    ['ID', id],
    ['Created at', goTime(record.createdAt)],
    ['Mutable', 'false'],
    ['Reclaimable', 'true'],
    ['Shared', String(isShared)],
    ['Size', humanSize(record.sizeBytes, 4)],
    ['Description', record.description],
    ['Usage count', '1'],
    ['Last used', ago(timeSec(record.createdAt), client.nowSec)],
    ['Type', 'regular'],
  ];
  return `${tabbed(rows.map(([name, value]) => [`${name}:`, value]))}\n`;
}

/** Go's own text of a time. */
function goTime(text: string): string {
  return text.replace('T', ' ').replace(/Z$/, ' +0000 UTC');
}

function summaryText(usage: readonly Usage[]): string {
  const sum = (some: readonly Usage[]) => some.reduce((all, { record }) => all + record.sizeBytes, 0);
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

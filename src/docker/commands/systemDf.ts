import type { DiskUsage } from '../../engine/systemCalls.ts';
import { familiarName, parseReference } from '../../image/reference.ts';
import type { DockerCommand } from '../client.ts';
import { CONTAINER_ROWS, type ContainerRow } from '../format/containerRows.ts';
import { IMAGE_ROWS, type ImageRow } from '../format/imageRows.ts';
import { BUILD_CACHE_ROWS, VOLUME_ROWS } from '../format/otherRows.ts';
import { formatRows, type RowKind, rowValue, templateText } from '../format/rows.ts';
import { humanSize } from '../humanUnits.ts';
import { type GoValue, STRING } from '../template/goValue.ts';
import { Template } from '../template/template.ts';

interface UsageRow {
  readonly type: string;
  readonly total: number;
  readonly active: number;
  readonly sizeBytes: number;
  readonly reclaimable: string;
}

const USAGE_ROWS: RowKind<UsageRow> = {
  typeName: 'formatter.diskUsageImagesContext',
  columns: {
    Type: { header: 'TYPE', text: ({ type }) => type },
    TotalCount: { header: 'TOTAL', text: ({ total }) => String(total) },
    Active: { header: 'ACTIVE', text: ({ active }) => String(active) },
    Size: { header: 'SIZE', text: ({ sizeBytes }) => humanSize(sizeBytes, 4) },
    Reclaimable: { header: 'RECLAIMABLE', text: ({ reclaimable }) => reclaimable },
  },
};

const TABLE = 'table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}';
const RAW =
  'type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\nreclaimable: {{.Reclaimable}}\n';

export const systemDf: DockerCommand = {
  flags: ['format', 'verbose'],
  async run({ client, flags }) {
    const usage = client.engine.system.diskUsage();
    const format = flags.text('format') || 'table';
    const { nowSec, vintage } = client;
    if (flags.isOn('verbose')) await client.print(verboseText(usage, format, { nowSec, vintage }));
    else {
      const chosen = format === 'table' ? TABLE : format === 'raw' ? RAW : format;
      await client.print(formatRows(USAGE_ROWS, chosen, usageRows(usage)));
    }
    return 0;
  },
};

function usageRows(usage: DiskUsage): UsageRow[] {
  return [imagesRow(usage), containersRow(usage), volumesRow(usage), cacheRow(usage)];
}

function imagesRow({ images, layersBytes }: DiskUsage): UsageRow {
  const inUse = images.filter(({ containers }) => containers !== 0);
  const usedBytes = inUse
    .filter(({ sharedSizeBytes }) => sharedSizeBytes !== -1)
    .reduce((sum, { sizeBytes, sharedSizeBytes }) => sum + sizeBytes - sharedSizeBytes, 0);
  return {
    type: 'Images',
    total: images.length,
    active: images.filter(({ containers }) => containers > 0).length,
    sizeBytes: layersBytes,
    reclaimable: shareText(layersBytes - usedBytes, layersBytes),
  };
}

const ACTIVE_STATES = new Set(['running', 'paused', 'restarting']);

function containersRow({ containers }: DiskUsage): UsageRow {
  const size = (rows: DiskUsage['containers']) => rows.reduce((sum, { sizeRwBytes = 0 }) => sum + sizeRwBytes, 0);
  const idle = containers.filter(({ state }) => !ACTIVE_STATES.has(state));
  const sizeBytes = size(containers);
  return {
    type: 'Containers',
    total: containers.length,
    active: containers.length - idle.length,
    sizeBytes,
    reclaimable: shareText(size(idle), sizeBytes),
  };
}

function volumesRow({ volumes }: DiskUsage): UsageRow {
  const known = volumes.filter(({ sizeBytes }) => sizeBytes !== -1);
  const sizeBytes = known.reduce((sum, volume) => sum + volume.sizeBytes, 0);
  const idleBytes = known.filter(({ links }) => links === 0).reduce((sum, volume) => sum + volume.sizeBytes, 0);
  return {
    type: 'Local Volumes',
    total: volumes.length,
    active: volumes.filter(({ links }) => links > 0).length,
    sizeBytes,
    reclaimable: shareText(idleBytes, sizeBytes),
  };
}

function cacheRow({ buildCache }: DiskUsage): UsageRow {
  const sizeBytes = cacheBytes(buildCache);
  const inUseBytes = buildCache
    .filter(({ isInUse, isShared }) => isInUse && !isShared)
    .reduce((sum, record) => sum + record.sizeBytes, 0);
  return {
    type: 'Build Cache',
    total: buildCache.length,
    active: buildCache.filter(({ isInUse }) => isInUse).length,
    sizeBytes,
    reclaimable: humanSize(sizeBytes - inUseBytes, 4),
  };
}

function cacheBytes(records: DiskUsage['buildCache']): number {
  return records.filter(({ isShared }) => !isShared).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function shareText(partBytes: number, wholeBytes: number): string {
  const size = humanSize(partBytes, 4);
  return wholeBytes > 0 ? `${size} (${Math.trunc((partBytes * 100) / wholeBytes)}%)` : size;
}

function verboseText(
  usage: DiskUsage,
  format: string,
  { nowSec, vintage }: Pick<ContainerRow, 'nowSec' | 'vintage'>,
): string {
  const truncates = format === 'table';
  const images = usage.images.map((image): ImageRow => {
    const [first] = image.repoTags;
    const reference = first === undefined ? undefined : parseReference(first);
    return {
      image,
      repository: reference ? familiarName(reference) : '<none>',
      tag: reference?.tag ?? '<none>',
      digest: '',
      truncates,
      nowSec,
    };
  });
  // The virtual size is not told here.
  const containers = usage.containers.map((container): ContainerRow => ({
    container: { ...container, sizeRootFsBytes: 0 },
    truncates,
    nowSec,
    vintage,
  }));
  const volumes = usage.volumes.map((volume) => ({ volume, usage: volume }));
  const cache = usage.buildCache.map((record) => ({ usage: record, truncates, nowSec }));
  if (format !== 'table') {
    const rows = (values: readonly GoValue[]): GoValue => ({ type: { kind: 'slice', element: STRING }, data: values });
    const data = new Map<string, GoValue>([
      ['Images', rows(images.map((row) => rowValue(IMAGE_ROWS, row)))],
      ['Containers', rows(containers.map((row) => rowValue(CONTAINER_ROWS, row)))],
      ['Volumes', rows(volumes.map((row) => rowValue(VOLUME_ROWS, row)))],
      ['BuildCache', rows(cache.map((row) => rowValue(BUILD_CACHE_ROWS, row)))],
    ]);
    const fields = [...data.keys()].map((name) => ({ name, type: STRING }));
    return new Template(templateText(format)).execute({
      type: { kind: 'struct', name: 'formatter.diskUsageContext', fields },
      data,
    });
  }
  const columns = (names: readonly string[]) => `table ${names.map((name) => `{{.${name}}}`).join('\t')}`;
  return [
    'Images space usage:\n\n',
    formatRows(
      IMAGE_ROWS,
      columns(['Repository', 'Tag', 'ID', 'CreatedSince', 'Size', 'SharedSize', 'UniqueSize', 'Containers']),
      images,
    ),
    '\nContainers space usage:\n\n',
    formatRows(
      CONTAINER_ROWS,
      columns(['ID', 'Image', 'Command', 'LocalVolumes', 'Size', 'RunningFor', 'Status', 'Names']),
      containers,
    ),
    '\nLocal Volumes space usage:\n\n',
    formatRows(VOLUME_ROWS, columns(['Name', 'Links', 'Size']), volumes),
    `\nBuild cache usage: ${humanSize(cacheBytes(usage.buildCache), 4)}\n\n`,
    formatRows(
      BUILD_CACHE_ROWS,
      columns(['ID', 'CacheType', 'Size', 'CreatedSince', 'LastUsedSince', 'UsageCount', 'Shared']),
      cache,
    ),
  ].join('');
}

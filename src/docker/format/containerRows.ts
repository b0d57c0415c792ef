import { shortId } from '../../engine/messages.ts';
import type { ContainerSummary } from '../../engine/containerCalls.ts';
import { familiarForm, parseReference } from '../../image/reference.ts';
import type { ClientVintage } from '../client.ts';
import { quoteGo } from '../commandLine/flagValue.ts';
import { humanSize } from '../humanUnits.ts';
import { formatUnixTime } from '../template/goTime.ts';
import { ago } from './ago.ts';
import { ellipsis } from './displayWidth.ts';
import { portsText } from './ports.ts';
import { labelsText, type RowKind } from './rows.ts';

export interface ContainerRow {
  readonly container: ContainerSummary;
  readonly truncates: boolean;
  readonly nowSec: number;
  /** Of the client. */
  readonly vintage: ClientVintage;
}

const COMMAND_WIDTH = 20;
const MOUNT_WIDTH = 15;

export const CONTAINER_ROWS: RowKind<ContainerRow> = {
  typeName: 'formatter.ContainerContext',
  columns: {
    ID: {
      header: 'CONTAINER ID',
      text: ({ container, truncates }) => (truncates ? shortId(container.id) : container.id),
    },
    Names: { header: 'NAMES', text: ({ container }) => container.name },
    Image: { header: 'IMAGE', text: imageText },
    Command: {
      header: 'COMMAND',
      text: ({ container: { command }, truncates }) => quoteGo(truncates ? ellipsis(command, COMMAND_WIDTH) : command),
    },
    CreatedAt: { header: 'CREATED AT', text: ({ container }) => formatUnixTime(container.createdSec) },
    RunningFor: { header: 'CREATED', text: ({ container, nowSec }) => ago(container.createdSec, nowSec) },
    Platform: { header: 'PLATFORM', text: () => '<nil>', json: () => null },
    Ports: { header: 'PORTS', text: ({ container, vintage }) => portsText(container.ports, vintage) },
    State: { header: 'STATE', text: ({ container }) => container.state },
    Status: { header: 'STATUS', text: ({ container }) => container.status },
    Size: { header: 'SIZE', text: sizeText },
    Labels: { header: 'LABELS', text: ({ container }) => labelsText(container.labels ?? {}) },
    Mounts: {
      header: 'MOUNTS',
      text: ({ container, truncates }) =>
        container.mounts
          .map(({ name, source }) => name ?? source)
          .map((name) => (truncates ? ellipsis(name, MOUNT_WIDTH) : name))
          .join(','),
    },
    LocalVolumes: {
      header: 'LOCAL VOLUMES',
      text: ({ container }) => String(container.mounts.filter(({ driver }) => driver === 'local').length),
    },
    Networks: { header: 'NETWORKS', text: ({ container }) => container.networkNames.join(',') },
  },
  labels: ({ container }) => container.labels ?? {},
};

const RAW = [
  'container_id: {{.ID}}',
  'image: {{.Image}}',
  'command: {{.Command}}',
  'created_at: {{.CreatedAt}}',
  'state: {{- pad .State 1 0}}',
  'status: {{- pad .Status 1 0}}',
  'names: {{.Names}}',
  'labels: {{- pad .Labels 1 0}}',
  'ports: {{- pad .Ports 1 0}}',
  '',
].join('\n');

export function containerFormat(
  format: string,
  options: { readonly isQuiet: boolean; readonly showsSize: boolean },
): string {
  const { isQuiet, showsSize } = options;
  if (format === 'raw') return isQuiet ? 'container_id: {{.ID}}' : RAW + (showsSize ? 'size: {{.Size}}\n' : '');
  if (isQuiet) return '{{.ID}}';
  if (format !== 'table' && format !== '') return format;
  const columns = ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names', ...(showsSize ? ['Size'] : [])];
  return `table ${columns.map((name) => `{{.${name}}}`).join('\t')}`;
}

function imageText({ container: { image, imageId }, truncates }: ContainerRow): string {
  if (image === '') return '<no image>';
  if (!truncates) return image;
  const short = shortId(imageId);
  if (short === shortId(image)) return short;
  try {
    return familiarForm({ ...parseReference(image), digest: undefined });
  } catch {
    return image;
  }
}

function sizeText({ container: { sizeRwBytes = 0, sizeRootFsBytes = 0 } }: ContainerRow): string {
  const written = humanSize(sizeRwBytes, 3);
  return sizeRootFsBytes > 0 ? `${written} (virtual ${humanSize(sizeRootFsBytes, 3)})` : written;
}

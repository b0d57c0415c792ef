import type { Digest } from '../../image/digest.ts';
import { type DockerCommand, filtersOf } from '../client.ts';
import { CONTAINER_ROWS, containerFormat } from '../format/containerRows.ts';
import { formatRows, FormatError, rowValue } from '../format/rows.ts';
import { Template } from '../template/template.ts';
import { TemplateError } from '../template/templateError.ts';

/** `docker ps`, `docker container ls`. */
export const ps: DockerCommand = {
  flags: ['all', 'filter', 'format', 'last', 'latest', 'no-trunc', 'quiet', 'size'],
  async run({ client, flags }) {
    const isAsked = flags.isOn('quiet');
    const wanted = flags.text('format') || (isAsked ? '' : client.config.text('psFormat')) || 'table';
    const last = flags.number('last');
    const limit = flags.isOn('latest') && last === -1 ? 1 : last;
    const custom = wanted !== 'table' && wanted !== 'raw' ? wanted : undefined;
    const isOwnWord = flags.text('format') !== '';
    // The client of 20.10 prints a format that it is given all the same.
    const isQuiet = isAsked && !(client.vintage === '20.10' && custom !== undefined);
    // A custom format that shows sizes asks for them.
    const wantsSize = flags.isOn('size') || (custom !== undefined && !isQuiet && usesSize(custom));
    const containers = client.engine.containers.list({
      isAll: flags.isOn('all'),
      ...(limit > 0 ? { limit } : {}),
      wantsSize,
      filters: filtersOf(flags),
    });
    const truncates = !flags.isOn('no-trunc');
    const { nowSec, vintage } = client;
    const rows = containers.map((container) => ({ container, truncates, nowSec, vintage }));
    const format = containerFormat(wanted, { isQuiet, showsSize: flags.isOn('size') });
    if (isQuiet && isOwnWord)
      await client.complain('WARNING: Ignoring custom format, because both --format and --quiet are set.\n');
    await client.print(formatRows(CONTAINER_ROWS, format, rows));
    return 0;
  },
};

// Runs the format on an empty row, whose faults have words of their own.
function usesSize(format: string): boolean {
  if (format === 'json') return false;
  let isUsed = false;
  const { Size, ...others } = CONTAINER_ROWS.columns;
  const kind = {
    ...CONTAINER_ROWS,
    columns: {
      ...Object.fromEntries(Object.entries(others).map(([name, column]) => [name, { ...column, text: () => '' }])),
      Size: {
        ...Size,
        text: () => {
          isUsed = true;
          return '';
        },
      },
    },
    labels: () => null,
  };
  let template: Template;
  try {
    // As it was typed: the word `table` counts where a fault is told, and escapes are still Go's.
    template = new Template(format);
  } catch (error) {
    if (error instanceof TemplateError) throw new FormatError(`failed to parse template: ${error.message}`);
    throw error;
  }
  try {
    template.execute(rowValue(kind, EMPTY_ROW));
  } catch (error) {
    if (error instanceof TemplateError) throw new FormatError(`failed to execute template: ${error.message}`);
    throw error;
  }
  return isUsed;
}

const EMPTY_ROW = {
  container: {
    id: '',
    name: '',
    image: '',
    imageId: 'sha256:' as Digest,
    command: '',
    createdSec: 0,
    ports: [],
    labels: {},
    state: 'created' as const,
    status: '',
    networkNames: [],
    mounts: [],
  },
  truncates: false,
  nowSec: 0,
  vintage: '28' as const,
};

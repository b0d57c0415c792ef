import type { DockerCommand } from '../client.ts';
import { filtersOf } from '../client.ts';
import { SEARCH_ROWS } from '../format/otherRows.ts';
import { formatRows } from '../format/rows.ts';

const TABLE = 'table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}';

const AUTOMATED =
  'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" will not yield any results in future.\n';

export const search: DockerCommand = {
  flags: ['filter', 'format', 'limit', 'no-trunc'],
  async run({ client, flags, arguments: [term = ''] }) {
    const filters = filtersOf(flags);
    if (filters.has('is-automated')) await client.complain(AUTOMATED);
    const results = await client.engine.images.search(term, { limit: flags.number('limit'), filters });
    const truncates = !flags.isOn('no-trunc');
    const format = flags.text('format');
    const rows = results.map((result) => ({ result, truncates }));
    await client.print(formatRows(SEARCH_ROWS, format === '' || format === 'table' ? TABLE : format, rows));
    return 0;
  },
};

import { ClientError, type DockerCommand } from '../client.ts';
import { HISTORY_ROWS } from '../format/otherRows.ts';
import { formatRows } from '../format/rows.ts';

export const history: DockerCommand = {
  flags: ['format', 'human', 'no-trunc', 'quiet'],
  async run({ client, flags, arguments: [name = ''] }) {
    const isHuman = flags.isOn('human');
    const truncates = !flags.isOn('no-trunc');
    // The path of the request has no name in it then.
    if (name === '') throw new ClientError('Error response from daemon: page not found');
    const rows = client.engine.images.history(name);
    const { nowSec } = client;
    const lines = rows.map((row) => ({ row, truncates, isHuman, nowSec }));
    await client.print(
      formatRows(HISTORY_ROWS, historyFormat(flags.text('format') || 'table', isHuman, flags.isOn('quiet')), lines),
    );
    return 0;
  },
};

function historyFormat(format: string, isHuman: boolean, isQuiet: boolean): string {
  if (format !== 'table') return format;
  if (isQuiet) return '{{.ID}}';
  return `table {{.ID}}\t{{.${isHuman ? 'CreatedSince' : 'CreatedAt'}}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`;
}

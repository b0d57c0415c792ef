import { type DockerCommand, ClientError } from '../client.ts';
import { DIFF_ROWS } from '../format/otherRows.ts';
import { formatRows } from '../format/rows.ts';

export const diff: DockerCommand = {
  flags: [],
  async run({ client, arguments: [name = ''] }) {
    if (name === '') throw new ClientError('Container name cannot be empty');
    await client.print(formatRows(DIFF_ROWS, '{{.Type}} {{.Path}}', client.engine.containers.changes(name)));
    return 0;
  },
};

import { NO_FILTERS } from '../../engine/filters.ts';
import { type Client, ClientError, type DockerCommand } from '../client.ts';
import { formatRows } from '../format/rows.ts';
import { STATS_ROWS, STATS_TABLE, type StatsRow } from '../format/statsRows.ts';

/** Containers at one moment. Processes are counted; memory and processors are not simulated. */
export const stats: DockerCommand = {
  flags: ['all', 'format', 'no-stream', 'no-trunc'],
  async run({ client, flags, arguments: names }) {
    if (!flags.isOn('no-stream'))
      throw new ClientError("docker: a stream of 'docker stats' is not simulated: use --no-stream", 125);
    const truncates = !flags.isOn('no-trunc');
    const wanted =
      names.length > 0
        ? names
        : client.engine.containers.list({ isAll: flags.isOn('all'), filters: NO_FILTERS }).map(({ id }) => id);
    const rows: StatsRow[] = [];
    for (const name of wanted) rows.push(await rowOf(client, name, truncates));
    const format = flags.text('format') || client.config.text('statsFormat') || 'table';
    await client.print(formatRows(STATS_ROWS, format === 'table' ? STATS_TABLE : format, rows));
    return 0;
  },
};

async function rowOf(client: Client, wanted: string, truncates: boolean): Promise<StatsRow> {
  const { containers } = client.engine;
  const { Id, Name, State } = containers.inspect(wanted);
  const isRunning = (State as { readonly Running: boolean }).Running;
  const processCount = isRunning ? (await containers.top(wanted, '')).rows.length : 0;
  return { wanted, id: String(Id), name: String(Name).replace(/^\//, ''), processCount, truncates };
}

import { type Client, ClientError, type DockerCommand } from '../client.ts';
import { formatRows, type RowKind } from '../format/rows.ts';
import { alignColumns } from '../format/tabWriter.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';
import { BUILDX_VERSION } from './plugin.ts';

/** The builder that every client has: the BuildKit inside the daemon. */
const DEFAULT_BUILDER = 'default';
const DRIVER = 'docker';
const PLATFORMS = 'linux/amd64';

/** Throws ClientError for a builder that is not there: others than the daemon's own are not simulated. */
export function checkBuilder(client: Client, flags: FlagSet): void {
  requireBuilder(flags.text('builder') || client.environment('BUILDX_BUILDER') || DEFAULT_BUILDER, client);
}

function requireBuilder(name: string, { contextName }: Client): void {
  if (name !== DEFAULT_BUILDER && name !== contextName) throw new ClientError(`no builder "${name}" found`);
}

/** Of the BuildKit in the daemon, as buildx knows it by the daemon's version. */
function buildkitVersion(client: Client): string {
  return client.engine.vintage === '20.10' ? 'v0.8+unknown' : 'v0.13.2';
}

interface BuilderRow {
  readonly name: string;
  readonly endpoint: string;
  readonly status: string;
  readonly buildkit: string;
  readonly platforms: string;
}

const BUILDER_ROWS: RowKind<BuilderRow> = {
  typeName: 'commands.lsContext',
  columns: {
    Name: { header: 'NAME/NODE', text: ({ name }) => name },
    DriverEndpoint: { header: 'DRIVER/ENDPOINT', text: ({ endpoint }) => endpoint },
    LastActivity: { header: 'LAST ACTIVITY', text: () => '' },
    Status: { header: 'STATUS', text: ({ status }) => status },
    Buildkit: { header: 'BUILDKIT', text: ({ buildkit }) => buildkit },
    Platforms: { header: 'PLATFORMS', text: ({ platforms }) => platforms },
    Error: { text: () => '' },
  },
};
const TABLE = 'table {{.Name}}\t{{.DriverEndpoint}}\t{{.Status}}\t{{.Buildkit}}\t{{.Platforms}}';

export const buildxLs: DockerCommand = {
  flags: ['builder', 'debug', 'format', 'no-trunc'],
  async run({ client, flags }) {
    const given = flags.text('format');
    const isTable = given === 'table';
    const mark = isTable ? '*' : '';
    const branch = isTable ? ' \\_ ' : '';
    const rows: BuilderRow[] = [
      { name: `${DEFAULT_BUILDER}${mark}`, endpoint: DRIVER, status: '', buildkit: '', platforms: '' },
      {
        name: `${branch}${DEFAULT_BUILDER}`,
        endpoint: `${branch}${client.contextName}`,
        status: 'running',
        buildkit: buildkitVersion(client),
        platforms: PLATFORMS,
      },
    ];
    await client.print(formatRows(BUILDER_ROWS, isTable ? TABLE : given, isTable ? rows : rows.slice(0, 1)));
    return 0;
  },
};

export const buildxInspect: DockerCommand = {
  flags: ['bootstrap', 'builder', 'debug'],
  async run({ client, flags, arguments: [name] }) {
    if (name === undefined) checkBuilder(client, flags);
    else requireBuilder(name, client);
    const text =
      `Name:\t${DEFAULT_BUILDER}\nDriver:\t${DRIVER}\n\nNodes:\nName:\t${DEFAULT_BUILDER}\n` +
      `Endpoint:\t${client.contextName}\nStatus:\trunning\nBuildKit version:\t${buildkitVersion(client)}\n` +
      `Platforms:\t${PLATFORMS}\n`;
    await client.print(alignColumns(text, { leastWidth: 0, padding: 1 }));
    return 0;
  },
};

export const buildxUse: DockerCommand = {
  flags: ['builder', 'debug', 'default', 'global'],
  run({ client, arguments: [name = ''] }) {
    requireBuilder(name, client);
    return 0;
  },
};

export const buildxVersion: DockerCommand = {
  flags: ['builder', 'debug'],
  async run({ client }) {
    await client.print(`${BUILDX_VERSION}\n`);
    return 0;
  },
};

import { EngineError } from '../../engine/engineError.ts';
import { type Client, ClientError, confirm, describeError, type DockerCommand, filtersOf } from '../client.ts';
import { NETWORK_ROWS } from '../format/otherRows.ts';
import { formatRows } from '../format/rows.ts';
import type { Filters } from '../../engine/filters.ts';
import { naturalOrder } from './containerFacts.ts';
import { pairsOf } from './volumes.ts';

export const networkCreate: DockerCommand = {
  flags: ['attachable', 'driver', 'gateway', 'internal', 'label', 'opt', 'subnet'],
  async run({ client, flags, arguments: [name = ''] }) {
    const [subnet] = flags.list('subnet');
    const [gateway] = flags.list('gateway');
    const id = client.engine.networks.create({
      name,
      driver: flags.text('driver') || 'bridge',
      ...(subnet === undefined ? {} : { subnet }),
      ...(gateway === undefined ? {} : { gateway }),
      isInternal: flags.isOn('internal'),
      isAttachable: flags.isOn('attachable'),
      labels: pairsOf(flags, 'label'),
      options: pairsOf(flags, 'opt'),
    });
    await client.print(`${id}\n`);
    return 0;
  },
};

export const networkConnect: DockerCommand = {
  flags: ['alias'],
  async run({ client, flags, arguments: [network = '', container = ''] }) {
    await client.engine.networks.connect(network, container, flags.list('alias'));
    return 0;
  },
};

export const networkDisconnect: DockerCommand = {
  flags: ['force'],
  async run({ client, flags, arguments: [network = '', container = ''] }) {
    await client.engine.networks.disconnect(network, container, { isForced: flags.isOn('force') });
    return 0;
  },
};

export const networkLs: DockerCommand = {
  flags: ['filter', 'format', 'no-trunc', 'quiet'],
  async run({ client, flags }) {
    const networks = [...client.engine.networks.list(filtersOf(flags))].sort((a, b) => naturalOrder(a.name, b.name));
    const isQuiet = flags.isOn('quiet');
    const wanted = flags.text('format') || (isQuiet ? '' : client.config.text('networksFormat')) || 'table';
    const truncates = !flags.isOn('no-trunc');
    const rows = networks.map((network) => ({ network, truncates }));
    await client.print(formatRows(NETWORK_ROWS, networkFormat(wanted, isQuiet), rows));
    return 0;
  },
};

function networkFormat(format: string, isQuiet: boolean): string {
  if (format === 'table') return isQuiet ? '{{.ID}}' : 'table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}';
  if (format !== 'raw') return format;
  return isQuiet
    ? 'network_id: {{.ID}}'
    : 'network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n';
}

export const networkRm: DockerCommand = {
  flags: ['force'],
  async run({ client, flags, arguments: names }) {
    let failed = false;
    for (const name of names) {
      try {
        client.engine.networks.remove(name);
        await client.print(`${name}\n`);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        if (flags.isOn('force') && error.kind === 'notFound') continue;
        await client.complain(`${describeError(error) ?? ''}\n`);
        failed = true;
      }
    }
    if (failed) throw new ClientError('exit status 1');
    return 0;
  },
};

const WARNING =
  'WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue?';

export const networkPrune: DockerCommand = {
  flags: ['filter', 'force'],
  async run({ client, flags }) {
    if (!flags.isOn('force') && !(await confirm(client, WARNING))) return 0;
    const text = pruneNetworks(client, filtersOf(flags));
    if (text !== '') await client.print(`${text}\n`);
    return 0;
  },
};

export function pruneNetworks(client: Client, filters: Filters): string {
  const names = client.engine.networks.prune(filters);
  return names.length === 0 ? '' : `Deleted Networks:\n${names.map((name) => `${name}\n`).join('')}`;
}

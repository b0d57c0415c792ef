import { readdir, statIfThere, unlink, makeDirectories, readFile, rmdir, writeFile } from '../../shell/kernel/calls.ts';
import type { JsonWritable } from '../../image/writeJson.ts';
import { writeJson } from '../../image/writeJson.ts';
import { COMPANION_CONTEXT, COMPANION_META } from '../companion/companionContext.ts';
import { type Client, ClientError, describeError, type DockerCommand, textOf } from '../client.ts';
import { quoteGo } from '../commandLine/flagValue.ts';
import { contextDirectory, type ContextMeta, DEFAULT_CONTEXT, DEFAULT_HOST, readContext } from '../contexts.ts';
import { ellipsis } from '../format/displayWidth.ts';
import { formatRows, type RowKind } from '../format/rows.ts';
import { printInspected } from '../inspection.ts';
import { ANY, type GoStruct, map, STRING } from '../template/goValue.ts';
import { naturalOrder } from './containerFacts.ts';

interface ContextRow extends ContextMeta {
  readonly isCurrent: boolean;
  readonly error: string;
}

const ERROR_WIDTH = 45;

const CONTEXT_ROWS: RowKind<ContextRow> = {
  typeName: 'formatter.clientContextContext',
  columns: {
    Current: { text: ({ isCurrent }) => (isCurrent ? 'true' : '') },
    Name: { header: 'NAME', text: ({ name }) => name },
    Description: { header: 'DESCRIPTION', text: ({ description }) => description },
    DockerEndpoint: { header: 'DOCKER ENDPOINT', text: ({ host }) => host },
    Error: { header: 'ERROR', text: ({ error }) => ellipsis(error, ERROR_WIDTH) },
  },
};
const TABLE = 'table {{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}';

const DEFAULT_META: ContextMeta = {
  name: DEFAULT_CONTEXT,
  description: 'Current DOCKER_HOST based configuration',
  host: DEFAULT_HOST,
};

function defaultMeta(client: Client): ContextMeta {
  return { ...DEFAULT_META, host: client.environment('DOCKER_HOST') || DEFAULT_HOST };
}

/** Every context that is kept, and the default one. */
async function allContexts(client: Client): Promise<ContextMeta[]> {
  const { process, config } = client;
  const folder = `${config.dir}/contexts/meta`;
  const found = [defaultMeta(client)];
  if (client.hasCompanion || client.contextName === COMPANION_CONTEXT) found.push(COMPANION_META);
  if (!statIfThere(process, folder)) return found;
  for (const { name } of readdir(process, folder)) {
    const document: unknown = JSON.parse(textOf(await readFile(process, `${folder}/${name}/meta.json`, 1 << 20)));
    const contextName = (document as { Name?: unknown }).Name;
    if (typeof contextName === 'string') found.push(await readContext(process, config.dir, contextName));
  }
  return found;
}

async function findContext(client: Client, name: string): Promise<ContextMeta> {
  return name === DEFAULT_CONTEXT ? defaultMeta(client) : readContext(client.process, client.config.dir, name);
}

export const contextLs: DockerCommand = {
  flags: ['format', 'quiet'],
  async run({ client, flags }) {
    const rows = (await allContexts(client))
      .map((meta): ContextRow => ({ ...meta, isCurrent: meta.name === client.contextName, error: '' }))
      .sort((a, b) => naturalOrder(a.name, b.name));
    const wanted = flags.text('format') || 'table';
    const format = flags.isOn('quiet') ? '{{.Name}}' : wanted === 'table' ? TABLE : wanted;
    await client.print(formatRows(CONTEXT_ROWS, format, rows));
    return 0;
  },
};

export const contextShow: DockerCommand = {
  flags: [],
  async run({ client }) {
    await client.print(`${client.contextName}\n`);
    return 0;
  },
};

export const contextUse: DockerCommand = {
  flags: [],
  async run({ client, arguments: [name = ''] }) {
    if (name !== DEFAULT_CONTEXT) await findContext(client, checkName(name));
    const kept = name === DEFAULT_CONTEXT ? undefined : name;
    if (client.config.text('currentContext') !== (kept ?? '')) await client.config.setText('currentContext', kept);
    await client.print(`${name}\n`);
    await client.complain(`Current context is now ${quoteGo(name)}\n`);
    if (kept !== undefined && client.environment('DOCKER_HOST') !== '') {
      await client.complain(
        `Warning: DOCKER_HOST environment variable overrides the active context. To use ${quoteGo(name)}, either set the global --context flag, or unset DOCKER_HOST environment variable.\n`,
      );
    }
    return 0;
  },
};

function checkName(name: string): string {
  if (name === '') throw new ClientError('context name cannot be empty');
  if (name === DEFAULT_CONTEXT) throw new ClientError(`${quoteGo(DEFAULT_CONTEXT)} is a reserved context name`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$/.test(name)) {
    throw new ClientError(
      `context name ${quoteGo(name)} is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"`,
    );
  }
  return name;
}

export const contextCreate: DockerCommand = {
  flags: ['description', 'docker', 'from'],
  async run({ client, flags, arguments: [given = ''] }) {
    const name = checkName(given);
    if (name === COMPANION_CONTEXT || statIfThere(client.process, await contextDirectory(client.config.dir, name))) {
      throw new ClientError(`context ${quoteGo(name)} already exists`);
    }
    const endpoint = flags.has('docker') ? endpointOf(flags.list('docker')) : undefined;
    if (flags.text('from') !== '' && endpoint !== undefined) {
      throw new ClientError('cannot use --docker flag when --from is set');
    }
    const model = await findContext(client, flags.text('from') || client.contextName);
    const description =
      flags.text('description') || (endpoint === undefined && model.name !== DEFAULT_CONTEXT ? model.description : '');
    await writeContext(client, { name, description, host: endpoint ?? model.host });
    await client.print(`${name}\n`);
    await client.complain(`Successfully created context ${quoteGo(name)}\n`);
    return 0;
  },
};

export const contextUpdate: DockerCommand = {
  flags: ['description', 'docker'],
  async run({ client, flags, arguments: [given = ''] }) {
    const context = await findContext(client, checkName(given));
    if (context === COMPANION_META) throw new ClientError(`context ${quoteGo(COMPANION_CONTEXT)} cannot be changed`);
    await writeContext(client, {
      ...context,
      description: flags.text('description') || context.description,
      host: flags.has('docker') ? endpointOf(flags.list('docker')) : context.host,
    });
    await client.print(`${context.name}\n`);
    await client.complain(`Successfully updated context ${quoteGo(context.name)}\n`);
    return 0;
  },
};

/** `host=tcp://…`; certificates have no use here. */
function endpointOf(pairs: readonly string[]): string {
  const fields = pairs.flatMap((pair) => pair.split(','));
  for (const field of fields) {
    const key = field.split('=')[0] ?? '';
    if (key !== 'host')
      throw new ClientError(`unable to create docker endpoint config: ${key}: unrecognized config key`);
  }
  return fields.at(-1)?.slice('host='.length) ?? DEFAULT_HOST;
}

async function writeContext(client: Client, { name, description, host }: ContextMeta): Promise<void> {
  const directory = await contextDirectory(client.config.dir, name);
  makeDirectories(client.process, directory, 0o755);
  const document: JsonWritable = {
    Name: name,
    Metadata: description === '' ? {} : { Description: description },
    Endpoints: { docker: { Host: host, SkipTLSVerify: false } },
  };
  await writeFile(client.process, `${directory}/meta.json`, writeJson(document), 0o644);
}

export const contextRm: DockerCommand = {
  flags: ['force'],
  async run({ client, flags, arguments: names }) {
    const problems: string[] = [];
    for (const name of names) {
      try {
        await removeContext(client, name, flags.isOn('force'));
        await client.print(`${name}\n`);
      } catch (error) {
        const text = describeError(error);
        if (text === undefined) throw error;
        problems.push(text);
      }
    }
    if (problems.length > 0) throw new ClientError(problems.join('\n'));
    return 0;
  },
};

async function removeContext(client: Client, name: string, isForced: boolean): Promise<void> {
  const { process, config } = client;
  if (name === DEFAULT_CONTEXT || name === COMPANION_CONTEXT)
    throw new ClientError(`context ${quoteGo(name)} cannot be removed`);
  if (name === client.contextName) {
    if (!isForced) throw new ClientError(`context ${quoteGo(name)} is in use, set -f flag to force remove`);
    await config.setText('currentContext', undefined);
  }
  const directory = await contextDirectory(config.dir, name);
  if (!statIfThere(process, directory)) {
    if (isForced) return;
    throw new ClientError(`context ${quoteGo(name)} does not exist`);
  }
  unlink(process, `${directory}/meta.json`);
  rmdir(process, directory);
}

const CONTEXT_TYPE: GoStruct = {
  kind: 'struct',
  name: 'context.contextWithTLSListing',
  fields: [
    { name: 'Name', type: STRING },
    { name: 'Metadata', type: ANY },
    { name: 'Endpoints', type: map(ANY) },
    { name: 'TLSMaterial', type: map(ANY) },
    { name: 'Storage', type: ANY },
  ],
};

export const contextInspect: DockerCommand = {
  flags: ['format'],
  run({ client, flags, arguments: names }) {
    const wanted = names.length > 0 ? names : [client.contextName];
    return printInspected(client, wanted, flags.text('format'), async (name) => {
      const context = await findContext(client, name);
      const isInMemory = name === DEFAULT_CONTEXT || name === COMPANION_CONTEXT;
      const path = isInMemory ? '<IN MEMORY>' : await contextDirectory(client.config.dir, name);
      const document = {
        Name: context.name,
        Metadata: context.description === '' || name === DEFAULT_CONTEXT ? {} : { Description: context.description },
        Endpoints: { docker: { Host: context.host, SkipTLSVerify: false } },
        TLSMaterial: {},
        Storage: { MetadataPath: path, TLSPath: path.replace('/meta/', '/tls/') },
      };
      return { type: CONTEXT_TYPE, document };
    });
  },
};

import type { JsonWritable } from '../../image/writeJson.ts';
import { type Client, CLIENT_BUILDS, ClientError, type DockerCommand } from '../client.ts';
import { alignColumns } from '../format/tabWriter.ts';
import { VERSION_INFO } from '../goTypes/client.ts';
import { fromJson } from '../template/goJson.ts';
import { Template } from '../template/template.ts';
import { TemplateError } from '../template/templateError.ts';

const TABLE = { leastWidth: 20, padding: 1 };
const DEFAULT_API_VERSION = '1.50';
const TEMPLATE_STATUS = 64;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const version: DockerCommand = {
  flags: ['format'],
  async run({ client, flags }) {
    const format = flags.text('format');
    const template = format === '' ? undefined : readTemplate(format === 'json' ? '{{json .}}' : format);
    const { server, problem } = serverVersion(client);
    const own = clientVersion(client);
    if (template) {
      const value = fromJson(VERSION_INFO, { Client: own, Server: server ?? null });
      const { text, fault } = template.executePartly(value);
      await client.print(`${alignColumns(text, TABLE)}\n`);
      if (fault) throw new ClientError(fault.message);
    } else await client.print(`${alignColumns(versionText(own, server), TABLE)}\n`);
    if (problem !== undefined) throw new ClientError(problem);
    return 0;
  },
};

function readTemplate(format: string): Template {
  try {
    return new Template(format, 'version');
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new ClientError(`template parsing error: ${error.message}`, TEMPLATE_STATUS);
  }
}

/** What the client tells of itself. */
export function clientVersion({ abilities, contextName, vintage }: Client): Record<string, JsonWritable> {
  return {
    Version: CLIENT_BUILDS[vintage].version,
    ApiVersion: abilities.apiVersion,
    DefaultAPIVersion: DEFAULT_API_VERSION,
    GitCommit: CLIENT_BUILDS[vintage].commit,
    GoVersion: 'go1.24.3',
    Os: 'linux',
    Arch: 'amd64',
    BuildTime: 'Fri May 30 12:07:14 2025',
    Context: contextName,
  };
}

interface Component {
  readonly Name: string;
  readonly Version: string;
  readonly Details: Readonly<Record<string, string>>;
}

function serverVersion(client: Client): { server?: Readonly<Record<string, JsonWritable>>; problem?: string } {
  try {
    const found = client.engine.system.version();
    const components = (found.Components as unknown as readonly Component[]).map((component) =>
      component.Name === 'Engine'
        ? { ...component, Details: { ...component.Details, BuildTime: dateText(component.Details.BuildTime ?? '') } }
        : component,
    );
    return { server: { ...found, Components: components as unknown as JsonWritable } };
  } catch (error) {
    if (error instanceof ClientError) return { problem: error.message };
    throw error;
  }
}

/** Go's ANSIC: `Fri May 30 12:07:14 2025`. */
function dateText(rfc3339: string): string {
  const ms = Date.parse(rfc3339.replace(/(\.\d{3})\d+/, '$1'));
  if (Number.isNaN(ms)) return rfc3339;
  const date = new Date(ms);
  const day = String(date.getUTCDate()).padStart(2);
  const time = date.toISOString().slice(11, 19);
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${time} ${date.getUTCFullYear()}`;
}

function versionText(
  own: Readonly<Record<string, JsonWritable>>,
  server: Readonly<Record<string, JsonWritable>> | undefined,
): string {
  const downgraded =
    own.ApiVersion === own.DefaultAPIVersion ? '' : ` (downgraded from ${String(own.DefaultAPIVersion)})`;
  const lines = [
    'Client:',
    ` Version:\t${String(own.Version)}`,
    ` API version:\t${String(own.ApiVersion)}${downgraded}`,
    ` Go version:\t${String(own.GoVersion)}`,
    ` Git commit:\t${String(own.GitCommit)}`,
    ` Built:\t${String(own.BuildTime)}`,
    ` OS/Arch:\t${String(own.Os)}/${String(own.Arch)}`,
    ` Context:\t${String(own.Context)}`,
  ];
  if (!server) return lines.join('\n');
  const { Name: platform } = server.Platform as { readonly Name: string };
  lines.push('', `Server:${platform === '' ? '' : ` ${platform}`}`);
  for (const component of server.Components as unknown as readonly Component[])
    lines.push(...componentLines(component));
  return lines.join('\n');
}

function componentLines({ Name, Version, Details }: Component): string[] {
  const detail = (name: string) => Details[name] ?? '';
  if (Name !== 'Engine') {
    const rest = Object.keys(Details).sort();
    return [` ${Name}:`, `  Version:\t${Version}`, ...rest.map((name) => `  ${name}:\t${detail(name)}`)];
  }
  return [
    ` ${Name}:`,
    `  Version:\t${Version}`,
    `  API version:\t${detail('ApiVersion')} (minimum version ${detail('MinAPIVersion')})`,
    `  Go version:\t${detail('GoVersion')}`,
    `  Git commit:\t${detail('GitCommit')}`,
    `  Built:\t${detail('BuildTime')}`,
    `  OS/Arch:\t${detail('Os')}/${detail('Arch')}`,
    `  Experimental:\t${detail('Experimental')}`,
  ];
}

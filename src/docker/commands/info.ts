import type { JsonWritable } from '../../image/writeJson.ts';
import { type Client, ClientError, type DockerCommand } from '../client.ts';
import { HUB_SERVER } from '../clientConfig.ts';
import { DOCKER_INFO } from '../goTypes/client.ts';
import { binarySize } from '../humanUnits.ts';
import { fromJson } from '../template/goJson.ts';
import { Template } from '../template/template.ts';
import { TemplateError } from '../template/templateError.ts';
import { clientVersion } from './version.ts';

type Info = Readonly<Record<string, JsonWritable>>;

const TEMPLATE_STATUS = 64;

export const info: DockerCommand = {
  flags: ['format'],
  async run({ client, flags }) {
    const format = flags.text('format');
    if (format !== '') {
      const template = readTemplate(format === 'json' ? '{{json .}}' : format);
      const own = { Debug: client.isDebug, ...clientVersion(client), Plugins: [], Warnings: null };
      const value = fromJson(DOCKER_INFO, { ...client.engine.system.info(), ClientInfo: own });
      const { text, fault } = template.executePartly(value);
      await client.print(`${text}\n`);
      if (fault) throw new ClientError(fault.message);
      return 0;
    }
    const { Version, Context } = clientVersion(client);
    await client.print(
      `Client:\n Version:    ${String(Version)}\n Context:    ${String(Context)}\n Debug Mode: ${client.isDebug}\n\nServer:\n`,
    );
    const server = client.engine.system.info();
    await client.print(serverText(client, server));
    for (const warning of listOf(server.Warnings)) await client.complain(`${String(warning)}\n`);
    return 0;
  },
};

function readTemplate(format: string): Template {
  try {
    return new Template(format);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new ClientError(`template parsing error: ${error.message}`, TEMPLATE_STATUS);
  }
}

function listOf(value: JsonWritable | undefined): readonly JsonWritable[] {
  return Array.isArray(value) ? value : [];
}

function recordOf(value: JsonWritable | undefined): Info {
  return (typeof value === 'object' && value !== null ? value : {}) as Info;
}

function serverText(client: Client, server: Info): string {
  return [
    ...engineLines(server),
    ...pluginLines(recordOf(server.Plugins)),
    ` Swarm: ${String(recordOf(server.Swarm).LocalNodeState ?? 'inactive')}`,
    ...runtimeLines(server),
    ...machineLines(client, server),
    ...registryLines(server),
    ` Live Restore Enabled: ${String(server.LiveRestoreEnabled ?? false)}`,
    '',
    '',
  ].join('\n');
}

/** A line, where there is something to tell. */
function told(label: string, value: JsonWritable | undefined): string[] {
  return value === undefined || value === '' ? [] : [` ${label}: ${String(value)}`];
}

function engineLines(server: Info): string[] {
  return [
    ` Containers: ${String(server.Containers)}`,
    `  Running: ${String(server.ContainersRunning)}`,
    `  Paused: ${String(server.ContainersPaused)}`,
    `  Stopped: ${String(server.ContainersStopped)}`,
    ` Images: ${String(server.Images)}`,
    ...told('Server Version', server.ServerVersion),
    ...told('Storage Driver', server.Driver),
    ...listOf(server.DriverStatus).map((pair) => `  ${String(listOf(pair)[0])}: ${String(listOf(pair)[1])}`),
    ...told('Logging Driver', server.LoggingDriver),
    ...told('Cgroup Driver', server.CgroupDriver),
    ...told('Cgroup Version', server.CgroupVersion),
  ];
}

function pluginLines(plugins: Info): string[] {
  const authorization = listOf(plugins.Authorization);
  return [
    ' Plugins:',
    `  Volume: ${listOf(plugins.Volume).join(' ')}`,
    `  Network: ${listOf(plugins.Network).join(' ')}`,
    ...(authorization.length > 0 ? [`  Authorization: ${authorization.join(' ')}`] : []),
    `  Log: ${listOf(plugins.Log).join(' ')}`,
  ];
}

function runtimeLines(server: Info): string[] {
  const commit = (name: string) => String(recordOf(server[name]).ID ?? '');
  const options = listOf(server.SecurityOptions).flatMap((option) => {
    const parts = new Map(
      String(option)
        .split(',')
        .map((part) => part.split('=') as [string, string]),
    );
    const profile = parts.get('profile');
    return [`  ${parts.get('name') ?? ''}`, ...(profile === undefined ? [] : [`   Profile: ${profile}`])];
  });
  return [
    ` Runtimes: ${Object.keys(recordOf(server.Runtimes)).join(' ')}`,
    ` Default Runtime: ${String(server.DefaultRuntime)}`,
    ` Init Binary: ${String(server.InitBinary ?? '')}`,
    ` containerd version: ${commit('ContainerdCommit')}`,
    ` runc version: ${commit('RuncCommit')}`,
    ` init version: ${commit('InitCommit')}`,
    ...(options.length > 0 ? [' Security Options:', ...options] : []),
  ];
}

function machineLines(client: Client, server: Info): string[] {
  const debug =
    server.Debug === true || client.isDebug
      ? [
          `  File Descriptors: ${String(server.NFd)}`,
          `  Goroutines: ${String(server.NGoroutines)}`,
          `  System Time: ${String(server.SystemTime)}`,
          `  EventsListeners: ${String(server.NEventsListener)}`,
        ]
      : [];
  const labels = listOf(server.Labels);
  return [
    ...told('Kernel Version', server.KernelVersion),
    ...told('Operating System', server.OperatingSystem),
    ...told('OSType', server.OSType),
    ...told('Architecture', server.Architecture),
    ` CPUs: ${String(server.NCPU)}`,
    ` Total Memory: ${binarySize(Number(server.MemTotal))}`,
    ...told('Name', server.Name),
    ...told('ID', server.ID),
    ` Docker Root Dir: ${String(server.DockerRootDir)}`,
    ` Debug Mode: ${String(server.Debug)}`,
    ...debug,
    ...told('HTTP Proxy', server.HttpProxy),
    ...told('HTTPS Proxy', server.HttpsProxy),
    ...told('No Proxy', server.NoProxy),
    ...told('Username', client.config.login(HUB_SERVER)?.username),
    ...(labels.length > 0 ? [' Labels:', ...labels.map((label) => `  ${String(label)}`)] : []),
    ` Experimental: ${String(server.ExperimentalBuild)}`,
  ];
}

function registryLines(server: Info): string[] {
  const registries = recordOf(server.RegistryConfig);
  const insecure = [
    ...Object.values(recordOf(registries.IndexConfigs))
      .map(recordOf)
      .filter(({ Secure }) => Secure === false)
      .map(({ Name }) => String(Name)),
    ...listOf(registries.InsecureRegistryCIDRs).map(String),
  ];
  const mirrors = listOf(registries.Mirrors);
  return [
    ' Insecure Registries:',
    ...insecure.map((name) => `  ${name}`),
    ...(mirrors.length > 0 ? [' Registry Mirrors:', ...mirrors.map((mirror) => `  ${String(mirror)}`)] : []),
  ];
}

import { findContainer } from './containerNames.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { DEFAULT_BRIDGE } from './networkStore.ts';
import { other } from './messages.ts';
import { portNames, portOf } from './publishedPort.ts';
import { isRunning } from './removeImage.ts';

/** `--link`: another container by an alias. */
export interface ContainerLink {
  readonly alias: string;
  readonly target: ContainerRecord;
}

/** `NAME[:ALIAS]`, as `--link` has it. */
function linkParts(text: string): readonly [name: string, alias: string] {
  const [name = '', alias = name] = text.split(':');
  const bare = (part: string) => part.replace(/^\//, '');
  return [bare(name), bare(alias).replace(/^.*\//, '')];
}

/** `/db:/web/db`, as the daemon keeps a link. Throws EngineError for one to nobody. */
export function keptLinks(core: EngineCore, name: string, links: readonly string[]): readonly string[] {
  return links.map((text) => {
    const [target, alias] = linkParts(text);
    return `/${linkTarget(core, target).name}:/${name}/${alias}`;
  });
}

function linkTarget(core: EngineCore, name: string): ContainerRecord {
  try {
    return findContainer(core, name);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'noSuchContainer') throw error;
    throw other('notFound', `could not get container for ${name}: ${error.message}`);
  }
}

/** The links of a container that is about to run. Throws EngineError where one leads to a container that does not. */
export function linksOf(core: EngineCore, record: ContainerRecord): readonly ContainerLink[] {
  return (record.hostConfig.Links ?? []).map((text) => {
    const [name, alias] = linkParts(text);
    const target = linkTarget(core, name);
    if (!isRunning(target))
      throw other('conflict', `Cannot link to a non running container: /${target.name} AS /${record.name}/${alias}`);
    return { alias, target };
  });
}

/** The links of a container that lead somewhere. */
export function linkTargets(core: EngineCore, { hostConfig }: ContainerRecord): readonly ContainerLink[] {
  return (hostConfig.Links ?? []).flatMap((text) => {
    const [name, alias] = linkParts(text);
    const target = [...core.state.containers.values()].find((one) => one.name === name);
    return target ? [{ alias, target }] : [];
  });
}

/** Links on the default bridge are lines of /etc/hosts and variables; elsewhere the resolver knows them. */
export function bridgeLinks(core: EngineCore, record: ContainerRecord): readonly ContainerLink[] {
  return isOnBridge(record) ? linksOf(core, record) : [];
}

export function isOnBridge({ endpoints }: ContainerRecord): boolean {
  return endpoints.some(({ networkName }) => networkName === DEFAULT_BRIDGE);
}

/** A link's line of /etc/hosts. */
export function linkHost({ alias, target }: ContainerLink): string {
  const names = [alias, target.config.Hostname, ...(alias === target.name ? [] : [target.name])];
  return `${bridgeAddress(target)}\t${names.join(' ')}`;
}

function bridgeAddress({ endpoints }: ContainerRecord): string {
  return endpoints.find(({ networkName }) => networkName === DEFAULT_BRIDGE)?.ipAddress ?? '';
}

/** Variables that tell of a link (moby daemon/links): its ports, its name, its own variables. */
export function linkVariables({ alias, target }: ContainerLink, owner: string): readonly string[] {
  const prefix = alias.toUpperCase().replaceAll('-', '_');
  const address = bridgeAddress(target);
  const ports = portNames(target).map(portOf);
  const url = ({ privatePort, protocol }: (typeof ports)[number]) => `${protocol}://${address}:${privatePort}`;
  const variables: string[] = [];
  const [first] = ports;
  if (first) variables.push(`${prefix}_PORT=${url(first)}`);
  for (const port of ports) {
    const name = `${prefix}_PORT_${port.privatePort}_${port.protocol.toUpperCase()}`;
    variables.push(
      `${name}=${url(port)}`,
      `${name}_ADDR=${address}`,
      `${name}_PORT=${port.privatePort}`,
      `${name}_PROTO=${port.protocol}`,
    );
  }
  variables.push(`${prefix}_NAME=/${owner}/${alias}`);
  for (const variable of target.config.Env ?? [])
    if (variable.includes('=') && !/^(HOME|PATH)=/.test(variable)) variables.push(`${prefix}_ENV_${variable}`);
  return variables;
}

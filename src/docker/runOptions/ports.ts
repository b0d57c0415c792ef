import type { NameSet, PortBinding } from '../../engine/containerConfig.ts';
import { ClientError } from '../client.ts';
import { isIpAddress } from '../commandLine/flagValue.ts';

export interface PublishedPorts {
  readonly exposed: NameSet;
  readonly bindings: Readonly<Record<string, readonly PortBinding[]>>;
}

/** `-p [IP:][HOST:]CONTAINER[/PROTOCOL]` with ranges, `--expose`. Throws ClientError. */
export function readPorts(published: readonly string[], exposed: readonly string[]): PublishedPorts {
  const names: Record<string, Record<string, never>> = {};
  const bindings: Record<string, PortBinding[]> = {};
  for (const text of published) {
    for (const { port, binding } of published1(text)) {
      names[port] = {};
      bindings[port] = [...(bindings[port] ?? []), binding];
    }
  }
  for (const text of exposed) {
    if (text.includes(':')) throw new ClientError(`invalid port format for --expose: ${text}`);
    const [range = '', protocol = 'tcp'] = text.split('/');
    const ports = portRange(range);
    if (!ports) {
      throw new ClientError(`invalid range format for --expose: ${text}, error: ${rangeFault(range)}`);
    }
    for (let port = ports[0]; port <= ports[1]; port++) names[`${port}/${protocol || 'tcp'}`] = {};
  }
  return { exposed: names, bindings };
}

function published1(text: string): { port: string; binding: PortBinding }[] {
  const { ip, host, container } = split(text);
  const [range = '', rawProtocol] = container.split('/');
  const protocol = (rawProtocol ?? 'tcp').toLowerCase();
  if (range === '') throw new ClientError(`no port specified: ${text}<empty>`);
  const ports = portRange(range);
  if (!ports) throw new ClientError(`invalid containerPort: ${range}`);
  const hosts = host === '' ? undefined : portRange(host);
  if (host !== '' && !hosts) throw new ClientError(`invalid hostPort: ${host}`);
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) throw new ClientError(`invalid proto: ${protocol}`);
  if (hosts && ports[1] - ports[0] !== hosts[1] - hosts[0] && ports[0] !== ports[1]) {
    throw new ClientError(`invalid ranges specified for container and host Ports: ${range} and ${host}`);
  }
  if (ip !== '' && !isIpAddress(ip)) throw new ClientError(`invalid IP address: ${ip}`);
  const found = [];
  for (let port = ports[0]; port <= ports[1]; port++) {
    let hostPort = '';
    if (hosts) {
      // One port of a range of the host's.
      const isChoice = ports[0] === ports[1] && hosts[0] !== hosts[1];
      hostPort = isChoice ? host : String(hosts[0] + port - ports[0]);
    }
    found.push({ port: `${port}/${protocol}`, binding: { HostIp: ip, HostPort: hostPort } });
  }
  return found;
}

function split(text: string): { ip: string; host: string; container: string } {
  const bracket = /^\[([^\]]*)\]:(.*)$/.exec(text);
  const parts = (bracket ? (bracket[2] as string) : text).split(':');
  const container = parts.pop() ?? '';
  const host = parts.pop() ?? '';
  return { ip: bracket ? (bracket[1] as string) : parts.join(':'), host, container };
}

function portRange(text: string): [number, number] | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  return first <= last && last <= 65_535 ? [first, last] : undefined;
}

function rangeFault(text: string): string {
  if (text === '') return 'empty string specified for ports';
  const [first = ''] = text.split('-');
  return /^\d+$/.test(first)
    ? `invalid range specified for port: ${text}`
    : `strconv.ParseUint: parsing "${first}": invalid syntax`;
}

import type { PortSummary } from './containerCalls.ts';
import type { ContainerRecord } from './containerRecord.ts';

/** A port of the host that leads into a running container. */
export interface PublishedPort {
  /** Empty: all addresses. */
  readonly hostIp: string;
  readonly hostPort: number;
  readonly privatePort: number;
  readonly protocol: PortSummary['protocol'];
}

export const LAST_PORT = 65_535;

/** `80/tcp` in its parts. */
export function portOf(name: string): { readonly privatePort: number; readonly protocol: PortSummary['protocol'] } {
  const [number = '', protocol = 'tcp'] = name.split('/');
  return { privatePort: Number(number), protocol: protocol as PortSummary['protocol'] };
}

/** Names of all ports that are exposed or published, sorted as numbers. */
export function portNames({ config, hostConfig }: Pick<ContainerRecord, 'config' | 'hostConfig'>): readonly string[] {
  const names = new Set([...Object.keys(config.ExposedPorts ?? {}), ...Object.keys(hostConfig.PortBindings)]);
  return [...names].sort((a, b) => portOf(a).privatePort - portOf(b).privatePort || (a < b ? -1 : 1));
}

/** Published ports, and those that are only exposed. Of one that does not run: what was asked for. */
export function portsOf(record: ContainerRecord): PortSummary[] {
  const ports: PortSummary[] = [];
  for (const name of portNames(record)) {
    const { privatePort, protocol } = portOf(name);
    const published = publishedAt(record, name);
    if (published.length === 0) ports.push({ privatePort, protocol });
    for (const { hostIp, hostPort: publicPort } of published)
      for (const ip of shownAddresses(hostIp)) ports.push({ ip, privatePort, publicPort, protocol });
  }
  return ports;
}

/** Where one port of a container is published. */
export function publishedAt(record: ContainerRecord, name: string): readonly PublishedPort[] {
  const { privatePort, protocol } = portOf(name);
  if (record.publishedPorts)
    return record.publishedPorts.filter((one) => one.privatePort === privatePort && one.protocol === protocol);
  return (record.hostConfig.PortBindings[name] ?? []).flatMap(({ HostIp: hostIp, HostPort: text }) =>
    /^\d+$/.test(text) ? [{ hostIp, hostPort: Number(text), privatePort, protocol }] : [],
  );
}

/** All addresses are those of IPv4 and of IPv6. */
export function shownAddresses(hostIp: string): readonly string[] {
  return hostIp === '' ? ['0.0.0.0', '::'] : [hostIp];
}

import type { PortSummary } from '../../engine/containerCalls.ts';
import type { ClientVintage } from '../client.ts';

interface PortGroup {
  first: number;
  last: number;
}

/** `0.0.0.0:80->80/tcp, 9000-9002/tcp`: neighbouring ports together, those that change their number at the end. */
export function portsText(ports: readonly PortSummary[], vintage: ClientVintage): string {
  const groups = new Map<string, PortGroup>();
  const finished: string[] = [];
  const changed: string[] = [];
  for (const { ip, privatePort, publicPort, protocol } of [...ports].sort(comparePorts)) {
    if (ip !== undefined && publicPort !== privatePort) {
      changed.push(`${hostText(ip, vintage)}:${publicPort ?? 0}->${privatePort}/${protocol}`);
      continue;
    }
    const key = ip === undefined ? protocol : `${ip}/${protocol}`;
    const group = groups.get(key);
    if (group && privatePort === group.last + 1) group.last = privatePort;
    else {
      if (group) finished.push(groupText(key, group, vintage));
      groups.set(key, { first: privatePort, last: privatePort });
    }
  }
  for (const [key, group] of groups) finished.push(groupText(key, group, vintage));
  return [...finished, ...changed].join(', ');
}

function groupText(key: string, { first, last }: PortGroup, vintage: ClientVintage): string {
  const slash = key.lastIndexOf('/');
  const range = first === last ? String(first) : `${first}-${last}`;
  if (slash < 0) return `${range}/${key}`;
  return `${hostText(key.slice(0, slash), vintage)}:${range}->${range}/${key.slice(slash + 1)}`;
}

/** The client of 20.10 has no brackets around addresses of IPv6. */
export function hostText(ip: string, vintage: ClientVintage): string {
  return ip.includes(':') && vintage !== '20.10' ? `[${ip}]` : ip;
}

function comparePorts(a: PortSummary, b: PortSummary): number {
  return (
    a.privatePort - b.privatePort ||
    compareText(a.ip ?? '', b.ip ?? '') ||
    (a.publicPort ?? 0) - (b.publicPort ?? 0) ||
    compareText(a.protocol, b.protocol)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

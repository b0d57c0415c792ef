import { parseIpv4 } from './ipv4.ts';

/** The 16 bytes of an IPv6 address without brackets and zone (RFC 4291, 2.2), the last 4 also as IPv4. Undefined when
 *  it is none. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > MAX_LENGTH) return undefined;
  const [head, tail] = halves.map((half) => parseGroups(half));
  if (!head) return undefined;
  if (halves.length === 1) return head.length === 16 ? Uint8Array.from(head) : undefined;
  if (!tail || head.length + tail.length > 14) return undefined;
  // An embedded IPv4 address stands at the very end.
  if ((halves[0] ?? '').includes('.')) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(head);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** Eight groups, six of them before an IPv4 address of 15. */
const MAX_LENGTH = 45;

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && group.includes('.')) {
      const embedded = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(group) ? parseIpv4(group) : undefined;
      if (!embedded) return undefined;
      bytes.push(...embedded);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}

import { addressKind, type AddressKind } from './addressRules.ts';
import { endsInNumber, parseIpv4 } from './ipv4.ts';
import { parseIpv6 } from './ipv6.ts';

/** What a host in a URL is, before anything is looked up. */
export type HostJudgement =
  | { readonly kind: 'refused'; readonly why: AddressKind | 'localName' | 'malformed' }
  | { readonly kind: 'publicAddress' }
  /** To be looked up; each address that comes back is to be judged by `addressKind`. */
  | { readonly kind: 'name'; readonly name: string };

/** Names of this host that need no lookup (RFC 6761, 6.3; Debian's and Fedora's /etc/hosts). */
const LOCAL_NAMES: ReadonlySet<string> = new Set([
  'localhost',
  'localhost4',
  'localhost6',
  'localdomain',
  'ip6-localhost',
  'ip6-loopback',
  'broadcasthost',
]);
const LOCAL_ENDS = ['.localhost', '.localdomain', '.localdomain4', '.localdomain6'];

const MAX_NAME_LENGTH = 253;
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** Judges a host as URLs, resolvers and careless parsers may read it: brackets, zones, dots at the end, full-width
 *  digits and dots, escapes, and every spelling of an address. What could be read in two ways is refused. */
export function judgeHost(text: string): HostJudgement {
  const host = normalHost(text);
  if (host === undefined) return { kind: 'refused', why: 'malformed' };
  if (host.includes(':')) {
    // A zone belongs to link-local addresses alone (RFC 6874).
    if (host.includes('%')) return { kind: 'refused', why: 'linkLocal' };
    return judgeAddress(parseIpv6(host));
  }
  if (endsInNumber(host)) return judgeAddress(parseIpv4(host));
  if (LOCAL_NAMES.has(host) || LOCAL_ENDS.some((end) => host.endsWith(end)))
    return { kind: 'refused', why: 'localName' };
  const isName = host.length <= MAX_NAME_LENGTH && host.split('.').every((label) => LABEL.test(label));
  return isName ? { kind: 'name', name: host } : { kind: 'refused', why: 'malformed' };
}

/** Whether a host leads to this machine and nowhere else, by its spelling alone. */
export function isLoopbackHost(text: string): boolean {
  const judged = judgeHost(text);
  return judged.kind === 'refused' && (judged.why === 'loopback' || judged.why === 'localName');
}

/** Kind of an address as resolvers and sockets print it; undefined when it is none. */
export function kindOfAddressText(text: string): AddressKind | undefined {
  const [address = ''] = text.split('%');
  const bytes = address.includes(':') ? parseIpv6(address) : parseIpv4(address);
  return bytes && addressKind(bytes);
}

function judgeAddress(bytes: Uint8Array | undefined): HostJudgement {
  if (!bytes) return { kind: 'refused', why: 'malformed' };
  const kind = addressKind(bytes);
  return kind === 'public' ? { kind: 'publicAddress' } : { kind: 'refused', why: kind };
}

/** One spelling: escapes undone once, compatibility characters (full-width, circled) as plain ones, lower case, no
 *  brackets, no dots at the end. */
function normalHost(text: string): string | undefined {
  const inner = /^\[(.*)\]$/.exec(text)?.[1];
  const decoded = inner === undefined ? unescaped(text) : inner;
  if (decoded === undefined) return undefined;
  const plain = decoded
    .normalize('NFKC')
    .replace(/[\u3002\uff0e\uff61]/g, '.')
    .replace(/\u00ad/g, '')
    .toLowerCase();
  const host = plain.replace(/\.+$/, '');
  if (host === '' || (inner !== undefined && !host.includes(':'))) return undefined;
  return host;
}

function unescaped(text: string): string | undefined {
  if (!text.includes('%') || text.includes(':')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

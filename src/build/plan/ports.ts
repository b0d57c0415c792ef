import { BuildError } from '../buildError.ts';
import { quote } from '../go/quote.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import type { Linter } from '../lint/linter.ts';

const MAX_PORT = 65_535;

/** `80`, `53/udp`, `8000-8010/tcp` as single ports, `80/tcp`. An address or host port before it is taken, and told by
 *  the linter. Throws BuildError `instruction`. */
export function exposedPorts(words: readonly string[], node: SyntaxNode, linter: Linter): string[] {
  return words.flatMap((word) => ports(word, node, linter));
}

function ports(word: string, node: SyntaxNode, linter: Linter): string[] {
  const { address, hostPort, rest } = splitAddress(word);
  const slash = rest.indexOf('/');
  const port = slash < 0 ? rest : rest.slice(0, slash);
  const written = slash < 0 ? '' : rest.slice(slash + 1);
  const protocol = written === '' ? 'tcp' : written;
  if (port === '') throw fault(`invalid port: ${quote(word)}: no port specified`);
  if (!['tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) {
    throw fault(`invalid port: ${quote(word)}: invalid proto: ${protocol}`);
  }
  if (protocol !== protocol.toLowerCase()) linter.report('ExposeProtoCasing', node, word);
  if (address !== '' || hostPort !== '') linter.report('ExposeInvalidFormat', node, word);
  if (address !== '' && !isAddress(address)) throw fault(`invalid IP address: ${withoutBrackets(address)}`);
  const range = portRange(port);
  if (!range) throw fault(`invalid containerPort: ${port}`);
  if (hostPort !== '') checkHostPort(hostPort, port, range);
  const out: string[] = [];
  for (let number = range.first; number <= range.last; number++) out.push(`${number}/${protocol.toLowerCase()}`);
  return out;
}

function checkHostPort(hostPort: string, port: string, { first, last }: { first: number; last: number }): void {
  const host = portRange(hostPort);
  if (!host) throw fault(`invalid hostPort: ${hostPort}`);
  if (last - first !== host.last - host.first && last !== first) {
    throw fault(`invalid ranges specified for container and host Ports: ${port} and ${hostPort}`);
  }
}

function splitAddress(word: string): { address: string; hostPort: string; rest: string } {
  const parts = word.split(':');
  const rest = parts.pop() as string;
  const hostPort = parts.pop() ?? '';
  return { address: parts.join(':'), hostPort, rest };
}

function portRange(text: string): { first: number; last: number } | undefined {
  const [start, end] = splitOnce(text);
  const first = portNumber(start);
  const last = end === undefined || end === start ? first : portNumber(end);
  return first === undefined || last === undefined || last < first ? undefined : { first, last };
}

function splitOnce(text: string): [string, string | undefined] {
  const dash = text.indexOf('-');
  return dash < 0 ? [text, undefined] : [text.slice(0, dash), text.slice(dash + 1)];
}

function portNumber(text: string): number | undefined {
  if (!/^[+-]?[0-9]{1,18}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 0 && port <= MAX_PORT ? port : undefined;
}

function withoutBrackets(address: string): string {
  return address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
}

// net.ParseIP: four decimal numbers without leading zeros, or the groups of IPv6.
function isAddress(text: string): boolean {
  const address = withoutBrackets(text);
  return isIpv4(address) || isIpv6(address);
}

function isIpv4(text: string): boolean {
  return (
    /^(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}$/.test(text) &&
    text.split('.').every((part) => Number(part) < 256)
  );
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const hasIpv4 = last.includes('.');
  if (hasIpv4 && !isIpv4(last)) return false;
  if (!groups.slice(0, hasIpv4 ? -1 : undefined).every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = groups.length + (hasIpv4 ? 1 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}

function fault(message: string): BuildError {
  return new BuildError('instruction', message);
}

/** The words of go-connections before 0.5, which dockerd 20.10 has. */
export function withOldPortWords<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError(
      error.code,
      error.message.replace(/^invalid port: "[^"]*": /, '').replace(/^[in](?=nvalid|o port)/, upper),
    );
  }
}

function upper(letter: string): string {
  return letter.toUpperCase();
}

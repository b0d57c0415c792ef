import type { IncomingHttpHeaders } from 'node:http';

/** Who may speak to the companion at all, judged by headers before anything is read. What stands against it: pages of
 *  other origins, DNS names that were bent to this machine (rebinding), frames without an origin. The token comes
 *  after this. Fetch standard; RFC 9110, 7.4 and 15.5.20. */
export interface GateRules {
  /** `host:port`, lower case, as browsers send it. */
  readonly hosts: ReadonlySet<string>;
  /** Origins besides those of `hosts`. */
  readonly origins: ReadonlySet<string>;
}

export interface GateRefusal {
  readonly status: 403 | 421;
  readonly code: 'host' | 'origin' | 'site';
  readonly message: string;
}

export interface GateRequest {
  readonly method: string;
  readonly isApi: boolean;
  readonly headers: IncomingHttpHeaders;
}

export function gateRefusal(request: GateRequest, rules: GateRules): GateRefusal | undefined {
  const { headers } = request;
  const host = headers.host?.toLowerCase();
  if (host === undefined || !rules.hosts.has(host)) {
    return { status: 421, code: 'host', message: 'this companion does not answer to that name' };
  }
  const { origin } = headers;
  if (origin !== undefined) {
    if (isKnownOrigin(origin, rules)) return undefined;
    return { status: 403, code: 'origin', message: 'pages of that origin may not ask' };
  }
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined;
  // A link that somebody follows to the page. It can do nothing without the token.
  const isVisit = !request.isApi && request.method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  if (isVisit && headers['sec-fetch-dest'] === 'document') return undefined;
  return { status: 403, code: 'site', message: 'other sites may not ask' };
}

/** `null` is nobody's: sandboxed frames, files and redirects have it. */
export function isKnownOrigin(origin: string, { hosts, origins }: GateRules): boolean {
  if (origins.has(origin)) return true;
  const host = /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
  return host !== undefined && hosts.has(host);
}

/** Headers that let a page of an allowed origin read the answer; for a preflight also what it may ask. */
export function crossOriginHeaders(headers: IncomingHttpHeaders, isPreflight: boolean): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined) return {};
  const allowed: Record<string, string> = { 'access-control-allow-origin': origin, vary: 'origin' };
  if (!isPreflight) return { ...allowed, 'access-control-expose-headers': 'content-length, content-disposition' };
  return {
    ...allowed,
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': 'authorization, content-type, x-registry-authorization, git-protocol',
    'access-control-max-age': '600',
    ...(headers['access-control-request-private-network'] === 'true'
      ? { 'access-control-allow-private-network': 'true' }
      : {}),
  };
}

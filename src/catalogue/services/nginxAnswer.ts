import { encodeName } from '../../bytes/byteName.ts';
import { mayAccess, readdir, readFile, statIfThere } from '../../shell/kernel/calls.ts';
import { connectTo } from '../../shell/kernel/hostLookup.ts';
import type { HttpRequest, HttpResponse } from '../../shell/kernel/network.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { expandVariables, type Variables } from './nginxVariables.ts';
import type { Location, NginxSite, Server, Settings } from './nginxSite.ts';

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Authorization Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  410: 'Gone',
  416: 'Requested Range Not Satisfiable',
  418: '',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};
const MAX_FILE_BYTES = 1 << 30;
/** As nginx (NGX_HTTP_MAX_URI_CHANGES). */
const MAX_INTERNAL_REDIRECTS = 10;

/** One request as it goes through the locations of a server. */
export interface Exchange {
  readonly process: Process;
  readonly site: NginxSite;
  readonly server: Server;
  readonly request: HttpRequest;
  readonly version: string;
  readonly variables: Variables;
  /** A line of the error log. */
  readonly complain: (message: string) => void;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array> | Uint8Array;
}

/** What a server answers. */
export async function nginxAnswer(exchange: Exchange): Promise<HttpResponse> {
  const { request, site, version } = exchange;
  let path: string;
  try {
    path = normalized(decodeURIComponent(request.url.pathname));
  } catch {
    path = '';
  }
  const place = path === '' ? undefined : findLocation(exchange.server, path);
  const reply =
    path === '' ? await errorReply(exchange, exchange.server.settings, 400, 0) : await serve(exchange, path, 0);
  const settings = place?.settings ?? exchange.server.settings;
  const tokens = settings.values.get('server_tokens')?.[0] ?? site.main.get('server_tokens')?.[0];
  const extra = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308].includes(reply.status) ? settings.headers : [];
  const body = request.method === 'HEAD' ? new Uint8Array(0) : reply.body;
  return {
    status: reply.status,
    statusText: REASONS[reply.status] ?? '',
    headers: {
      Server: tokens === 'off' ? 'nginx' : `nginx/${version}`,
      Date: new Date(exchange.process.kernel.clock.now().sec * 1000).toUTCString(),
      ...reply.headers,
      ...Object.fromEntries(extra.map(([name, value]) => [name, expandVariables(value, exchange.variables)])),
    },
    body: body instanceof Uint8Array ? chunks(body) : body,
  };
}

function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/').slice(1)) {
    if (part === '..') {
      if (parts.length === 0) return '';
      parts.pop();
    } else if (part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`.replaceAll(/\/{2,}/g, '/');
}

/** As ngx_http_core_module's `location` tells. */
function findLocation(server: Server, path: string): Location | undefined {
  const of = (kind: Location['kind']) => server.locations.filter((one) => one.kind === kind);
  const exact = of('exact').find(({ pattern }) => pattern === path);
  if (exact) return exact;
  const prefixes = server.locations
    .filter(({ kind, pattern }) => (kind === 'prefix' || kind === 'finalPrefix') && path.startsWith(pattern))
    .sort((a, b) => b.pattern.length - a.pattern.length);
  if (prefixes[0]?.kind === 'finalPrefix') return prefixes[0];
  return of('regex').find(({ matches }) => matches?.(path)) ?? prefixes[0];
}

async function serve(exchange: Exchange, path: string, depth: number): Promise<Reply> {
  const { server } = exchange;
  const place = findLocation(server, path);
  const settings = place?.settings ?? server.settings;
  if (depth > MAX_INTERNAL_REDIRECTS) return errorReply(exchange, settings, 500, depth);
  exchange.variables.uri = path;
  return handle(exchange, path, place, settings, depth);
}

async function handle(
  exchange: Exchange,
  path: string,
  place: Location | undefined,
  settings: Settings,
  depth: number,
): Promise<Reply> {
  const { values } = settings;
  const returned = values.get('return');
  if (returned) return returnReply(exchange, settings, returned, depth);
  const upstream = values.get('proxy_pass')?.[0];
  if (upstream !== undefined) return proxyReply(exchange, settings, upstream, path, place, depth);
  const { method } = exchange.request;
  if (method !== 'GET' && method !== 'HEAD') return errorReply(exchange, settings, 405, depth);
  const tries = values.get('try_files');
  if (tries) {
    for (const choice of tries.slice(0, -1)) {
      const expanded = expandVariables(choice, exchange.variables);
      const found = statIfThere(exchange.process, fileOf(exchange, settings, place, expanded));
      if (found && isDirectory(found.mode) === expanded.endsWith('/'))
        return fileReply(exchange, settings, place, expanded, depth);
    }
    const last = expandVariables(tries.at(-1) ?? '', exchange.variables);
    if (/^=\d+$/.test(last)) return errorReply(exchange, settings, Number(last.slice(1)), depth);
    if (!last.startsWith('@')) return serve(exchange, last.replace(/\?.*$/, ''), depth + 1);
    const named = exchange.server.locations.find(({ kind, pattern }) => kind === 'named' && pattern === last);
    if (!named || depth > MAX_INTERNAL_REDIRECTS) return errorReply(exchange, settings, 500, depth);
    return handle(exchange, path, named, named.settings, depth + 1);
  }
  return fileReply(exchange, settings, place, path, depth);
}

function fileOf({ variables }: Exchange, settings: Settings, place: Location | undefined, path: string): string {
  const alias = settings.values.get('alias')?.[0];
  if (alias !== undefined && place) return expandVariables(alias, variables) + path.slice(place.pattern.length);
  const root = expandVariables(settings.values.get('root')?.[0] ?? 'html', variables);
  return `${root.startsWith('/') ? root : `/etc/nginx/${root}`}`.replace(/\/$/, '') + path;
}

async function fileReply(
  exchange: Exchange,
  settings: Settings,
  place: Location | undefined,
  path: string,
  depth: number,
): Promise<Reply> {
  const { process } = exchange;
  const file = fileOf(exchange, settings, place, path);
  const found = statIfThere(process, file);
  if (!found) {
    exchange.complain(`open() "${file}" failed (2: No such file or directory)`);
    return errorReply(exchange, settings, 404, depth);
  }
  if (isDirectory(found.mode)) {
    if (!path.endsWith('/')) {
      const to = `${exchange.request.url.protocol}//${exchange.request.url.host}${encodeURI(path)}/`;
      return redirectReply(exchange, 301, to);
    }
    return indexReply(exchange, settings, place, path, depth);
  }
  if (!mayAccess(process, file, 4)) {
    exchange.complain(`open() "${file}" failed (13: Permission denied)`);
    return errorReply(exchange, settings, 403, depth);
  }
  const etag = `"${found.mtime.sec.toString(16)}-${found.sizeBytes.toString(16)}"`;
  const headers: Record<string, string> = {
    'Content-Type': typeOf(exchange.site, settings, path),
    'Content-Length': String(found.sizeBytes),
    'Last-Modified': new Date(found.mtime.sec * 1000).toUTCString(),
    Connection: 'keep-alive',
    ETag: etag,
    'Accept-Ranges': 'bytes',
  };
  const asked = headerOf(exchange.request, 'if-none-match');
  const since = Date.parse(headerOf(exchange.request, 'if-modified-since') ?? '');
  if (asked === etag || (asked === undefined && since === found.mtime.sec * 1000)) {
    const { 'Content-Type': _, 'Content-Length': __, 'Accept-Ranges': ___, ...rest } = headers;
    return { status: 304, headers: rest, body: new Uint8Array(0) };
  }
  const bytes = await readFile(process, file, MAX_FILE_BYTES);
  return rangeReply(exchange, settings, bytes, headers, depth);
}

async function rangeReply(
  exchange: Exchange,
  settings: Settings,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
  depth: number,
): Promise<Reply> {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headerOf(exchange.request, 'range') ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === ''))
    return { status: 200, headers, body: bytes };
  const from = first === '' ? Math.max(0, bytes.length - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes.length : Math.min(bytes.length, Number(last) + 1);
  if (from >= to) return errorReply(exchange, settings, 416, depth);
  return {
    status: 206,
    headers: {
      ...headers,
      'Content-Length': String(to - from),
      'Content-Range': `bytes ${from}-${to - 1}/${bytes.length}`,
    },
    body: bytes.subarray(from, to),
  };
}

async function indexReply(
  exchange: Exchange,
  settings: Settings,
  place: Location | undefined,
  path: string,
  depth: number,
): Promise<Reply> {
  const { process } = exchange;
  for (const name of settings.values.get('index') ?? ['index.html']) {
    const target = name.startsWith('/') ? name : `${path}${name}`;
    // An index is another internal request: its location may be another.
    if (statIfThere(process, fileOf(exchange, settings, place, target))) return serve(exchange, target, depth + 1);
  }
  const folder = fileOf(exchange, settings, place, path);
  if (settings.values.get('autoindex')?.[0] === 'on') return listingReply(process, folder, path);
  exchange.complain(`directory index of "${folder}" is forbidden`);
  return errorReply(exchange, settings, 403, depth);
}

/** ngx_http_autoindex_module: names in 50 columns, then date and size. */
function listingReply(process: Process, folder: string, path: string): Reply {
  const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const rows = readdir(process, folder)
    .flatMap(({ name }) => {
      const found = name.startsWith('.') ? undefined : statIfThere(process, `${folder}${name}`);
      return found ? [{ name, found, isFolder: isDirectory(found.mode) }] : [];
    })
    .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || (a.name < b.name ? -1 : 1))
    .map(({ name, found, isFolder }) => {
      const shown = isFolder ? `${name}/` : name;
      const short = shown.length > 50 ? `${shown.slice(0, 47)}..>` : shown;
      const [, day, month, year, time] =
        /(\d+) (\w+) (\d+) (\d+:\d+)/.exec(new Date(found.mtime.sec * 1000).toUTCString()) ?? [];
      const size = isFolder ? '-' : String(found.sizeBytes);
      const gap = ' '.repeat(51 - short.length);
      return `<a href="${encodeURI(shown)}">${escaped(short)}</a>${gap}${day}-${month}-${year} ${time} ${size.padStart(19)}\r\n`;
    });
  const title = `Index of ${escaped(path)}`;
  const text = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n${rows.join('')}</pre><hr></body>\r\n</html>\r\n`;
  return { status: 200, headers: { 'Content-Type': 'text/html', Connection: 'keep-alive' }, body: encodeName(text) };
}

async function returnReply(
  exchange: Exchange,
  settings: Settings,
  given: readonly string[],
  depth: number,
): Promise<Reply> {
  const [first = '', second] = given;
  if (!/^\d+$/.test(first)) return redirectReply(exchange, 302, expandVariables(first, exchange.variables));
  const status = Number(first);
  const text = expandVariables(second ?? '', exchange.variables);
  if ([301, 302, 303, 307, 308].includes(status)) {
    const { protocol, host } = exchange.request.url;
    return redirectReply(exchange, status, text.startsWith('/') ? `${protocol}//${host}${text}` : text);
  }
  if (second === undefined && status >= 400) return errorReply(exchange, settings, status, depth);
  const bytes = encodeName(text);
  const type = typeOf(exchange.site, settings, exchange.variables.uri);
  return {
    status,
    headers: { 'Content-Type': type, 'Content-Length': String(bytes.length), Connection: 'keep-alive' },
    body: bytes,
  };
}

async function proxyReply(
  exchange: Exchange,
  settings: Settings,
  upstream: string,
  path: string,
  place: Location | undefined,
  depth: number,
): Promise<Reply> {
  const { process, request } = exchange;
  const target = expandVariables(upstream, exchange.variables);
  try {
    const base = new URL(target);
    // A path behind the host takes the place of the location's own.
    const hasPath = /^\w+:\/\/[^/]+\//.test(target);
    const rest = hasPath ? base.pathname + path.slice(place?.pattern.length ?? 0) : path;
    const url = new URL(`${base.origin}${encodeURI(rest)}${request.url.search}`);
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    const { service } = await connectTo(process, url.hostname, port);
    const answer = await service.http?.({ ...request, url });
    if (!answer) return await errorReply(exchange, settings, 502, depth);
    const own = Object.entries(answer.headers).filter(([name]) => !/^(server|date)$/i.test(name));
    return { status: answer.status, headers: Object.fromEntries(own), body: answer.body };
  } catch {
    exchange.complain(`connect() failed (111: Connection refused) while connecting to upstream`);
    return errorReply(exchange, settings, 502, depth);
  }
}

function redirectReply({ version }: Exchange, status: number, to: string): Reply {
  const page = errorPage(status, version);
  return {
    status,
    headers: {
      'Content-Type': 'text/html',
      'Content-Length': String(page.length),
      Connection: 'keep-alive',
      Location: to,
    },
    body: page,
  };
}

async function errorReply(exchange: Exchange, settings: Settings, status: number, depth: number): Promise<Reply> {
  const own = settings.errorPages.get(status);
  if (own?.startsWith('/') && depth <= MAX_INTERNAL_REDIRECTS) {
    const reply = await serve(exchange, own, MAX_INTERNAL_REDIRECTS);
    if (reply.status === 200) return { ...reply, status };
  }
  const page = errorPage(status, exchange.version);
  return {
    status,
    headers: { 'Content-Type': 'text/html', 'Content-Length': String(page.length), Connection: 'keep-alive' },
    body: page,
  };
}

function errorPage(status: number, version: string): Uint8Array {
  const title = `${status} ${REASONS[status] ?? ''}`.trim();
  return encodeName(
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/${version}</center>\r\n</body>\r\n</html>\r\n`,
  );
}

function typeOf(site: NginxSite, settings: Settings, path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const end = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '';
  const type = site.types.get(end) ?? settings.values.get('default_type')?.[0] ?? 'text/plain';
  const charset = settings.values.get('charset')?.[0];
  return charset !== undefined && charset !== 'off' && type.startsWith('text/') ? `${type}; charset=${charset}` : type;
}

export function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

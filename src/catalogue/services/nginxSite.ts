import { Regex } from '../../shell/regex/regex.ts';
import { RegexError } from '../../shell/regex/regexError.ts';
import { type Directive, isTable, NginxConfigError } from './nginxConfig.ts';

export interface Listen {
  readonly port: number;
  readonly isDefault: boolean;
}

export interface Location {
  readonly kind: 'exact' | 'prefix' | 'finalPrefix' | 'regex' | 'named';
  readonly pattern: string;
  /** Of a regular expression. */
  readonly matches: ((path: string) => boolean) | undefined;
  readonly settings: Settings;
}

export interface Server {
  readonly listens: readonly Listen[];
  readonly names: readonly string[];
  readonly locations: readonly Location[];
  readonly settings: Settings;
}

/** What may stand in http, server and location; the inner ones hide the outer ones. */
export interface Settings {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly headers: readonly (readonly [string, string])[];
  readonly errorPages: ReadonlyMap<number, string>;
}

/** A whole configuration, as it serves. */
export interface NginxSite {
  readonly main: ReadonlyMap<string, readonly string[]>;
  readonly servers: readonly Server[];
  /** By extension. */
  readonly types: ReadonlyMap<string, string>;
  readonly logFormats: ReadonlyMap<string, string>;
  /** Directives that are known and do nothing here although they would change answers. */
  readonly notSimulated: readonly Directive[];
}

/** Those whose value is looked at. */
const SIMULATED = new Set(
  'access_log alias autoindex charset daemon default_type error_log index pid proxy_pass return root server_tokens try_files user worker_processes'.split(
    ' ',
  ),
);
/** Without effect on what is answered. */
const HARMLESS =
  /^(accept_mutex|client_\w+|connection_pool_size|directio|etag|events|gzip\w*|http2|keepalive_\w+|large_client_header_buffers|load_module|log_not_found|multi_accept|open_file_cache\w*|output_buffers|proxy_(buffer\w*|connect_timeout|http_version|read_timeout|send_timeout|set_header|redirect)|reset_timedout_connection|resolver\w*|send_timeout|sendfile\w*|server_names_hash\w*|ssl_(ciphers|prefer_server_ciphers|protocols|session_\w+)|tcp_nodelay|tcp_nopush|types_hash\w*|use|variables_hash\w*|worker_\w+|pcre_jit|timer_resolution|thread_pool|env)$/;
/** Known to nginx; here told as not simulated. */
const KNOWN =
  /^(allow|auth_\w+|deny|expires|fastcgi_\w+|geo|if|internal|limit_\w+|map|proxy_\w+|real_ip_\w+|rewrite\w*|satisfy|scgi_\w+|set\w*|split_clients|ssl\w*|stream|stub_status|sub_filter\w*|upstream|uwsgi_\w+|valid_referers|grpc_\w+|mirror\w*|slice|perl\w*|js_\w+|mail|aio|break|add_trailer|merge_slashes|msie_\w+|port_in_redirect|absolute_redirect|server_name_in_redirect|recursive_error_pages|chunked_transfer_encoding|source_charset|override_charset|charset_types|disable_symlinks|max_ranges|min_delete_depth|dav_\w+|create_full_put_path|random_index|memcached_\w+|empty_gif|ancient_browser\w*|modern_browser\w*|userid\w*|image_filter\w*|xslt_\w+|xml_entities|secure_link\w*|addition_types|add_(after|before)_body|gunzip\w*|autoindex_\w+|subrequest_output_buffer_size|post_action|postpone_output|read_ahead|request_pool_size|lingering_\w+|ignore_invalid_headers|underscores_in_headers|debug_\w+|lock_file|master_process|ssi\w*|try)$/;

/** Reads directives into servers. Throws NginxConfigError for what nginx does not know. */
export function nginxSite(directives: readonly Directive[]): NginxSite {
  const notSimulated: Directive[] = [];
  const reader = new SiteReader(notSimulated);
  const main = reader.settings(directives, undefined, ['http', 'events']);
  const servers: Server[] = [];
  const types = new Map<string, string>();
  const logFormats = new Map<string, string>();
  for (const http of directives.filter(({ name, block }) => name === 'http' && block)) {
    const inner = http.block ?? [];
    const outer = reader.settings(inner, undefined, ['server', 'types', 'log_format']);
    for (const one of inner) {
      if (one.name === 'server') servers.push(reader.server(one, outer));
      if (one.name === 'types')
        for (const type of one.block ?? []) for (const end of type.arguments) types.set(end, type.name);
      if (one.name === 'log_format') logFormats.set(one.arguments[0] ?? '', one.arguments.slice(1).join(''));
    }
  }
  if (!directives.some(({ name }) => name === 'events'))
    throw new NginxConfigError('no "events" section in configuration');
  return { main: main.values, servers, types, logFormats, notSimulated };
}

class SiteReader {
  readonly #notSimulated: Directive[];

  constructor(notSimulated: Directive[]) {
    this.#notSimulated = notSimulated;
  }

  server(directive: Directive, outer: Settings): Server {
    const inner = directive.block ?? [];
    const settings = this.settings(inner, outer, ['listen', 'location', 'server_name']);
    const listens = inner.filter(({ name }) => name === 'listen').map(readListen);
    return {
      listens: listens.length > 0 ? listens : [{ port: 80, isDefault: false }],
      names: inner.filter(({ name }) => name === 'server_name').flatMap((one) => one.arguments),
      locations: inner.filter(({ name }) => name === 'location').map((one) => this.#location(one, settings)),
      settings,
    };
  }

  #location(directive: Directive, outer: Settings): Location {
    const { arguments: given, at } = directive;
    const [first = '', second] = given;
    const settings = this.settings(directive.block ?? [], outer, []);
    if (second === undefined)
      return { kind: first.startsWith('@') ? 'named' : 'prefix', pattern: first, matches: undefined, settings };
    switch (first) {
      case '=':
        return { kind: 'exact', pattern: second, matches: undefined, settings };
      case '^~':
        return { kind: 'finalPrefix', pattern: second, matches: undefined, settings };
      case '~':
      case '~*':
        return { kind: 'regex', pattern: second, matches: regexOf(second, first === '~*', at), settings };
      default:
        throw new NginxConfigError(`invalid location modifier "${first}" in ${at}`);
    }
  }

  /** `blocks`: names that the caller reads itself. */
  settings(directives: readonly Directive[], outer: Settings | undefined, blocks: readonly string[]): Settings {
    const values = new Map<string, readonly string[]>();
    const headers: [string, string][] = [];
    const errorPages = new Map<number, string>();
    for (const one of directives) {
      const { name, arguments: given, at } = one;
      if (blocks.includes(name)) continue;
      if (name === 'add_header') headers.push([given[0] ?? '', given[1] ?? '']);
      else if (name === 'error_page')
        for (const code of given.slice(0, -1)) if (/^\d+$/.test(code)) errorPages.set(Number(code), given.at(-1) ?? '');
      if (name === 'add_header' || name === 'error_page') continue;
      if (['server', 'location', 'http', 'listen', 'server_name'].includes(name))
        throw new NginxConfigError(`"${name}" directive is not allowed here in ${at}`);
      if (SIMULATED.has(name)) values.set(name, this.#checked(one));
      else if (HARMLESS.test(name)) continue;
      else if (KNOWN.test(name) || isTable(one)) this.#notSimulated.push(one);
      else throw new NginxConfigError(`unknown directive "${name}" in ${at}`);
    }
    return {
      // nginx takes what lies outside only where nothing of the kind lies inside.
      values: new Map([...inherited(outer), ...values]),
      headers: headers.length > 0 ? headers : (outer?.headers ?? []),
      errorPages: errorPages.size > 0 ? errorPages : (outer?.errorPages ?? new Map()),
    };
  }

  #checked({ name, arguments: given, at, block }: Directive): readonly string[] {
    if (block) throw new NginxConfigError(`directive "${name}" is not terminated by ";" in ${at}`);
    if (given.length === 0) throw new NginxConfigError(`invalid number of arguments in "${name}" directive in ${at}`);
    return given;
  }
}

function inherited(outer: Settings | undefined): [string, readonly string[]][] {
  // What answers is a place's own.
  return [...(outer?.values ?? [])].filter(([name]) => !['proxy_pass', 'alias'].includes(name));
}

function regexOf(source: string, ignoreCase: boolean, at: string): (path: string) => boolean {
  try {
    const regex = new Regex(source, { syntax: 'perl', ignoreCase });
    return (path) => regex.test(path);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new NginxConfigError(`pcre2_compile() failed: ${error.message} in "${source}" in ${at}`);
  }
}

function readListen({ arguments: given, at }: Directive): Listen {
  const [address = ''] = given;
  const text = address.slice(address.lastIndexOf(':') + 1);
  const port = /^\d+$/.test(text) ? Number(text) : /^[\d.]+$|^\[.*\]$|^\*$/.test(address) ? 80 : Number.NaN;
  if (address.startsWith('unix:') || !(port > 0 && port < 65536))
    throw new NginxConfigError(`invalid port in "${address}" of the "listen" directive in ${at}`);
  return { port, isDefault: given.includes('default_server') };
}

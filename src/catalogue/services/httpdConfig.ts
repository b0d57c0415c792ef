import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { wildcard } from '../packages/wildcard.ts';
import { isStandInText } from '../standInContent.ts';

/** A fault of a configuration, as httpd tells it. */
export class HttpdConfigError extends Error {
  override readonly name = 'HttpdConfigError';
  readonly code: 'syntax' | 'missing';
  constructor(code: HttpdConfigError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A host of its own: the main server, or a `<VirtualHost>`. */
export interface HttpdHost {
  readonly names: readonly string[];
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** URL prefixes and the paths or addresses that they stand for. */
  readonly aliases: readonly (readonly [prefix: string, path: string])[];
  readonly redirects: readonly (readonly [prefix: string, to: string, status: number])[];
  /** By status: a path below the document root, or a text. */
  readonly errorDocuments: ReadonlyMap<number, string>;
}

export interface HttpdConfig {
  readonly root: string;
  readonly ports: readonly number[];
  /** The main server first. */
  readonly hosts: readonly HttpdHost[];
  /** Folders in which lists of files are shown. */
  readonly listed: readonly string[];
  readonly logFormats: ReadonlyMap<string, string>;
  /** Known directives that would change answers, and do not here. */
  readonly notSimulated: readonly string[];
}

const SIMULATED = new Set(
  'serverroot listen user group documentroot directoryindex errorlog loglevel servername serveradmin serveralias customlog logformat pidfile include includeoptional alias redirect redirectpermanent errordocument options'.split(
    ' ',
  ),
);
/** Without effect on what is answered here. */
const HARMLESS = new Set(
  'loadmodule allowoverride require timeout keepalive maxkeepaliverequests keepalivetimeout startservers minsparethreads maxsparethreads threadsperchild maxrequestworkers maxconnectionsperchild serversignature servertokens hostnamelookups mutex typesconfig addtype addencoding mimemagicfile enablemmap enablesendfile defaultruntimedir adddefaultcharset order allow deny define unsetenv requestheader indexoptions addicon addiconbytype addiconbyencoding defaulticon readmename headername indexignore setenvif browsermatch traceenable'.split(
    ' ',
  ),
);
const KNOWN =
  /^(rewrite\w*|proxy\w*|ssl\w*|auth\w*|header|setenv|passenv|action|addhandler|sethandler|addoutputfilter\w*|setoutputfilter|deflate\w*|expires\w*|cgi\w*|scriptalias\w*|scriptsock|limit\w*|redirectmatch|aliasmatch|userdir|dav\w*|php\w*|wsgi\w*|languagepriority|addlanguage|addcharset|forcetype|directoryslash|fallbackresource|filter\w*|substitute|security\w*|remoteip\w*|substitute|cache\w*|session\w*|usecanonicalname|acceptpathinfo|fileetag|contentdigest|namevirtualhost|balancer\w*|http2\w*|protocols\w*|h2\w*)$/;
const MAX_DEPTH = 16;
const MAX_LINES = 100_000;

interface Block {
  readonly names: string[];
  readonly values: Map<string, readonly string[]>;
  readonly aliases: (readonly [string, string])[];
  readonly redirects: (readonly [string, string, number])[];
  readonly errorDocuments: Map<number, string>;
}

/** Reads a configuration and all that it includes. Throws HttpdConfigError. */
export async function readHttpdConfig(process: Process, path: string): Promise<HttpdConfig> {
  const reader = new ConfigReader(process, path);
  await reader.file(path, 0);
  return reader.finish();
}

class ConfigReader {
  readonly #process: Process;
  readonly #main = newBlock();
  readonly #hosts: Block[] = [];
  readonly #listed: string[] = [];
  readonly #ports: number[] = [];
  readonly #formats = new Map<string, string>();
  readonly #notSimulated = new Set<string>();
  #root: string;
  #lines = 0;
  #sections: { readonly kind: string; readonly argument: string }[] = [];

  constructor(process: Process, path: string) {
    this.#process = process;
    this.#root = path.replace(/\/(conf\/)?httpd\.conf$/, '');
  }

  async file(path: string, depth: number): Promise<void> {
    let text: string;
    try {
      text = decodeName(await calls.readFile(this.#process, path, 16 << 20));
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      throw new HttpdConfigError(
        'missing',
        `httpd: Could not open configuration file ${path}: No such file or directory`,
      );
    }
    if (isStandInText(text)) text = '';
    for (const [i, raw] of text.replaceAll('\\\n', ' ').split('\n').entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      if (++this.#lines > MAX_LINES) throw new HttpdConfigError('syntax', `httpd: ${path}: too many lines`);
      await this.#line(line, `${path}`, i + 1, depth);
    }
  }

  async #line(line: string, path: string, number: number, depth: number): Promise<void> {
    const at = `AH00526: Syntax error on line ${number} of ${path}:\n`;
    const open = /^<(\w+)\s*(.*?)>$/.exec(line);
    if (open) {
      const kind = (open[1] as string).toLowerCase();
      this.#sections.push({ kind, argument: (open[2] as string).replaceAll('"', '') });
      if (kind === 'virtualhost') this.#hosts.push(newBlock());
      return;
    }
    const close = /^<\/(\w+)>$/.exec(line)?.[1];
    if (close !== undefined) {
      const last = this.#sections.pop();
      if (last?.kind !== close.toLowerCase())
        throw new HttpdConfigError('syntax', `${at}</${close}> without matching <${close}> section`);
      return;
    }
    const [name = '', ...words] = (line.match(/"(?:[^"\\]|\\.)*"|'[^']*'|\S+/g) ?? []).map((word) =>
      /^["']/.test(word) ? word.slice(1, -1).replaceAll('\\"', '"') : word,
    );
    await this.#directive(name, words, at, depth);
  }

  async #directive(name: string, words: readonly string[], at: string, depth: number): Promise<void> {
    const key = name.toLowerCase();
    const block = this.#sections.some(({ kind }) => kind === 'virtualhost')
      ? (this.#hosts.at(-1) ?? this.#main)
      : this.#main;
    if (!SIMULATED.has(key)) {
      if (HARMLESS.has(key)) return;
      if (KNOWN.test(key)) return void this.#notSimulated.add(name);
      throw new HttpdConfigError(
        'syntax',
        `${at}Invalid command '${name}', perhaps misspelled or defined by a module not included in the server configuration`,
      );
    }
    const [first = '', second = ''] = words;
    switch (key) {
      case 'serverroot':
        this.#root = first;
        return;
      case 'listen':
        return this.#listen(first, at);
      case 'include':
      case 'includeoptional':
        return this.#include(first, key === 'includeoptional', depth);
      case 'servername':
      case 'serveralias':
        block.names.push(...words.map((word) => word.replace(/:\d+$/, '')));
        if (key === 'servername') block.values.set(key, words);
        return;
      case 'alias':
        block.aliases.push([first, second]);
        return;
      case 'redirect':
      case 'redirectpermanent': {
        const statuses: Readonly<Record<string, number>> = {
          permanent: 301,
          temp: 302,
          seeother: 303,
          '301': 301,
          '302': 302,
          '303': 303,
        };
        const status = key === 'redirectpermanent' ? 301 : statuses[first];
        block.redirects.push(
          status === undefined || key === 'redirectpermanent'
            ? [first, second, status ?? 302]
            : [second, words[2] ?? '', status],
        );
        return;
      }
      case 'errordocument':
        block.errorDocuments.set(Number(first), words.slice(1).join(' '));
        return;
      case 'logformat':
        this.#formats.set(second, first);
        return;
      case 'options': {
        const folder = this.#sections.findLast(({ kind }) => kind === 'directory')?.argument;
        if (folder !== undefined && words.some((word) => /^\+?(Indexes|All)$/i.test(word)))
          this.#listed.push(folder.replace(/\/$/, ''));
        return;
      }
      default:
        block.values.set(key, words);
    }
  }

  #listen(text: string, at: string): void {
    const port = Number(/(?:^|:)(\d+)$/.exec(text)?.[1]);
    if (!(port > 0 && port < 65_536)) throw new HttpdConfigError('syntax', `${at}Port must be specified`);
    if (!this.#ports.includes(port)) this.#ports.push(port);
  }

  async #include(pattern: string, isOptional: boolean, depth: number): Promise<void> {
    const path = pattern.startsWith('/') ? pattern : `${this.#root}/${pattern}`;
    if (depth >= MAX_DEPTH) throw new HttpdConfigError('syntax', `httpd: ${path}: included too deeply`);
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, slash) || '/';
    const name = wildcard(path.slice(slash + 1));
    const names = calls.statIfThere(this.#process, folder)
      ? calls
          .readdir(this.#process, folder)
          .map((one) => one.name)
          .filter((one) => name.test(one))
          .sort()
      : [];
    if (names.length === 0 && !isOptional && !/[*?]/.test(path))
      throw new HttpdConfigError(
        'missing',
        `httpd: Could not open configuration file ${path}: No such file or directory`,
      );
    for (const one of names) await this.file(`${folder === '/' ? '' : folder}/${one}`, depth + 1);
  }

  finish(): HttpdConfig {
    const open = this.#sections.at(-1);
    if (open)
      throw new HttpdConfigError('syntax', `httpd: Expected </${open.kind}> but saw the end of the configuration`);
    return {
      root: this.#root,
      ports: this.#ports.length > 0 ? this.#ports : [80],
      hosts: [this.#main, ...this.#hosts],
      listed: this.#listed,
      logFormats: this.#formats,
      notSimulated: [...this.#notSimulated],
    };
  }
}

function newBlock(): Block {
  return { names: [], values: new Map(), aliases: [], redirects: [], errorDocuments: new Map() };
}

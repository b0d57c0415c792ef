import { encodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { HttpRequest, HttpResponse } from '../../shell/kernel/network.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { becoming } from '../../shell/kernel/processCredentials.ts';
import { SIGNALS } from '../../shell/kernel/signals.ts';
import { readAccounts } from '../../shell/utilities/accounts.ts';
import { O_APPEND, O_CREAT, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { fileAnswer } from './fileAnswer.ts';
import { type HttpdConfig, HttpdConfigError, type HttpdHost } from './httpdConfig.ts';
import { httpdErrorPage, httpdListing } from './httpdPages.ts';
import { listen } from './listen.ts';
import { untilSignal } from './untilSignal.ts';

const COMMON = '%h %l %u %t "%r" %>s %b';
const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

interface ServerSetup {
  readonly process: Process;
  readonly config: HttpdConfig;
  readonly version: string;
  readonly pidFile: string;
  readonly reread: () => Promise<HttpdConfig>;
  /** The ports are taken, and no child is there yet. */
  readonly onBound?: () => Promise<void>;
}

/** The parent process of httpd: it holds the ports, and a child that may read what its user may. */
export class HttpdServer {
  readonly #setup: ServerSetup;
  readonly #process: Process;
  #config: HttpdConfig;
  #child: Process | undefined;
  readonly #ports = new Map<number, () => void>();

  constructor(setup: ServerSetup) {
    this.#setup = setup;
    this.#process = setup.process;
    this.#config = setup.config;
  }

  /** Serves until it is told to stop. */
  async run(): Promise<number> {
    const { pidFile, version } = this.#setup;
    const process = this.#process;
    try {
      if (!this.#value('servername'))
        await process.write(
          2,
          `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${this.#address()}. Set the 'ServerName' directive globally to suppress this message\n`,
        );
      if (!(await this.#bind())) return 1;
      calls.makeDirectories(process, pidFile.slice(0, pidFile.lastIndexOf('/')));
      await calls.writeFile(process, pidFile, `${process.pid}\n`, 0o644);
      await this.#setup.onBound?.();
      await this.#startChild();
      await this.#log('mpm_event:notice', `AH00489: Apache/${version} (Unix) configured -- resuming normal operations`);
      await this.#log(
        'core:notice',
        `AH00094: Command line: '${process.argv.join(' ').replace('-DFOREGROUND', '-D FOREGROUND')}'`,
      );
      return await this.#loop();
    } finally {
      for (const end of this.#ports.values()) end();
      this.#child?.kill(SIGNALS.KILL);
      if (calls.statIfThere(process, pidFile)) calls.unlink(process, pidFile);
    }
  }

  async #loop(): Promise<number> {
    const { TERM, INT, WINCH, HUP, USR1 } = SIGNALS;
    for (;;) {
      const signal = await untilSignal(this.#process, [TERM, INT, WINCH, HUP, USR1]);
      if (signal === HUP || signal === USR1) {
        const isGraceful = signal === USR1;
        await this.#log(
          'mpm_event:notice',
          `${isGraceful ? 'AH00493: SIGUSR1' : 'AH00494: SIGHUP'} received.  ${isGraceful ? 'Doing graceful restart' : 'Attempting to restart'}`,
        );
        await this.#reload();
        continue;
      }
      await this.#log(
        'mpm_event:notice',
        signal === WINCH
          ? 'AH00492: caught SIGWINCH, shutting down gracefully'
          : 'AH00491: caught SIGTERM, shutting down',
      );
      return 0;
    }
  }

  async #reload(): Promise<void> {
    try {
      this.#config = await this.#setup.reread();
    } catch (error) {
      if (!(error instanceof HttpdConfigError)) throw error;
      await this.#process.write(2, `${error.message}\n`);
      return;
    }
    if (!(await this.#bind())) return;
    this.#child?.kill(SIGNALS.KILL);
    await this.#startChild();
    await this.#log(
      'mpm_event:notice',
      `AH00489: Apache/${this.#setup.version} (Unix) configured -- resuming normal operations`,
    );
  }

  async #bind(): Promise<boolean> {
    for (const port of this.#config.ports) {
      if (this.#ports.has(port)) continue;
      const isRefused = port < 1024 && this.#process.credentials.uid !== 0;
      const end = isRefused ? undefined : listen(this.#process, port, { http: (request) => this.#answer(request) });
      if (!end) {
        const why = isRefused ? '(13)Permission denied' : '(98)Address already in use';
        await this.#process.write(
          2,
          `${why}: AH00072: make_sock: could not bind to address 0.0.0.0:${port}\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n`,
        );
        return false;
      }
      this.#ports.set(port, end);
    }
    for (const [port, end] of this.#ports) {
      if (this.#config.ports.includes(port)) continue;
      end();
      this.#ports.delete(port);
    }
    return true;
  }

  async #startChild(): Promise<void> {
    const name = this.#value('user') ?? 'daemon';
    const user = (await readAccounts(this.#process)).user(name.replace(/^#/, ''));
    let { credentials } = this.#process;
    try {
      if (credentials.uid === 0 && user)
        credentials = becoming(credentials, { uid: user.uid, gid: user.gid, groups: [] });
    } catch (error) {
      if (!(error instanceof VfsError) || !user) throw error;
      const isUser = error.syscall === 'setuid';
      const [code, words] = isUser
        ? ['AH02162', `setuid: unable to change to uid: ${user.uid}`]
        : ['AH02156', `setgid: unable to set group id to Group ${user.gid}`];
      await this.#log('unixd:alert', `(1)Operation not permitted: ${code}: ${words}`);
      return;
    }
    const child = this.#process.fork((self) => self.waitFor(new Promise<number>(() => undefined)), {
      argv: this.#process.argv,
      credentials,
    });
    void child.wait().then(() => this.#process.reap(child));
    this.#child = child;
  }

  #value(name: string): string | undefined {
    return this.#config.hosts[0]?.values.get(name)?.[0];
  }

  #address(): string {
    const { host } = this.#process.namespaces.network;
    const found = this.#process.kernel.network.resolve(host, host) ?? '127.0.0.1';
    return /^\d/.test(found) ? found : '127.0.0.1';
  }

  async #answer(request: HttpRequest): Promise<HttpResponse> {
    const child = this.#child;
    if (!child || child.hasEnded) throw new VfsError('ECONNREFUSED', 'read', request.url.host);
    const host = this.#hostOf(request.url.hostname);
    const response = await this.#respond(child, host, request);
    return { ...response, body: this.#counted(host, request, response) };
  }

  /** The virtual host of that name; the first of them, and before all the main one where there is none. */
  #hostOf(name: string): HttpdHost {
    const [main, ...others] = this.#config.hosts as [HttpdHost, ...HttpdHost[]];
    return others.find(({ names }) => names.includes(name)) ?? others[0] ?? main;
  }

  async #respond(child: Process, host: HttpdHost, request: HttpRequest): Promise<HttpResponse> {
    const { version } = this.#setup;
    const server = `Apache/${version} (Unix)`;
    const path = request.url.pathname;
    const redirect = host.redirects.find(([prefix]) => isBelow(path, prefix));
    if (redirect) {
      const [prefix, to, status] = redirect;
      const page = encodeName(
        httpdErrorPage(status, status === 301 ? 'Moved Permanently' : 'Found', `${to}${path.slice(prefix.length)}`),
      );
      return {
        status,
        statusText: status === 301 ? 'Moved Permanently' : 'Found',
        headers: {
          Server: server,
          Location: `${to}${path.slice(prefix.length)}`,
          'Content-Type': 'text/html; charset=iso-8859-1',
          'Content-Length': String(page.length),
        },
        body: chunks(page),
      };
    }
    const alias = host.aliases.find(([prefix]) => isBelow(path, prefix));
    const root = this.#documentRoot(host);
    const url = new URL(request.url);
    if (alias) url.pathname = `/${path.slice(alias[0].length).replace(/^\//, '')}`;
    const folder = (alias?.[1] ?? root).replace(/\/$/, '');
    const shows = this.#config.listed.some((one) => folder === one || `${folder}/`.startsWith(`${one}/`));
    return fileAnswer(
      child,
      { ...request, url },
      {
        root: folder,
        index: host.values.get('directoryindex') ??
          this.#config.hosts[0]?.values.get('directoryindex') ?? ['index.html'],
        server,
        defaultType: 'text/plain',
        ...(shows && { listing: httpdListing }),
        errorPage: (status, reason) => host.errorDocuments.get(status) ?? httpdErrorPage(status, reason),
      },
    );
  }

  #documentRoot(host: HttpdHost): string {
    const told = host.values.get('documentroot')?.[0] ?? this.#value('documentroot');
    if (told !== undefined) return told.startsWith('/') ? told : `${this.#config.root}/${told}`;
    const usual = [`${this.#config.root}/htdocs`, '/var/www/localhost/htdocs', '/var/www/html'];
    return usual.find((path) => calls.statIfThere(this.#process, path)) ?? (usual[0] as string);
  }

  /** The line of the access log stands when all is sent. */
  async *#counted(host: HttpdHost, request: HttpRequest, response: HttpResponse): AsyncGenerator<Uint8Array> {
    let sizeBytes = 0;
    try {
      for await (const chunk of response.body) {
        sizeBytes += chunk.length;
        yield chunk;
      }
    } finally {
      await this.#logAccess(host, request, response.status, sizeBytes);
    }
  }

  async #logAccess(host: HttpdHost, request: HttpRequest, status: number, sizeBytes: number): Promise<void> {
    const [path, named = 'common'] =
      host.values.get('customlog') ?? this.#config.hosts[0]?.values.get('customlog') ?? [];
    if (path === undefined) return;
    const pattern = this.#config.logFormats.get(named) ?? (named.includes('%') ? named : COMMON);
    const header = (name: string) =>
      Object.entries(request.headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
    const time = new Date(this.#process.kernel.clock.now().sec * 1000);
    const two = (value: number) => String(value).padStart(2, '0');
    const stamp = `[${two(time.getUTCDate())}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}:${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} +0000]`;
    const own = this.#address();
    const values: Readonly<Record<string, string>> = {
      h: own.replace(/\d+$/, '1'),
      l: '-',
      u: '-',
      t: stamp,
      r: `${request.method} ${request.url.pathname}${request.url.search} HTTP/1.1`,
      s: String(status),
      b: sizeBytes === 0 ? '-' : String(sizeBytes),
      B: String(sizeBytes),
      O: String(sizeBytes),
      v: request.url.hostname,
      U: request.url.pathname,
      m: request.method,
    };
    const line = pattern.replace(
      /%[<>]?(?:\{([\w-]+)\}i|([a-zA-Z]))/g,
      (whole, name: string | undefined, letter: string | undefined) =>
        name === undefined ? (values[letter ?? ''] ?? whole) : (header(name) ?? '-'),
    );
    await this.#append(path, `${line}\n`);
  }

  async #log(level: string, message: string): Promise<void> {
    const time = new Date(this.#process.kernel.clock.now().sec * 1000);
    const clock = time.toISOString().slice(11, 19);
    const date = `${DAYS[time.getUTCDay()]} ${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2, '0')} ${clock}.000000 ${time.getUTCFullYear()}`;
    await this.#append(
      this.#value('errorlog') ?? 'logs/error_log',
      `[${date}] [${level}] [pid ${this.#process.pid}:tid ${this.#process.pid}] ${message}\n`,
    );
  }

  /** A log that cannot be written to is none. */
  async #append(path: string, line: string): Promise<void> {
    if (this.#process.hasEnded) return;
    try {
      const absolute = path.startsWith('/') ? path : `${this.#config.root}/${path}`;
      const file = await calls.open(this.#process, absolute, O_WRONLY | O_CREAT | O_APPEND, 0o644);
      try {
        await file.write(encodeName(line));
      } finally {
        file.close();
      }
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
    }
  }
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

import * as calls from '../../shell/kernel/calls.ts';
import type { HttpRequest, HttpResponse, NetworkService } from '../../shell/kernel/network.ts';
import type { OpenFile } from '../../shell/kernel/openFile.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { becoming, type ProcessCredentials } from '../../shell/kernel/processCredentials.ts';
import { SIGNALS } from '../../shell/kernel/signals.ts';
import { encodeName } from '../../bytes/byteName.ts';
import { O_APPEND, O_CREAT, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { readAccounts } from '../../shell/utilities/accounts.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { listen } from './listen.ts';
import { headerOf, nginxAnswer } from './nginxAnswer.ts';
import { NginxConfigError } from './nginxConfig.ts';
import { expandVariables, type Variables } from './nginxVariables.ts';
import type { NginxSite, Server } from './nginxSite.ts';
import { untilSignal } from './untilSignal.ts';

const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
const LEVELS = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'] as const;
type Level = (typeof LEVELS)[number];
const MAX_WORKERS = 16;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

interface MasterSetup {
  readonly process: Process;
  readonly site: NginxSite;
  readonly version: string;
  /** Reads the configuration again. Throws NginxConfigError. */
  readonly reread: () => Promise<NginxSite>;
  readonly onStarted?: () => void;
}

/** The master process: it holds the ports, and a worker that may read what its user may. */
export class NginxMaster {
  readonly #process: Process;
  readonly #setup: MasterSetup;
  #site: NginxSite;
  #workers: Process[] = [];
  readonly #ports = new Map<number, () => void>();
  readonly #logs = new Map<string, OpenFile>();
  #requests = 0;

  constructor(setup: MasterSetup) {
    this.#setup = setup;
    this.#process = setup.process;
    this.#site = setup.site;
  }

  /** Serves until it is told to stop. */
  async run(): Promise<number> {
    const process = this.#process;
    const pidFile = this.#site.main.get('pid')?.[0] ?? '/run/nginx.pid';
    try {
      if (!(await this.#bind())) return 1;
      process.argv = [`nginx: master process ${process.argv.join(' ')}`];
      await calls.writeFile(process, pidFile, `${process.pid}\n`, 0o644);
      this.#log('notice', 'using the "epoll" event method');
      this.#log('notice', `nginx/${this.#setup.version}`);
      this.#log('notice', 'start worker processes');
      await this.#startWorkers();
      this.#setup.onStarted?.();
      return await this.#loop();
    } finally {
      for (const end of this.#ports.values()) end();
      for (const worker of this.#workers) worker.kill(SIGNALS.KILL);
      for (const file of this.#logs.values()) file.close();
      if (calls.statIfThere(process, pidFile)) calls.unlink(process, pidFile);
    }
  }

  async #loop(): Promise<number> {
    const { QUIT, TERM, INT, HUP, USR1 } = SIGNALS;
    for (;;) {
      const signal = await untilSignal(this.#process, [QUIT, TERM, INT, HUP, USR1]);
      if (signal === HUP) await this.#reload();
      else if (signal === USR1) {
        this.#log('notice', 'signal 10 (SIGUSR1) received, reopening logs');
        for (const file of this.#logs.values()) file.close();
        this.#logs.clear();
      } else {
        const name = signal === QUIT ? 'SIGQUIT' : signal === TERM ? 'SIGTERM' : 'SIGINT';
        this.#log('notice', `signal ${signal} (${name}) received, ${signal === QUIT ? 'shutting down' : 'exiting'}`);
        this.#log('notice', 'exit');
        return 0;
      }
    }
  }

  async #reload(): Promise<void> {
    this.#log('notice', 'signal 1 (SIGHUP) received, reconfiguring');
    try {
      this.#site = await this.#setup.reread();
    } catch (error) {
      if (!(error instanceof NginxConfigError)) throw error;
      this.#log('emerg', error.message);
      return;
    }
    this.#log('notice', 'reconfiguring');
    if (!(await this.#bind())) return;
    for (const worker of this.#workers) worker.kill(SIGNALS.KILL);
    this.#log('notice', 'start worker processes');
    await this.#startWorkers();
  }

  /** Takes the ports that the servers ask for, and gives up those that none does any more. */
  async #bind(): Promise<boolean> {
    const wanted = new Set(this.#site.servers.flatMap(({ listens }) => listens.map(({ port }) => port)));
    for (const port of wanted) {
      if (this.#ports.has(port)) continue;
      const isRefused = port < 1024 && this.#process.credentials.uid !== 0;
      const end = isRefused ? undefined : listen(this.#process, port, this.#service(port));
      if (!end) {
        const why = isRefused ? '13: Permission denied' : '98: Address already in use';
        await this.#process.write(2, `nginx: [emerg] bind() to 0.0.0.0:${port} failed (${why})\n`);
        return false;
      }
      this.#ports.set(port, end);
    }
    for (const [port, end] of this.#ports) {
      if (wanted.has(port)) continue;
      end();
      this.#ports.delete(port);
    }
    return true;
  }

  async #startWorkers(): Promise<void> {
    const asked = Number(this.#site.main.get('worker_processes')?.[0] ?? 1);
    const count = Math.min(MAX_WORKERS, asked > 0 ? Math.floor(asked) : 1);
    const name = this.#site.main.get('user')?.[0] ?? 'nobody';
    const credentials = await this.#workerCredentials(name);
    if (!credentials) return;
    this.#workers = Array.from({ length: count }, () =>
      this.#process.fork((self) => self.waitFor(new Promise<number>(() => undefined)), {
        argv: ['nginx: worker process'],
        credentials,
      }),
    );
    for (const worker of this.#workers) {
      void worker.wait().then(() => this.#process.reap(worker));
      this.#log('notice', `start worker process ${worker.pid}`);
    }
  }

  /** Undefined where the kernel does not let it be that user. */
  async #workerCredentials(name: string): Promise<ProcessCredentials | undefined> {
    const { credentials } = this.#process;
    if (credentials.uid !== 0) return credentials;
    const user = (await readAccounts(this.#process)).user(name);
    if (!user) return credentials;
    try {
      return becoming(credentials, { uid: user.uid, gid: user.gid, groups: [] });
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      // ngx_process_cycle.c: groups come after the group.
      const isGroup = error.syscall !== 'setuid';
      const call = isGroup ? `setgid(${user.gid})` : `setuid(${user.uid})`;
      this.#log('emerg', `${call} failed (1: Operation not permitted)`);
      return undefined;
    }
  }

  #service(port: number): NetworkService {
    return { http: (request) => this.#answer(port, request) };
  }

  async #answer(port: number, request: HttpRequest): Promise<HttpResponse> {
    const server = this.#serverOf(port, request.url.hostname);
    const worker = this.#workers[this.#requests++ % this.#workers.length];
    if (!server || !worker) throw new VfsError('ECONNREFUSED', 'read', request.url.host);
    const variables = this.#variables(request, server, port);
    const response = await nginxAnswer({
      process: worker,
      site: this.#site,
      server,
      request,
      version: this.#setup.version,
      variables,
      complain: (message) =>
        this.#log(
          'error',
          `*${this.#requests} ${message}, client: ${variables.remote_addr}, server: ${server.names[0] ?? ''}, request: "${variables.request}", host: "${request.url.host}"`,
          worker.pid,
        ),
    });
    return { ...response, body: this.#counted(response, variables, server) };
  }

  /** The line of the access log stands when all is sent. */
  async *#counted({ body, status }: HttpResponse, variables: Variables, server: Server): AsyncGenerator<Uint8Array> {
    let sizeBytes = 0;
    try {
      for await (const chunk of body) {
        sizeBytes += chunk.length;
        yield chunk;
      }
    } finally {
      variables.status = String(status);
      variables.body_bytes_sent = String(sizeBytes);
      this.#logAccess(server, variables);
    }
  }

  #logAccess(server: Server, variables: Variables): void {
    const [path = '/var/log/nginx/access.log', format] = server.settings.values.get('access_log') ?? [];
    if (path === 'off') return;
    const pattern = (format === undefined ? undefined : this.#site.logFormats.get(format)) ?? COMBINED;
    const shown: Variables = { ...variables };
    for (const name of pattern.match(/\$\w+/g) ?? []) shown[name.slice(1)] ??= '-';
    this.#append(path, `${expandVariables(pattern, shown)}\n`);
  }

  /** The first of that name, or the default of the port (ngx_http_core_module, "server_name"). */
  #serverOf(port: number, host: string): Server | undefined {
    const here = this.#site.servers.filter(({ listens }) => listens.some((one) => one.port === port));
    return (
      here.find(({ names }) => names.includes(host)) ??
      here.find(({ names }) => names.some((name) => matchesWildcard(name, host))) ??
      here.find(({ listens }) => listens.some((one) => one.port === port && one.isDefault)) ??
      here[0]
    );
  }

  #variables(request: HttpRequest, server: Server, port: number): Variables {
    const { url, method } = request;
    const variables: Variables = {
      uri: url.pathname,
      request_uri: `${url.pathname}${url.search}`,
      args: url.search.slice(1),
      query_string: url.search.slice(1),
      request: `${method} ${url.pathname}${url.search} HTTP/1.1`,
      request_method: method,
      scheme: url.protocol.slice(0, -1),
      host: url.hostname,
      http_host: url.host,
      server_name: server.names[0] ?? '',
      server_port: String(port),
      hostname: this.#process.namespaces.uts.hostname,
      remote_addr: request.remoteAddress ?? '127.0.0.1',
      time_local: localTime(this.#process.kernel.clock.now().sec),
      nginx_version: this.#setup.version,
    };
    for (const [name, value] of Object.entries(request.headers))
      variables[`http_${name.toLowerCase().replaceAll('-', '_')}`] = value;
    const referer = headerOf(request, 'referer');
    if (referer !== undefined) variables.http_referer = referer;
    return variables;
  }

  #log(level: Level, message: string, pid = this.#process.pid): void {
    const [path = '/var/log/nginx/error.log', least = 'error'] = this.#site.main.get('error_log') ?? [];
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least as Level)) return;
    const time = new Date(this.#process.kernel.clock.now().sec * 1000).toISOString();
    const date = `${time.slice(0, 10).replaceAll('-', '/')} ${time.slice(11, 19)}`;
    this.#append(path, `${date} [${level}] ${pid}#${pid}: ${message}\n`);
  }

  /** A log that cannot be written to is none. */
  #append(path: string, line: string): void {
    if (this.#process.hasEnded) return;
    const bytes = encodeName(line);
    try {
      const known = this.#logs.get(path);
      if (known) return void known.write(bytes)?.catch(() => undefined);
      const opening = calls.open(this.#process, path, O_WRONLY | O_CREAT | O_APPEND, 0o644);
      if (opening instanceof Promise) return;
      this.#logs.set(path, opening);
      opening.write(bytes)?.catch(() => undefined);
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
    }
  }
}

function matchesWildcard(name: string, host: string): boolean {
  if (name.startsWith('*.')) return host.endsWith(name.slice(1));
  if (name.startsWith('.')) return host.endsWith(name) || host === name.slice(1);
  return name.endsWith('.*') && host.startsWith(name.slice(0, -1));
}

function localTime(sec: number): string {
  const date = new Date(sec * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

import { encodeName } from '../../bytes/byteName.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { lstatIfThere, open, readFile, utimes } from '../kernel/calls.ts';
import { lookUpHost } from '../kernel/hostLookup.ts';
import type { HttpResponse } from '../kernel/network.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { Deadline, DeadlineError, eachInTime } from './deadline.ts';
import { parseDuration } from './duration.ts';
import { causeOf } from './failure.ts';
import { writeTo } from './fileCopy.ts';
import { headerOf, HttpFault, isRedirect, OUTSIDE_NOTE, portOf, request } from './httpRequest.ts';
import { humanSize } from './humanSize.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { makeParents } from './mkdir.ts';
import { quoted } from './quote.ts';
import { localTime, strftime } from './strftime.ts';
import { listedLines } from './tarOptions.ts';
import { zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';
import { dotRows, isDotStyle } from './wgetDots.ts';

const OPTIONS = {
  output: '-O --output-document=FILE',
  prefix: '-P --directory-prefix=DIR',
  quiet: '-q --quiet',
  lessVerbose: '--no-verbose',
  verbose: '-v --verbose',
  noClobber: '--no-clobber',
  inputFile: '-i --input-file=FILE',
  header: '--header=STRING',
  agent: '-U --user-agent=AGENT',
  postData: '--post-data=STRING',
  postFile: '--post-file=FILE',
  method: '--method=METHOD',
  user: '--user=USER',
  password: '--password=PASS',
  tries: '-t --tries=NUMBER',
  timeout: '-T --timeout=SECONDS',
  // Certificates are not looked at.
  noCheck: '--no-check-certificate',
  noCache: '--no-cache',
  maxRedirect: '--max-redirect=NUMBER',
  serverResponse: '-S --server-response',
  spider: '--spider',
  progress: '--progress=TYPE',
  showProgress: '--show-progress',
  noTimestamp: '--no-use-server-timestamps',
} as const;

type WgetOption = keyof typeof OPTIONS;

const NETWORK_FAILURE = 4;
const SERVER_ERROR = 8;
const REDIRECTS = 20;
const DEFAULT_TRIES = 20;
/** Seconds between tries: one more after each, up to this. */
const MAX_PAUSE_SEC = 10;

export const wget = utility(
  {
    options: OPTIONS,
    notSimulated:
      '-r --recursive -N --timestamping -m --mirror -k --convert-links -p --page-requisites -x --force-directories -b --background -o --output-file=FILE -e --execute=COMMAND -w --wait=SECONDS -Q --quota=N -4 --inet4-only -6 --inet6-only -l --level=N -A --accept=LIST -R --reject=LIST -H --span-hosts -L --relative -np --no-parent --limit-rate=RATE --load-cookies=FILE --save-cookies=FILE --content-disposition -E --adjust-extension',
    usage: '[OPTION]... [URL]...',
    usageStatus: 2,
    version: '1.21.3',
    rewrite: (arguments_) =>
      arguments_.map((argument) =>
        argument === '-nv' ? '--no-verbose' : argument === '-nc' ? '--no-clobber' : argument,
      ),
  },
  async (process, options) => {
    timeoutMsOf(options);
    const progress = options.value('progress') ?? 'bar';
    if (!/^bar(?::|$)/.test(progress) && !isDotStyle(progress))
      throw new UsageError('operand', `--progress: Invalid progress type ${quoted(progress)}.`, { bare: true });
    triesOf(options);
    const urls = [...options.operands];
    const list = options.value('inputFile');
    if (list !== undefined) urls.push(...(await listedLines(process, list, '\n')));
    if (urls.length === 0)
      throw new UsageError(
        'operand',
        process.flavour === 'gnu' ? 'missing URL\nUsage: wget [OPTION]... [URL]...\n' : '',
      );
    let status = 0;
    const document = options.value('output');
    let shared: OpenFile | undefined;
    try {
      if (document !== undefined && document !== '-')
        shared = await open(process, document, O_WRONLY | O_CREAT | O_TRUNC);
      for (const url of urls) status = Math.max(status, await new Download(process, options, shared).run(url));
    } catch (error) {
      const cause = causeOf(error);
      await process.write(2, `${document}: ${cause}\n`);
      return 1;
    } finally {
      shared?.close();
    }
    return status;
  },
);

/** 0 waits as long as it takes. Throws UsageError. */
function timeoutMsOf(options: ParsedOptions<WgetOption>): number {
  const text = options.value('timeout') ?? '0';
  const ms = parseDuration(text);
  if (ms === undefined)
    throw new UsageError('operand', `--timeout: Invalid time period ${quoted(text)}`, { bare: true });
  return ms || Number.POSITIVE_INFINITY;
}

/** How often what takes too long is tried; 0 is without end. Throws UsageError. */
function triesOf(options: ParsedOptions<WgetOption>): number {
  const text = options.value('tries') ?? String(DEFAULT_TRIES);
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(text))
    throw new UsageError('operand', `--tries: Invalid number ${quoted(text)}`, { bare: true });
  return Number(text) || Number.POSITIVE_INFINITY;
}

class Download {
  readonly #process: Process;
  readonly #options: ParsedOptions<WgetOption>;
  readonly #shared: OpenFile | undefined;
  readonly #level: 'quiet' | 'brief' | 'full';

  constructor(process: Process, options: ParsedOptions<WgetOption>, shared: OpenFile | undefined) {
    this.#process = process;
    this.#options = options;
    this.#shared = shared;
    this.#level = options.has('quiet') ? 'quiet' : options.has('lessVerbose') ? 'brief' : 'full';
  }

  get #isGnu(): boolean {
    return this.#process.flavour === 'gnu';
  }

  async #say(text: string): Promise<void> {
    if (this.#level === 'full') await this.#process.write(2, text);
  }

  get #stamp(): string {
    return strftime('%Y-%m-%d %H:%M:%S', localTime(this.#process.kernel.clock.now(), zoneOf(this.#process)));
  }

  async run(text: string): Promise<number> {
    let url: URL;
    try {
      url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
    } catch {
      await this.#process.write(2, `${text}: Invalid host name.\n`);
      return 1;
    }
    if (!/^https?:$/.test(url.protocol)) {
      await this.#process.write(
        2,
        this.#isGnu
          ? `${text}: Unsupported scheme '${url.protocol.slice(0, -1)}'.\n`
          : `wget: not an http or ftp url: ${text}\n`,
      );
      return 1;
    }
    const limit = Number(this.#options.value('maxRedirect') ?? REDIRECTS);
    for (let redirects = 0; ; redirects++) {
      const response = await this.#askInTime(url);
      if (typeof response === 'number') return response;
      const location = headerOf(response.headers, 'location');
      if (!isRedirect(response.status) || location === undefined) return this.#take(url, response);
      for await (const piece of response.body) void piece;
      if (redirects >= limit) {
        await this.#process.write(
          2,
          this.#isGnu ? `${limit} redirections exceeded.\n` : 'wget: too many redirections\n',
        );
        return SERVER_ERROR;
      }
      await this.#say(this.#isGnu ? `Location: ${location} [following]\n` : '');
      url = new URL(location, url);
    }
  }

  /** What takes longer than `--timeout` is tried again (GNU's), up to `--tries` times. */
  async #askInTime(url: URL): Promise<HttpResponse | number> {
    const tries = triesOf(this.#options);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#ask(url, attempt);
      } catch (error) {
        if (!(error instanceof DeadlineError)) throw error;
      }
      if (!this.#isGnu) {
        await this.#process.write(2, 'wget: download timed out\n');
        return 1;
      }
      await this.#say('Read error (Connection timed out) in headers.\n');
      await this.#say(attempt >= tries ? 'Giving up.\n\n' : 'Retrying.\n\n');
      if (attempt >= tries) return NETWORK_FAILURE;
      await this.#process.sleep(Math.min(attempt, MAX_PAUSE_SEC) * 1000);
    }
  }

  /** Throws DeadlineError. */
  async #ask(url: URL, attempt: number): Promise<HttpResponse | number> {
    const process = this.#process;
    const host = url.hostname;
    const port = portOf(url);
    const address = await lookUpHost(process, host);
    if (this.#isGnu) {
      await this.#say(`--${this.#stamp}--  ${attempt > 1 ? `(try:${String(attempt).padStart(2)}) ` : ''}${url.href}\n`);
      const isName = !/^[\d.]+$/.test(host);
      if (isName) await this.#say(`Resolving ${host} (${host})... `);
      if (address !== undefined && isName) await this.#say(`${address}\n`);
      if (address !== undefined)
        await this.#say(
          isName ? `Connecting to ${host} (${host})|${address}|:${port}... ` : `Connecting to ${host}:${port}... `,
        );
    } else if (address !== undefined) await this.#say(`Connecting to ${url.host} (${address}:${port})\n`);
    try {
      const work = request(process, await this.#wanted(url));
      const response = await new Deadline(process, timeoutMsOf(this.#options)).wait(work);
      const line = `${response.status} ${response.statusText}`;
      if (this.#isGnu)
        await this.#say(
          `connected.\n${url.protocol === 'https:' || url.protocol === 'http:' ? 'HTTP request sent, awaiting response... ' : ''}${line}\n`,
        );
      if (this.#options.has('serverResponse'))
        await process.write(
          2,
          `  HTTP/1.1 ${line}\n${Object.entries(response.headers)
            .map(([name, value]) => `  ${name}: ${value}\n`)
            .join('')}`,
        );
      return response;
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      return this.#unreached(error);
    }
  }

  async #unreached({ code, host }: HttpFault): Promise<number> {
    const process = this.#process;
    if (code === 'resolve') {
      await this.#say(this.#isGnu ? 'failed: Name or service not known.\n' : '');
      const shown = this.#level !== 'quiet' || !this.#isGnu;
      if (shown) {
        await process.write(
          2,
          this.#isGnu ? `wget: unable to resolve host address ${quoted(host)}\n` : `wget: bad address '${host}'\n`,
        );
        await process.write(2, `${OUTSIDE_NOTE}\n`);
      }
    } else if (this.#isGnu) await this.#say('failed: Connection refused.\n');
    else
      await process.write(
        2,
        `wget: can't connect to remote host (${(await lookUpHost(process, host)) ?? host}): Connection refused\n`,
      );

    return this.#isGnu ? NETWORK_FAILURE : 1;
  }

  async #wanted(url: URL) {
    const headers: Record<string, string> = {
      'User-Agent': this.#options.value('agent') ?? (this.#isGnu ? 'Wget/1.21.3' : 'Wget'),
      Accept: '*/*',
    };
    const user = this.#options.value('user') ?? decodeURIComponent(url.username);
    if (user !== '') {
      const password = this.#options.value('password') ?? decodeURIComponent(url.password);
      headers.Authorization = `Basic ${btoa(String.fromCharCode(...encodeName(`${user}:${password}`)))}`;
    }
    if (this.#options.has('noCache')) {
      headers.Pragma = 'no-cache';
      headers['Cache-Control'] = 'no-cache';
    }
    for (const line of this.#options.values('header')) {
      const colon = line.indexOf(':');
      if (colon > 0) headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
    }
    const file = this.#options.value('postFile');
    const data = this.#options.value('postData');
    const body =
      file !== undefined ? await readFile(this.#process, file) : data === undefined ? undefined : encodeName(data);
    if (body) {
      headers['Content-Type'] = 'application/x-www-form-urlencoded';
      headers['Content-Length'] = String(body.length);
    }
    const method = this.#options.value('method') ?? (this.#options.has('spider') ? 'HEAD' : body ? 'POST' : 'GET');
    return { method, url, headers, body };
  }

  async #take(url: URL, response: HttpResponse): Promise<number> {
    const process = this.#process;
    const { status, statusText } = response;
    if (status >= 400) {
      if (this.#isGnu && this.#level !== 'quiet')
        await process.write(
          2,
          `${this.#level === 'brief' ? `${url.href}:\n` : ''}${this.#stamp} ERROR ${status}: ${statusText}.\n\n`.replace(
            /\n\n$/,
            this.#level === 'brief' ? '\n' : '\n\n',
          ),
        );
      if (!this.#isGnu) await process.write(2, `wget: server returned error: HTTP/1.1 ${status} ${statusText}\n`);
      return this.#isGnu ? SERVER_ERROR : 1;
    }
    if (this.#options.has('spider')) {
      await this.#say(this.#isGnu ? 'Remote file exists.\n\n' : 'remote file exists\n');
      return 0;
    }
    return this.#save(url, response);
  }

  async #save(url: URL, response: HttpResponse): Promise<number> {
    const process = this.#process;
    const document = this.#options.value('output');
    const path = document ?? (await this.#freeName(url));
    if (path === undefined) return 0;
    const length = headerOf(response.headers, 'content-length');
    const type = headerOf(response.headers, 'content-type')?.split(';')[0];
    const shown = document === '-' ? 'STDOUT' : path;
    if (this.#isGnu) {
      const size =
        length === undefined
          ? 'unspecified'
          : `${length}${Number(length) >= 1024 ? ` (${humanSize(Number(length), 'gnu')})` : ''}`;
      await this.#say(`Length: ${size}${type ? ` [${type}]` : ''}\nSaving to: ${quoted(shown)}\n\n`);
    } else await this.#say(document === '-' ? 'writing to stdout\n' : `saving to '${path}'\n`);
    let sizeBytes = 0;
    const file =
      document === '-' ? process.file(1) : (this.#shared ?? (await open(process, path, O_WRONLY | O_CREAT | O_TRUNC)));
    try {
      const deadline = () => new Deadline(process, timeoutMsOf(this.#options));
      for await (const piece of eachInTime(deadline, response.body)) {
        sizeBytes += piece.length;
        await writeTo(process, file, piece.slice());
        if (process.isDue) await process.pause();
      }
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      await process.write(
        2,
        this.#isGnu
          ? `Read error at byte ${sizeBytes} (Connection timed out). Giving up.\n\n`
          : 'wget: download timed out\n',
      );
      return this.#isGnu ? NETWORK_FAILURE : 1;
    } finally {
      if (file !== this.#shared && document !== '-') file.close();
    }
    this.#setTime(path, response);
    await this.#done(url, path, shown, sizeBytes, length);
    return 0;
  }

  /** GNU's leaves an existing file alone, and puts a number behind the name. */
  async #freeName(url: URL): Promise<string | undefined> {
    const process = this.#process;
    const last = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1)) || 'index.html';
    const name = last + url.search;
    const prefix = this.#options.value('prefix');
    if (prefix !== undefined) await makeParents(process, prefix);
    const path = prefix === undefined ? name : joinPath(prefix, name);
    if (!lstatIfThere(process, path)) return path;
    if (this.#options.has('noClobber')) {
      await this.#say(`File ${quoted(path)} already there; not retrieving.\n\n`);
      return undefined;
    }
    if (!this.#isGnu) {
      await process.write(2, `wget: can't open '${path}': File exists\n`);
      return undefined;
    }
    let number = 1;
    while (lstatIfThere(process, `${path}.${number}`)) number++;
    return `${path}.${number}`;
  }

  #setTime(path: string, response: HttpResponse): void {
    const modified = headerOf(response.headers, 'last-modified');
    const timeMs = modified === undefined ? Number.NaN : Date.parse(modified);
    if (Number.isNaN(timeMs) || this.#options.has('output') || this.#options.has('noTimestamp')) return;
    const time = { sec: Math.floor(timeMs / 1000), nsec: 0 };
    utimes(this.#process, path, time, time);
  }

  async #done(url: URL, path: string, shown: string, sizeBytes: number, length: string | undefined): Promise<void> {
    const process = this.#process;
    if (this.#isGnu) {
      const bar = length === undefined ? `[ <=>${' '.repeat(16)}]` : `100%[===================>]`;
      const show = (text: string) => (this.#options.has('showProgress') ? process.write(2, text) : this.#say(text));
      const progress = this.#options.value('progress') ?? 'bar';
      if (isDotStyle(progress)) await show(dotRows(progress, sizeBytes));
      else
        await show(
          `${shown.slice(-19).padEnd(19)} ${bar.padStart(25)} ${humanSize(sizeBytes, 'gnu').padStart(7)}  --.-KB/s    in 0s      \n\n`,
        );
      const sizes = length === undefined ? `[${sizeBytes}]` : `[${sizeBytes}/${length}]`;
      const saved =
        this.#options.value('output') === '-' ? `written to stdout ${sizes}` : `${quoted(path)} saved ${sizes}`;
      await this.#say(`${this.#stamp} (0.00 B/s) - ${saved}\n\n`);
      if (this.#level === 'brief') await process.write(2, `${this.#stamp} URL:${url.href} ${sizes} -> "${path}" [1]\n`);
      return;
    }
    const name = shown === 'STDOUT' ? '-' : path;
    await this.#say(
      `${name.slice(-20).padEnd(20)} 100% |${'*'.repeat(32)}| ${humanSize(sizeBytes, 'gnu').padStart(5)}  0:00:00 ETA\n`,
    );
    await this.#say(name === '-' ? 'written to stdout\n' : `'${path}' saved\n`);
  }
}

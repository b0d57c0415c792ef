import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { open, readFile } from '../kernel/calls.ts';
import type { HttpResponse } from '../kernel/network.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { chunksOf } from './codecStreams.ts';
import { curlProgress } from './curlProgress.ts';
import { allowedProtocols, limitMsOf } from './curlLimits.ts';
import { Deadline, DeadlineError } from './deadline.ts';
import { causeOf } from './failure.ts';
import { writeTo } from './fileCopy.ts';
import { headerOf, HttpFault, isRedirect, OUTSIDE_NOTE, request } from './httpRequest.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { makeParents } from './mkdir.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  agent: '-A --user-agent=NAME',
  // The usual way to name a user; and certificates are not looked at, so that none is missed or mistrusted.
  basic: '--basic',
  cacert: '--cacert=FILE',
  compressed: '--compressed',
  // The lab's hosts take a connection, or refuse it, at once.
  connectTimeout: '--connect-timeout=SECONDS',
  createDirs: '--create-dirs',
  data: '-d --data=DATA --data-ascii=DATA',
  dataBinary: '--data-binary=DATA',
  dataRaw: '--data-raw=DATA',
  dumpHeader: '-D --dump-header=FILE',
  fail: '-f --fail',
  failWithBody: '--fail-with-body',
  get: '-G --get',
  head: '-I --head',
  header: '-H --header=LINE',
  include: '-i --include',
  insecure: '-k --insecure',
  // All addresses are of IPv4.
  ipv4: '-4 --ipv4',
  location: '-L --location',
  maxRedirects: '--max-redirs=NUM',
  maxTime: '-m --max-time=SECONDS',
  // What comes is written as it comes.
  noBuffer: '-N --no-buffer',
  noProgress: '--no-progress-meter',
  output: '-o --output=FILE',
  outputDir: '--output-dir=DIR',
  progressBar: '-# --progress-bar',
  protocols: '--proto=LIST',
  referer: '-e --referer=URL',
  remoteName: '-O --remote-name',
  remoteNameAll: '--remote-name-all',
  request: '-X --request=METHOD',
  retry: '--retry=NUM',
  retryDelay: '--retry-delay=SECONDS',
  retryMaxTime: '--retry-max-time=SECONDS',
  retryConnrefused: '--retry-connrefused',
  retryAllErrors: '--retry-all-errors',
  showError: '-S --show-error',
  silent: '-s --silent',
  tls: '--tlsv1.2 --tlsv1.3 --tlsv1',
  upload: '-T --upload-file=FILE',
  url: '--url=URL',
  user: '-u --user=USER:PASSWORD',
  verbose: '-v --verbose',
  writeOut: '-w --write-out=FORMAT',
  // A server that speaks HTTP/1.1 only answers HTTP/2 so, too.
  http1: '--http1.1 --http2',
} as const;

type CurlOption = keyof typeof OPTIONS;

const DEFAULT_REDIRECTS = 50;
/** Its numbers for these failures. */
const REFUSED = 7;
const TIMED_OUT = 28;
const VERSION = '7.88.1';

/** A failure with curl's own number. */
class CurlFault extends Error {
  override readonly name = 'CurlFault';
  readonly code: number;
  readonly isOutside: boolean;
  constructor(code: number, message: string, isOutside = false) {
    super(message);
    this.code = code;
    this.isOutside = isOutside;
  }
}

export const curl = utility(
  {
    options: OPTIONS,
    notSimulated:
      '-6 --ipv6 --http1.0 -b --cookie=DATA -c --cookie-jar=FILE -C --continue-at=OFFSET -E --cert=CERT -F --form=NAME -K --config=FILE -n --netrc -p --proxytunnel -q --disable -r --range=RANGE -t --telnet-option=OPT -U --proxy-user=USER -x --proxy=HOST -Y --speed-limit=SPEED -y --speed-time=SECONDS -z --time-cond=TIME -Z --parallel --limit-rate=SPEED --resolve=ADDRESS --unix-socket=PATH --socks5=HOST --data-urlencode=DATA -J --remote-header-name --json=DATA --key=KEY --noproxy=LIST --interface=NAME --oauth2-bearer=TOKEN',
    usage: '[options...] <url>',
    usageStatus: 2,
    version: `${VERSION} (x86_64-pc-linux-gnu)`,
    helpHint: "curl: try 'curl --help' or 'curl --manual' for more information",
  },
  async (process, options) => {
    const urls = [...options.operands, ...options.values('url')];
    if (urls.length === 0) throw new UsageError('operand', 'no URL specified');
    let status = 0;
    for (const [index, url] of urls.entries()) {
      try {
        status = await transfer(process, options, url, index);
      } catch (error) {
        if (!(error instanceof CurlFault)) throw error;
        status = error.code;
        if (!options.has('silent') || options.has('showError')) {
          await process.complain(`(${error.code}) ${error.message}`);
          if (error.isOutside) await process.write(2, `${OUTSIDE_NOTE}\n`);
        }
      }
    }
    return status;
  },
);

function timedOut({ waitedMs }: DeadlineError, sizeBytes: number): CurlFault {
  return new CurlFault(
    TIMED_OUT,
    `Operation timed out after ${waitedMs} milliseconds with ${sizeBytes} bytes received`,
  );
}

function parseUrl(text: string, protocols: ReadonlySet<string>): URL {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  let url: URL;
  try {
    url = new URL(whole);
  } catch {
    throw new CurlFault(3, 'URL using bad/illegal format or missing URL');
  }
  requireProtocol(url, protocols);
  return url;
}

function requireProtocol({ protocol }: URL, protocols: ReadonlySet<string>): void {
  const name = protocol.slice(0, -1);
  if (!protocols.has(name)) throw new CurlFault(1, `Protocol "${name}" not supported or disabled in libcurl`);
}

async function transfer(
  process: Process,
  options: ParsedOptions<CurlOption>,
  text: string,
  index: number,
): Promise<number> {
  const protocols = allowedProtocols(options.value('protocols'));
  const url = parseUrl(text, protocols);
  const limitMs = limitMsOf(options.value('maxTime'), '-m');
  limitMsOf(options.value('connectTimeout'), '--connect-timeout');
  const retrying = new Deadline(process, limitMsOf(options.value('retryMaxTime'), '--retry-max-time'));
  if (url.protocol === 'file:') return copyFile(process, options, url, index);
  const attempts = 1 + Number(options.value('retry') ?? 0);
  for (let attempt = 1; ; attempt++) {
    const deadline = new Deadline(process, limitMs);
    try {
      const response = await follow(process, options, url, deadline);
      const isTransient = [408, 429, 500, 502, 503, 504].includes(response.response.status);
      if (!isTransient || attempt >= attempts || retrying.isOver)
        return await deliver(process, options, response, index, deadline);
    } catch (error) {
      if (!(error instanceof CurlFault)) throw error;
      const mayRetry =
        error.code === TIMED_OUT ||
        options.has('retryAllErrors') ||
        (error.code === REFUSED && options.has('retryConnrefused'));
      if (attempt >= attempts || !mayRetry || retrying.isOver) throw error;
    }
    const delaySec = Number(options.value('retryDelay') ?? 2 ** (attempt - 1)) || 1;
    await process.sleep(delaySec * 1000);
  }
}

interface Answer {
  readonly response: HttpResponse;
  readonly url: URL;
  readonly heads: string;
  readonly redirects: number;
}

async function follow(
  process: Process,
  options: ParsedOptions<CurlOption>,
  first: URL,
  deadline: Deadline,
): Promise<Answer> {
  const limit = Number(options.value('maxRedirects') ?? DEFAULT_REDIRECTS);
  const body = await bodyOf(process, options);
  let url = first;
  if (options.has('get') && body) {
    url = new URL(url);
    url.search = url.search === '' ? `?${decodeName(body)}` : `${url.search}&${decodeName(body)}`;
  }
  let sent = options.has('get') ? undefined : body;
  let method =
    options.value('request') ?? (options.has('head') ? 'HEAD' : options.has('upload') ? 'PUT' : sent ? 'POST' : 'GET');
  let heads = '';
  const redirectProtocols = new Set(allowedProtocols(options.value('protocols')));
  redirectProtocols.delete('file');
  for (let redirects = 0; ; redirects++) {
    const headers = headersOf(options, url, sent);
    if (options.has('verbose')) await tellRequest(process, method, url, headers);
    let response: HttpResponse;
    try {
      response = await deadline.wait(request(process, { method, url, headers, body: sent }));
    } catch (error) {
      if (error instanceof DeadlineError) throw timedOut(error, 0);
      if (!(error instanceof HttpFault)) throw error;
      if (error.code === 'resolve') throw new CurlFault(6, `Could not resolve host: ${error.host}`, true);
      throw new CurlFault(
        REFUSED,
        `Failed to connect to ${error.host} port ${error.port} after 0 ms: Couldn't connect to server`,
      );
    }
    const head = headText(response);
    heads += head;
    if (options.has('verbose')) await process.write(2, head.replace(/^(?=.)/gm, '< '));
    const location = headerOf(response.headers, 'location');
    if (!options.has('location') || !isRedirect(response.status) || location === undefined)
      return { response, url, heads, redirects };
    if (redirects >= limit) throw new CurlFault(47, `Maximum (${limit}) redirects followed`);
    for await (const piece of deadline.pieces(response.body)) void piece;
    try {
      url = new URL(location, url);
    } catch {
      throw new CurlFault(3, 'URL using bad/illegal format or missing URL');
    }
    requireProtocol(url, redirectProtocols);
    if (
      response.status === 303 ||
      (sent && (response.status === 301 || response.status === 302) && !options.has('request'))
    ) {
      method = options.has('head') ? 'HEAD' : 'GET';
      sent = undefined;
    }
  }
}

async function tellRequest(
  process: Process,
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
  ];
  await process.write(2, lines.map((line) => `> ${line}\r\n`).join(''));
}

function headText({ status, statusText, headers }: HttpResponse): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${statusText}\r\n${lines.join('')}\r\n`;
}

function headersOf(options: ParsedOptions<CurlOption>, url: URL, body: Uint8Array | undefined): Record<string, string> {
  const headers: Record<string, string> = { 'User-Agent': options.value('agent') ?? `curl/${VERSION}`, Accept: '*/*' };
  const user =
    options.value('user') ??
    (url.username ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : undefined);
  if (user !== undefined) {
    const bytes = encodeName(user.includes(':') ? user : `${user}:`);
    headers.Authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
  }
  const referer = options.value('referer');
  if (referer !== undefined) headers.Referer = referer;
  if (options.has('compressed')) headers['Accept-Encoding'] = 'identity';
  if (body) {
    headers['Content-Length'] = String(body.length);
    if (!options.has('upload')) headers['Content-Type'] = 'application/x-www-form-urlencoded';
  }
  for (const line of options.values('header')) {
    const colon = line.search(/[:;]/);
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    for (const key of Object.keys(headers)) if (key.toLowerCase() === name.toLowerCase()) delete headers[key];
    if (value !== '' || line[colon] === ';') headers[name] = value;
  }
  return headers;
}

async function bodyOf(process: Process, options: ParsedOptions<CurlOption>): Promise<Uint8Array | undefined> {
  const read = async (path: string) => {
    try {
      return path === '-' ? await process.readAll(0) : await readFile(process, path);
    } catch (error) {
      causeOf(error);
      throw new CurlFault(26, `Failed to open ${path}`);
    }
  };
  const upload = options.value('upload');
  if (upload !== undefined) return read(upload);
  const parts: string[] = [];
  for (const { name, value = '' } of options.given) {
    if (name === 'data' || name === 'dataBinary') {
      if (!value.startsWith('@')) parts.push(value);
      else {
        const text = decodeName(await read(value.slice(1)));
        parts.push(name === 'data' ? text.replace(/[\r\n\0]/g, '') : text);
      }
    } else if (name === 'dataRaw') parts.push(value);
  }
  return parts.length > 0 ? encodeName(parts.join('&')) : undefined;
}

async function deliver(
  process: Process,
  options: ParsedOptions<CurlOption>,
  answer: Answer,
  index: number,
  deadline: Deadline,
): Promise<number> {
  const { response, url, heads } = answer;
  const isError = response.status >= 400;
  const dump = options.value('dumpHeader');
  if (dump !== undefined) await writeHead(process, dump, heads);
  const fails = options.has('fail') && isError;
  let sizeBytes = 0;
  if (!fails) {
    const output = await openOutput(process, options, url, index);
    try {
      if (options.has('include') || options.has('head')) await writeTo(process, output.file, encodeName(heads));
      const started = process.kernel.clock.now();
      if (!options.has('head'))
        for await (const piece of deadline.pieces(response.body)) {
          sizeBytes += piece.length;
          await writeTo(process, output.file, piece.slice());
          if (process.isDue) await process.pause();
        }
      if (output.showsMeter) await curlProgress(process, sizeBytes, started, options.has('progressBar'));
    } catch (error) {
      if (error instanceof DeadlineError) throw timedOut(error, sizeBytes);
      throw error;
    } finally {
      if (output.isOwn) output.file.close();
    }
  }
  const format = options.value('writeOut');
  if (format !== undefined) await process.print(expandWriteOut(format, answer, sizeBytes));
  if (fails || (options.has('failWithBody') && isError))
    throw new CurlFault(22, `The requested URL returned error: ${response.status}`);
  return 0;
}

async function writeHead(process: Process, path: string, heads: string): Promise<void> {
  if (path === '-') {
    await process.print(heads);
    return;
  }
  const file = await open(process, path, O_WRONLY | O_CREAT | O_TRUNC);
  try {
    await writeTo(process, file, encodeName(heads));
  } finally {
    file.close();
  }
}

interface Output {
  readonly file: OpenFile;
  readonly isOwn: boolean;
  readonly showsMeter: boolean;
}

async function openOutput(
  process: Process,
  options: ParsedOptions<CurlOption>,
  url: URL,
  index: number,
): Promise<Output> {
  const choices = options.given.filter(({ name }) => name === 'output' || name === 'remoteName');
  const choice = choices[index];
  const isQuiet = options.has('silent') || options.has('noProgress');
  const usesName = choice?.name === 'remoteName' || (!choice && options.has('remoteNameAll'));
  let path =
    choice?.name === 'output'
      ? choice.value
      : usesName
        ? decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1))
        : undefined;
  if (usesName && path === '') throw new CurlFault(23, 'Remote file name has no length!');
  if (path === undefined || path === '-') {
    const file = process.file(1);
    return { file, isOwn: false, showsMeter: !isQuiet && !file.isTerminal && path === undefined };
  }
  const directory = options.value('outputDir');
  if (directory !== undefined) path = joinPath(directory, path);
  try {
    if (options.has('createDirs') && path.includes('/'))
      await makeParents(process, path.slice(0, path.lastIndexOf('/')));
    return { file: await open(process, path, O_WRONLY | O_CREAT | O_TRUNC), isOwn: true, showsMeter: !isQuiet };
  } catch (error) {
    causeOf(error);
    throw new CurlFault(23, 'Failure writing output to destination');
  }
}

async function copyFile(
  process: Process,
  options: ParsedOptions<CurlOption>,
  url: URL,
  index: number,
): Promise<number> {
  const path = decodeURIComponent(url.pathname);
  let input: OpenFile;
  try {
    input = await open(process, path, O_RDONLY);
  } catch (error) {
    causeOf(error);
    throw new CurlFault(37, `Couldn't open file ${path}`);
  }
  const output = await openOutput(process, options, url, index);
  try {
    for await (const chunk of chunksOf(process, input)) await writeTo(process, output.file, chunk);
    return 0;
  } finally {
    input.close();
    if (output.isOwn) output.file.close();
  }
}

function expandWriteOut(format: string, { response, url, redirects }: Answer, sizeBytes: number): string {
  const values: Record<string, string> = {
    http_code: String(response.status).padStart(3, '0'),
    response_code: String(response.status).padStart(3, '0'),
    size_download: String(sizeBytes),
    url_effective: url.href,
    content_type: headerOf(response.headers, 'content-type') ?? '',
    num_redirects: String(redirects),
    redirect_url: headerOf(response.headers, 'location') ?? '',
    http_version: '1.1',
    scheme: url.protocol.slice(0, -1).toUpperCase(),
    remote_port: url.port || '80',
    time_total: '0.000000',
    speed_download: String(sizeBytes),
    exitcode: '0',
  };
  return format.replace(
    /%\{(\w+)\}|%%|\\([nrt\\])/g,
    (whole, name: string | undefined, escaped: string | undefined) => {
      if (name !== undefined) return values[name] ?? '';
      if (escaped !== undefined) return { n: '\n', r: '\r', t: '\t', '\\': '\\' }[escaped] ?? whole;
      return '%';
    },
  );
}

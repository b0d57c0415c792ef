import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CompanionError } from '../companionError.ts';
import { runProgram } from '../engines/runProgram.ts';
import { watchSize } from '../engines/watchSize.ts';
import type { GitProxyRequest, GitProxyResponse } from '../gitProxy.ts';

export type GitProxy = (request: GitProxyRequest) => Promise<GitProxyResponse>;

/** Repositories as build contexts. The `git` program fetches one commit; all that it asks for goes through our own
 *  proxy, so that it reaches what the guard allows and nothing else: no submodules, no other protocol, no redirect
 *  that was not judged. */
export class GitContexts {
  readonly #proxy: GitProxy;
  readonly #program: string | undefined;
  readonly #maxBytes: number;
  /** In the path: other programs of this machine do not know it. */
  readonly #secret = randomBytes(32).toString('hex');
  #server: Promise<Server> | undefined;

  constructor(proxy: GitProxy, program: string | undefined, maxBytes: number) {
    this.#proxy = proxy;
    this.#program = program;
    this.#maxBytes = maxBytes;
  }

  /** What writes the files of a repository as a tar. Throws CompanionError `request`. */
  writer(source: {
    readonly url: string;
    readonly ref: string | undefined;
  }): (tarFile: string, signal: AbortSignal) => Promise<void> {
    const [, host, path] = /^https?:\/\/([\w.:[\]-]{1,300})(\/[\w./~+-]{1,1000})$/.exec(source.url) ?? [];
    if (host === undefined || path === undefined) throw new CompanionError('request', 'git is https://HOST/REPOSITORY');
    const ref = source.ref ?? 'HEAD';
    const isRef = /^[A-Za-z0-9][\w./+-]{0,250}$/.test(ref) && !ref.includes('..') && !ref.endsWith('.lock');
    if (!isRef) throw new CompanionError('request', 'ref is a branch, a tag or a commit');
    return (tarFile, signal) => this.#write(`${host}${path}`, ref, tarFile, signal);
  }

  async #write(repository: string, ref: string, tarFile: string, signal: AbortSignal): Promise<void> {
    const folder = `${tarFile}.git`;
    await mkdir(folder, { mode: 0o700 });
    try {
      await this.#git(folder, ['init', '--quiet', '--bare'], signal);
      // Over what the repository says: what is in it goes into the context, as it does with docker.
      await mkdir(join(folder, 'info'), { recursive: true });
      await writeFile(join(folder, 'info', 'attributes'), '* -export-ignore -export-subst\n');
      const { port } = (await this.#listening()).address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/${this.#secret}/${repository}`;
      await this.#git(folder, ['fetch', '--quiet', '--depth', '1', '--no-tags', url, ref], signal);
      const watch = watchSize(tarFile, this.#maxBytes);
      try {
        const words = ['archive', '--format=tar', '-o', tarFile, 'FETCH_HEAD'];
        await this.#git(folder, words, AbortSignal.any([signal, watch.signal]));
      } finally {
        watch.stop();
      }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  async #git(folder: string, words: readonly string[], signal: AbortSignal): Promise<void> {
    const program = this.#program;
    if (program === undefined) throw new CompanionError('unsupported', 'git is not installed where the companion runs');
    const told: string[] = [];
    const code = await runProgram({
      program,
      words,
      folder,
      environment: { ...ENVIRONMENT, HOME: folder },
      signal,
      onLine: (line) => {
        if (told.length < MAX_LINES) told.push(line.slice(0, 500));
      },
    });
    if (code === 0) return;
    const text = told
      .join('; ')
      .replaceAll(this.#secret, '…')
      .replace(/http:\/\/127\.0\.0\.1:\d+\/…\//g, '');
    throw new CompanionError('context', `git: ${text || `ended with ${code}`}`);
  }

  #listening(): Promise<Server> {
    this.#server ??= new Promise((resolve, reject) => {
      const server = createServer((request, response) => void this.#serve(request, response));
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(server));
      server.unref();
    });
    return this.#server;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const prefix = `/${this.#secret}/`;
    const url = request.url ?? '';
    if (!url.startsWith(prefix)) return void response.writeHead(404).end();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const headers = new Headers();
    for (const name of ['content-type', 'content-encoding', 'git-protocol']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    const { method = '' } = request;
    const body = method === 'POST' ? request : undefined;
    const answer = await this.#proxy({ method, url: url.slice(prefix.length - 1), headers, body, signal: gone.signal });
    response.writeHead(answer.status, answer.headers);
    await pipeline(Readable.from(answer.body), response).catch(() => response.destroy());
  }

  async close(): Promise<void> {
    const server = await this.#server;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }
}

const MAX_LINES = 10;
/** Nothing of this machine's configuration, and no question to a terminal. */
const ENVIRONMENT = {
  PATH: '/usr/bin:/bin',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ALLOW_PROTOCOL: 'http',
  LC_ALL: 'C',
};

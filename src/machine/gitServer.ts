import { encodeName } from '../bytes/byteName.ts';
import { joinBytes } from '../bytes/joinBytes.ts';
import { advertise, answerWants } from '../git/uploadPack.ts';
import { advertisementOf, openToServe } from '../shell/git/serve.ts';
import type { HttpRequest, HttpResponse, NetworkService } from '../shell/kernel/network.ts';
import type { Process } from '../shell/kernel/process.ts';
import { ROOT } from '../vfs/overlay/permission.ts';
import type { Host } from './host.ts';

/** Where a host keeps what it serves: `http://HOST/NAME.git` is this directory's `NAME.git`. */
const SERVED_DIRECTORY = '/srv/git';
const REFS = '/info/refs';
const PACK = '/git-upload-pack';
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** Lets clone what lies in /srv/git, as git-http-backend does (gitprotocol-http). Nothing can be pushed. */
export function gitServer(hostOf: () => Host): NetworkService {
  return {
    async http(request) {
      let response: HttpResponse = plain(500, 'Internal Server Error');
      const process = hostOf().kernel.launch(
        {
          namespaces: hostOf().namespaces,
          argv: ['git-http-backend'],
          env: new Map(),
          cwd: '/',
          credentials: ROOT,
          files: new Map(),
        },
        async (self) => {
          response = await answer(self, request);
          return 0;
        },
      );
      await process.wait();
      return response;
    },
  };
}

async function answer(process: Process, { method, url, body }: HttpRequest): Promise<HttpResponse> {
  const isRefs = method === 'GET' && url.pathname.endsWith(REFS);
  const isPack = method === 'POST' && url.pathname.endsWith(PACK);
  if (!isRefs && !isPack) return plain(404, 'Not Found');
  if (isRefs && url.searchParams.get('service') !== 'git-upload-pack') return plain(403, 'Forbidden');
  const name = decodedPath(url.pathname.slice(0, isRefs ? -REFS.length : -PACK.length));
  const repository = name === undefined ? undefined : await openToServe(process, `${SERVED_DIRECTORY}${name}`);
  if (!repository) return plain(404, 'Not Found');
  if (isRefs) {
    const refs = advertise(await advertisementOf(repository));
    return gitAnswer('advertisement', joinBytes([encodeName('001e# service=git-upload-pack\n0000'), refs]));
  }
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body ?? []) {
    sizeBytes += piece.length;
    if (sizeBytes > MAX_REQUEST_BYTES) return plain(413, 'Payload Too Large');
    pieces.push(piece.slice());
  }
  return gitAnswer('result', await answerWants(repository.store, joinBytes(pieces)));
}

/** Undefined for what would lead out of the directory, or is no path. */
function decodedPath(pathname: string): string | undefined {
  try {
    const path = decodeURIComponent(pathname);
    return path.split('/').includes('..') || path === '/' || path === '' ? undefined : path;
  } catch {
    return undefined;
  }
}

function gitAnswer(kind: 'advertisement' | 'result', bytes: Uint8Array): HttpResponse {
  const headers = { 'content-type': `application/x-git-upload-pack-${kind}`, 'cache-control': 'no-cache' };
  return { status: 200, statusText: 'OK', headers, body: chunks(bytes) };
}

function plain(status: number, statusText: string): HttpResponse {
  return { status, statusText, headers: { 'content-type': 'text/plain' }, body: chunks(encodeName(`${statusText}\n`)) };
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

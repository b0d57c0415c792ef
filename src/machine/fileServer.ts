import { encodeName } from '../bytes/byteName.ts';
import { readdir, readFile, statIfThere } from '../shell/kernel/calls.ts';
import type { HttpRequest, HttpResponse, NetworkService } from '../shell/kernel/network.ts';
import type { Process } from '../shell/kernel/process.ts';
import { isDirectory } from '../vfs/overlay/fileMode.ts';

const NOT_FOUND = `<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 404</p>
        <p>Message: File not found.</p>
        <p>Error code explanation: 404 - Nothing matches the given URI.</p>
    </body>
</html>
`;
const MAX_FILE_BYTES = 1 << 30;

/** Serves the files of a directory as `python3 -m http.server` does. */
export function fileServer(process: Process, directory: string): NetworkService {
  return {
    async http({ method, url }: HttpRequest): Promise<HttpResponse> {
      if (method !== 'GET' && method !== 'HEAD') return answer(501, 'Unsupported method', 'text/plain', encodeName(''));
      const path = safePath(url.pathname);
      const found = path === undefined ? undefined : statIfThere(process, `${directory}${path}`);
      if (path === undefined || !found)
        return answer(404, 'File not found', 'text/html;charset=utf-8', encodeName(NOT_FOUND));
      const isListing = isDirectory(found.mode);
      const bytes = isListing
        ? encodeName(listing(process, directory, path))
        : await readFile(process, `${directory}${path}`, MAX_FILE_BYTES);
      const modified = new Date(found.mtime.sec * 1000).toUTCString();
      const type = isListing ? 'text/html; charset=utf-8' : 'application/octet-stream';
      return answer(200, 'OK', type, bytes, isListing ? {} : { 'last-modified': modified });
    },
  };
}

function safePath(pathname: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  return path.split('/').includes('..') ? undefined : path;
}

function listing(process: Process, directory: string, path: string): string {
  const names = readdir(process, `${directory}${path}`).map(({ name }) => name);
  const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const rows = names.sort().map((name) => `<li><a href="${encodeURI(name)}">${escaped(name)}</a></li>\n`);
  return `<!DOCTYPE HTML>\n<html lang="en">\n<body>\n<h1>Directory listing for ${escaped(path)}</h1>\n<ul>\n${rows.join('')}</ul>\n</body>\n</html>\n`;
}

function answer(
  status: number,
  statusText: string,
  type: string,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    statusText,
    headers: { server: 'SimpleHTTP/0.6', 'content-type': type, 'content-length': String(bytes.length), ...headers },
    body: chunks(bytes),
  };
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

import { encodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { HttpRequest, HttpResponse } from '../../shell/kernel/network.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { isDirectory, isRegular } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  301: 'Moved Permanently',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
};
const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  ico: 'image/vnd.microsoft.icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  xml: 'text/xml',
  zip: 'application/zip',
};
const MAX_FILE_BYTES = 1 << 30;

/** How a plain server of files answers. */
export interface FileServing {
  readonly root: string;
  readonly index: readonly string[];
  /** The header of that name; none is sent unless told. */
  readonly server?: string;
  /** The page of a folder, where it may be shown. */
  readonly listing?: (path: string, names: readonly string[]) => string;
  readonly errorPage: (status: number, reason: string, path: string) => string;
  /** Other types by the end of a name; the usual ones unless told. */
  readonly defaultType?: string;
}

/** GET and HEAD of files below a folder, as its process may read them. */
export async function fileAnswer(process: Process, request: HttpRequest, serving: FileServing): Promise<HttpResponse> {
  const { status, headers, body } = await reply(process, request, serving);
  return {
    status,
    statusText: REASONS[status] ?? '',
    headers: {
      ...(serving.server !== undefined && { Server: serving.server }),
      Date: new Date(process.kernel.clock.now().sec * 1000).toUTCString(),
      ...headers,
      'Content-Length': String(body.length),
    },
    body: chunks(request.method === 'HEAD' || status === 304 ? new Uint8Array(0) : body),
  };
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

async function reply(process: Process, request: HttpRequest, serving: FileServing): Promise<Reply> {
  const path = pathOf(request);
  if (path === undefined) return failure(serving, 400, request.url.pathname);
  if (request.method !== 'GET' && request.method !== 'HEAD') return failure(serving, 405, path);
  const file = `${serving.root}${path}`;
  const found = calls.statIfThere(process, file);
  if (!found) return failure(serving, 404, path);
  if (!isDirectory(found.mode)) return fileReply(process, serving, request, file, path);
  if (!path.endsWith('/')) {
    const page = serving.errorPage(301, REASONS[301] as string, path);
    return {
      status: 301,
      headers: { Location: `${encodeURI(path)}/`, 'Content-Type': 'text/html' },
      body: encodeName(page),
    };
  }
  const index = serving.index.find((name) => calls.statIfThere(process, `${file}${name}`));
  if (index !== undefined) return fileReply(process, serving, request, `${file}${index}`, `${path}${index}`);
  if (!serving.listing || !calls.mayAccess(process, file, 5)) return failure(serving, 403, path);
  const names = calls
    .readdir(process, file)
    .map(({ name }) => {
      const one = calls.statIfThere(process, `${file}${name}`);
      return one && isDirectory(one.mode) ? `${name}/` : name;
    })
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: encodeName(serving.listing(path, names)),
  };
}

/** Without what would lead out of the folder. */
function pathOf({ url }: HttpRequest): string | undefined {
  try {
    const parts: string[] = [];
    for (const part of decodeURIComponent(url.pathname).split('/').slice(1)) {
      if (part.includes('\0')) return undefined;
      if (part === '..') parts.pop();
      else if (part !== '.') parts.push(part);
    }
    return `/${parts.join('/')}`;
  } catch {
    return undefined;
  }
}

async function fileReply(
  process: Process,
  serving: FileServing,
  request: HttpRequest,
  file: string,
  path: string,
): Promise<Reply> {
  const found = calls.stat(process, file);
  if (!isRegular(found.mode) || !calls.mayAccess(process, file, 4)) return failure(serving, 403, path);
  const modified = new Date(found.mtime.sec * 1000).toUTCString();
  const headers = { 'Content-Type': typeOf(serving, path), 'Last-Modified': modified };
  const since = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'if-modified-since')?.[1];
  if (since === modified) return { status: 304, headers, body: new Uint8Array(0) };
  try {
    return { status: 200, headers, body: await calls.readFile(process, file, MAX_FILE_BYTES) };
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    return failure(serving, 403, path);
  }
}

function typeOf(serving: FileServing, path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const end = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '';
  return (Object.hasOwn(TYPES, end) ? TYPES[end] : undefined) ?? serving.defaultType ?? 'application/octet-stream';
}

function failure(serving: FileServing, status: number, path: string): Reply {
  return {
    status,
    headers: { 'Content-Type': 'text/html' },
    body: encodeName(serving.errorPage(status, REASONS[status] ?? '', path)),
  };
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

import { once } from '../../bytes/once.ts';
import { jsonBytes, type JsonWritable } from '../../image/writeJson.ts';

/** A request to a simulated server, as a lab network hands it over. */
export interface ServerRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
}

export interface ServerResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  416: 'Range Not Satisfiable',
};

export function respond(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: AsyncIterable<Uint8Array> = nothing(),
): ServerResponse {
  return { status, statusText: STATUS_TEXTS[status] ?? '', headers, body };
}

export function respondBytes(
  status: number,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): ServerResponse {
  return respond(status, { 'content-length': String(bytes.length), ...headers }, once(bytes));
}

const LINE_FEED = 10;

export function respondJson(
  status: number,
  value: JsonWritable,
  headers: Readonly<Record<string, string>> = {},
): ServerResponse {
  // Go's encoder ends a document with a line end; the empty one is written by hand.
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  const json = jsonBytes(value);
  const bytes = isEmpty ? json : Uint8Array.from([...json, LINE_FEED]);
  return respondBytes(status, bytes, { 'content-type': 'application/json', ...headers });
}

/** distribution-spec, "Error Codes". */
export function respondError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ServerResponse {
  return respondJson(status, { errors: [{ code, message, detail: null }] }, headers);
}

async function* nothing(): AsyncIterable<Uint8Array> {}

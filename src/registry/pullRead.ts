import { isDigest } from '../image/digest.ts';
import { parseReference, type Reference } from '../image/reference.ts';
import type { RegistryRequest } from './connection.ts';
import { pullScope } from './scopes.ts';

/** One of the two reads that a pull is made of (distribution-spec, "Pull"). */
export interface PullRead {
  readonly reference: Reference;
  readonly request: RegistryRequest;
}

export interface PullQuestion {
  /** As references name it. */
  readonly domain: string;
  readonly method: string;
  /** `REPOSITORY/manifests/NAME` or `REPOSITORY/blobs/DIGEST`. */
  readonly path: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const READ = /^(.+)\/(manifests|blobs)\/([^/]+)$/;
/** Of the asker's, and nothing else: no login. */
const FORWARDED = ['accept', 'range'];
/** A list of media types as engines send it. */
const MAX_HEADER_CHARACTERS = 2000;

/** The read that somebody else's pull asks for, put together anew. Throws ImageError where it is none. */
export function pullRead({ domain, method, path, headers: given }: PullQuestion): PullRead {
  const [, repository = '', kind = '', name = ''] = READ.exec(path) ?? [];
  const separator = kind === 'blobs' || isDigest(name) ? '@' : ':';
  const reference = parseReference(`${domain}/${repository}${separator}${name}`);
  const headers: Record<string, string> = {};
  for (const header of FORWARDED) {
    const value = given[header];
    if (typeof value === 'string' && value.length <= MAX_HEADER_CHARACTERS) headers[header] = value;
  }
  const request: RegistryRequest = {
    method: method === 'HEAD' ? 'HEAD' : 'GET',
    url: `/v2/${reference.path}/${kind}/${reference.digest ?? reference.tag ?? ''}`,
    headers,
    scopes: [pullScope(reference.path)],
    repeat: 'idempotent',
  };
  return { reference, request };
}

/** Headers of an answer that a puller needs. */
export const RETURNED_HEADERS = ['content-type', 'content-length', 'content-range', 'docker-content-digest'] as const;

import { joinBytes } from '../bytes/joinBytes.ts';
import type { HttpClient } from 'isomorphic-git';
import { GitError } from './gitError.ts';

/** One request of git's protocol over http (gitprotocol-http). */
export interface GitRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

export interface GitResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Carries requests to where repositories are. Rejects where that cannot be reached. */
export type GitTransport = (request: GitRequest) => Promise<GitResponse>;

/** One answer is no longer than this: it is held in memory. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;
const MAX_REDIRECTS = 5;

/** The transport in the form that isomorphic-git takes. */
export function httpClientOf(transport: GitTransport): HttpClient {
  return {
    async request({ url, method = 'GET', headers = {}, body }) {
      const pieces: Uint8Array[] = [];
      for await (const piece of body ?? []) pieces.push(piece);
      let address = url;
      let answer = await transport({ method, url, headers, body: body ? joinBytes(pieces) : undefined });
      for (let hop = 0; [301, 302, 307, 308].includes(answer.status) && method === 'GET'; hop++) {
        const location = Object.entries(answer.headers).find(([name]) => name.toLowerCase() === 'location')?.[1];
        if (location === undefined || hop === MAX_REDIRECTS) throw new GitError('remote', 'too many redirects');
        address = new URL(location, address).href;
        answer = await transport({ method, url: address, headers, body: undefined });
      }
      return {
        url: address,
        method,
        statusCode: answer.status,
        statusMessage: answer.statusText,
        headers: { ...answer.headers },
        body: bounded(answer.body),
      };
    },
  };
}

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncIterableIterator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_ANSWER_BYTES) throw new GitError('limit', `an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    yield chunk;
  }
}

import type { Network } from './network.ts';
import { RegistryError } from './registryError.ts';
import { networkError, withinTime } from './responseBody.ts';
import { retryAfterMs } from './retryAfter.ts';

/** What may be sent again. `idempotent`: after any fault that may pass. `refusedOnly`: only where the server says that
 *  it did nothing (429). */
export type Repeat = 'idempotent' | 'refusedOnly';

const MAX_ATTEMPTS = 5;
/** Where a fault may be the browser's refusal, which does not pass. */
const MAX_HIDDEN_ATTEMPTS = 2;
const FIRST_PAUSE_MS = 250;
/** Who is told to wait longer than this is told so, and may come back. */
const MAX_PAUSE_MS = 60_000;

/** One address, without following redirects where they are shown: sends again with growing pauses what may be sent
 *  again, and waits as Retry-After asks. The last answer is given as it is. Throws RegistryError `network` when there
 *  is none, `throttled` when the wait would be too long. */
export async function fetchWithRetries(
  network: Network,
  url: string,
  init: RequestInit,
  repeat: Repeat,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const isHidden = network.redirects === 'hidden';
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === MAX_ATTEMPTS;
    let response: Response;
    try {
      response = await fetchOnce(network, url, init, signal);
    } catch (error) {
      const mayPass = error instanceof RegistryError && error.code === 'network' && repeat === 'idempotent';
      if (!mayPass || isLast || (isHidden && attempt === MAX_HIDDEN_ATTEMPTS)) throw error;
      await network.wait(pauseMs(attempt), signal);
      continue;
    }
    if (isLast || !isWorthRepeating(response.status, repeat)) return response;
    const askedMs = retryAfterMs(response.headers.get('retry-after'), network.nowMs());
    await dropBody(response);
    const durationMs = askedMs ?? pauseMs(attempt);
    if (durationMs > MAX_PAUSE_MS) {
      const detail = `asks to wait for ${Math.ceil(durationMs / 1000)} s`;
      throw new RegistryError('throttled', detail, { status: response.status, url });
    }
    await network.wait(durationMs, signal);
  }
}

/** Ends an answer whose body nobody wants, so that its connection is free. */
export async function dropBody(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

async function fetchOnce(
  network: Network,
  url: string,
  init: RequestInit,
  signal: AbortSignal | undefined,
): Promise<Response> {
  signal?.throwIfAborted();
  const abort = new AbortController();
  const stop = (): void => abort.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const redirect = network.redirects === 'shown' ? 'manual' : 'follow';
    // No cookies, no cache of the page's: what is asked for is what is judged by its digest.
    const answer = network.fetch(url, { ...init, redirect, credentials: 'omit', signal: abort.signal });
    return await withinTime(answer, network.idleTimeoutMs, url, signal);
  } catch (error) {
    signal?.throwIfAborted();
    abort.abort();
    throw networkError(error, url);
  } finally {
    // The body goes on after this: bodyChunks minds the signal from here.
    signal?.removeEventListener('abort', stop);
  }
}

function isWorthRepeating(status: number, repeat: Repeat): boolean {
  if (status === 429) return true;
  return repeat === 'idempotent' && (status === 408 || status === 500 || (status >= 502 && status <= 504));
}

/** 0.25, 0.5, 1, 2 s, each up to a half more, so that many clients do not come back at once. */
function pauseMs(attempt: number): number {
  return FIRST_PAUSE_MS * 2 ** (attempt - 1) * (1 + Math.random() / 2);
}

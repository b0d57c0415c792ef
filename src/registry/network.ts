/** How a client reaches registries: handed in as a value, as `Platform` is, so that the page, the command line with
 *  its guard, and tests can each bring their own.
 *
 *  In a page the browser's rules hold: the registry must allow the page's origin (CORS), most of its headers cannot be
 *  read unless it exposes them (WWW-Authenticate, Location, Link, Range, Docker-Content-Digest), and few public
 *  registries do either. What cannot be read is told as RegistryError `hidden`. No header is set that a page may not
 *  set (Fetch, "forbidden request-header"), and request bodies are never streams, which need HTTP/2 there. */
export interface Network {
  /** As the global `fetch`. Rejects when there is no connection; RegistryError `address` when a guard refuses. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** `shown`: an answer 3xx comes to us, so that each hop is checked. `hidden`: the platform follows by itself, as
   *  browsers must, leaving Authorization out at other origins (Fetch, "HTTP-redirect fetch", step 13). */
  readonly redirects: 'shown' | 'hidden';
  /** Resolves after so many milliseconds; rejects when the signal is aborted. */
  readonly wait: (durationMs: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Milliseconds since 1970, for tokens that expire and for Retry-After. */
  readonly nowMs: () => number;
  /** An answer, or the next bytes of one, must come within this time. */
  readonly idleTimeoutMs: number;
}

export const IDLE_TIMEOUT_MS = 60_000;

/** `Network.wait` by the platform's timer. */
export function waitByTimer(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, durationMs);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** The network of a page or worker. */
export function browserNetwork(): Network {
  return {
    fetch: (url, init) => fetch(url, init),
    redirects: 'hidden',
    wait: waitByTimer,
    nowMs: () => Date.now(),
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  };
}

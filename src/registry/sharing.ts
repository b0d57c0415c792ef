import type { Endpoint } from './endpoint.ts';
import type { Network } from './network.ts';
import { RegistryError } from './registryError.ts';
import { ACCEPT } from './registryManifest.ts';
import { dropBody } from './fetchWithRetries.ts';
import { networkError, withinTime } from './responseBody.ts';

/** How long a registry may take for the first answer. */
const PATIENCE_MS = 20_000;

/** Asks whether a page may read what a registry answers, with the headers that a pull has (Fetch, "CORS protocol"). A
 *  browser says of a refusal and of a broken connection the same: nothing. So the registry is asked a second time, in the
 *  way in which no answer can be read: that there is one tells them apart. Throws RegistryError `crossOrigin` or
 *  `network`, and the signal's reason. */
export async function requireSharing(
  network: Network,
  { origin }: Endpoint,
  signal: AbortSignal | undefined,
): Promise<void> {
  const url = `${origin}/v2/`;
  const plain = { credentials: 'omit', cache: 'no-store', signal: signal ?? null } as const;
  try {
    const asked = network.fetch(url, { ...plain, headers: { accept: ACCEPT } });
    await dropBody(await withinTime(asked, PATIENCE_MS, url, signal));
  } catch (error) {
    throw await tellApart(networkError(error, url), network, signal);
  }
}

/** What a failed request was: refused to pages, or without a connection. The registry may share its own answers, and
 *  redirect to a storage that does not. Throws the signal's reason. */
export async function tellApart(
  error: RegistryError,
  network: Network,
  signal: AbortSignal | undefined,
): Promise<RegistryError> {
  signal?.throwIfAborted();
  const { code, url, cause } = error;
  // Only `fetch` itself throws these; what says that it took too long is ours.
  if (code !== 'network' || url === undefined || !(cause instanceof TypeError)) return error;
  // There is no body to end of an answer that may not be read: the request is ended.
  const done = new AbortController();
  const ended = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  const asked = network.fetch(url, { mode: 'no-cors', credentials: 'omit', cache: 'no-store', signal: ended });
  const isThere = await withinTime(asked, PATIENCE_MS, url, signal).then(
    () => true,
    () => false,
  );
  done.abort();
  signal?.throwIfAborted();
  return isThere
    ? new RegistryError('crossOrigin', 'does not let pages of other origins read its answers', { url, cause })
    : error;
}

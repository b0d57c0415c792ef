import { joinBytes } from '../bytes/joinBytes.ts';
import { RegistryError } from './registryError.ts';

/** The chunks of an answer's body. Ends the connection when the reader stops early. A connection that breaks, or
 *  that brings nothing for `idleTimeoutMs`, throws RegistryError `network`. */
export async function* bodyChunks(
  response: Response,
  url: string,
  idleTimeoutMs: number,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (!response.body) return;
  const reader = response.body.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await withinTime(reader.read(), idleTimeoutMs, url, signal);
      if (done) {
        isDone = true;
        return;
      }
      if (value.length > 0) yield value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw networkError(error, url);
  } finally {
    if (!isDone) await reader.cancel().catch(() => undefined);
  }
}

/** A whole body of at most `maxBytes`. Throws RegistryError `limit` before more is taken. */
export async function readBody(
  response: Response,
  url: string,
  maxBytes: number,
  idleTimeoutMs: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of bodyChunks(response, url, idleTimeoutMs, signal)) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) throw new RegistryError('limit', `the answer is longer than ${maxBytes} bytes`, { url });
    pieces.push(piece);
  }
  return joinBytes(pieces);
}

/** A promise that must be kept within a time. */
export async function withinTime<T>(
  promise: Promise<T>,
  timeoutMs: number,
  url: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop: (() => void) | undefined;
  const given = new Promise<never>((_, reject) => {
    const fail = () => reject(new RegistryError('network', `nothing came for ${timeoutMs / 1000} s`, { url }));
    timer = setTimeout(fail, timeoutMs);
    stop = () => reject(signal?.reason);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, given]);
  } finally {
    clearTimeout(timer);
    if (stop) signal?.removeEventListener('abort', stop);
    promise.catch(() => undefined);
  }
}

/** What `fetch` and its streams throw, as ours. Errors that are ours already stay. */
export function networkError(error: unknown, url: string): RegistryError {
  if (error instanceof RegistryError) return error;
  return new RegistryError('network', innermostMessage(error), { url, cause: error });
}

// Node's fetch says "fetch failed" and keeps the reason as the cause.
function innermostMessage(error: unknown): string {
  let message = 'no connection';
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    if (current.message !== '') message = current.message;
    current = current.cause;
  }
  return message.slice(0, 300);
}

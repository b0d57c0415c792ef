import type { FetchMessage, FetchReply } from './fetchMessages.ts';

/** Statuses that have no body (Fetch, "null body status"). */
const BODILESS: ReadonlySet<number> = new Set([101, 204, 205, 304]);

interface Waiting {
  head(reply: Extract<FetchReply, { kind: 'head' }>): void;
  chunk(bytes: Uint8Array | undefined): void;
  fail(error: Error): void;
}

export interface WorkerFetch {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  close(): void;
}

/** `fetch` in a worker of its own, for addresses that the page's policy keeps from it. Bodies come chunk by chunk, as
 *  they are read. */
export function workerFetch(): WorkerFetch {
  const worker = new Worker(new URL('./fetchWorker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  const post = (message: FetchMessage): void => worker.postMessage(message);
  worker.addEventListener('message', ({ data }: MessageEvent<FetchReply>) => {
    const one = waiting.get(data.id);
    if (data.kind === 'head') one?.head(data);
    else if (data.kind === 'chunk') one?.chunk(data.bytes);
    else {
      waiting.delete(data.id);
      if (data.kind === 'end') one?.chunk(undefined);
      else one?.fail(new TypeError(data.message));
    }
  });
  const fetchThere = (url: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      const { signal } = init;
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
      const abort = (): void => {
        waiting.delete(id);
        post({ kind: 'abort', id });
        reject(signal?.reason);
        controller?.error(signal?.reason);
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener('abort', abort, { once: true });
      const body = new ReadableStream<Uint8Array>(
        {
          start: (own) => {
            controller = own;
          },
          pull: () => post({ kind: 'pull', id }),
          cancel: () => post({ kind: 'abort', id }),
        },
        { highWaterMark: 0 },
      );
      waiting.set(id, {
        head: ({ status, headers }) =>
          resolve(new Response(BODILESS.has(status) ? null : body, { status, headers: headers as [string, string][] })),
        chunk: (bytes) => (bytes ? controller?.enqueue(bytes) : controller?.close()),
        fail: (error) => {
          reject(error);
          controller?.error(error);
        },
      });
      const { method = 'GET', headers } = init;
      const sent = init.body as Blob | string | null | undefined;
      post({ kind: 'fetch', id, url, method, headers: headers as Record<string, string>, body: sent ?? undefined });
    });
  return { fetch: fetchThere, close: () => worker.terminate() };
}

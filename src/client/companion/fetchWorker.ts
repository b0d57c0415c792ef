// Fetches for a page that is not the companion's own. The page's policy lets it reach nothing but its own files; what
// the reader connects it to, and only that, is asked from here.
import type { FetchMessage, FetchReply } from './fetchMessages.ts';

interface Running {
  readonly controller: AbortController;
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

/** As the DOM's typings have it only for workers. */
interface Scope {
  postMessage(message: FetchReply, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<FetchMessage>) => void) | null;
}

const scope = globalThis as unknown as Scope;
const running = new Map<number, Running>();

scope.onmessage = ({ data }) => {
  const { id } = data;
  if (data.kind === 'fetch') void begin(data);
  else if (data.kind === 'pull') void sendChunk(id);
  else {
    running.get(id)?.controller.abort();
    running.delete(id);
  }
};

async function begin({ id, url, method, headers, body }: Extract<FetchMessage, { kind: 'fetch' }>): Promise<void> {
  const controller = new AbortController();
  const state: Running = { controller, reader: undefined };
  running.set(id, state);
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: body ?? null,
      signal: controller.signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
    state.reader = response.body?.getReader();
    scope.postMessage({ kind: 'head', id, status: response.status, headers: [...response.headers] });
  } catch (error) {
    fail(id, error);
  }
}

async function sendChunk(id: number): Promise<void> {
  try {
    const read = await running.get(id)?.reader?.read();
    if (read && !read.done) {
      const bytes = read.value;
      scope.postMessage({ kind: 'chunk', id, bytes }, [bytes.buffer]);
      return;
    }
    running.delete(id);
    scope.postMessage({ kind: 'end', id });
  } catch (error) {
    fail(id, error);
  }
}

function fail(id: number, error: unknown): void {
  running.delete(id);
  scope.postMessage({ kind: 'failed', id, message: String(error) });
}

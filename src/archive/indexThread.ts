import type { Platform } from '../bytes/platform.ts';
import type { IndexReply, IndexRequest } from './indexMessages.ts';
import { indexTar } from './indexTar.ts';

const PROGRESS_INTERVAL_MS = 100;

/** A thread's side of `IndexThreads`: indexes what is asked for, one layer after another. Gives the function that
 *  takes the messages. */
export function answerIndexRequests(
  platform: Platform,
  post: (reply: IndexReply, transfer: readonly ArrayBuffer[]) => void,
): (request: IndexRequest) => void {
  const waiting = new Map<number, AbortController>();
  let last = Promise.resolve();
  return (request) => {
    if (request.kind === 'cancel') {
      waiting.get(request.id)?.abort();
      return;
    }
    const controller = new AbortController();
    waiting.set(request.id, controller);
    last = last.then(async () => {
      const reply = await indexLent(platform, request, controller.signal, post);
      waiting.delete(request.id);
      post(reply, reply.kind === 'indexed' ? columnBuffers(reply.columns) : []);
    });
  };
}

async function indexLent(
  platform: Platform,
  { id, lent, compression }: Extract<IndexRequest, { kind: 'index' }>,
  signal: AbortSignal,
  post: (reply: IndexReply, transfer: readonly ArrayBuffer[]) => void,
): Promise<IndexReply> {
  let nextMs = performance.now() + PROGRESS_INTERVAL_MS;
  const onProgress = ({ doneBytes }: { readonly doneBytes: number }) => {
    const nowMs = performance.now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + PROGRESS_INTERVAL_MS;
    post({ kind: 'progress', id, doneBytes }, []);
  };
  try {
    signal.throwIfAborted();
    if (!platform.borrow) throw new Error('the platform cannot borrow');
    const indexed = await indexTar(platform.borrow(lent), compression, { platform, signal, onProgress });
    const { tree, entryCount, sizeBytes, findings } = indexed;
    return { kind: 'indexed', id, columns: tree.columns, entryCount, sizeBytes, findings };
  } catch {
    return { kind: 'failed', id };
  }
}

/** The buffers of a tree's columns: each is whole, and nobody else's. */
function columnBuffers(columns: object): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const column of Object.values(columns)) {
    if (ArrayBuffer.isView(column) && column.buffer instanceof ArrayBuffer) buffers.add(column.buffer);
  }
  return [...buffers];
}

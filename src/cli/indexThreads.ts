import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { IndexReply } from '../archive/indexMessages.ts';
import { IndexThreads } from '../archive/indexThreads.ts';

/** Beside the main one. More would have little to do: a base layer is often half of an image. */
const MAX_THREADS = 2;

/** Threads that index layers; `script` is `indexThread.ts` as it was built. Undefined on a machine with one core. */
export function nodeIndexThreads(script: URL, coreCount = availableParallelism()): IndexThreads | undefined {
  const count = Math.min(MAX_THREADS, coreCount - 1);
  if (count < 1) return undefined;
  return new IndexThreads(({ onReply, onFault }) => {
    const worker = new Worker(script);
    worker.on('message', (reply: IndexReply) => onReply(reply));
    worker.on('error', onFault);
    return {
      post: (request) => worker.postMessage(request),
      end: () => void worker.terminate(),
    };
  }, count);
}

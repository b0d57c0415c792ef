import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { IndexReply } from '../archive/indexMessages.ts';
import { IndexThreads } from '../archive/indexThreads.ts';

/** Beside the main one. Measured with layers of 577 MB of gzip: none 3.9 s and 94 MB in all, one 2.9 s and 125 MB, two
 *  2.2 s and 145 MB. */
const MAX_THREADS = 1;
/** Of V8's heap, for what lives shortly. Left to itself it takes 10 MB more, and saves no time. */
const YOUNG_MB = 2;

/** Threads that index layers; `script` is `indexThread.ts` as it was built. Undefined on a machine with one core. */
export function nodeIndexThreads(script: URL, coreCount = availableParallelism()): IndexThreads | undefined {
  const count = Math.min(MAX_THREADS, coreCount - 1);
  if (count < 1) return undefined;
  return new IndexThreads(({ onReply, onFault }) => {
    const worker = new Worker(script, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    worker.on('message', (reply: IndexReply) => onReply(reply));
    worker.on('error', onFault);
    return {
      post: (request) => worker.postMessage(request),
      end: () => void worker.terminate(),
    };
  }, count);
}

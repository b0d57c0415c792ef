import type { IndexReply } from '../archive/indexMessages.ts';
import { IndexThreads } from '../archive/indexThreads.ts';

/** A base layer is often half of an image: a third thread would gain little, and each takes some 40 MB. */
const MAX_THREADS = 2;

/** Workers that index layers. Undefined in a browser with one core. */
export function webIndexThreads(): IndexThreads | undefined {
  const count = Math.min(MAX_THREADS, navigator.hardwareConcurrency - 1);
  if (!(count >= 1)) return undefined;
  return new IndexThreads(({ onReply, onFault }) => {
    const worker = new Worker(new URL('./indexThread.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<IndexReply>) => onReply(data);
    worker.onerror = onFault;
    return {
      post: (request) => worker.postMessage(request),
      end: () => worker.terminate(),
    };
  }, count);
}

import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';

/** `docker wait`: the exit status, when the container does not run, ends next, or is removed. */
export function waitForContainer(
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  condition: 'not-running' | 'next-exit' | 'removed',
  signal?: AbortSignal,
): Promise<{ readonly statusCode: number }> {
  const runtime = runtimes.of(record);
  const isIdle = !runtime.running && !runtime.starting;
  if (condition === 'not-running' && isIdle) return Promise.resolve({ statusCode: record.state.exitCode });
  const listeners = condition === 'removed' ? runtime.removalListeners : runtime.exitListeners;
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      listeners.delete(onEnd);
      reject(signal?.reason);
    };
    function onEnd(statusCode: number) {
      listeners.delete(onEnd);
      signal?.removeEventListener('abort', onAbort);
      resolve({ statusCode });
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    listeners.add(onEnd);
  });
}

import type { Progress, Work } from '../bytes/platform.ts';
import type { Host } from './host.ts';
import type { ExplorerEvent } from './protocol.ts';

/** Progress goes to the page at most this often: more is not seen, and costs it time. */
const PROGRESS_INTERVAL_MS = 100;

/** The calls under way that can be cancelled, by the page's `callId`. */
export class Calls {
  readonly #loadHost: () => Promise<Host>;
  readonly #emit: (event: ExplorerEvent) => void;
  readonly #controllers = new Map<string, AbortController>();

  constructor(loadHost: () => Promise<Host>, emit: (event: ExplorerEvent) => void) {
    this.#loadHost = loadHost;
    this.#emit = emit;
  }

  /** Runs a task that `cancel(callId)` ends. The call can be cancelled as soon as this has returned. */
  async run<T>(callId: string, task: (work: CallWork) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#controllers.set(callId, controller);
    try {
      const work = await this.work(callId, controller.signal);
      controller.signal.throwIfAborted();
      const result = await task(work);
      controller.signal.throwIfAborted();
      return result;
    } finally {
      if (this.#controllers.get(callId) === controller) this.#controllers.delete(callId);
    }
  }

  cancel(callId: string): void {
    this.#controllers.get(callId)?.abort();
  }

  /** Work that reports as a call's, under a signal of the caller's. */
  async work(callId: string, signal: AbortSignal): Promise<CallWork> {
    const { platform } = await this.#loadHost();
    const onProgress = throttled((progress: Progress) => this.#emit({ type: 'progress', callId, ...progress }));
    return { platform, signal, onProgress };
  }
}

/** Work that is always cancellable and always reports. */
export interface CallWork extends Work {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Passes on the first report of each phase, then one an interval. */
function throttled(report: (progress: Progress) => void): (progress: Progress) => void {
  let phase: string | undefined;
  let nextMs = 0;
  return (progress) => {
    const nowMs = performance.now();
    if (progress.phase === phase && nowMs < nextMs && progress.doneBytes !== progress.totalBytes) return;
    phase = progress.phase;
    nextMs = nowMs + PROGRESS_INTERVAL_MS;
    report(progress);
  };
}

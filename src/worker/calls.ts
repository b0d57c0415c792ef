import type { Platform, Progress, Work } from '../bytes/platform.ts';
import type { ExplorerEvent } from './protocol.ts';

/** Progress goes to the page at most this often: more is not seen, and costs it time. */
const PROGRESS_INTERVAL_MS = 100;

/** The calls under way that can be cancelled, by the page's `callId`. */
export class Calls {
  readonly #platform: Platform;
  readonly #emit: (event: ExplorerEvent) => void;
  readonly #controllers = new Map<string, AbortController>();

  constructor(platform: Platform, emit: (event: ExplorerEvent) => void) {
    this.#platform = platform;
    this.#emit = emit;
  }

  /** Runs a task that `cancel(callId)` ends. */
  async run<T>(callId: string, task: (work: CallWork) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#controllers.set(callId, controller);
    try {
      const result = await task(this.work(callId, controller.signal));
      controller.signal.throwIfAborted();
      return result;
    } finally {
      if (this.#controllers.get(callId) === controller) this.#controllers.delete(callId);
    }
  }

  cancel(callId: string): void {
    this.#controllers.get(callId)?.abort();
  }

  work(callId: string, signal: AbortSignal): CallWork {
    const onProgress = throttled((progress: Progress) => this.#emit({ type: 'progress', callId, ...progress }));
    return { platform: this.#platform, signal, onProgress };
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

import type { ExplorerEvent, ExplorerService } from '../worker/protocol.ts';
import type { Endpoint } from '../worker/wire.ts';
import { RpcClient } from './rpc.ts';

export { ServiceError } from './rpc.ts';

/** The explorer in a worker of its own. Methods reject with `ServiceError`. */
export interface ExplorerClient {
  readonly service: ExplorerService;
  /** Returns what ends the subscription. */
  onEvent(listener: (event: ExplorerEvent) => void): () => void;
  /** Ends the worker; calls under way reject with `cancelled`. */
  dispose(): void;
}

export function createExplorerClient(): ExplorerClient {
  const worker = new Worker(new URL('../worker/explorerWorker.ts', import.meta.url), { type: 'module' });
  const rpc = new RpcClient<ExplorerService, ExplorerEvent>(worker as Endpoint);
  // A plain Event tells that the script could not be loaded; an ErrorEvent, of an exception outside of any call.
  worker.addEventListener('error', (event) => {
    if (!(event instanceof ErrorEvent)) rpc.lose({ code: 'internal', message: 'the worker could not be started' });
  });
  const own: Pick<ExplorerService, 'keep'> = {
    keep(archiveId) {
      // Only a window may ask; without it the browser may clear what was kept. Some browsers ask the user.
      void navigator.storage?.persist?.().catch(() => false);
      return rpc.service.keep(archiveId);
    },
  };
  return {
    service: Object.assign(Object.create(rpc.service) as ExplorerService, own),
    onEvent: (listener) => rpc.onEvent(listener),
    dispose() {
      worker.terminate();
      rpc.lose({ code: 'cancelled', message: 'the worker was ended' });
    },
  };
}

let lastCallId = 0;

/** A new `callId`, unique in this page. */
export function newCallId(): string {
  return `call-${++lastCallId}`;
}

import { openStateStore } from '../persistence/openStateStore.ts';
import { createExplorerService } from './explorerService.ts';
import { hostService, sendEvent } from './rpcHost.ts';
import type { Endpoint } from './wire.ts';

/** A Web Worker's entry: one explorer for the page that started it. */

const page = globalThis as unknown as Endpoint;

const service = createExplorerService({
  emit: (event) => sendEvent(page, event),
  loadHost: async () => (await import('./webHost.ts')).webHost(),
  openStore: () => openStateStore('palimpsest'),
});
hostService(page, service);

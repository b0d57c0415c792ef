import type { ExplorerService } from '../worker/protocol.ts';
import type { LabEvent, LabService } from '../worker/lab/labProtocol.ts';
import type { Endpoint } from '../worker/wire.ts';
import { RpcClient } from './rpc.ts';

export type * from '../worker/lab/builds/buildsProtocol.ts';
export type {
  CompanionChoice,
  LabEvent,
  LabReach,
  LabService,
  LabSummary,
  NotKeptReason,
  TimelineSummary,
} from '../worker/lab/labProtocol.ts';

/** The simulated machine in the explorer's worker, so that both see the same images. */
export interface LabClient {
  readonly service: LabService;
  onEvent(listener: (event: LabEvent) => void): () => void;
}

/** Its code is loaded in the worker with this call. */
export async function connectLab(explorer: ExplorerService): Promise<LabClient> {
  const { port1, port2 } = new MessageChannel();
  const rpc = new RpcClient<LabService, LabEvent>(port1 as Endpoint);
  await explorer.lab(port2, document.baseURI);
  return { service: rpc.service, onEvent: (listener) => rpc.onEvent(listener) };
}

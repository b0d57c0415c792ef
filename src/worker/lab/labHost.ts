import { hostService, sendEvent } from '../rpcHost.ts';
import type { Session } from '../session.ts';
import type { Endpoint } from '../wire.ts';
import { Lab } from './labService.ts';
import type { OpenedStore } from './openStore.ts';

/** Answers for the machine at a port of its own. */
export function hostLab(session: Session, port: MessagePort, base: string, opened: Promise<OpenedStore>): void {
  const endpoint = port as Endpoint;
  const lab = new Lab(session, (event) => sendEvent(endpoint, event), base, opened);
  hostService(endpoint, lab.service);
}

import { toFault } from './faults.ts';
import { transferList } from './transfer.ts';
import type { CallMessage, Endpoint, EventMessage, ReplyMessage } from './wire.ts';

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** Answers calls that come through a port with the service's own methods, each in a task of its own: a long
 *  call never holds up another or a cancel. */
export function hostService(endpoint: Endpoint, service: object): void {
  endpoint.addEventListener('message', (message) => void answer(endpoint, service, message.data as CallMessage));
  endpoint.start?.();
}

export function sendEvent<Event>(endpoint: Endpoint, event: Event): void {
  endpoint.postMessage({ event } satisfies EventMessage<Event>);
}

async function answer(endpoint: Endpoint, service: object, { call, method, args }: CallMessage): Promise<void> {
  const reply = (message: ReplyMessage, transfer: Transferable[] = []) => endpoint.postMessage(message, transfer);
  try {
    // Own properties only: 'constructor' and the like are no methods of the protocol.
    if (!Object.hasOwn(service, method)) throw new TypeError(`the service has no method ${method}`);
    const value = await (service as Record<string, Method>)[method]?.(...args);
    reply({ reply: call, value }, transferList(value));
  } catch (error) {
    reply({ reply: call, fault: toFault(error) });
  }
}

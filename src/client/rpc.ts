import type { ServiceFault } from '../worker/protocol.ts';
import type { CallMessage, Endpoint, EventMessage, ReplyMessage } from '../worker/wire.ts';

/** A call that failed in the worker. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly fault: ServiceFault;

  constructor(fault: ServiceFault) {
    super(fault.message);
    this.fault = fault;
  }

  get code(): ServiceFault['code'] {
    return this.fault.code;
  }
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: ServiceError): void;
}

/** A port can only move to the other side, not be copied. */
function isPort(value: unknown): value is MessagePort {
  return value instanceof MessagePort;
}

/** Calls a service at the other end of a port. `service` has every method of the interface, each a message and
 *  a promise; a method that the host does not have rejects. */
export class RpcClient<Service extends object, Event> {
  readonly service: Service;
  readonly #endpoint: Endpoint;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: Event) => void>();
  #lastCall = 0;
  #lost: ServiceFault | undefined;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    endpoint.addEventListener('message', (message) => this.#receive(message.data));
    endpoint.start?.();
    this.service = new Proxy({} as Service, {
      // A thenable service would be called by `await`.
      get: (_, method) =>
        typeof method === 'string' && method !== 'then' ? (...args: unknown[]) => this.#send(method, args) : undefined,
    });
  }

  /** Returns what ends the subscription. */
  onEvent(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The other end is gone: every call under way and every later one rejects. */
  lose(fault: ServiceFault): void {
    this.#lost ??= fault;
    for (const call of this.#pending.values()) call.reject(new ServiceError(fault));
    this.#pending.clear();
  }

  #send(method: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(new ServiceError(this.#lost));
      const call = ++this.#lastCall;
      // Throws DataCloneError for what cannot be cloned: a rejection of this call alone.
      this.#endpoint.postMessage({ call, method, args } satisfies CallMessage, args.filter(isPort));
      this.#pending.set(call, { resolve, reject });
    });
  }

  #receive(message: ReplyMessage | EventMessage<Event>): void {
    if ('event' in message) {
      for (const listener of this.#listeners) listener(message.event);
      return;
    }
    const call = this.#pending.get(message.reply);
    this.#pending.delete(message.reply);
    if ('fault' in message) call?.reject(new ServiceError(message.fault));
    else call?.resolve(message.value);
  }
}

import type { ServiceFault } from './protocol.ts';

/** What passes between a page and its worker. Calls carry a number, replies the same; events carry none. */
export interface CallMessage {
  readonly call: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type ReplyMessage =
  { readonly reply: number; readonly value: unknown } | { readonly reply: number; readonly fault: ServiceFault };

export interface EventMessage<Event> {
  readonly event: Event;
}

/** The part of Worker, MessagePort and a worker's global scope that is used. */
export interface Endpoint {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (message: MessageEvent) => void): void;
  /** A MessagePort holds its messages until it is started. */
  start?(): void;
}

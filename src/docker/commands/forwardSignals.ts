import { type SignalName, SIGNALS } from '../../shell/kernel/signals.ts';
import { EngineError } from '../../engine/engineError.ts';
import type { Client } from '../client.ts';

/** Sent on to the container; those of the terminal itself, of children and of stopping are not. */
const FORWARDED: readonly SignalName[] = ['HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'ALRM', 'TERM', 'CONT', 'IO'];

/** Hands signals that the client gets on to a container. Gives the function that ends it. */
export function forwardSignals(client: Client, containerId: string): () => void {
  const { process, engine } = client;
  for (const name of FORWARDED) {
    process.onSignal(SIGNALS[name], () => {
      engine.containers.kill(containerId, name).catch((error: unknown) => {
        // It may be over already.
        if (!(error instanceof EngineError)) throw error;
      });
    });
  }
  return () => {
    for (const name of FORWARDED) process.onSignal(SIGNALS[name], 'default');
  };
}

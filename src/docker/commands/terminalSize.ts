import { SIGNALS } from '../../shell/kernel/signals.ts';
import type { Client } from '../client.ts';

/** Tells the size of the client's terminal now and when it changes. Gives the function that ends it. */
export function watchSize(client: Client, tell: (columns: number, rows: number) => void): () => void {
  const terminal = client.terminal(1);
  if (!terminal) return () => undefined;
  tell(terminal.columns, terminal.rows);
  client.process.onSignal(SIGNALS.WINCH, () => tell(terminal.columns, terminal.rows));
  return () => client.process.onSignal(SIGNALS.WINCH, 'default');
}

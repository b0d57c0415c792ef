import { openIndexedDbKeyValues } from '../../persistence/indexedDbKeyValues.ts';
import { type MachineStore, machineStore, type StoredMachine } from '../../persistence/machineStore.ts';
import { PersistenceError } from '../../persistence/persistenceError.ts';
import type { NotKeptReason } from './labProtocol.ts';
import { lockMachine } from './machineLock.ts';

const DATABASE = 'palimpsest-machine';

/** Where this page's machine is kept, and what lies there; or why it cannot be kept. */
export type OpenedStore =
  | { readonly store: MachineStore; readonly stored: Promise<StoredMachine | undefined> }
  | { readonly notKept: NotKeptReason };

/** Reads what is kept at once: while it comes from the disk, the machine's code is loaded. */
export async function openStore(): Promise<OpenedStore> {
  if (typeof indexedDB === 'undefined') return { notKept: 'noStorage' };
  const opening = openIndexedDbKeyValues(DATABASE);
  opening.catch(() => undefined);
  if (!(await lockMachine())) return { notKept: 'taken' };
  try {
    const store = machineStore((await opening).keyValues);
    const stored = store.read();
    // Whoever asks is told.
    stored.catch(() => undefined);
    return { store, stored };
  } catch (error) {
    if (!(error instanceof PersistenceError)) throw error;
    return { notKept: 'noStorage' };
  }
}

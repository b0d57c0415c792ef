import { openIndexedDbKeyValues } from './indexedDbKeyValues.ts';
import { memoryKeyValues } from './keyValues.ts';
import { keyValueStateStore } from './keyValueStateStore.ts';
import { PersistenceError } from './persistenceError.ts';
import type { Discarded, StateStore } from './stateStore.ts';

export interface OpenedStateStore {
  readonly store: StateStore;
  /** False where the browser forbids storage: then what is open lasts as long as the page. */
  readonly isLasting: boolean;
  readonly discarded: readonly Discarded[];
}

/** The best store that the place allows; never rejects. */
export async function openStateStore(databaseName: string): Promise<OpenedStateStore> {
  try {
    const { keyValues, wasReset } = await openIndexedDbKeyValues(databaseName);
    const discarded: Discarded[] = wasReset ? [{ reason: 'unreadable', fileName: undefined }] : [];
    return { store: keyValueStateStore(keyValues), isLasting: true, discarded };
  } catch (error) {
    if (!(error instanceof PersistenceError)) throw error;
    const discarded: Discarded[] = error.code === 'version' ? [{ reason: 'version', fileName: undefined }] : [];
    return { store: keyValueStateStore(memoryKeyValues()), isLasting: false, discarded };
  }
}

import { promisifyRequest } from 'idb-keyval';
import { type KeyValueChange, type KeyValues, prefixEnd } from './keyValues.ts';
import { PersistenceError } from './persistenceError.ts';

const STORE_NAME = 'values';
const DATABASE_VERSION = 1;

/** Opens the database; one that is broken is deleted and made anew, once. Rejects with PersistenceError:
 *  `version` where a later release has changed it (what is in it stays), `unreadable` where storage is forbidden
 *  or broken for good. */
export async function openIndexedDbKeyValues(
  databaseName: string,
): Promise<{ readonly keyValues: KeyValues; readonly wasReset: boolean }> {
  try {
    return { keyValues: overDatabase(await openDatabase(databaseName), databaseName), wasReset: false };
  } catch (error) {
    const { name } = error as DOMException;
    if (name === 'VersionError') throw new PersistenceError('version', 'a later release wrote the database', error);
    // SecurityError: a frame of another origin, or storage is blocked. Deleting would not help.
    if (typeof indexedDB === 'undefined' || name === 'SecurityError') {
      throw new PersistenceError('unreadable', 'this page may not store anything', error);
    }
  }
  try {
    await promisifyRequest(indexedDB.deleteDatabase(databaseName));
    return { keyValues: overDatabase(await openDatabase(databaseName), databaseName), wasReset: true };
  } catch (error) {
    throw new PersistenceError('unreadable', 'the database cannot be opened', error);
  }
}

async function openDatabase(databaseName: string): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, DATABASE_VERSION);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE_NAME);
  const database = await promisifyRequest(request);
  if (!database.objectStoreNames.contains(STORE_NAME)) {
    database.close();
    throw new PersistenceError('corrupt', `the database has no store ${STORE_NAME}`);
  }
  return database;
}

function overDatabase(first: IDBDatabase, databaseName: string): KeyValues {
  let connection: Promise<IDBDatabase> | undefined;

  // A browser closes connections when site data is cleared or it needs the memory; the next use opens anew.
  function adopt(database: IDBDatabase): IDBDatabase {
    const forget = () => {
      connection = undefined;
    };
    database.onclose = forget;
    database.onversionchange = () => {
      database.close();
      forget();
    };
    return database;
  }

  async function transact<T>(
    mode: IDBTransactionMode,
    durability: IDBTransactionDurability,
    body: (store: IDBObjectStore) => Promise<T>,
  ): Promise<T> {
    connection ??= openDatabase(databaseName).then(adopt);
    const database = await connection.catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    const transaction = database.transaction(STORE_NAME, mode, { durability });
    try {
      const done = promisifyRequest(transaction);
      const [result] = await Promise.all([body(transaction.objectStore(STORE_NAME)), done]);
      return result;
    } catch (error) {
      // A value that cannot be cloned throws here, and puts before it would be committed.
      abort(transaction);
      // What ended the transaction (QuotaExceededError) says more than the AbortError of a request.
      throw transaction.error ?? error;
    }
  }

  connection = Promise.resolve(adopt(first));
  return {
    get: (key) => transact('readonly', 'default', (store) => promisifyRequest<unknown>(store.get(key))),
    pairs: (prefix) => transact('readonly', 'default', (store) => readPairs(store, prefix)),
    change: (change) => transact('readwrite', change.durability, (store) => applyChange(store, change)),
  };
}

async function readPairs(store: IDBObjectStore, prefix: string): Promise<readonly (readonly [string, unknown])[]> {
  const range = IDBKeyRange.bound(prefix, prefixEnd(prefix), false, true);
  const [keys, values] = await Promise.all([
    promisifyRequest(store.getAllKeys(range)),
    promisifyRequest<unknown[]>(store.getAll(range)),
  ]);
  return keys.map((key, i) => [String(key), values[i]] as const);
}

async function applyChange(store: IDBObjectStore, change: KeyValueChange): Promise<void> {
  if (change.onlyIf !== undefined && (await promisifyRequest(store.count(change.onlyIf))) === 0) return;
  for (const key of change.remove ?? []) store.delete(key);
  if (change.removePrefix !== undefined) {
    store.delete(IDBKeyRange.bound(change.removePrefix, prefixEnd(change.removePrefix), false, true));
  }
  for (const [key, value] of change.put ?? []) store.put(value, key);
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already: nothing to undo.
  }
}

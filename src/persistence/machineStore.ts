import type { LayerColumns } from '../vfs/layerTree.ts';
import type { KeyValues } from './keyValues.ts';
import { PersistenceError } from './persistenceError.ts';
import { checkLayerRecord, ownColumns } from './records.ts';
import { STORE_VERSION } from './stateStore.ts';

const HEAD = 'machine/head';
const PART = 'machine/part/';
const TREE = 'machine/tree/';

/** Large parts are Blobs, which stay on the disk. */
export type StoredPart = Uint8Array | Blob;

export interface StoredMachine {
  readonly head: Uint8Array;
  readonly parts: ReadonlyMap<string, StoredPart>;
  readonly trees: ReadonlyMap<string, LayerColumns>;
}

/** A machine in a database of its own: its head, which decides what is there, and its parts by name. Rejects with
 *  PersistenceError `corrupt`, or with the browser's own DOMException (QuotaExceededError, …). */
export interface MachineStore {
  /** Undefined where none is kept. */
  read(): Promise<StoredMachine | undefined>;
  /** Parts of a machine whose head is yet to come, in one transaction. */
  putParts(parts: readonly (readonly [name: string, part: StoredPart])[]): Promise<void>;
  putTrees(trees: readonly (readonly [name: string, columns: LayerColumns])[]): Promise<void>;
  /** From now on the machine is this one; on the disk when it resolves. */
  putHead(head: Uint8Array): Promise<void>;
  /** What no head names any more. */
  remove(names: { readonly parts: readonly string[]; readonly trees: readonly string[] }): Promise<void>;
  clear(): Promise<void>;
}

export function machineStore(keyValues: KeyValues): MachineStore {
  return {
    read: () => readMachine(keyValues),
    putParts: (parts) =>
      keyValues.change({ put: parts.map(([name, part]) => [PART + name, part]), durability: 'relaxed' }),
    putTrees: (trees) =>
      keyValues.change({
        put: trees.map(([name, columns]) => [TREE + name, { version: STORE_VERSION, columns: ownColumns(columns) }]),
        durability: 'relaxed',
      }),
    putHead: (head) => keyValues.change({ put: [[HEAD, head]], durability: 'strict' }),
    remove: ({ parts, trees }) =>
      keyValues.change({
        remove: [...parts.map((name) => PART + name), ...trees.map((name) => TREE + name)],
        durability: 'relaxed',
      }),
    clear: () => keyValues.change({ removePrefix: 'machine/', durability: 'strict' }),
  };
}

async function readMachine(keyValues: KeyValues): Promise<StoredMachine | undefined> {
  const [head, partPairs, treePairs] = await Promise.all([
    keyValues.get(HEAD),
    keyValues.pairs(PART),
    keyValues.pairs(TREE),
  ]);
  if (head === undefined) return undefined;
  if (!(head instanceof Uint8Array)) throw new PersistenceError('corrupt', 'the kept machine has no head');
  const parts = new Map<string, StoredPart>();
  for (const [key, part] of partPairs) {
    if (!(part instanceof Uint8Array || part instanceof Blob))
      throw new PersistenceError('corrupt', 'a part of the kept machine is damaged');
    parts.set(key.slice(PART.length), part);
  }
  const trees = new Map<string, LayerColumns>();
  for (const [key, tree] of treePairs) trees.set(key.slice(TREE.length), checkLayerRecord(tree).columns);
  return { head, parts, trees };
}

/** The few operations that a state store is made of, over string keys in their order. `change` runs in one
 *  transaction. */
export interface KeyValues {
  get(key: string): Promise<unknown>;
  /** All pairs whose key begins with `prefix`. */
  pairs(prefix: string): Promise<readonly (readonly [key: string, value: unknown])[]>;
  /** Puts and removes as one. With `onlyIf`, nothing happens unless that key is there. `strict` waits until the
   *  data is on the disk (some 3 ms more). */
  change(change: KeyValueChange): Promise<void>;
}

export interface KeyValueChange {
  readonly put?: readonly (readonly [key: string, value: unknown])[];
  /** Exact keys. */
  readonly remove?: readonly string[];
  /** Every key that begins with it. */
  readonly removePrefix?: string;
  readonly onlyIf?: string;
  readonly durability: 'strict' | 'relaxed';
}

/** The first string after all that begin with `prefix`: IndexedDB compares keys by UTF-16 code units. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\uffff`;
}

/** Keeps values for as long as the page lives: embeds and browsers that forbid storage. Values are cloned as a
 *  database would, so that nobody shares them. */
export function memoryKeyValues(): KeyValues {
  const values = new Map<string, unknown>();
  return {
    get: async (key) => structuredClone(values.get(key)),
    pairs: async (prefix) => {
      const keys = [...values.keys()].filter((key) => key.startsWith(prefix)).sort();
      return keys.map((key) => [key, structuredClone(values.get(key))] as const);
    },
    change: async ({ put = [], remove = [], removePrefix, onlyIf }) => {
      // Clones first: one value that cannot be cloned fails the whole change.
      const cloned = put.map(([key, value]) => [key, structuredClone(value)] as const);
      if (onlyIf !== undefined && !values.has(onlyIf)) return;
      for (const key of remove) values.delete(key);
      if (removePrefix !== undefined) {
        for (const key of values.keys()) if (key.startsWith(removePrefix)) values.delete(key);
      }
      for (const [key, value] of cloned) values.set(key, value);
    },
  };
}

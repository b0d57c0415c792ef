/** Something that can be put back to what a copy of it was. */
export interface Restorable<T> {
  copy(): T;
  restore(copy: T): void;
}

/** Slots that stay for the next operation; what a long one took more is given back. */
const KEPT_SLOTS = 3 * 128;
/** Where the key of a property would stand: the entry is a copy of its whole target. */
const WHOLE = Symbol('whole');

/** Takes back what an operation changed, so that it happens whole or not at all. Everything that an operation may
 *  change, stored state and caches alike, is changed through here; entries cost three array slots each. */
export class UndoLog {
  /** Called before each change: may throw, as a test that lets every point of every operation fail does. */
  onChange: (() => void) | undefined;
  readonly #entries: unknown[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Notes what a property was, which the caller then sets. Cheaper than `assign` in what is called most: a property that
   *  the code names is found at once. */
  note<T extends object, K extends keyof T>(target: T, key: K, old: T[K]): void {
    this.#push(target, key, old);
  }

  /** target[key] = value. */
  assign<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): void {
    this.#push(target, key, target[key]);
    target[key] = value;
  }

  /** Keeps a copy of what is going to be changed in many places. */
  keep<T>(target: Restorable<T>): void {
    this.#push(target, WHOLE, target.copy());
  }

  /** For maps without undefined values. */
  setEntry<K, V>(map: Map<K, V>, key: K, value: V): void {
    this.#push(map, key, map.get(key));
    map.set(key, value);
  }

  /** As `setEntry`, for a key that is known to be new. */
  addEntry<K, V>(map: Map<K, V>, key: K, value: V): void {
    this.#push(map, key, undefined);
    map.set(key, value);
  }

  deleteEntry<K, V>(map: Map<K, V>, key: K): void {
    const old = map.get(key);
    if (old !== undefined) this.removeEntry(map, key, old);
  }

  /** As `deleteEntry`, for a key that is known to have that value. */
  removeEntry<K, V>(map: Map<K, V>, key: K, old: V): void {
    this.#push(map, key, old);
    map.delete(key);
  }

  /** As `setEntry`, for a key that is known to have that value. */
  replaceEntry<K, V>(map: Map<K, V>, key: K, old: V, value: V): void {
    this.#push(map, key, old);
    map.set(key, value);
  }

  /** Copies `bytes` to `target` at `offset`. */
  writeBytes(target: Uint8Array, offset: number, bytes: Uint8Array): void {
    this.#push(target, new SavedBytes(offset), target.slice(offset, offset + bytes.length));
    target.set(bytes, offset);
  }

  /** Ends an operation that is done. */
  forget(): void {
    // The slots stay, and hold on to the last operations' values: giving the array up costs more than all else here.
    if (this.#length > KEPT_SLOTS) this.#entries.length = KEPT_SLOTS;
    this.#length = 0;
  }

  /** Takes all changes since the last `forget` back, the last one first. */
  rollBack(): void {
    for (let at = this.#length - 3; at >= 0; at -= 3) {
      this.#length = at;
      undo(this.#entries[at], this.#entries[at + 1], this.#entries[at + 2]);
    }
  }

  #push(target: unknown, key: unknown, old: unknown): void {
    this.onChange?.();
    const entries = this.#entries;
    const at = this.#length;
    entries[at] = target;
    entries[at + 1] = key;
    entries[at + 2] = old;
    this.#length = at + 3;
  }
}

function undo(target: unknown, key: unknown, old: unknown): void {
  if (key === WHOLE) (target as Restorable<unknown>).restore(old);
  else if (key instanceof SavedBytes) (target as Uint8Array).set(old as Uint8Array, key.offset);
  else if (target instanceof Map) {
    if (old === undefined) target.delete(key);
    else target.set(key, old);
  } else (target as Record<PropertyKey, unknown>)[key as PropertyKey] = old;
}

class SavedBytes {
  readonly offset: number;
  constructor(offset: number) {
    this.offset = offset;
  }
}

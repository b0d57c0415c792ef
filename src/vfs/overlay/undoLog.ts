/** Takes back what an operation changed, so that it happens whole or not at all. Everything that an operation may
 *  change, stored state and caches alike, is changed through here; entries cost three array slots each. */
export class UndoLog {
  /** Called before each change: may throw, as a test that lets every point of every operation fail does. */
  onChange: (() => void) | undefined;
  readonly #entries: unknown[] = [];

  get length(): number {
    return this.#entries.length;
  }

  /** target[key] = value. */
  assign<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): void {
    this.onChange?.();
    this.#entries.push(target, key, target[key]);
    target[key] = value;
  }

  /** For maps without undefined values. */
  setEntry<K, V>(map: Map<K, V>, key: K, value: V): void {
    this.onChange?.();
    this.#entries.push(map, key, map.get(key));
    map.set(key, value);
  }

  deleteEntry<K, V>(map: Map<K, V>, key: K): void {
    if (!map.has(key)) return;
    this.onChange?.();
    this.#entries.push(map, key, map.get(key));
    map.delete(key);
  }

  /** Copies `bytes` to `target` at `offset`. */
  writeBytes(target: Uint8Array, offset: number, bytes: Uint8Array): void {
    this.onChange?.();
    this.#entries.push(target, new SavedBytes(offset), target.slice(offset, offset + bytes.length));
    target.set(bytes, offset);
  }

  /** Ends an operation that is done. */
  forget(): void {
    this.#entries.length = 0;
  }

  /** Takes all changes since the last `forget` back, the last one first. */
  rollBack(): void {
    const entries = this.#entries;
    while (entries.length > 0) {
      const old = entries.pop();
      const key = entries.pop();
      const target = entries.pop();
      if (key instanceof SavedBytes) (target as Uint8Array).set(old as Uint8Array, key.offset);
      else if (target instanceof Map) {
        if (old === undefined) target.delete(key);
        else target.set(key, old);
      } else (target as Record<PropertyKey, unknown>)[key as PropertyKey] = old;
    }
  }
}

class SavedBytes {
  readonly offset: number;
  constructor(offset: number) {
    this.offset = offset;
  }
}

/** The attributes of an inode that has one, as what was copied up has its origin: a Map would cost 150 bytes more. */
export class SingleXattr implements ReadonlyMap<string, Uint8Array> {
  readonly #name: string;
  readonly #value: Uint8Array;

  constructor(name: string, value: Uint8Array) {
    this.#name = name;
    this.#value = value;
  }

  get size(): number {
    return 1;
  }

  get(name: string): Uint8Array | undefined {
    return name === this.#name ? this.#value : undefined;
  }

  has(name: string): boolean {
    return name === this.#name;
  }

  forEach(visit: (value: Uint8Array, name: string, map: ReadonlyMap<string, Uint8Array>) => void): void {
    visit(this.#value, this.#name, this);
  }

  entries(): MapIterator<[string, Uint8Array]> {
    return this.#asMap().entries();
  }

  keys(): MapIterator<string> {
    return this.#asMap().keys();
  }

  values(): MapIterator<Uint8Array> {
    return this.#asMap().values();
  }

  [Symbol.iterator](): MapIterator<[string, Uint8Array]> {
    return this.entries();
  }

  #asMap(): Map<string, Uint8Array> {
    return new Map([[this.#name, this.#value]]);
  }
}

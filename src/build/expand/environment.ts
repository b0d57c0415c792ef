/** Variables that words may name. */
export interface Environment {
  get(name: string): string | undefined;
  keys(): Iterable<string>;
}

export const EMPTY_ENVIRONMENT: Environment = { get: () => undefined, keys: () => [] };

/** Variables in the order in which they were set last. On Windows names differ by more than case. */
export class VariableMap implements Environment {
  readonly #values: Map<string, { name: string; value: string }>;
  readonly #ignoreCase: boolean;

  constructor(entries: Iterable<readonly [string, string]> = [], { ignoreCase = false } = {}) {
    this.#ignoreCase = ignoreCase;
    this.#values = new Map();
    for (const [name, value] of entries) this.set(name, value);
  }

  get(name: string): string | undefined {
    return this.#values.get(this.#key(name))?.value;
  }

  set(name: string, value: string): void {
    const key = this.#key(name);
    this.#values.delete(key);
    this.#values.set(key, { name, value });
  }

  *keys(): Iterable<string> {
    for (const { name } of this.#values.values()) yield name;
  }

  *entries(): Iterable<readonly [string, string]> {
    for (const { name, value } of this.#values.values()) yield [name, value];
  }

  copy(): VariableMap {
    return new VariableMap(this.entries(), { ignoreCase: this.#ignoreCase });
  }

  #key(name: string): string {
    return this.#ignoreCase ? name.toUpperCase() : name;
  }
}

/** `A=1` as a config's Env holds it; without `=` the value is empty. */
export function splitVariable(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

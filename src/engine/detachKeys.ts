import { other } from './messages.ts';

const CTRL_NAMES: Readonly<Record<string, number>> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 };
const DEFAULT_KEYS = 'ctrl-p,ctrl-q';

/** `ctrl-p,ctrl-q`, `a`, `ctrl-@` as bytes (moby term, ToBytes). Throws EngineError for what is no key. */
export function parseDetachKeys(text: string = DEFAULT_KEYS): readonly number[] {
  if (text === '') return [];
  return text.split(',').map((key) => {
    if (key.length === 1) return key.charCodeAt(0);
    const name = /^ctrl-(.)$/.exec(key)?.[1];
    if (name !== undefined && /[a-z]/.test(name)) return name.charCodeAt(0) - 96;
    const code = name === undefined ? undefined : CTRL_NAMES[name];
    if (code === undefined) throw other('invalidParameter', `Invalid detach keys (${text}) provided`);
    return code;
  });
}

/** Finds a sequence of keys in what is typed, however it is cut into chunks (moby term, EscapeProxy). */
export class DetachKeys {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  /** What goes on to the process, and whether the sequence is complete. */
  filter(bytes: Uint8Array): { readonly passed: Uint8Array; readonly isComplete: boolean } {
    if (this.#keys.length === 0) return { passed: bytes, isComplete: false };
    const passed: number[] = [];
    for (const byte of bytes) {
      if (byte !== this.#keys[this.#matched]) {
        passed.push(...this.#keys.slice(0, this.#matched));
        this.#matched = 0;
      }
      if (byte === this.#keys[this.#matched]) {
        this.#matched++;
        if (this.#matched === this.#keys.length) {
          this.#matched = 0;
          return { passed: Uint8Array.from(passed), isComplete: true };
        }
      } else passed.push(byte);
    }
    return { passed: Uint8Array.from(passed), isComplete: false };
  }
}

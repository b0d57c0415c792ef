import type { BcNumber } from './bcNumber.ts';
import { DcFault } from './dcFault.ts';

/** A number, or a string: text that can be printed and run. */
export type DcValue = BcNumber | string;

/** One of the values that lie on each other in a register, with the array that is its own. */
interface Instance {
  value: DcValue | undefined;
  readonly array: Map<number, DcValue>;
}

/** Values that a stack, or all arrays together, may hold. */
export const MAX_VALUES = 1_000_000;

/** The registers of dc: each a stack of values and arrays, named by one character. */
export class DcRegisters {
  readonly #registers = new Map<string, Instance[]>();
  #count = 0;

  value(name: string): DcValue | undefined {
    return this.#registers.get(name)?.at(-1)?.value;
  }

  set(name: string, value: DcValue): void {
    this.#top(name).value = value;
  }

  push(name: string, value: DcValue): void {
    this.#grow();
    this.#stack(name).push({ value, array: new Map() });
  }

  /** Throws DcFault emptyRegister. */
  pop(name: string): DcValue {
    const { value } = this.#registers.get(name)?.at(-1) ?? {};
    if (value === undefined) throw new DcFault('emptyRegister', name);
    this.#registers.get(name)?.pop();
    return value;
  }

  element(name: string, index: number): DcValue | undefined {
    return this.#registers.get(name)?.at(-1)?.array.get(index);
  }

  setElement(name: string, index: number, value: DcValue): void {
    this.#grow();
    this.#top(name).array.set(index, value);
  }

  #stack(name: string): Instance[] {
    const known = this.#registers.get(name);
    if (known) return known;
    const made: Instance[] = [];
    this.#registers.set(name, made);
    return made;
  }

  #top(name: string): Instance {
    const stack = this.#stack(name);
    const last = stack.at(-1);
    if (last) return last;
    const made: Instance = { value: undefined, array: new Map() };
    stack.push(made);
    return made;
  }

  #grow(): void {
    if (++this.#count > MAX_VALUES) throw new DcFault('limit');
  }
}

import type { Flavour } from '../kernel/program.ts';
import { type BcNumber, rescaled } from './bcNumber.ts';
import { DcFault } from './dcFault.ts';
import { type DcValue, MAX_VALUES } from './dcRegisters.ts';

/** The values that dc's commands work on. */
export class DcStack {
  readonly #flavour: Flavour;
  #values: DcValue[] = [];

  constructor(flavour: Flavour) {
    this.#flavour = flavour;
  }

  get size(): number {
    return this.#values.length;
  }

  /** All of them, the top first. */
  fromTop(): DcValue[] {
    return [...this.#values].reverse();
  }

  push(value: DcValue): void {
    if (this.#values.length >= MAX_VALUES) throw new DcFault('limit');
    this.#values.push(value);
  }

  top(): DcValue {
    const value = this.#values.at(-1);
    if (value === undefined) throw new DcFault('empty');
    return value;
  }

  pop(): DcValue {
    const value = this.top();
    this.#values.pop();
    return value;
  }

  /** The whole part of a number. `code`: how GNU's dc refuses a string. */
  popInteger(code: DcFault['code']): number {
    return this.#integer(this.pop(), code);
  }

  /** That many, in the order in which they were pushed; they stay. */
  topNumbers(count: number): BcNumber[] {
    if (this.#values.length < count) throw new DcFault('empty');
    const values = this.#values.slice(-count);
    for (const value of values) if (typeof value === 'string') throw new DcFault('notNumber');
    return values as BcNumber[];
  }

  /** Takes away that many, which are there. */
  drop(count: number): void {
    this.#values.length -= count;
  }

  /** What changes nothing but which values are there and their order. False for another command. */
  shuffle(command: string): boolean {
    switch (command) {
      case 'c':
        this.#values = [];
        return true;
      case 'd':
        this.push(this.top());
        return true;
      case 'r':
        this.#swap();
        return true;
      case 'R':
        this.#rotate();
        return true;
      default:
        return false;
    }
  }

  #integer(value: DcValue, code: DcFault['code']): number {
    if (typeof value === 'string') throw new DcFault(this.#flavour === 'busybox' ? 'notNumber' : code);
    const { digits } = rescaled(value, 0);
    return Number(digits);
  }

  #swap(): void {
    if (this.#values.length < 2) {
      if (this.#flavour === 'gnu') return;
      throw new DcFault('empty');
    }
    const [a, b] = this.#values.splice(-2) as [DcValue, DcValue];
    this.#values.push(b, a);
  }

  #rotate(): void {
    const value = this.pop();
    // Busybox's `R` drops the value and turns nothing.
    if (this.#flavour === 'busybox') return;
    const count = this.#integer(value, 'notNumber');
    const turned = this.#values.splice(-Math.min(this.#values.length, Math.abs(count)) || this.#values.length);
    const end = count > 0 ? turned.shift() : turned.pop();
    if (end === undefined) return;
    if (count > 0) turned.push(end);
    else turned.unshift(end);
    this.#values.push(...turned);
  }
}

import type { Process } from '../kernel/process.ts';
import { type BcNumber, numberText, rescaled } from './bcNumber.ts';
import type { DcParameters } from './dcParameters.ts';
import type { DcValue } from './dcRegisters.ts';
import type { DcStack } from './dcStack.ts';

const LINE_CHARACTERS = 70;

/** What prints values. */
export class DcPrinter {
  readonly #process: Process;
  readonly #parameters: DcParameters;
  readonly #lineCharacters: number;

  constructor(process: Process, parameters: DcParameters) {
    this.#process = process;
    this.#parameters = parameters;
    const asked = Number(process.env.get('DC_LINE_LENGTH') ?? LINE_CHARACTERS);
    this.#lineCharacters =
      asked === 0 || asked === 1 ? Number.POSITIVE_INFINITY : asked >= 2 ? asked - 1 : LINE_CHARACTERS - 1;
  }

  async run(command: string, stack: DcStack): Promise<void> {
    const process = this.#process;
    const isBusybox = process.flavour === 'busybox';
    if (command === 'f') {
      for (const value of stack.fromTop()) await process.print(`${this.#shown(value)}\n`);
      return;
    }
    // Busybox's `n` is its `p`.
    if (command === 'p' || (command === 'n' && isBusybox)) {
      await process.print(`${this.#shown(stack.top())}\n`);
      return;
    }
    const value = isBusybox ? stack.top() : stack.pop();
    if (typeof value === 'string' || command === 'n') await process.print(this.#shown(value));
    else await process.write(1, bytesOf(value));
  }

  #shown(value: DcValue): string {
    if (typeof value === 'string') return value;
    const text = numberText(value, this.#parameters.outputBase);
    if (text.length <= this.#lineCharacters) return text;
    const width = this.#lineCharacters;
    const lines: string[] = [];
    for (let at = 0; at < text.length; at += width) lines.push(text.slice(at, at + width));
    return lines.join('\\\n');
  }
}

/** The whole part of its size, as digits of base 256. */
function bytesOf(value: BcNumber): Uint8Array {
  const { digits } = rescaled(value, 0);
  const hex = (digits < 0n ? -digits : digits).toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

import type { Process } from '../../kernel/process.ts';

/** Shorter values are not worth counting. */
const LARGE_CHARACTERS = 1 << 16;

/** The large values among a shell's variables: what a control group counts of them. */
export class HeldValues {
  readonly #sizes = new Map<string, number>();

  /** A variable has a value of so many characters now. */
  note(process: Process, name: string, characters: number): void {
    const before = this.#sizes.get(name) ?? 0;
    const after = characters > LARGE_CHARACTERS ? characters : 0;
    if (before === after) return;
    if (after === 0) this.#sizes.delete(name);
    else this.#sizes.set(name, after);
    process.hold(after - before);
  }
}

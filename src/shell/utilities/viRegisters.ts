/** What was copied or deleted: lines, or a part of them. */
export interface ViText {
  readonly lines: readonly string[];
  /** Whether these are whole lines. */
  readonly isWhole: boolean;
}

const EMPTY: ViText = { lines: [], isWhole: false };
const NUMBERED = 9;

/** vi's registers: `a` to `z` (in capitals: put behind what is there), `0` for what was copied, `1` to `9` for what was
 *  deleted, `-` for parts of a line, `_` for nothing, and the one without a name. */
export class ViRegisters {
  readonly #texts = new Map<string, ViText>();
  #last = EMPTY;

  get(name: string | undefined): ViText {
    if (name === undefined || name === '"') return this.#last;
    return this.#texts.get(name.toLowerCase()) ?? EMPTY;
  }

  copy(name: string | undefined, text: ViText): void {
    if (name === '_') return;
    if (this.#isNamed(name)) this.#set(name, text);
    else this.#texts.set('0', text);
    this.#last = this.#isNamed(name) ? this.get(name) : text;
  }

  /** `isLarge`: deleted by a motion that goes to a number whatever its size. */
  cut(name: string | undefined, text: ViText): void {
    if (name === '_') return;
    if (this.#isNamed(name)) this.#set(name, text);
    else if (!text.isWhole && text.lines.length < 2) this.#texts.set('-', text);
    if (text.isWhole || text.lines.length > 1) this.#shift(text);
    this.#last = this.#isNamed(name) ? this.get(name) : text;
  }

  /** A macro, as it was typed. */
  setKeys(name: string, keys: string): void {
    this.#set(name, { lines: keys.split('\n'), isWhole: false });
  }

  #isNamed(name: string | undefined): name is string {
    return name !== undefined && name !== '"';
  }

  #set(name: string, text: ViText): void {
    const known = this.#texts.get(name.toLowerCase());
    if (!/[A-Z]/.test(name) || !known) this.#texts.set(name.toLowerCase(), text);
    else this.#texts.set(name.toLowerCase(), joined(known, text));
  }

  #shift(text: ViText): void {
    for (let i = NUMBERED; i > 1; i--) {
      const before = this.#texts.get(String(i - 1));
      if (before) this.#texts.set(String(i), before);
    }
    this.#texts.set('1', text);
  }
}

function joined(first: ViText, second: ViText): ViText {
  if (first.isWhole || second.isWhole) return { lines: [...first.lines, ...second.lines], isWhole: true };
  const middle = (first.lines.at(-1) ?? '') + (second.lines[0] ?? '');
  return { lines: [...first.lines.slice(0, -1), middle, ...second.lines.slice(1)], isWhole: false };
}

/** Line numbers of positions in a text. */
export class LineTable {
  readonly #starts: number[] = [0];
  readonly #firstLine: number;

  constructor(text: string, firstLine: number) {
    this.#firstLine = firstLine;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  lineAt(pos: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= pos) low = middle;
      else high = middle - 1;
    }
    return low + this.#firstLine;
  }

  startOfLine(pos: number): number {
    return this.#starts[this.lineAt(pos) - this.#firstLine] ?? 0;
  }
}

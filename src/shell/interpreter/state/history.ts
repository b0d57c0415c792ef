/** Lines that were typed, oldest first. */
export class History {
  /** Number of the oldest line that is kept. */
  first = 1;
  readonly lines: string[] = [];
  /** Lines at the end that its file has not got. */
  unsaved = 0;
  /** Lines of the file that were read. */
  fileLines = 0;
  readonly #limit: number;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  add(line: string): void {
    this.lines.push(line);
    this.unsaved++;
    while (this.lines.length > this.#limit) {
      this.lines.shift();
      this.first++;
    }
  }

  clear(): void {
    this.lines.length = 0;
    this.unsaved = 0;
    this.first = 1;
  }
}

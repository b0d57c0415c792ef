/** The picture that bytes leave on a terminal: cursor up and down, to a column, clearing of a line and of what follows;
 *  lines without trailing blanks. */
export function screenOf(bytes: string): string {
  const picture = new Picture();
  let at = 0;
  while (at < bytes.length) {
    const control = /^\x1b\[([0-9;?]*)([A-Za-z])/.exec(bytes.slice(at, at + 12));
    if (control) {
      picture.control(control[1] as string, control[2] as string);
      at += control[0].length;
      continue;
    }
    const character = String.fromCodePoint(bytes.codePointAt(at) as number);
    picture.put(character);
    at += character.length;
  }
  return picture.text();
}

class Picture {
  readonly #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  control(parameters: string, letter: string): void {
    const count = /^\d+$/.test(parameters) ? Number(parameters) : 1;
    switch (letter) {
      case 'A':
        this.#row = Math.max(0, this.#row - count);
        break;
      case 'B':
        this.#row += count;
        break;
      case 'G':
        this.#column = count - 1;
        break;
      case 'J':
        this.#rows.length = Math.min(this.#rows.length, this.#row + 1);
        break;
      case 'K':
        this.#extend();
        this.#rows[this.#row] = parameters === '2' ? [] : this.#line().slice(0, this.#column);
        break;
      default:
        break;
    }
  }

  put(character: string): void {
    this.#extend();
    switch (character) {
      case '\r':
        this.#column = 0;
        break;
      case '\n':
        this.#row++;
        break;
      case '\b':
        this.#column = Math.max(0, this.#column - 1);
        break;
      case '\x1b':
        break;
      default: {
        const line = this.#line();
        while (line.length < this.#column) line.push(' ');
        line[this.#column++] = character;
      }
    }
  }

  text(): string {
    return this.#rows
      .map((row) => row.join('').trimEnd())
      .join('\n')
      .replace(/\n+$/, '');
  }

  #line(): string[] {
    return this.#rows[this.#row] as string[];
  }

  #extend(): void {
    while (this.#rows.length <= this.#row) this.#rows.push([]);
  }
}

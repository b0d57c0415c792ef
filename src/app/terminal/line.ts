import { type Look, PLAIN } from './cell.ts';

/** Characters that look alike, one behind the other; a wide one is by itself. */
export interface Run {
  readonly text: string;
  readonly look: Look;
  readonly isWide: boolean;
}

/** A line of the screen: a cell a column. The second cell of a wide character is ''. */
export class Line {
  readonly cells: string[] = [];
  readonly looks: Look[] = [];
  /** It goes on in the next line: the text was too long for the screen. */
  isWrapped = false;
  /** Counts changes, for who draws it. */
  version = 0;

  put(column: number, text: string, look: Look): void {
    while (this.cells.length < column) {
      this.cells.push(' ');
      this.looks.push(PLAIN);
    }
    this.#breakWide(column, text);
    this.cells[column] = text;
    this.looks[column] = look;
    this.version++;
  }

  /** What is written over half of a wide character leaves a blank in the place of the other half. */
  #breakWide(column: number, text: string): void {
    if (text === '') return;
    if (this.cells[column] === '' && column > 0) this.cells[column - 1] = ' ';
    if (this.cells[column + 1] === '') this.cells[column + 1] = ' ';
  }

  /** Blank cells from one column up to another, of the pen's background. */
  erase(from: number, to: number, look: Look): void {
    if (look === PLAIN && to >= this.cells.length) {
      if (this.cells.length > from) {
        this.cells.length = from;
        this.looks.length = from;
      }
    } else for (let column = from; column < to; column++) this.put(column, ' ', look);
    this.version++;
  }

  insert(column: number, count: number, columns: number, look: Look): void {
    while (this.cells.length < column) this.put(this.cells.length, ' ', PLAIN);
    this.cells.splice(column, 0, ...Array<string>(count).fill(' '));
    this.looks.splice(column, 0, ...Array<Look>(count).fill(look));
    this.cells.length = Math.min(this.cells.length, columns);
    this.looks.length = this.cells.length;
    this.version++;
  }

  remove(column: number, count: number): void {
    this.cells.splice(column, count);
    this.looks.splice(column, count);
    this.version++;
  }

  get text(): string {
    return this.cells.join('');
  }

  /** Whether the character at a column takes the next one, too. */
  isWide(column: number): boolean {
    return this.cells[column + 1] === '' && this.cells[column] !== '';
  }

  get runs(): readonly Run[] {
    const runs: { text: string; look: Look; isWide: boolean }[] = [];
    for (let i = 0; i < this.cells.length; i++) {
      const [text, look] = [this.cells[i] as string, this.looks[i] as Look];
      const last = runs.at(-1);
      if (text === '') continue;
      if (this.isWide(i)) runs.push({ text, look, isWide: true });
      else if (last && !last.isWide && last.look === look) last.text += text;
      else runs.push({ text, look, isWide: false });
    }
    return runs;
  }
}

/** bufio.MaxScanTokenSize: BuildKit refuses a line that does not fit, its ending included. */
const MAX_LINE_BYTES = 64 * 1024;
export const LINE_TOO_LONG = `dockerfile line greater than max allowed size of ${MAX_LINE_BYTES - 1}`;

const encoder = new TextEncoder();

/** Goes through a text line by line. */
export class PhysicalLines {
  readonly text: string;
  /** Of the current line. */
  start = 0;
  /** After its ending. */
  next = 0;
  /** Without its ending (any run of CR and LF). */
  end = 0;
  /** Lines taken so far. */
  count = 0;
  /** The next line is longer than the real scanner takes; nothing more comes. */
  tooLong = false;

  constructor(text: string) {
    this.text = text;
  }

  advance(): boolean {
    const { text } = this;
    if (this.tooLong || this.next >= text.length) return false;
    const newline = text.indexOf('\n', this.next);
    const after = newline < 0 ? text.length : newline + 1;
    if ((after - this.next) * 3 >= MAX_LINE_BYTES && this.#isTooLong(this.next, after, newline >= 0)) {
      this.tooLong = true;
      return false;
    }
    this.start = this.next;
    this.next = after;
    let end = after;
    while (end > this.start && (text.charCodeAt(end - 1) === 10 || text.charCodeAt(end - 1) === 13)) end--;
    this.end = end;
    this.count++;
    return true;
  }

  #isTooLong(from: number, to: number, ended: boolean): boolean {
    const units = to - from;
    const bytes = units > MAX_LINE_BYTES ? units : encoder.encode(this.text.slice(from, to)).length;
    return ended ? bytes > MAX_LINE_BYTES : bytes >= MAX_LINE_BYTES;
  }
}

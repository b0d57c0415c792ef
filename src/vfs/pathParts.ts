const SLASH = 0x2f;
const DOT = 0x2e;

/** The parts of a path as an engine cleans it before use: empty parts and `.` skipped, `..` takes a part back and
 *  stops at the root (lexically, as Go's filepath.Clean under a chroot). Reused from path to path. */
export class PathParts {
  bytes: Uint8Array = new Uint8Array(0);
  count = 0;
  /** Whether a `..` went above the root. */
  escapes = false;
  longestPart = 0;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);

  parse(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.count = 0;
    this.escapes = false;
    this.longestPart = 0;
    const length = bytes.length;
    let start = 0;
    while (start < length) {
      if (bytes[start] === SLASH) {
        start++;
        continue;
      }
      let end = start + 1;
      while (end < length && bytes[end] !== SLASH) end++;
      this.#take(start, end);
      start = end + 1;
    }
  }

  start(part: number): number {
    return this.#starts[part] as number;
  }

  end(part: number): number {
    return this.#ends[part] as number;
  }

  part(index: number): Uint8Array {
    return this.bytes.subarray(this.start(index), this.end(index));
  }

  #take(start: number, end: number): void {
    const length = end - start;
    if (this.bytes[start] === DOT) {
      if (length === 1) return;
      if (length === 2 && this.bytes[start + 1] === DOT) {
        if (this.count === 0) this.escapes = true;
        else this.count--;
        return;
      }
    }
    if (this.count === this.#starts.length) this.#grow();
    this.#starts[this.count] = start;
    this.#ends[this.count] = end;
    this.count++;
    if (length > this.longestPart) this.longestPart = length;
  }

  #grow(): void {
    const starts = new Int32Array(this.#starts.length * 2);
    const ends = new Int32Array(starts.length);
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
  }
}

/** A line that is being edited: characters, not bytes, and a place among them. */
export class EditBuffer {
  #characters: string[] = [];
  at = 0;
  /** What was killed last, for Ctrl-Y. */
  #killed = '';

  get text(): string {
    return this.#characters.join('');
  }

  get length(): number {
    return this.#characters.length;
  }

  get before(): string {
    return this.#characters.slice(0, this.at).join('');
  }

  set(text: string, at?: number): void {
    this.#characters = Array.from(text);
    this.at = Math.min(at ?? this.#characters.length, this.#characters.length);
  }

  insert(text: string): void {
    const added = Array.from(text);
    this.#characters = [...this.#characters.slice(0, this.at), ...added, ...this.#characters.slice(this.at)];
    this.at += added.length;
  }

  move(by: number): void {
    this.at = Math.max(0, Math.min(this.#characters.length, this.at + by));
  }

  toStart(): void {
    this.at = 0;
  }

  toEnd(): void {
    this.at = this.#characters.length;
  }

  wordLeft(): void {
    this.at = this.#wordStart(/[\p{L}\p{N}]/u);
  }

  wordRight(): void {
    this.at = this.#wordEnd();
  }

  /** Deletes so many characters behind the place, or before it when negative. */
  delete(count: number): void {
    const from = Math.max(0, Math.min(this.at, this.at + count));
    const to = Math.min(this.#characters.length, Math.max(this.at, this.at + count));
    this.#characters.splice(from, to - from);
    this.at = from;
  }

  killToEnd(): void {
    this.#kill(this.at, this.#characters.length);
  }

  killToStart(): void {
    this.#kill(0, this.at);
  }

  /** Ctrl-W: back to a blank. */
  killWord(): void {
    this.#kill(this.#wordStart(/\S/), this.at);
  }

  /** Alt-backspace, Alt-D. */
  killWordLeft(): void {
    this.#kill(this.#wordStart(/[\p{L}\p{N}]/u), this.at);
  }

  killWordRight(): void {
    this.#kill(this.at, this.#wordEnd());
  }

  yank(): void {
    this.insert(this.#killed);
  }

  transpose(): void {
    if (this.at === 0 || this.#characters.length < 2) return;
    const second = Math.min(this.at, this.#characters.length - 1);
    const [a, b] = [this.#characters[second - 1] as string, this.#characters[second] as string];
    this.#characters[second - 1] = b;
    this.#characters[second] = a;
    this.at = second + 1;
  }

  #kill(from: number, to: number): void {
    this.#killed = this.#characters.slice(from, to).join('');
    this.#characters.splice(from, to - from);
    this.at = from;
  }

  #wordStart(word: RegExp): number {
    let at = this.at;
    while (at > 0 && !word.test(this.#characters[at - 1] as string)) at--;
    while (at > 0 && word.test(this.#characters[at - 1] as string)) at--;
    return at;
  }

  #wordEnd(): number {
    let at = this.at;
    const word = /[\p{L}\p{N}]/u;
    while (at < this.#characters.length && !word.test(this.#characters[at] as string)) at++;
    while (at < this.#characters.length && word.test(this.#characters[at] as string)) at++;
    return at;
  }
}

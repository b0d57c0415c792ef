import { DcFault } from './dcFault.ts';
import type { DcFrame, DcFrames } from './dcFrames.ts';

/** Reads what follows a command in the text that runs. */
export class DcReader {
  readonly #frames: DcFrames;

  constructor(frames: DcFrames) {
    this.#frames = frames;
  }

  get #frame(): DcFrame {
    return this.#frames.top as DcFrame;
  }

  /** A string whose bracket was read. `more` gives what follows where it is not closed in the text. */
  async string(more: () => Promise<string | undefined>): Promise<string> {
    let depth = 1;
    let text = '';
    for (;;) {
      const frame = this.#frame;
      const from = frame.at;
      while (frame.at < frame.text.length) {
        const character = frame.text[frame.at++];
        if (character === '[') depth++;
        else if (character === ']' && --depth === 0) return text + frame.text.slice(from, frame.at - 1);
      }
      text += frame.text.slice(from);
      const next = this.#frames.isOutermost ? await more() : undefined;
      if (next === undefined) return text;
      frame.text = next;
      frame.at = 0;
    }
  }

  /** The character behind a command that wants one. */
  name(): string {
    const frame = this.#frame;
    const code = frame.text.codePointAt(frame.at);
    if (code === undefined) throw new DcFault('empty');
    const name = String.fromCodePoint(code);
    frame.at += name.length;
    return name;
  }

  /** A number whose first character was read, as it is typed: `_` for minus. */
  number(): string {
    const frame = this.#frame;
    const [typed = ''] = /^_?[0-9A-F]*(?:\.[0-9A-F]*)?/.exec(frame.text.slice(--frame.at)) as RegExpExecArray;
    frame.at += typed.length;
    return typed;
  }

  /** The next character, where it is one of those. */
  oneOf(characters: string): string | undefined {
    const frame = this.#frame;
    const next = frame.text[frame.at] ?? '';
    if (next === '' || !characters.includes(next)) return undefined;
    frame.at++;
    return next;
  }

  restOfLine(): string {
    const frame = this.#frame;
    const end = frame.text.indexOf('\n', frame.at);
    const rest = frame.text.slice(frame.at, end < 0 ? undefined : end);
    frame.at = end < 0 ? frame.text.length : end + 1;
    return rest;
  }
}

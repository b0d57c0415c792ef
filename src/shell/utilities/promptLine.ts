import { widthOf } from '../lineEditor/display.ts';
import { columnsOf } from './columnsOf.ts';
import type { Screen } from './screen.ts';
import { afterCharacter } from './textBuffer.ts';

/** A line that is asked for below a text: what has been typed, and how it is drawn. */
export class PromptLine {
  readonly #screen: Screen;
  readonly #prompt: string;
  readonly #row: number;
  text: string;

  constructor(screen: Screen, form: { readonly prompt: string; readonly initial: string; readonly row: number }) {
    this.#screen = screen;
    this.#prompt = form.prompt;
    this.#row = form.row;
    this.text = form.initial;
  }

  /** Its end, where it is too long, with the cursor behind it. */
  async draw(): Promise<void> {
    const shown = this.#prompt + this.text;
    const width = widthOf(shown);
    const start = Math.max(0, width - (this.#screen.columns - 1));
    await this.#screen.write(`\x1b[${this.#row + 1};1H${columnsOf(shown, start, width)}\x1b[K`);
  }

  /** What a key does to it: `entered` and `left` end it; `other` means something to one program alone. */
  take(key: string): 'taken' | 'entered' | 'left' | 'other' {
    switch (key) {
      case 'enter':
        return 'entered';
      case 'escape':
      case 'ctrl-c':
      case 'eof':
        return 'left';
      case 'backspace':
        this.#backspace();
        return 'taken';
      case 'ctrl-u':
        this.text = '';
        return 'taken';
      case 'tab':
        this.text += '\t';
        return 'taken';
      default:
        if ([...key].length !== 1) return 'other';
        this.text += key;
        return 'taken';
    }
  }

  #backspace(): void {
    const { length } = this.text;
    const isPair = length > 1 && afterCharacter(this.text, length - 2) === length;
    this.text = this.text.slice(0, isPair ? -2 : -1);
  }
}

/** Asks for a line of text below the screen. Undefined when it was left. */
export async function askLine(
  screen: Screen,
  form: { readonly prompt: string; readonly initial: string; readonly row: number },
): Promise<string | undefined> {
  const line = new PromptLine(screen, form);
  for (;;) {
    await line.draw();
    const done = line.take(await screen.key());
    if (done === 'entered') return line.text;
    if (done === 'left') return undefined;
  }
}

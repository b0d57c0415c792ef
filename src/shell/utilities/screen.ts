import { decodeName } from '../../bytes/byteName.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Process } from '../kernel/process.ts';
import type { Pty, TerminalMode } from '../kernel/pty.ts';
import { SIGNALS } from '../kernel/signals.ts';

/** Sequences of a terminal's keys (xterm's). */
const KEYS: Readonly<Record<string, string>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  '[H': 'home',
  '[F': 'end',
  OH: 'home',
  OF: 'end',
  '[1~': 'home',
  '[4~': 'end',
  '[7~': 'home',
  '[8~': 'end',
  '[2~': 'insert',
  '[3~': 'delete',
  '[5~': 'pageUp',
  '[6~': 'pageDown',
};

const SEQUENCE = /^\x1b(\[[0-9;]*[A-Za-z~]|O[A-Za-z])/;
/** What Escape and a letter are not. */
const SURE_SEQUENCE = /^\x1b(\[[0-9;]*[A-Za-z~]|O[A-DHF])/;

/** A terminal that one program has for itself: keys one by one, lines drawn in place. */
export class Screen {
  readonly #process: Process;
  readonly #terminal: Pty;
  readonly #modeBefore: TerminalMode;
  readonly #hasMeta: boolean;
  #keys: string[] = [];
  #pending = '';

  /** Undefined where standard output is no terminal. `escape` `apart`: Escape is a key of its own, whatever follows at
   *  once. */
  static open(process: Process, form: { readonly escape?: 'apart' } = {}): Screen | undefined {
    const { terminal } = process;
    return terminal && process.file(1).isTerminal ? new Screen(process, terminal, form) : undefined;
  }

  private constructor(process: Process, terminal: Pty, form: { readonly escape?: 'apart' }) {
    this.#hasMeta = form.escape !== 'apart';
    this.#process = process;
    this.#terminal = terminal;
    this.#modeBefore = { ...terminal.mode };
    // Ctrl-C is a key here, too, and a newline only moves down.
    terminal.mode = { ...terminal.mode, canonical: false, echo: false, signals: false, outputCR: false };
    process.onSignal(SIGNALS.WINCH, () => this.#keys.push('resize'));
  }

  get columns(): number {
    return this.#terminal.columns;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  async begin(): Promise<void> {
    await this.write('\x1b[?1049h\x1b[H\x1b[2J');
  }

  async end(): Promise<void> {
    try {
      if (!this.#process.isKilled) await this.write('\x1b[?25h\x1b[?1049l');
    } finally {
      this.#terminal.mode = this.#modeBefore;
      this.#process.onSignal(SIGNALS.WINCH, 'default');
    }
  }

  async write(text: string): Promise<void> {
    await this.#process.write(1, text);
  }

  /** The whole screen, and where the cursor stands in it (from 0). Lines are cut at the width by whoever gives them. */
  async draw(lines: readonly string[], cursor: { readonly row: number; readonly column: number }): Promise<void> {
    const rows = lines.slice(0, this.rows).map((line, i) => `\x1b[${i + 1};1H${line}\x1b[K`);
    await this.write(`\x1b[?25l${rows.join('')}\x1b[${cursor.row + 1};${cursor.column + 1}H\x1b[?25h`);
  }

  /** The next key: a character, or a name: `up`, `enter`, `escape`, `ctrl-x`, `meta-x`, `resize`. `eof` when nobody types
   *  any more. */
  async key(): Promise<string> {
    for (;;) {
      try {
        // A signal that came while the screen was drawn ends no wait.
        this.#process.checkSignals();
        if (this.#keys.length > 0) break;
        // A read that a signal ends would go on, and take the next key to nowhere.
        const ready = this.#terminal.slave.whenReadable();
        if (ready) {
          await this.#process.waitFor(ready);
          continue;
        }
        const chunk = await this.#terminal.slave.read(4096);
        if (chunk.length === 0) return 'eof';
        this.#split(decodeName(chunk));
      } catch (error) {
        if (!(error instanceof VfsError) || error.code !== 'EINTR') throw error;
      }
    }
    if (this.#process.isDue) await this.#process.pause();
    return this.#keys.shift() as string;
  }

  #split(chunk: string): void {
    let text = this.#pending + chunk;
    this.#pending = '';
    while (text !== '') {
      const sequence = (this.#hasMeta ? SEQUENCE : SURE_SEQUENCE).exec(text);
      if (sequence) {
        const key = KEYS[sequence[1] as string];
        if (key) this.#keys.push(key);
        text = text.slice(sequence[0].length);
        continue;
      }
      if (this.#hasMeta && text[0] === '\x1b' && text.length > 1 && !/^\x1b[[O\x1b]/.test(text)) {
        this.#keys.push(`meta-${(text[1] as string).toLowerCase()}`);
        text = text.slice(2);
        continue;
      }
      const [character = ''] = text;
      this.#keys.push(nameOfKey(character));
      text = text.slice(character.length);
    }
  }
}

function nameOfKey(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 13 || code === 10) return 'enter';
  if (code === 127 || code === 8) return 'backspace';
  if (code === 27) return 'escape';
  if (code === 9) return 'tab';
  if (code === 0) return 'ctrl-space';
  return code < 32 ? `ctrl-${String.fromCharCode(code + 96)}` : character;
}

/** A line as columns show it: tabs expanded, control characters as `^X`. With `colors`, sequences of colours stay. */
export function shownLine(line: string, colors: 'kept' | 'shown' = 'shown'): string {
  if (/^[ -~]*$/.test(line)) return line;
  let out = '';
  let column = 0;
  for (let at = 0; at < line.length;) {
    const sequence = colors === 'kept' ? /^\x1b\[[0-9;]*[mK]/.exec(line.slice(at, at + 32)) : null;
    if (sequence) {
      out += sequence[0];
      at += sequence[0].length;
      continue;
    }
    const code = line.codePointAt(at) as number;
    at += code > 0xffff ? 2 : 1;
    if (code === 9) {
      const blanks = 8 - (column % 8);
      out += ' '.repeat(blanks);
      column += blanks;
    } else if (code < 32 || code === 127) {
      out += `^${String.fromCharCode(code ^ 64)}`;
      column += 2;
    } else {
      out += code >= 0xdc80 && code <= 0xdcff ? '?' : String.fromCodePoint(code);
      column++;
    }
  }
  return out;
}

export function reverseVideo(text: string): string {
  return `\x1b[7m${text}\x1b[m`;
}

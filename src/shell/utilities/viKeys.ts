import type { Screen } from './screen.ts';

/** Keys that registers run, at once: endless macros stop there. */
const MAX_PENDING = 100_000;
/** Keys that macros run until somebody types. */
const MAX_RUN = 1_000_000;

/** Where vi's keys come from: the keyboard, or what a macro, `.` or `:normal` runs; and who notes them down. */
export class ViKeys {
  readonly #screen: Screen;
  #pending: string[] = [];
  #runCount = 0;
  /** What is typed while a macro is recorded. */
  #recording: string[] | undefined;
  /** The keys of the command under way, for `.`. */
  #command: string[] = [];

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  get isRunning(): boolean {
    return this.#pending.length > 0;
  }

  get isRecording(): boolean {
    return this.#recording !== undefined;
  }

  async next(): Promise<string> {
    const run = this.#pending.shift();
    if (run === undefined) this.#runCount = 0;
    const key = run ?? (await this.#typed());
    this.#command.push(key);
    return key;
  }

  async #typed(): Promise<string> {
    const key = await this.#screen.key();
    if (key !== 'resize') this.#recording?.push(key);
    return key;
  }

  /** To be typed next. False where that never ends. */
  run(keys: readonly string[]): boolean {
    this.#runCount += keys.length;
    if (this.#pending.length + keys.length > MAX_PENDING || this.#runCount > MAX_RUN) {
      this.#pending = [];
      return false;
    }
    this.#pending.unshift(...keys);
    return true;
  }

  /** What was to come is dropped: a command of it failed. */
  abort(): void {
    this.#pending = [];
  }

  /** What is to come now, to be run after something else. */
  takePending(): string[] {
    return this.#pending.splice(0);
  }

  beginCommand(): void {
    this.#command = [];
  }

  get command(): readonly string[] {
    return this.#command;
  }

  startRecording(): void {
    this.#recording = [];
  }

  /** What was typed, but for the key that ends it. */
  stopRecording(): readonly string[] {
    const keys = this.#recording ?? [];
    this.#recording = undefined;
    return keys.slice(0, -1);
  }
}

const NAMES: readonly string[] = [
  'up',
  'down',
  'left',
  'right',
  'home',
  'end',
  'pageUp',
  'pageDown',
  'insert',
  'delete',
];
/** Keys without a character stand in registers as private ones. */
const PRIVATE = 0xe000;
const CONTROL: Readonly<Record<string, string>> = {
  escape: '\x1b',
  enter: '\r',
  tab: '\t',
  backspace: '\x7f',
};

/** Keys as a register holds them. */
export function textOfKeys(keys: readonly string[]): string {
  return keys
    .map((key) => {
      const name = NAMES.indexOf(key);
      if (name >= 0) return String.fromCharCode(PRIVATE + name);
      if (key.startsWith('ctrl-') && key.length === 6) return String.fromCharCode(key.charCodeAt(5) & 0x1f);
      return CONTROL[key] ?? ([...key].length === 1 ? key : '');
    })
    .join('');
}

export function keysOfText(text: string): string[] {
  return [...text].map((character) => {
    const code = character.charCodeAt(0);
    const name = NAMES[code - PRIVATE];
    if (name !== undefined) return name;
    if (character === '\n') return 'enter';
    const control = Object.keys(CONTROL).find((key) => CONTROL[key] === character);
    return control ?? (code < 32 ? `ctrl-${String.fromCharCode(code + 96)}` : character);
  });
}

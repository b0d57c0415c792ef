import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import type { ParsedOptions } from './options.ts';
import { readWhole } from './readWhole.ts';
import { reverseVideo, Screen, shownLine } from './screen.ts';
import { eachInput, InputError, openNamed, TextInput } from './textInput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  number: '-N --LINE-NUMBERS',
  noNumber: '-n --line-numbers',
  chop: '-S --chop-long-lines',
  raw: '-R --RAW-CONTROL-CHARS -r --raw-control-chars',
  quitIfOne: '-F --quit-if-one-screen',
  noInit: '-X --no-init',
  ignoreCase: '-i --ignore-case -I --IGNORE-CASE',
  quitAtEnd: '-e --quit-at-eof -E --QUIT-AT-EOF',
  squeeze: '-s --squeeze-blank-lines',
  longPrompt: '-m --long-prompt',
  longestPrompt: '-M --LONG-PROMPT',
  // It never rings, and asks nothing before it opens a file.
  quiet: '-q --quiet -Q --QUIET',
  pattern: '-p --pattern=PATTERN',
} as const;

/** more(1) has fewer; it clears and draws the screen its own way. */
const MORE_OPTIONS = { silent: '-d --silent', squeeze: '-s --squeeze' } as const;
/** No spelling for any of less's. */
const NO_OPTIONS = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, ''])) as Record<
  keyof typeof OPTIONS,
  ''
>;
const MORE_NOT_SIMULATED =
  '-c --print-over -e --exit-on-eof -f --logical -l --no-pause -p --clean-print -u --plain -n=N --lines=N';

type Options = ParsedOptions<keyof typeof OPTIONS | keyof typeof MORE_OPTIONS>;
type Kind = 'less' | 'more';

function pager(kind: Kind): Program {
  return utility(
    {
      usage: '[OPTION]... [FILE]...',
      options: kind === 'less' ? { ...OPTIONS, silent: '' } : { ...NO_OPTIONS, ...MORE_OPTIONS },
      notSimulated: kind === 'more' ? MORE_NOT_SIMULATED : '-f --force',
      version: kind === 'less' ? '590' : 'from util-linux 2.38.1',
    },
    async (process, options) => {
      const commands = options.operands.filter((word) => word.startsWith('+'));
      const operands = options.operands.filter((word) => !word.startsWith('+'));
      const { terminal } = process;
      if (operands.length === 0 && process.file(0).isTerminal) {
        if (kind === 'less') await process.print(`Missing filename ("less --help" for help)\n`);
        else await process.write(2, `more: bad usage\nTry 'more --help' for more information.\n`);
        return 1;
      }
      if (!terminal || !process.file(1).isTerminal) return copy(process, operands);
      const documents: Document[] = [];
      let status = 0;
      for (const operand of operands.length > 0 ? operands : ['-']) {
        try {
          const input = operand === '-' ? new TextInput(process, '-', undefined) : await openNamed(process, operand);
          const text = decodeName(await readWhole(process, input));
          input.close();
          documents.push(documentOf(operand, text, options));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          await process.write(
            2,
            error.words === 'Is a directory' ? `${operand} is a directory\n` : `${operand}: ${error.words}\n`,
          );
          status = 1;
        }
      }
      if (documents.length === 0) return status;
      const [first] = documents as [Document];
      const fits = documents.length === 1 && first.lines.length < terminal.rows;
      if (fits && (options.has('quitIfOne') || kind === 'more')) {
        await process.print(first.lines.map((line) => `${line}\n`).join(''));
        return 0;
      }
      const screen = Screen.open(process) as Screen;
      if (!options.has('noInit') && kind === 'less') await screen.begin();
      try {
        await new Pager(screen, documents, options, kind).run(commands);
      } finally {
        await screen.end();
      }
      return status;
    },
  );
}

export const less = pager('less');
export const more = pager('more');

async function copy(process: Process, operands: readonly string[]): Promise<number> {
  return eachInput(
    process,
    operands,
    async (input) => {
      for (let chunk = await input.read(); chunk.length > 0; chunk = await input.read()) {
        await process.print(chunk);
        if (process.isDue) await process.pause();
      }
    },
    {
      words: ({ operand, words }) =>
        words === 'Is a directory' ? `${operand} is a directory` : `${operand}: ${words}`,
    },
  );
}

interface Document {
  readonly name: string;
  readonly lines: readonly string[];
}

function documentOf(name: string, text: string, options: Options): Document {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const kept = options.has('squeeze') ? lines.filter((line, i) => line !== '' || lines[i - 1] !== '') : lines;
  return { name, lines: kept };
}

const HELP = [
  'Keys',
  '',
  '  space  f  PageDown   forward one window',
  '  b  PageUp            backward one window',
  '  j  e  Enter  Down    forward one line',
  '  k  y  Up             backward one line',
  '  d / u                forward, backward half a window',
  '  g  <  Home           to the first line (or line N)',
  '  G  >  End            to the last line (or line N)',
  '  /pattern  ?pattern   search forward, backward',
  '  n / N                the next match, the one before',
  '  Left / Right         sideways',
  '  :n  :p               the next file, the one before',
  '  -N  -S               line numbers, long lines chopped: on and off',
  '  =  Ctrl-G            where this is',
  '  q                    leave',
];

class Pager {
  readonly #screen: Screen;
  readonly #documents: readonly Document[];
  readonly #kind: Kind;
  readonly #promptForm: 'longPrompt' | 'longestPrompt' | undefined;
  readonly #flags: {
    advises: boolean;
    number: boolean;
    chop: boolean;
    raw: boolean;
    ignoreCase: boolean;
    quitAtEnd: boolean;
  };
  #index = 0;
  #top = 0;
  #left = 0;
  #message: string | undefined;
  #pattern: Regex | undefined;
  #isBackward = false;
  #showsHelp: Document | undefined;

  constructor(screen: Screen, documents: readonly Document[], options: Options, kind: Kind) {
    this.#screen = screen;
    this.#documents = documents;
    this.#kind = kind;
    this.#promptForm = options.last('longPrompt', 'longestPrompt');
    this.#flags = {
      advises: options.has('silent'),
      number: options.last('number', 'noNumber') === 'number',
      chop: options.has('chop'),
      raw: options.has('raw'),
      ignoreCase: options.has('ignoreCase'),
      quitAtEnd: options.has('quitAtEnd') || kind === 'more',
    };
    const pattern = options.value('pattern');
    if (pattern !== undefined) this.#search(pattern, false);
  }

  get #document(): Document {
    return this.#showsHelp ?? (this.#documents[this.#index] as Document);
  }

  get #height(): number {
    return Math.max(1, this.#screen.rows - 1);
  }

  get #lastTop(): number {
    // Back from the end until a window is full: wrapped lines take several rows.
    let rows = 0;
    let top = this.#document.lines.length;
    while (top > 0) {
      rows += this.#rowsOf(top - 1).length;
      if (rows > this.#height) break;
      top--;
    }
    return top;
  }

  #rowsOf(index: number): string[] {
    const line = shownLine(this.#document.lines[index] as string, this.#flags.raw ? 'kept' : 'shown');
    const prefix = this.#flags.number ? `${String(index + 1).padStart(7)} ` : '';
    const width = Math.max(1, this.#screen.columns - prefix.length);
    const hasSequences = this.#flags.raw && line.includes('\x1b');
    const marked = this.#pattern && !hasSequences ? this.#marks(line) : undefined;
    if (hasSequences) return [prefix + line];
    if (this.#flags.chop || this.#left > 0) return [prefix + painted(line, this.#left, this.#left + width, marked)];
    const rows: string[] = [];
    for (let at = 0; at === 0 || at < line.length; at += width) {
      rows.push((at === 0 ? prefix : ' '.repeat(prefix.length)) + painted(line, at, at + width, marked));
    }
    return rows;
  }

  #marks(line: string): { start: number; end: number }[] {
    const spans: { start: number; end: number }[] = [];
    for (let from = 0; from <= line.length && spans.length < 1000;) {
      const found = this.#pattern?.find(line, from);
      if (!found) break;
      if (found.end > found.start) spans.push(found);
      from = Math.max(found.end, found.start + 1);
    }
    return spans;
  }

  async #draw(): Promise<void> {
    const rows: string[] = [];
    let index = this.#top;
    while (rows.length < this.#height && index < this.#document.lines.length) rows.push(...this.#rowsOf(index++));
    const isAtEnd = index >= this.#document.lines.length && rows.length <= this.#height;
    while (rows.length < this.#height) rows.push(this.#kind === 'less' ? '~' : '');
    const prompt = this.#prompt(isAtEnd);
    await this.#screen.draw([...rows.slice(0, this.#height), prompt], {
      row: this.#height,
      column: Math.min(this.#screen.columns - 1, prompt.replace(/\x1b\[[0-9;]*m/g, '').length),
    });
    this.#message = undefined;
  }

  #prompt(isAtEnd: boolean): string {
    if (this.#message !== undefined) return reverseVideo(this.#message);
    const { lines, name } = this.#document;
    if (this.#kind === 'more') {
      const percent =
        lines.length === 0 ? 100 : Math.min(100, Math.floor(((this.#top + this.#height) * 100) / lines.length));
      const advice = this.#flags.advises ? "[Press space to continue, 'q' to quit.]" : '';
      return reverseVideo(`--More--(${percent}%)${advice}`);
    }
    if (this.#promptForm) return reverseVideo(this.#longPrompt(isAtEnd));
    if (isAtEnd)
      return reverseVideo(
        this.#index + 1 < this.#documents.length ? `(END) - Next: ${this.#documents[this.#index + 1]?.name}` : '(END)',
      );
    return this.#top === 0 && name !== '-'
      ? reverseVideo(
          this.#documents.length > 1 ? `${name} (file ${this.#index + 1} of ${this.#documents.length})` : name,
        )
      : ':';
  }

  #longPrompt(isAtEnd: boolean): string {
    const { lines, name } = this.#document;
    const last = Math.min(lines.length, this.#top + this.#height);
    const percent = lines.length === 0 ? 100 : Math.floor((last * 100) / lines.length);
    const place = isAtEnd ? '(END)' : `${percent}%`;
    const shown = this.#promptForm === 'longPrompt' && this.#top > 0 ? '' : `${name} `;
    return this.#promptForm === 'longPrompt'
      ? `${shown}${place}`
      : `${shown}lines ${this.#top + 1}-${last}/${lines.length} ${place}`;
  }

  #move(lines: number): boolean {
    const before = this.#top;
    this.#top = Math.max(0, Math.min(this.#top + lines, Math.max(this.#lastTop, lines > 0 ? before : 0)));
    return this.#top !== before;
  }

  async run(commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      if (command === '+G') this.#top = this.#lastTop;
      else if (/^\+\d+$/.test(command)) this.#top = Math.min(Math.max(0, Number(command.slice(1)) - 1), this.#lastTop);
      else if (command.startsWith('+/')) this.#search(command.slice(2), false);
    }
    let digits = '';
    for (;;) {
      await this.#draw();
      const key = await this.#screen.key();
      if (/^\d$/.test(key)) {
        digits += key;
        this.#message = `:${digits}`;
        continue;
      }
      const number = digits === '' ? undefined : Math.min(Number(digits), 1e9);
      digits = '';
      if (await this.#does(key, number)) return;
    }
  }

  /** Gives whether to leave. */
  async #does(key: string, number: number | undefined): Promise<boolean> {
    switch (key) {
      case 'q':
      case 'Q':
      case 'ctrl-c':
      case 'eof':
        if (key === 'ctrl-c' && this.#kind === 'less') return false;
        if (this.#showsHelp && key !== 'eof') {
          this.#showsHelp = undefined;
          this.#top = 0;
          return false;
        }
        return true;
      case ' ':
      case 'f':
      case 'ctrl-f':
      case 'ctrl-v':
      case 'pageDown':
        return this.#forward(number ?? this.#height);
      case 'b':
      case 'ctrl-b':
      case 'pageUp':
        this.#move(-(number ?? this.#height));
        return false;
      case 'd':
      case 'ctrl-d':
        return this.#forward(number ?? Math.ceil(this.#height / 2));
      case 'u':
      case 'ctrl-u':
        this.#move(-(number ?? Math.ceil(this.#height / 2)));
        return false;
      case 'enter':
      case 'j':
      case 'e':
      case 'down':
      case 'ctrl-n':
      case 'ctrl-e':
        return this.#forward(number ?? 1);
      case 'k':
      case 'y':
      case 'up':
      case 'ctrl-p':
      case 'ctrl-y':
        this.#move(-(number ?? 1));
        return false;
      case 'g':
      case '<':
      case 'home':
        this.#top = Math.min((number ?? 1) - 1, this.#lastTop);
        return false;
      case 'G':
      case '>':
      case 'end':
        this.#top = number === undefined ? this.#lastTop : Math.min(Math.max(0, number - 1), this.#lastTop);
        return false;
      case 'right':
        this.#left += Math.floor(this.#screen.columns / 2);
        return false;
      case 'left':
        this.#left = Math.max(0, this.#left - Math.floor(this.#screen.columns / 2));
        return false;
      case '/':
      case '?': {
        const text = await this.#ask(key);
        if (text !== undefined) this.#search(text, key === '?');
        return false;
      }
      case 'n':
      case 'N':
        this.#next(this.#isBackward !== (key === 'N'));
        return false;
      case 'h':
      case 'H':
        this.#showsHelp = { name: 'HELP', lines: HELP };
        this.#top = 0;
        return false;
      case '=':
      case 'ctrl-g': {
        const { name, lines } = this.#document;
        this.#message = `${name} lines ${this.#top + 1}-${Math.min(lines.length, this.#top + this.#height)}/${lines.length}`;
        return false;
      }
      case '-': {
        const flag = await this.#screen.key();
        if (flag === 'N') this.#flags.number = !this.#flags.number;
        else if (flag === 'S') this.#flags.chop = !this.#flags.chop;
        else if (flag === 'i' || flag === 'I') this.#flags.ignoreCase = !this.#flags.ignoreCase;
        else if (flag === 'R' || flag === 'r') this.#flags.raw = !this.#flags.raw;
        return false;
      }
      case ':':
        return this.#colon(await this.#screen.key());
      case 'Z':
        return (await this.#screen.key()) === 'Z';
      default:
        return false;
    }
  }

  #forward(lines: number): boolean {
    if (this.#move(lines)) return false;
    return this.#flags.quitAtEnd && this.#index + 1 >= this.#documents.length;
  }

  #colon(key: string): boolean {
    if (key === 'q' || key === 'Q') return true;
    const step = key === 'n' ? 1 : key === 'p' ? -1 : 0;
    const next = this.#index + step;
    if (step !== 0 && next >= 0 && next < this.#documents.length) {
      this.#index = next;
      this.#top = 0;
    } else if (step !== 0) {
      this.#message = step > 0 ? 'No next file' : 'No previous file';
    }
    return false;
  }

  async #ask(mark: string): Promise<string | undefined> {
    let text = '';
    for (;;) {
      await this.#screen.write(`\x1b[${this.#screen.rows};1H${mark}${text}\x1b[K`);
      const key = await this.#screen.key();
      if (key === 'enter') return text;
      if (key === 'escape' || key === 'ctrl-c' || key === 'end') return undefined;
      if (key === 'backspace') {
        if (text === '') return undefined;
        text = text.slice(0, -1);
      } else if ([...key].length === 1) {
        text += key;
      }
    }
  }

  #search(text: string, isBackward: boolean): void {
    this.#isBackward = isBackward;
    if (text !== '') {
      try {
        this.#pattern = new Regex(text, { syntax: 'extended', ignoreCase: this.#flags.ignoreCase });
      } catch (error) {
        if (!(error instanceof RegexError)) throw error;
        this.#message = error.message;
        return;
      }
    }
    this.#next(isBackward);
  }

  #next(isBackward: boolean): void {
    const { lines } = this.#document;
    if (!this.#pattern) {
      this.#message = 'No previous regular expression';
      return;
    }
    const step = isBackward ? -1 : 1;
    for (let i = this.#top + step; i >= 0 && i < lines.length; i += step) {
      if (!this.#pattern.test(lines[i] as string)) continue;
      this.#top = i;
      return;
    }
    this.#message = 'Pattern not found  (press RETURN)';
  }
}

/** A part of a line, with what matches in reverse. */
function painted(
  line: string,
  from: number,
  to: number,
  marks: readonly { start: number; end: number }[] | undefined,
): string {
  if (!marks || marks.length === 0) return line.slice(from, to);
  let out = '';
  let at = from;
  for (const { start, end } of marks) {
    const [low, high] = [Math.max(start, from), Math.min(end, to)];
    if (high <= low) continue;
    out += line.slice(at, low) + reverseVideo(line.slice(low, high));
    at = high;
  }
  return out + line.slice(at, to);
}

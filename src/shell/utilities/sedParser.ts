import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { parseReplacement } from './sedReplacement.ts';
import { SedScriptError, type SedAddress, type SedCommand, type SedRegex, type Substitution } from './sedScript.ts';

/** A piece of a script: one `-e`, or one `-f`. */
export interface ScriptPiece {
  readonly kind: 'expression' | 'file';
  readonly name: string;
  readonly text: string;
}

export interface SedSyntax {
  readonly extended: boolean;
  readonly separate: boolean;
}

const MAX_COMMANDS = 100_000;

/** Throws SedScriptError. */
export function parseSed(pieces: readonly ScriptPiece[], syntax: SedSyntax): SedCommand[] {
  return new SedParser(pieces, syntax).parse();
}

class SedParser {
  readonly #pieces: readonly ScriptPiece[];
  readonly #syntax: SedSyntax;
  readonly #text: string;
  readonly #starts: number[] = [];
  readonly #commands: SedCommand[] = [];
  readonly #blocks: { command: SedCommand; at: number }[] = [];
  readonly #labels = new Map<string, number>();
  #at = 0;

  constructor(pieces: readonly ScriptPiece[], syntax: SedSyntax) {
    this.#pieces = pieces;
    this.#syntax = syntax;
    let text = '';
    for (const piece of pieces) {
      this.#starts.push(text.length);
      text += `${piece.text}\n`;
    }
    this.#text = text.slice(0, -1);
  }

  parse(): SedCommand[] {
    for (;;) {
      this.#skip(/[\s;]/);
      if (this.#at >= this.#text.length) break;
      if (this.#commands.length > MAX_COMMANDS) throw this.#error('script is too long');
      this.#command();
    }
    const open = this.#blocks.at(-1);
    if (open) throw new SedScriptError(this.#placeOf(open.at, 0), "unmatched `{'");
    for (const command of this.#commands) {
      if (!'btT'.includes(command.name) || command.text === '') continue;
      const target = this.#labels.get(command.text);
      if (target === undefined) throw new SedScriptError('', `can't find label for jump to \`${command.text}'`);
      command.target = target;
    }
    return this.#commands;
  }

  #error(message: string): SedScriptError {
    return new SedScriptError(this.#placeOf(this.#at, undefined), message);
  }

  #placeOf(at: number, column: number | undefined): string {
    let index = this.#starts.length - 1;
    while (index > 0 && (this.#starts[index] as number) > at) index--;
    const piece = this.#pieces[index] as ScriptPiece;
    const start = this.#starts[index] as number;
    if (piece.kind === 'file') {
      const line = this.#text.slice(start, at).split('\n').length;
      return `file ${piece.name} line ${line}:`;
    }
    return `-e expression #${piece.name}, char ${column ?? Math.min(at - start, piece.text.length)}:`;
  }

  #skip(what: RegExp): void {
    while (this.#at < this.#text.length && what.test(this.#text[this.#at] as string)) this.#at++;
  }

  #command(): void {
    const first = this.#address('first');
    let second: SedAddress | undefined;
    if (first) {
      this.#skip(/[ \t]/);
      if (this.#text[this.#at] === ',') {
        this.#at++;
        this.#skip(/[ \t]/);
        second = this.#address('second');
        if (!second) {
          this.#at++;
          throw this.#error("unexpected `,'");
        }
      }
    }
    if (first?.kind === 'line' && first.number === 0 && second?.kind !== 'regex') {
      this.#at++;
      throw this.#error('invalid usage of line address 0');
    }
    this.#skip(/[ \t]/);
    let negated = false;
    while (this.#text[this.#at] === '!') {
      if (negated) {
        this.#at++;
        throw this.#error("multiple `!'s");
      }
      negated = true;
      this.#at++;
      this.#skip(/[ \t]/);
    }
    const opened = this.#at;
    const name = this.#text[this.#at++];
    if (name === undefined || name === '\n' || (name === ';' && first)) {
      if (name !== undefined || first) {
        this.#at = Math.min(this.#at, this.#text.length);
        throw this.#error('missing command');
      }
      return;
    }
    const command: SedCommand = {
      name,
      first,
      second,
      negated,
      text: '',
      number: undefined,
      substitution: undefined,
      table: undefined,
      target: -1,
      isOpen: first?.kind === 'line' && first.number === 0,
      lastLine: -1,
    };
    this.#arguments(command, opened);
  }

  #arguments(command: SedCommand, opened: number): void {
    const { name, first, second } = command;
    switch (name) {
      case '#':
        if (first) throw this.#error("comments don't accept any addresses");
        this.#skipLine();
        return;
      case '{':
        this.#blocks.push({ command, at: opened });
        this.#commands.push(command);
        return;
      case '}': {
        const block = this.#blocks.pop();
        if (!block) throw this.#error("unexpected `}'");
        if (first) throw this.#error("} doesn't want any addresses");
        block.command.target = this.#commands.length;
        this.#end();
        return;
      }
      case ':': {
        if (first) throw this.#error(": doesn't want any addresses");
        this.#skip(/[ \t]/);
        const label = this.#word(/[\s;]/);
        if (label === '') throw this.#error('":" lacks a label');
        this.#labels.set(label, this.#commands.length);
        return;
      }
      case 'b':
      case 't':
      case 'T':
        this.#skip(/[ \t]/);
        command.text = this.#word(/[\s;}]/);
        this.#end();
        break;
      case 'a':
      case 'i':
      case 'c':
        command.text = this.#textArgument();
        break;
      case 'r':
      case 'R':
      case 'w':
      case 'W':
        this.#skip(/[ \t]/);
        command.text = this.#restOfLine();
        if (command.text === '') throw this.#error('missing filename in r/R/w/W commands');
        break;
      case 's':
        command.substitution = this.#substitution();
        break;
      case 'y':
        command.table = this.#transliteration();
        this.#end();
        break;
      case 'q':
      case 'Q':
      case 'l':
      case 'L': {
        if (name === 'L') throw this.#error(`unknown command: \`${name}'`);
        if (name !== 'l' && second) throw this.#error('command only uses one address');
        this.#skip(/[ \t]/);
        const digits = this.#word(/[^0-9]/);
        if (digits !== '') command.number = Number(digits);
        this.#end();
        break;
      }
      case 'e':
        this.#skip(/[ \t]/);
        command.text = this.#restOfLine();
        break;
      case '=':
      case 'd':
      case 'D':
      case 'F':
      case 'g':
      case 'G':
      case 'h':
      case 'H':
      case 'n':
      case 'N':
      case 'p':
      case 'P':
      case 'x':
      case 'z':
        this.#end();
        break;
      case 'v':
        this.#restOfLine();
        return;
      default:
        throw this.#error(`unknown command: \`${name}'`);
    }
    this.#commands.push(command);
  }

  #skipLine(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end + 1;
  }

  #restOfLine(): string {
    const end = this.#text.indexOf('\n', this.#at);
    const rest = this.#text.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 1;
    return rest;
  }

  #word(stop: RegExp): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !stop.test(this.#text[this.#at] as string)) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** What may stand behind a command. */
  #end(): void {
    this.#skip(/[ \t\r]/);
    const next = this.#text[this.#at];
    if (next === undefined || next === '}' || next === '#') return;
    this.#at++;
    if (next !== ';' && next !== '\n') throw this.#error('extra characters after command');
  }

  /** Text of a, i, c: on the same line, or behind a backslash and a newline. */
  #textArgument(): string {
    this.#skip(/[ \t]/);
    if (this.#at >= this.#text.length) throw this.#error("expected \\ after `a', `c' or `i'");
    if (this.#text[this.#at] === '\\') {
      const behind = ++this.#at;
      this.#skip(/[ \t]/);
      if (this.#text[this.#at] === '\n') this.#at++;
      else if (this.#at >= this.#text.length) throw this.#error("expected \\ after `a', `c' or `i'");
      // A text on the same line keeps its blanks.
      else this.#at = behind;
    }
    let text = '';
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at++] as string;
      if (character === '\n') return `${text}\n`;
      if (character !== '\\') {
        text += character;
        continue;
      }
      const next = this.#text[this.#at++];
      if (next === undefined) break;
      text += next === 't' ? '\t' : next;
    }
    return `${text}\n`;
  }

  #address(place: 'first' | 'second'): SedAddress | undefined {
    const character = this.#text[this.#at];
    if (character === undefined) return undefined;
    if (character >= '0' && character <= '9') {
      const number = Number(this.#word(/[^0-9]/));
      if (this.#text[this.#at] !== '~' || place === 'second') return { kind: 'line', number };
      this.#at++;
      return { kind: 'step', first: number, step: Number(this.#word(/[^0-9]/) || '0') };
    }
    if (place === 'second' && (character === '+' || character === '~')) {
      this.#at++;
      const digits = this.#word(/[^0-9]/);
      if (digits === '') throw this.#error('expected number');
      return character === '+' ? { kind: 'plus', count: Number(digits) } : { kind: 'multiple', of: Number(digits) };
    }
    if (character === '$') {
      this.#at++;
      return { kind: 'last' };
    }
    if (character !== '/' && character !== '\\') return undefined;
    this.#at++;
    const delimiter = character === '/' ? '/' : this.#text[this.#at++];
    if (delimiter === undefined || delimiter === '\n') throw this.#error('unterminated address regex');
    const source = this.#delimited(delimiter, 'regex');
    if (source === undefined) throw this.#error('unterminated address regex');
    let [ignoreCase, multiline] = [false, false];
    for (; ; this.#at++) {
      if (this.#text[this.#at] === 'I') ignoreCase = true;
      else if (this.#text[this.#at] === 'M') multiline = true;
      else break;
    }
    return { kind: 'regex', regex: this.#regex(source, ignoreCase, multiline) };
  }

  #regex(source: string, ignoreCase: boolean, multiline: boolean): SedRegex {
    if (source === '') return 'last';
    try {
      return new Regex(source, {
        syntax: this.#syntax.extended ? 'extended' : 'basic',
        ignoreCase,
        multiline,
        escapes: 'sed',
      });
    } catch (error) {
      if (error instanceof RegexError) throw this.#error(error.message);
      throw error;
    }
  }

  /** Text up to the delimiter, which is skipped. A delimiter behind a backslash stands for itself. Undefined where there
   *  is no end. */
  #delimited(delimiter: string, what: 'regex' | 'replacement'): string | undefined {
    let text = '';
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] as string;
      if (character === delimiter) {
        this.#at++;
        return text;
      }
      if (character === '\n' && what === 'regex') return undefined;
      if (character === '[' && what === 'regex') {
        const end = bracketEnd(this.#text, this.#at);
        if (end < 0) {
          this.#at = this.#text.length;
          return undefined;
        }
        text += this.#text.slice(this.#at, end);
        this.#at = end;
        continue;
      }
      this.#at++;
      if (character !== '\\') {
        text += character;
        continue;
      }
      const next = this.#text[this.#at++];
      if (next === undefined) return undefined;
      if (next === delimiter && delimiter !== 'n')
        text += what === 'regex' ? delimiter : delimiter === '&' ? '\\&' : delimiter;
      else if (next === '\n' && what === 'regex') text += '\n';
      else text += `\\${next}`;
    }
    return undefined;
  }

  #substitution(): Substitution {
    const delimiter = this.#text[this.#at++];
    const source =
      delimiter === undefined || delimiter === '\n' || delimiter === '\\'
        ? undefined
        : this.#delimited(delimiter, 'regex');
    const replacement = source === undefined ? undefined : this.#delimited(delimiter as string, 'replacement');
    if (source === undefined || replacement === undefined) throw this.#error("unterminated `s' command");
    const flags = this.#flags();
    const regex = this.#regex(source, flags.ignoreCase, flags.multiline);
    const parts = parseReplacement(replacement);
    if (regex !== 'last') {
      for (const part of parts) {
        if (part.kind === 'group' && part.group > regex.groupCount) {
          throw this.#error(`invalid reference \\${part.group} on \`s' command's RHS`);
        }
      }
    }
    return { regex, parts, ...flags };
  }

  #flags() {
    const flags = { global: false, print: false, evaluate: false, number: 1, ignoreCase: false, multiline: false };
    let hasNumber = false;
    for (;;) {
      const letter = this.#text[this.#at++];
      switch (letter) {
        case undefined:
        case '\n':
        case ';':
          return { ...flags, file: undefined };
        case '}':
        case '#':
          this.#at--;
          return { ...flags, file: undefined };
        case 'i':
        case 'I':
          flags.ignoreCase = true;
          break;
        case 'm':
        case 'M':
          flags.multiline = true;
          break;
        case 'e':
          flags.evaluate = true;
          break;
        case 'g':
          if (flags.global) throw this.#error("multiple `g' options to `s' command");
          flags.global = true;
          break;
        case 'p':
          if (flags.print) throw this.#error("multiple `p' options to `s' command");
          flags.print = true;
          break;
        case 'w': {
          this.#skip(/[ \t]/);
          const file = this.#restOfLine();
          if (file === '') throw this.#error('missing filename in r/R/w/W commands');
          return { ...flags, file };
        }
        case ' ':
        case '\t':
        case '\r':
          break;
        default:
          if (letter < '0' || letter > '9') throw this.#error("unknown option to `s'");
          if (hasNumber) throw this.#error("multiple number options to `s' command");
          this.#at--;
          flags.number = Number(this.#word(/[^0-9]/));
          hasNumber = true;
          if (flags.number === 0) throw this.#error("number option to `s' command may not be zero");
      }
    }
  }

  #transliteration(): ReadonlyMap<string, string> {
    const delimiter = this.#text[this.#at++];
    const from = delimiter === undefined ? undefined : this.#delimited(delimiter, 'replacement');
    const to = from === undefined ? undefined : this.#delimited(delimiter as string, 'replacement');
    if (from === undefined || to === undefined) throw this.#error("unterminated `y' command");
    const [source, target] = [[...unescaped(from)], [...unescaped(to)]];
    if (source.length !== target.length) throw this.#error("strings for `y' command are different lengths");
    const table = new Map<string, string>();
    for (const [i, character] of source.entries()) if (!table.has(character)) table.set(character, target[i] as string);
    return table;
  }
}

/** Behind a bracket expression, in which a delimiter has no meaning; -1 where it has no end. */
function bracketEnd(text: string, open: number): number {
  let at = open + 1;
  if (text[at] === '^') at++;
  if (text[at] === ']') at++;
  for (; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === ']') return at + 1;
    if (text[at] === '[' && /[:.=]/.test(text[at + 1] ?? '')) {
      const close = text.indexOf(`${text[at + 1]}]`, at + 2);
      if (close >= 0) at = close + 1;
    }
  }
  return -1;
}

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) =>
    character === 'n'
      ? '\n'
      : character === 't'
        ? '\t'
        : character === '\\'
          ? '\\'
          : character === 'r'
            ? '\r'
            : character,
  );
}

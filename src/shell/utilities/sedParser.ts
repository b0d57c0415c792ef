import { parseAddress } from './sedAddress.ts';
import type { SedSyntax } from './sedPattern.ts';
import { type ScriptPiece, SedReader } from './sedReader.ts';
import { type SedAddress, type SedCommand, SedScriptError } from './sedScript.ts';
import { parseSubstitution } from './sedSubstitution.ts';
import { parseText } from './sedText.ts';
import { parseTransliteration } from './sedTransliteration.ts';

const MAX_COMMANDS = 100_000;
/** Commands that take nothing. */
const ALONE = new Set(['=', 'd', 'D', 'F', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', 'z']);

/** Throws SedScriptError. */
export function parseSed(pieces: readonly ScriptPiece[], syntax: SedSyntax): SedCommand[] {
  return new SedParser(pieces, syntax).parse();
}

class SedParser {
  readonly #reader: SedReader;
  readonly #syntax: SedSyntax;
  readonly #commands: SedCommand[] = [];
  readonly #blocks: { command: SedCommand; at: number }[] = [];
  readonly #labels = new Map<string, number>();

  constructor(pieces: readonly ScriptPiece[], syntax: SedSyntax) {
    this.#reader = new SedReader(pieces);
    this.#syntax = syntax;
  }

  parse(): SedCommand[] {
    const reader = this.#reader;
    for (;;) {
      reader.skip(/[\s;]/);
      if (reader.isAtEnd) break;
      if (this.#commands.length > MAX_COMMANDS) throw reader.error('script is too long');
      this.#command();
    }
    const open = this.#blocks.at(-1);
    if (open) throw new SedScriptError(reader.placeOf(open.at, 0), "unmatched `{'");
    for (const command of this.#commands) {
      if (!'btT'.includes(command.name) || command.text === '') continue;
      const target = this.#labels.get(command.text);
      if (target === undefined) throw new SedScriptError('', `can't find label for jump to \`${command.text}'`);
      command.target = target;
    }
    return this.#commands;
  }

  #command(): void {
    const reader = this.#reader;
    const [first, second] = this.#addresses();
    reader.skip(/[ \t]/);
    const negated = this.#negation();
    const opened = reader.at;
    const name = reader.take();
    if (name === undefined && !first) return;
    if (name === undefined || name === '\n' || (name === ';' && first)) throw reader.error('missing command');
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
    if (this.#structure(command, opened)) return;
    this.#arguments(command);
    this.#commands.push(command);
  }

  #addresses(): [SedAddress | undefined, SedAddress | undefined] {
    const reader = this.#reader;
    const first = parseAddress(reader, 'first', this.#syntax);
    let second: SedAddress | undefined;
    if (first) {
      reader.skip(/[ \t]/);
      if (reader.peek() === ',') {
        reader.at++;
        reader.skip(/[ \t]/);
        second = parseAddress(reader, 'second', this.#syntax);
        if (!second) {
          reader.at++;
          throw reader.error("unexpected `,'");
        }
      }
    }
    if (first?.kind === 'line' && first.number === 0 && second?.kind !== 'regex') {
      reader.at++;
      throw reader.error('invalid usage of line address 0');
    }
    return [first, second];
  }

  #negation(): boolean {
    const reader = this.#reader;
    let negated = false;
    while (reader.peek() === '!') {
      reader.at++;
      if (negated) throw reader.error("multiple `!'s");
      negated = true;
      reader.skip(/[ \t]/);
    }
    return negated;
  }

  /** What is no step of the script, or opens a block of them. False for another command. */
  #structure(command: SedCommand, opened: number): boolean {
    const reader = this.#reader;
    const { name, first } = command;
    switch (name) {
      case '#':
        if (first) throw reader.error("comments don't accept any addresses");
        reader.skipLine();
        return true;
      case '{':
        this.#blocks.push({ command, at: opened });
        this.#commands.push(command);
        return true;
      case '}': {
        const block = this.#blocks.pop();
        if (!block) throw reader.error("unexpected `}'");
        if (first) throw reader.error("} doesn't want any addresses");
        block.command.target = this.#commands.length;
        reader.end();
        return true;
      }
      case ':': {
        if (first) throw reader.error(": doesn't want any addresses");
        reader.skip(/[ \t]/);
        const label = reader.word(/[\s;]/);
        if (label === '') throw reader.error('":" lacks a label');
        this.#labels.set(label, this.#commands.length);
        return true;
      }
      case 'v':
        reader.restOfLine();
        return true;
      default:
        return false;
    }
  }

  #arguments(command: SedCommand): void {
    const reader = this.#reader;
    const { name, second } = command;
    switch (name) {
      case 'b':
      case 't':
      case 'T':
        reader.skip(/[ \t]/);
        command.text = reader.word(/[\s;}]/);
        reader.end();
        break;
      case 'a':
      case 'i':
      case 'c':
        command.text = parseText(reader);
        break;
      case 'r':
      case 'R':
      case 'w':
      case 'W':
        reader.skip(/[ \t]/);
        command.text = reader.restOfLine();
        if (command.text === '') throw reader.error('missing filename in r/R/w/W commands');
        break;
      case 's':
        command.substitution = parseSubstitution(reader, this.#syntax);
        break;
      case 'y':
        command.table = parseTransliteration(reader);
        reader.end();
        break;
      case 'q':
      case 'Q':
      case 'l': {
        if (name !== 'l' && second) throw reader.error('command only uses one address');
        reader.skip(/[ \t]/);
        const digits = reader.word(/[^0-9]/);
        if (digits !== '') command.number = Number(digits);
        reader.end();
        break;
      }
      case 'e':
        reader.skip(/[ \t]/);
        command.text = reader.restOfLine();
        break;
      default:
        if (!ALONE.has(name)) throw reader.error(`unknown command: \`${name}'`);
        reader.end();
    }
  }
}

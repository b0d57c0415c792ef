import type { Process } from '../kernel/process.ts';
import type { Regex } from '../regex/regex.ts';
import { readFromShell } from './shellCommand.ts';
import type { SedFiles, SedOutput } from './sedFiles.ts';
import type { SedInput } from './sedInput.ts';
import { expandReplacement } from './sedReplacement.ts';
import { type SedAddress, type SedCommand, type SedRegex, SedScriptError, type Substitution } from './sedScript.ts';
import { escapedLine } from './sedList.ts';
import { openInput, InputError } from './textInput.ts';
import { readWhole } from './readWhole.ts';
import { decodeName } from '../../bytes/byteName.ts';

/** The spaces may grow up to that many characters. */
const MAX_SPACE = 1 << 26;

export interface SedSettings {
  readonly quiet: boolean;
  readonly lineEnd: string;
  readonly lineWidth: number;
  readonly posix: boolean;
}

/** What sed gives up at: printed with status 4, or 1. */
export class SedFault extends Error {
  override readonly name = 'SedFault';
}

type Queued = { readonly kind: 'text' | 'file'; readonly text: string };

/** How a cycle ended. */
type CycleEnd = 'next' | 'quit' | 'restart';

/** Runs a script over an input. */
export class SedMachine {
  readonly #process: Process;
  readonly #commands: readonly SedCommand[];
  readonly #settings: SedSettings;
  readonly #files: SedFiles;
  #input: SedInput;
  #output: SedOutput;
  #space = '';
  #hold = '';
  #queue: Queued[] = [];
  #hasReplaced = false;
  #lastRegex: Regex | undefined;
  #exitCode = 0;
  #isEnded = true;

  constructor(
    process: Process,
    commands: readonly SedCommand[],
    settings: SedSettings,
    place: { readonly files: SedFiles; readonly input: SedInput; readonly output: SedOutput },
  ) {
    this.#process = process;
    this.#commands = commands;
    this.#settings = settings;
    this.#files = place.files;
    this.#input = place.input;
    this.#output = place.output;
  }

  /** Goes on with another file, as `-s` and `-i` do. */
  moveTo(input: SedInput, output: SedOutput): void {
    this.#input = input;
    this.#output = output;
  }

  /** The status to exit with, once `q` has come; undefined at the end of the input. */
  async run(): Promise<number | undefined> {
    let restarts = false;
    for (;;) {
      if (!restarts) {
        const reading = this.#input.next();
        const line = reading instanceof Promise ? await reading : reading;
        if (line === undefined) return undefined;
        this.#space = line;
        this.#isEnded = this.#input.wasTerminated;
      }
      this.#hasReplaced = restarts ? this.#hasReplaced : false;
      const end = await this.#cycle();
      if (end === 'quit') return this.#exitCode;
      restarts = end === 'restart';
      if (this.#process.isDue) await this.#process.pause();
    }
  }

  async #cycle(): Promise<CycleEnd> {
    const commands = this.#commands;
    for (let at = 0; at < commands.length;) {
      const command = commands[at] as SedCommand;
      if (this.#process.isDue) await this.#process.pause();
      let selected = true;
      if (command.first) {
        const answer = this.#selects(command);
        selected = typeof answer === 'boolean' ? answer : await answer;
      }
      if (selected === command.negated) {
        at = command.name === '{' ? command.target : at + 1;
        continue;
      }
      switch (command.name) {
        case '{':
          at++;
          break;
        case 'b':
          at = command.target < 0 ? commands.length : command.target;
          break;
        case 't':
          if (this.#hasReplaced) at = command.target < 0 ? commands.length : command.target;
          else at++;
          this.#hasReplaced = false;
          break;
        case 'T':
          if (this.#hasReplaced) at++;
          else at = command.target < 0 ? commands.length : command.target;
          this.#hasReplaced = false;
          break;
        case 's': {
          const replaced = this.#substitute(command.substitution as Substitution);
          if (replaced) await replaced;
          at++;
          break;
        }
        case 'p': {
          const writing = this.#print(this.#space);
          if (writing) await writing;
          at++;
          break;
        }
        case 'd':
          return this.#endCycle('silent');
        case 'D': {
          const newline = this.#space.indexOf('\n');
          if (newline < 0) return this.#endCycle('silent');
          this.#space = this.#space.slice(newline + 1);
          await this.#appendQueue();
          return 'restart';
        }
        default: {
          const end = await this.#rare(command);
          if (end) return end;
          at++;
        }
      }
    }
    return this.#endCycle('printed');
  }

  #print(text: string, output = this.#output): undefined | Promise<void> {
    if (this.#isEnded) return output.line(text, this.#settings.lineEnd);
    return output.unended(text, this.#settings.lineEnd);
  }

  async #endCycle(form: 'printed' | 'silent'): Promise<CycleEnd> {
    if (form === 'printed' && !this.#settings.quiet) {
      const writing = this.#print(this.#space);
      if (writing) await writing;
    }
    if (this.#queue.length > 0) await this.#appendQueue();
    return 'next';
  }

  async #appendQueue(): Promise<void> {
    const queue = this.#queue;
    this.#queue = [];
    for (const { kind, text } of queue) {
      await this.#output.complete();
      if (kind === 'text') await this.#output.raw(text);
      else await this.#copyFile(text);
    }
  }

  async #copyFile(path: string): Promise<void> {
    try {
      const input = await openInput(this.#process, path === '/dev/stdin' ? '-' : path);
      const text = decodeName(await readWhole(this.#process, input));
      input.close();
      await this.#output.raw(text);
    } catch (error) {
      // A file that cannot be read is taken for an empty one (POSIX).
      if (!(error instanceof InputError)) throw error;
    }
  }

  /** Commands that are seldom or have to wait. */
  async #rare(command: SedCommand): Promise<CycleEnd | undefined> {
    switch (command.name) {
      case 'a':
        this.#queue.push({ kind: 'text', text: command.text });
        return undefined;
      case 'i':
        await this.#output.raw(command.text);
        return undefined;
      case 'c':
        if (command.second === undefined || command.negated || !command.isOpen) await this.#output.raw(command.text);
        return this.#endCycle('silent');
      case 'e':
        await this.#output.raw(await this.#shell(command.text === '' ? this.#space : command.text));
        if (command.text === '') this.#space = '';
        return undefined;
      case 'g':
        this.#space = this.#hold;
        this.#isEnded = true;
        return undefined;
      case 'G':
        this.#space = this.#joined(this.#space, this.#hold);
        this.#isEnded = true;
        return undefined;
      case 'h':
        this.#hold = this.#space;
        return undefined;
      case 'H':
        this.#hold = this.#joined(this.#hold, this.#space);
        return undefined;
      case 'x':
        [this.#space, this.#hold] = [this.#hold, this.#space];
        this.#isEnded = true;
        return undefined;
      case 'z':
        this.#space = '';
        return undefined;
      case 'n':
        return this.#nextLine('replace');
      case 'N':
        return this.#nextLine('append');
      case 'P': {
        const newline = this.#space.indexOf('\n');
        await this.#output.line(newline < 0 ? this.#space : this.#space.slice(0, newline), this.#settings.lineEnd);
        return undefined;
      }
      case 'l':
        await this.#output.raw(escapedLine(this.#space, command.number ?? this.#settings.lineWidth));
        return undefined;
      case '=':
        await this.#output.raw(`${this.#input.lineNumber}\n`);
        return undefined;
      case 'F':
        await this.#output.raw(`${this.#input.operand}\n`);
        return undefined;
      case 'y': {
        const table = command.table as ReadonlyMap<string, string>;
        let text = '';
        for (const character of this.#space) text += table.get(character) ?? character;
        this.#space = text;
        return undefined;
      }
      case 'r':
        this.#queue.push({ kind: 'file', text: command.text });
        return undefined;
      case 'R': {
        const line = await this.#files.line(command.text);
        if (line) this.#queue.push({ kind: 'text', text: line.text + (line.isEnded ? this.#settings.lineEnd : '') });
        return undefined;
      }
      case 'w':
        await this.#print(this.#space, this.#files.output(command.text));
        return undefined;
      case 'W':
        await this.#files.output(command.text).line(this.#space.split('\n', 1)[0] as string, this.#settings.lineEnd);
        return undefined;
      case 'q':
        this.#exitCode = command.number ?? 0;
        await this.#endCycle('printed');
        return 'quit';
      case 'Q':
        this.#exitCode = command.number ?? 0;
        return 'quit';
      default:
        return undefined;
    }
  }

  #joined(a: string, b: string): string {
    if (a.length + b.length > MAX_SPACE) throw new SedFault("couldn't allocate memory");
    return `${a}\n${b}`;
  }

  async #nextLine(how: 'replace' | 'append'): Promise<CycleEnd | undefined> {
    if (await this.#input.isLast()) {
      if (how === 'append' && this.#settings.posix) return this.#endCycleAndQuit('silent');
      return this.#endCycleAndQuit('printed');
    }
    if (how === 'replace') await this.#endCycle('printed');
    else if (this.#queue.length > 0) await this.#appendQueue();
    const line = (await this.#input.next()) ?? '';
    this.#isEnded = this.#input.wasTerminated;
    this.#space = how === 'replace' ? line : this.#joined(this.#space, line);
    return undefined;
  }

  async #endCycleAndQuit(form: 'printed' | 'silent'): Promise<CycleEnd> {
    await this.#endCycle(form);
    return 'next';
  }

  async #shell(command: string): Promise<string> {
    await this.#output.text.flush();
    const { file, child } = await readFromShell(this.#process, command);
    let text = '';
    for (;;) {
      const chunk = await this.#process.waitFor(Promise.resolve(file.read(65536)));
      if (chunk.length === 0) break;
      text += decodeName(chunk);
      if (text.length > MAX_SPACE) throw new SedFault("couldn't allocate memory");
    }
    file.close();
    if (child) {
      await this.#process.waitFor(child.wait());
      this.#process.reap(child);
    }
    return text;
  }

  // Addresses

  #selects(command: SedCommand): boolean | Promise<boolean> {
    if (!command.second) return this.#matches(command.first as SedAddress);
    return command.isOpen ? this.#inRange(command, command.second) : this.#beginsRange(command, command.second);
  }

  async #inRange(command: SedCommand, second: SedAddress): Promise<boolean> {
    const line = this.#input.lineNumber;
    switch (second.kind) {
      case 'line':
        command.isOpen = line < second.number;
        // A line before the end that was passed by: the range had ended.
        return line <= second.number || this.#matches(command.first as SedAddress);
      case 'plus':
      case 'multiple':
        command.isOpen = line < command.lastLine;
        return true;
      default:
        command.isOpen = !(await this.#matches(second));
        return true;
    }
  }

  async #beginsRange(command: SedCommand, second: SedAddress): Promise<boolean> {
    if (!(await this.#matches(command.first as SedAddress))) return false;
    const line = this.#input.lineNumber;
    switch (second.kind) {
      case 'line':
        command.isOpen = line < second.number;
        break;
      case 'plus':
        command.lastLine = line + second.count;
        command.isOpen = second.count > 0;
        break;
      case 'multiple':
        command.lastLine = second.of === 0 ? line : Math.ceil(line / second.of) * second.of;
        command.isOpen = command.lastLine > line;
        break;
      case 'last':
        command.isOpen = !(await this.#input.isLast());
        break;
      default:
        command.isOpen = true;
    }
    return true;
  }

  #matches(address: SedAddress): boolean | Promise<boolean> {
    const line = this.#input.lineNumber;
    switch (address.kind) {
      case 'line':
        return line === address.number;
      case 'last':
        return this.#input.isLast();
      case 'step':
        return address.step === 0
          ? line === address.first
          : line >= address.first && (line - address.first) % address.step === 0;
      case 'regex':
        return this.#regex(address.regex).test(this.#space);
      default:
        return false;
    }
  }

  #regex(regex: SedRegex): Regex {
    if (regex !== 'last') {
      this.#lastRegex = regex;
      return regex;
    }
    if (!this.#lastRegex) throw new SedScriptError('-e expression #1, char 0:', 'no previous regular expression');
    return this.#lastRegex;
  }

  // s

  #substitute(substitution: Substitution): undefined | Promise<void> {
    const regex = this.#regex(substitution.regex);
    const text = this.#space;
    const needsGroups = substitution.parts.some((part) => part.kind === 'group' && part.group > 0);
    let out = '';
    let from = 0;
    let kept = 0;
    let count = 0;
    let isReplaced = false;
    while (from <= text.length) {
      const slots = needsGroups ? regex.exec(text, from) : undefined;
      const span = needsGroups ? undefined : regex.find(text, from);
      const start = slots ? (slots[0] as number) : span?.start;
      if (start === undefined) break;
      const end = slots ? (slots[1] as number) : (span?.end as number);
      // An empty match right behind another one does not count.
      const isEmptyBehind =
        end === start && count > 0 && start === kept && start === from && this.#wasMatchEnd === start;
      if (!isEmptyBehind) {
        count++;
        this.#wasMatchEnd = end;
        if (count >= substitution.number) {
          const group = (number: number) => {
            if (number === 0) return text.slice(start, end);
            const at = slots?.[number * 2] ?? -1;
            return at < 0 ? '' : text.slice(at, slots?.[number * 2 + 1]);
          };
          out += text.slice(kept, start) + expandReplacement(substitution.parts, group);
          if (out.length > MAX_SPACE) throw new SedFault("couldn't allocate memory");
          kept = end;
          isReplaced = true;
          if (!substitution.global) break;
        }
      }
      if (end > from && end > start) from = end;
      else {
        const step = (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
        if (isReplaced) out += text.slice(kept, end + step);
        if (isReplaced) kept = Math.min(text.length, end + step);
        from = end + step;
      }
    }
    this.#wasMatchEnd = -1;
    if (!isReplaced) return undefined;
    this.#space = out + text.slice(kept);
    this.#hasReplaced = true;
    if (!substitution.print && !substitution.evaluate && substitution.file === undefined) return undefined;
    return this.#afterSubstitution(substitution);
  }

  #wasMatchEnd = -1;

  async #afterSubstitution({ evaluate, print, file }: Substitution): Promise<void> {
    if (evaluate) this.#space = (await this.#shell(this.#space)).replace(/\n$/, '');
    if (print) await this.#print(this.#space);
    if (file !== undefined) await this.#print(this.#space, this.#files.output(file));
  }
}

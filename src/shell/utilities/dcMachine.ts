import type { Process } from '../kernel/process.ts';
import type { Flavour } from '../kernel/program.ts';
import { BcFault, type BcNumber, compare, negated, parseNumber, ZERO } from './bcNumber.ts';
import { calculate } from './dcArithmetic.ts';
import { askFact } from './dcFacts.ts';
import { DcFault, dcWords } from './dcFault.ts';
import { DcFrames } from './dcFrames.ts';
import { DcParameters } from './dcParameters.ts';
import { DcPrinter } from './dcPrinter.ts';
import { DcReader } from './dcReader.ts';
import { runRegisterCommand } from './dcRegisterCommands.ts';
import { DcRegisters, type DcValue } from './dcRegisters.ts';
import { DcStack } from './dcStack.ts';
import { runShell } from './shellCommand.ts';

const BLANKS = new Set([' ', '\t', '\n', '\r', '\f', '\v', '\0']);

/** How a text ended: at its end, or with `q`, or with a fault that ends dc. */
export type DcEnding = 'on' | 'quit' | 'fault';

/** A reverse-polish calculator (dc(1)): its stack, its registers, and the macros that run. */
export class DcMachine {
  readonly #process: Process;
  readonly #flavour: Flavour;
  readonly #readLine: () => Promise<string | undefined>;
  readonly #registers = new DcRegisters();
  readonly #parameters = new DcParameters();
  readonly #frames: DcFrames;
  readonly #reader: DcReader;
  readonly #stack: DcStack;
  readonly #printer: DcPrinter;
  #readsInput = false;
  #isMacro = false;

  /** `readLine`: the next line of standard input with its newline, for `?`. */
  constructor(process: Process, readLine: () => Promise<string | undefined>) {
    this.#process = process;
    this.#flavour = process.flavour;
    this.#readLine = readLine;
    this.#frames = new DcFrames(process.flavour);
    this.#reader = new DcReader(this.#frames);
    this.#stack = new DcStack(process.flavour);
    this.#printer = new DcPrinter(process, this.#parameters);
  }

  /** A line of standard input. */
  runLine(text: string): Promise<DcEnding> {
    this.#readsInput = true;
    return this.#run(text, this.#readLine);
  }

  /** The whole of a file. */
  runFile(text: string): Promise<DcEnding> {
    this.#readsInput = false;
    return this.#run(text, async () => undefined);
  }

  /** A text that is itself a macro: from one that it calls `q` ends no more than this. */
  async runExpression(text: string): Promise<DcEnding> {
    this.#isMacro = this.#flavour === 'gnu';
    try {
      return await this.runFile(text);
    } finally {
      this.#isMacro = false;
    }
  }

  /** `more` gives what follows a string that is not closed in the text. */
  async #run(text: string, more: () => Promise<string | undefined>): Promise<DcEnding> {
    this.#frames.begin(text);
    for (let frame = this.#frames.top; frame; frame = this.#frames.top) {
      if (this.#process.isDue) await this.#process.pause();
      if (frame.at >= frame.text.length) {
        this.#frames.return();
        continue;
      }
      const command = String.fromCodePoint(frame.text.codePointAt(frame.at) as number);
      frame.at += command.length;
      if (BLANKS.has(command)) continue;
      try {
        if (command === '[') this.#stack.push(await this.#reader.string(more));
        else if (command === 'q') {
          if (this.#quit()) return 'quit';
        } else await this.#command(command);
      } catch (error) {
        if (await this.#tellFault(error)) return 'fault';
      }
    }
    return 'on';
  }

  /** Whether dc ends with it. */
  async #tellFault(error: unknown): Promise<boolean> {
    if (error instanceof BcFault) {
      if (this.#flavour === 'busybox') await this.#process.complain(error.message);
      else await this.#process.write(2, `Runtime error: ${error.message}\n`);
      return this.#flavour === 'busybox';
    }
    if (!(error instanceof DcFault)) throw error;
    const words = dcWords(error, this.#flavour);
    if (error.code === 'unknown' && this.#flavour === 'gnu') {
      // Its name goes to standard error and the rest to standard output.
      await this.#process.write(2, 'dc: ');
      await this.#process.print(`${words}\n`);
      return false;
    }
    await this.#process.write(2, `dc: ${words}\n`);
    return this.#flavour === 'busybox' || error.code === 'limit';
  }

  /** Leaves the macro and its caller. Whether dc ends, because there are not so many. */
  #quit(): boolean {
    const isDirect = this.#frames.isOutermost;
    if (this.#frames.leave(2)) return false;
    if (isDirect || !this.#isMacro) return true;
    this.#frames.end();
    return false;
  }

  #leaveMacros(): void {
    const count = this.#stack.popInteger('levels');
    if (count < 1) {
      if (this.#flavour === 'busybox' && count === 0) return;
      throw new DcFault('levels');
    }
    if (this.#flavour === 'busybox') {
      if (!this.#frames.leave(count)) this.#frames.end();
    } else if (!this.#frames.leaveAsGnu(count)) {
      if (!this.#isMacro) throw new DcFault('tooManyLevels');
      this.#frames.end();
    }
  }

  async #command(command: string): Promise<void> {
    if (/[0-9A-F._]/.test(command)) return this.#number();
    switch (command) {
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '^':
      case '~':
      case '|':
      case 'v':
        return calculate(command, this.#stack, this.#parameters.scale);
      case 'p':
      case 'n':
      case 'P':
      case 'f':
        return this.#printer.run(command, this.#stack);
      case '<':
      case '>':
      case '=':
        return this.#callIf(command, true);
      case '!':
        return this.#bang();
      case '#':
        this.#reader.restOfLine();
        return;
      case '?': {
        // Where the commands come from standard input, too, the rest of their line is what comes next there.
        const line = (this.#readsInput && this.#frames.takeRest()) || (await this.#readLine());
        if (line !== undefined) this.#frames.call(line);
        return;
      }
      case 'x':
        return this.#execute(this.#stack.pop());
      case 'Q':
        return this.#leaveMacros();
      default:
        if (this.#runOnValues(command)) return;
        throw new DcFault('unknown', command);
    }
  }

  #runOnValues(command: string): boolean {
    const flavour = this.#flavour;
    const stack = this.#stack;
    return (
      runRegisterCommand(command, { flavour, reader: this.#reader, registers: this.#registers, stack }) ||
      this.#parameters.run(command, stack) ||
      stack.shuffle(command) ||
      askFact(command, stack, flavour)
    );
  }

  #number(): void {
    const typed = this.#reader.number();
    const isNegative = typed.startsWith('_');
    const digits = isNegative ? typed.slice(1) : typed;
    const form = this.#flavour === 'gnu' ? ({ largeDigits: 'kept' } as const) : {};
    const value = parseNumber(digits, this.#parameters.inputBase, form);
    this.#stack.push(isNegative ? negated(value) : value);
  }

  #execute(value: DcValue): void {
    if (typeof value === 'string') this.#frames.call(value);
    else this.#stack.push(value);
  }

  #callIf(sign: string, wanted: boolean): void {
    const name = this.#reader.name();
    const [second, first] = this.#stack.topNumbers(2) as [BcNumber, BcNumber];
    this.#stack.drop(2);
    const order = compare(first, second);
    const holds = sign === '=' ? order === 0 : sign === '<' ? order < 0 : order > 0;
    if (holds !== wanted) return;
    const value = this.#registers.value(name);
    if (this.#flavour === 'busybox' && typeof value !== 'string') throw new DcFault('notNumber');
    this.#execute(value ?? ZERO);
  }

  async #bang(): Promise<void> {
    const sign = this.#reader.oneOf('<>=');
    if (sign !== undefined) return this.#callIf(sign, false);
    if (this.#flavour === 'busybox') throw new DcFault('unknown', '!');
    await runShell(this.#process, this.#reader.restOfLine());
  }
}

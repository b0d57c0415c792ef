import { decodeName, encodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import type { Flavour } from '../kernel/program.ts';
import {
  add,
  BcFault,
  type BcNumber,
  compare,
  divide,
  multiply,
  negated,
  numberText,
  ofInteger,
  ONE,
  parseNumber,
  raise,
  remainder,
  rescaled,
  squareRoot,
  ZERO,
} from './bcNumber.ts';
import { DcFault, dcWords } from './dcFault.ts';
import { DcFrames } from './dcFrames.ts';
import { DcRegisters, type DcValue, MAX_VALUES } from './dcRegisters.ts';
import { runShell } from './shellCommand.ts';

const MAX_OUTPUT_BASE = 999_999_999;
const MAX_INDEX = 16_777_215;
const LINE_CHARACTERS = 70;
const BLANKS = new Set([' ', '\t', '\n', '\r', '\f', '\v', '\0']);

/** How a text ended: at its end, or with `q`, or with a fault that ends dc. */
export type DcEnding = 'on' | 'quit' | 'fault';

/** A reverse-polish calculator (dc(1)): its stack, its registers, and the macros that run. */
export class DcMachine {
  readonly #process: Process;
  readonly #flavour: Flavour;
  readonly #readLine: () => Promise<string | undefined>;
  readonly #lineCharacters: number;
  readonly #registers = new DcRegisters();
  readonly #frames: DcFrames;
  #stack: DcValue[] = [];
  #scale = 0;
  #inputBase = 10;
  #outputBase = 10;
  #readsInput = false;
  #isMacro = false;

  /** `readLine`: the next line of standard input with its newline, for `?`. */
  constructor(process: Process, readLine: () => Promise<string | undefined>) {
    this.#process = process;
    this.#flavour = process.flavour;
    this.#readLine = readLine;
    this.#frames = new DcFrames(process.flavour);
    const asked = Number(process.env.get('DC_LINE_LENGTH') ?? LINE_CHARACTERS);
    this.#lineCharacters =
      asked === 0 || asked === 1 ? Number.POSITIVE_INFINITY : asked >= 2 ? asked - 1 : LINE_CHARACTERS - 1;
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
        if (command === '[') this.#push(await this.#string(more));
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
    const count = this.#integer(this.#pop(), 'levels');
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

  async #string(more: () => Promise<string | undefined>): Promise<string> {
    let depth = 1;
    let text = '';
    for (;;) {
      const frame = this.#frames.top as { text: string; at: number };
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
  #name(): string {
    const frame = this.#frames.top as { text: string; at: number };
    const code = frame.text.codePointAt(frame.at);
    if (code === undefined) throw new DcFault('empty');
    const name = String.fromCodePoint(code);
    frame.at += name.length;
    return name;
  }

  #push(value: DcValue): void {
    if (this.#stack.length >= MAX_VALUES) throw new DcFault('limit');
    this.#stack.push(value);
  }

  #top(): DcValue {
    const value = this.#stack.at(-1);
    if (value === undefined) throw new DcFault('empty');
    return value;
  }

  #pop(): DcValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #integer(value: DcValue, code: DcFault['code']): number {
    if (typeof value === 'string') throw new DcFault(this.#flavour === 'busybox' ? 'notNumber' : code);
    const { digits } = rescaled(value, 0);
    return Number(digits);
  }

  /** That many, in the order in which they were pushed; they stay. */
  #topNumbers(count: number): BcNumber[] {
    if (this.#stack.length < count) throw new DcFault('empty');
    const values = this.#stack.slice(-count);
    for (const value of values) if (typeof value === 'string') throw new DcFault('notNumber');
    return values as BcNumber[];
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
        return this.#calculate(command);
      case 'p':
      case 'n':
      case 'P':
      case 'f':
        return this.#print(command);
      case '<':
      case '>':
      case '=':
        return this.#callIf(command, true);
      case '!':
        return this.#bang();
      case '#':
        this.#restOfLine();
        return;
      case '?': {
        // Where the commands come from standard input, too, the rest of their line is what comes next there.
        const line = (this.#readsInput && this.#frames.takeRest()) || (await this.#readLine());
        if (line !== undefined) this.#frames.call(line);
        return;
      }
      case 'x':
        return this.#execute(this.#pop());
      case 'Q':
        return this.#leaveMacros();
      default:
        if (this.#register(command) || this.#parameter(command) || this.#shuffle(command) || this.#ask(command)) return;
        throw new DcFault('unknown', command);
    }
  }

  #number(): void {
    const frame = this.#frames.top as { text: string; at: number };
    const [typed = ''] = /^_?[0-9A-F]*(?:\.[0-9A-F]*)?/.exec(frame.text.slice(--frame.at)) as RegExpExecArray;
    frame.at += typed.length;
    const isNegative = typed.startsWith('_');
    const digits = isNegative ? typed.slice(1) : typed;
    const value = parseNumber(digits, this.#inputBase, this.#flavour === 'gnu' ? { largeDigits: 'kept' } : {});
    this.#push(isNegative ? negated(value) : value);
  }

  /** What cannot be calculated stays on the stack. */
  #calculate(command: string): void {
    const count = command === 'v' ? 1 : command === '|' ? 3 : 2;
    const results = this.#result(command, this.#topNumbers(count));
    this.#stack.length -= count;
    for (const value of results) this.#push(value);
  }

  #result(command: string, [a = ZERO, b = ZERO, c = ZERO]: readonly BcNumber[]): BcNumber[] {
    const scale = this.#scale;
    switch (command) {
      case '+':
        return [add(a, b)];
      case '-':
        return [add(a, negated(b))];
      case '*':
        return [multiply(a, b, scale)];
      case '/':
        if (b.digits === 0n) throw new DcFault('zeroDivisor');
        return [divide(a, b, scale)];
      case '%':
        if (b.digits === 0n) throw new DcFault('zeroModulus');
        return [remainder(a, b, scale)];
      case '~':
        if (b.digits === 0n) throw new DcFault('zeroDivisor');
        return [divide(a, b, scale), remainder(a, b, scale)];
      case '^':
        return [raise(a, b, scale)];
      case '|':
        if (c.digits === 0n) throw new DcFault('zeroModulus');
        return [this.#modularPower(a, b, c)];
      default:
        if (a.digits < 0n) {
          this.#stack.pop();
          throw new DcFault('negativeRoot');
        }
        return [squareRoot(a, scale)];
    }
  }

  /** By squaring: as many steps as the exponent has bits. */
  #modularPower(base: BcNumber, exponent: BcNumber, modulus: BcNumber): BcNumber {
    const scale = this.#scale;
    let result = ONE;
    let square = base;
    for (let left = rescaled(exponent, 0).digits; left > 0n; left >>= 1n) {
      if (left & 1n) result = remainder(multiply(result, square, scale), modulus, scale);
      square = remainder(multiply(square, square, scale), modulus, scale);
    }
    return result;
  }

  async #print(command: string): Promise<void> {
    if (command === 'f') {
      for (const value of [...this.#stack].reverse()) await this.#process.print(`${this.#shown(value)}\n`);
      return;
    }
    // Busybox's `n` is its `p`.
    if (command === 'p' || (command === 'n' && this.#flavour === 'busybox')) {
      await this.#process.print(`${this.#shown(this.#top())}\n`);
      return;
    }
    const value = this.#flavour === 'busybox' ? this.#top() : this.#pop();
    if (typeof value === 'string' || command === 'n') await this.#process.print(this.#shown(value));
    else await this.#process.write(1, bytesOf(value));
  }

  #shown(value: DcValue): string {
    if (typeof value === 'string') return value;
    const text = numberText(value, this.#outputBase);
    if (text.length <= this.#lineCharacters) return text;
    const width = this.#lineCharacters;
    const lines: string[] = [];
    for (let at = 0; at < text.length; at += width) lines.push(text.slice(at, at + width));
    return lines.join('\\\n');
  }

  #execute(value: DcValue): void {
    if (typeof value === 'string') this.#frames.call(value);
    else this.#push(value);
  }

  #callIf(sign: string, wanted: boolean): void {
    const name = this.#name();
    const [second, first] = this.#topNumbers(2) as [BcNumber, BcNumber];
    this.#stack.length -= 2;
    const order = compare(first, second);
    const holds = sign === '=' ? order === 0 : sign === '<' ? order < 0 : order > 0;
    if (holds !== wanted) return;
    const value = this.#registers.value(name);
    if (this.#flavour === 'busybox' && typeof value !== 'string') throw new DcFault('notNumber');
    this.#execute(value ?? ZERO);
  }

  async #bang(): Promise<void> {
    const frame = this.#frames.top as { text: string; at: number };
    const next = frame.text[frame.at] ?? '';
    if (next !== '' && '<>='.includes(next)) {
      frame.at++;
      return this.#callIf(next, false);
    }
    if (this.#flavour === 'busybox') throw new DcFault('unknown', '!');
    await runShell(this.#process, this.#restOfLine());
  }

  #restOfLine(): string {
    const frame = this.#frames.top as { text: string; at: number };
    const end = frame.text.indexOf('\n', frame.at);
    const rest = frame.text.slice(frame.at, end < 0 ? undefined : end);
    frame.at = end < 0 ? frame.text.length : end + 1;
    return rest;
  }

  #register(command: string): boolean {
    switch (command) {
      case 's': {
        const name = this.#name();
        this.#registers.set(name, this.#pop());
        return true;
      }
      case 'S': {
        const name = this.#name();
        this.#registers.push(name, this.#pop());
        return true;
      }
      case 'l':
        this.#push(this.#registers.value(this.#name()) ?? ZERO);
        return true;
      case 'L':
        this.#push(this.#registers.pop(this.#name()));
        return true;
      case ':':
      case ';': {
        const name = this.#name();
        const index = this.#integer(this.#pop(), 'index');
        if (index < 0 || index > MAX_INDEX) throw new DcFault('index');
        if (command === ';') this.#push(this.#registers.element(name, index) ?? ZERO);
        else {
          const value = this.#pop();
          if (typeof value === 'string' && this.#flavour === 'busybox') throw new DcFault('notNumber');
          this.#registers.setElement(name, index, value);
        }
        return true;
      }
      default:
        return false;
    }
  }

  #parameter(command: string): boolean {
    switch (command) {
      case 'i':
      case 'o': {
        const code = command === 'i' ? 'inputBase' : 'outputBase';
        const base = this.#integer(this.#pop(), code);
        if (base < 2 || base > (command === 'i' ? 16 : MAX_OUTPUT_BASE)) throw new DcFault(code);
        if (command === 'i') this.#inputBase = base;
        else this.#outputBase = base;
        return true;
      }
      case 'k': {
        const scale = this.#integer(this.#pop(), 'scale');
        if (scale < 0 || scale > 2 ** 31 - 1) throw new DcFault('scale');
        this.#scale = scale;
        return true;
      }
      case 'I':
        this.#push(ofInteger(this.#inputBase));
        return true;
      case 'O':
        this.#push(ofInteger(this.#outputBase));
        return true;
      case 'K':
        this.#push(ofInteger(this.#scale));
        return true;
      default:
        return false;
    }
  }

  #shuffle(command: string): boolean {
    switch (command) {
      case 'c':
        this.#stack = [];
        return true;
      case 'd':
        this.#push(this.#top());
        return true;
      case 'r': {
        if (this.#stack.length < 2) {
          if (this.#flavour === 'gnu') return true;
          throw new DcFault('empty');
        }
        const [a, b] = this.#stack.splice(-2) as [DcValue, DcValue];
        this.#stack.push(b, a);
        return true;
      }
      case 'R':
        this.#rotate();
        return true;
      default:
        return false;
    }
  }

  #rotate(): void {
    const value = this.#pop();
    // Busybox's `R` drops the value and turns nothing.
    if (this.#flavour === 'busybox') return;
    const count = this.#integer(value, 'notNumber');
    const turned = this.#stack.splice(-Math.min(this.#stack.length, Math.abs(count)) || this.#stack.length);
    const end = count > 0 ? turned.shift() : turned.pop();
    if (end === undefined) return;
    if (count > 0) turned.push(end);
    else turned.unshift(end);
    this.#stack.push(...turned);
  }

  /** What asks for facts of a value, or of the stack. */
  #ask(command: string): boolean {
    switch (command) {
      case 'a':
        this.#push(firstCharacter(this.#pop(), this.#flavour));
        return true;
      case 'Z': {
        const value = this.#pop();
        this.#push(ofInteger(typeof value === 'string' ? encodeName(value).length : digitCount(value)));
        return true;
      }
      case 'X': {
        const value = this.#pop();
        if (typeof value === 'string' && this.#flavour === 'busybox') throw new DcFault('notNumber');
        this.#push(ofInteger(typeof value === 'string' ? 0 : value.scale));
        return true;
      }
      case 'z':
        this.#push(ofInteger(this.#stack.length));
        return true;
      default:
        return false;
    }
  }
}

function firstCharacter(value: DcValue, flavour: Flavour): string {
  if (typeof value === 'string') return decodeName(encodeName(value || '\0').subarray(0, 1));
  const { digits } = rescaled(value, 0);
  if (digits < 0n && flavour === 'busybox') throw new DcFault('index');
  return decodeName(Uint8Array.of(Number(BigInt.asUintN(8, digits))));
}

function digitCount({ digits }: BcNumber): number {
  return (digits < 0n ? -digits : digits).toString().length;
}

/** The whole part of its size, as digits of base 256. */
function bytesOf(value: BcNumber): Uint8Array {
  const { digits } = rescaled(value, 0);
  const hex = (digits < 0n ? -digits : digits).toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

import { S_IFCHR, deviceNumber } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { plainStat } from './noStat.ts';
import { OpenFile } from './openFile.ts';
import { SIGNALS } from './signals.ts';

/** What the line discipline does (termios(3)). */
export interface TerminalMode {
  /** ICANON: input comes line by line, with erase and kill characters. */
  canonical: boolean;
  echo: boolean;
  /** ISIG: Ctrl-C, Ctrl-\ and Ctrl-Z are signals. */
  signals: boolean;
  /** OPOST | ONLCR: a newline goes out as CR LF. */
  outputCR: boolean;
}

export const COOKED: Readonly<TerminalMode> = { canonical: true, echo: true, signals: true, outputCR: true };
export const RAW: Readonly<TerminalMode> = { canonical: false, echo: false, signals: false, outputCR: false };

const CTRL_C = 3;
const CTRL_D = 4;
const BACKSPACE = 8;
const LF = 10;
const CR = 13;
const CTRL_U = 21;
const CTRL_V = 22;
const CTRL_W = 23;
const CTRL_Z = 26;
const ESCAPE = 27;
const CTRL_BACKSLASH = 28;
const DELETE = 127;
const CRLF = Uint8Array.of(CR, LF);
const ERASE = Uint8Array.of(BACKSPACE, 32, BACKSPACE);
const NO_BYTES = new Uint8Array(0);
/** Bytes of input that wait to be read, at most; the rest is dropped, as a terminal that beeps. */
const MAX_INPUT_BYTES = 1 << 20;
/** Bytes of output that wait for whoever shows them; then writers wait. */
const MAX_OUTPUT_BYTES = 256 * 1024;

let ptyCount = 0;

/** A pseudo-terminal: somebody types and looks at one side, programs read and write the other, the slave. */
export class Pty {
  /** In its devpts: a container counts for itself. */
  readonly number: number;
  readonly slave: OpenFile;
  mode: TerminalMode = { ...COOKED };
  columns: number;
  rows: number;
  /** The process group in the foreground, by its leader's host pid. */
  foregroundGroup = 0;
  /** Told of bytes to show. A promise that it gives holds writers back until it resolves. */
  onOutput: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  /** Sends a signal to a process group. Set by the kernel that the terminal belongs to. */
  sendSignal: (group: number, signal: number) => void = () => undefined;
  #ready: Uint8Array[] = [];
  #readyBytes = 0;
  #line: number[] = [];
  /** Lines that end in nothing, by Ctrl-D on an empty line. */
  #endings = 0;
  #isHungUp = false;
  #isLiteralNext = false;
  #readers: (() => void)[] = [];
  #pendingOutputBytes = 0;
  #outputGate: Promise<void> | undefined;

  constructor(columns = 80, rows = 24, number = ptyCount++) {
    this.number = number;
    this.slave = new PtySlave(this);
    this.columns = columns;
    this.rows = rows;
  }

  /** What was typed or pasted. */
  input(bytes: Uint8Array): void {
    if (!this.mode.canonical && !this.mode.signals && !this.mode.echo) {
      this.#deliver(bytes.slice());
      return;
    }
    for (const byte of bytes) this.#typed(byte);
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    if (this.foregroundGroup !== 0) this.sendSignal(this.foregroundGroup, SIGNALS.WINCH);
  }

  /** The other side is gone: reading ends, the foreground gets SIGHUP. */
  hangUp(): void {
    this.#isHungUp = true;
    if (this.foregroundGroup !== 0) this.sendSignal(this.foregroundGroup, SIGNALS.HUP);
    this.#wake();
  }

  /** Throws away what was typed and not read (TCSAFLUSH). */
  flushInput(): void {
    this.#ready = [];
    this.#readyBytes = 0;
    this.#line = [];
    this.#endings = 0;
  }

  read(maxBytes: number): Uint8Array | Promise<Uint8Array> {
    const chunk = this.#ready[0];
    if (chunk) {
      const taken = chunk.subarray(0, maxBytes);
      if (taken.length === chunk.length) this.#ready.shift();
      else this.#ready[0] = chunk.subarray(maxBytes);
      this.#readyBytes -= taken.length;
      return taken;
    }
    if (this.#endings > 0) {
      this.#endings--;
      return NO_BYTES;
    }
    if (this.#isHungUp) return NO_BYTES;
    return this.#readLater(maxBytes);
  }

  /** Whether a read would not wait. */
  get hasInput(): boolean {
    return this.#ready.length > 0 || this.#endings > 0 || this.#isHungUp;
  }

  whenReadable(): Promise<void> | undefined {
    if (this.hasInput) return undefined;
    return new Promise((resolve) => {
      this.#readers.push(resolve);
    });
  }

  async #readLater(maxBytes: number): Promise<Uint8Array> {
    while (!this.hasInput) await this.whenReadable();
    return this.read(maxBytes);
  }

  write(bytes: Uint8Array): undefined | Promise<void> {
    const shown = this.mode.outputCR ? withCarriageReturns(bytes) : bytes;
    const gate = this.onOutput?.(shown);
    if (gate) {
      this.#pendingOutputBytes += shown.length;
      this.#outputGate = gate.then(() => {
        this.#pendingOutputBytes -= shown.length;
      });
    }
    return this.#pendingOutputBytes > MAX_OUTPUT_BYTES ? this.#outputGate : undefined;
  }

  #typed(given: number): void {
    const { mode } = this;
    const byte = given === CR ? LF : given;
    if (this.#isLiteralNext) {
      this.#isLiteralNext = false;
      this.#line.push(given);
      this.#echo(given);
      return;
    }
    if (mode.signals && this.#signalled(byte)) return;
    if (!mode.canonical) {
      if (mode.echo) this.#echo(byte);
      this.#deliver(Uint8Array.of(byte));
      return;
    }
    switch (byte) {
      case CTRL_V:
        this.#isLiteralNext = true;
        return;
      case BACKSPACE:
      case DELETE:
        this.#erase(1);
        return;
      case CTRL_U:
        this.#erase(this.#line.length);
        return;
      case CTRL_W:
        this.#erase(lastWordLength(this.#line));
        return;
      case CTRL_D:
        if (this.#line.length === 0) {
          this.#endings++;
          this.#wake();
        } else this.#endLine();
        return;
      default:
        if (this.#line.length >= MAX_INPUT_BYTES) return;
        this.#line.push(byte);
        if (mode.echo) this.#echo(byte);
        if (byte === LF) this.#endLine();
    }
  }

  #signalled(byte: number): boolean {
    const signal =
      byte === CTRL_C
        ? SIGNALS.INT
        : byte === CTRL_Z
          ? SIGNALS.TSTP
          : byte === CTRL_BACKSLASH
            ? SIGNALS.QUIT
            : undefined;
    if (signal === undefined) return false;
    if (this.mode.echo) this.#echo(byte);
    this.flushInput();
    if (this.foregroundGroup !== 0) this.sendSignal(this.foregroundGroup, signal);
    return true;
  }

  #endLine(): void {
    const line = Uint8Array.from(this.#line);
    this.#line = [];
    this.#deliver(line);
  }

  #deliver(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#readyBytes + bytes.length > MAX_INPUT_BYTES * 8) return;
    this.#ready.push(bytes);
    this.#readyBytes += bytes.length;
    this.#wake();
  }

  #erase(count: number): void {
    for (let i = 0; i < count && this.#line.length > 0; i++) {
      let byte = this.#line.pop() as number;
      // One erases a character, which may be several bytes of UTF-8.
      while ((byte & 0xc0) === 0x80 && this.#line.length > 0) byte = this.#line.pop() as number;
      if (!this.mode.echo) continue;
      this.#show(ERASE);
      if (byte < 32) this.#show(ERASE);
    }
  }

  #echo(byte: number): void {
    if (byte === LF) this.#show(CRLF);
    else if (byte < 32 && byte !== 9 && byte !== ESCAPE) this.#show(Uint8Array.of(0x5e, byte + 64));
    else if (byte === ESCAPE) this.#show(Uint8Array.of(0x5e, 0x5b));
    else this.#show(Uint8Array.of(byte));
  }

  #show(bytes: Uint8Array): void {
    this.onOutput?.(bytes);
  }

  #wake(): void {
    const readers = this.#readers;
    this.#readers = [];
    for (const resume of readers) resume();
  }
}

class PtySlave extends OpenFile {
  readonly path: string;
  readonly #pty: Pty;

  constructor(pty: Pty) {
    super();
    this.#pty = pty;
    this.path = `/dev/pts/${pty.number}`;
  }

  override get terminal(): Pty {
    return this.#pty;
  }

  read(maxBytes: number): Uint8Array | Promise<Uint8Array> {
    return this.#pty.read(maxBytes);
  }

  override whenReadable(): Promise<void> | undefined {
    return this.#pty.whenReadable();
  }

  write(bytes: Uint8Array): undefined | Promise<void> {
    return this.#pty.write(bytes);
  }

  stat(): Stat {
    return plainStat(S_IFCHR | 0o620, this.#pty.number + 3, deviceNumber(136, this.#pty.number));
  }

  /** A terminal outlives what is open on it. */
  protected release(): void {}
}

function withCarriageReturns(bytes: Uint8Array): Uint8Array {
  let newlines = 0;
  for (const byte of bytes) if (byte === LF) newlines++;
  if (newlines === 0) return bytes;
  const out = new Uint8Array(bytes.length + newlines);
  let at = 0;
  for (const byte of bytes) {
    if (byte === LF) out[at++] = CR;
    out[at++] = byte;
  }
  return out;
}

function lastWordLength(line: readonly number[]): number {
  let at = line.length;
  while (at > 0 && line[at - 1] === 32) at--;
  while (at > 0 && line[at - 1] !== 32) at--;
  return line.length - at;
}

import type { Process } from '../kernel/process.ts';
import { RecordReader } from './awkRecords.ts';
import type { Soon } from './awkSoon.ts';
import type { AwkState } from './awkState.ts';
import { inputValue, numberOf, textOf } from './awkValue.ts';
import { InputError, openInput } from './textInput.ts';

/** The files of ARGV one after another; `NAME=VALUE` among them assigns when its turn comes. */
export class AwkInputs {
  readonly #process: Process;
  readonly #state: AwkState;
  #reader: RecordReader | undefined;
  #argument = 1;
  #hasOpened = false;
  #isAtEnd = false;
  status = 0;

  constructor(process: Process, state: AwkState) {
    this.#process = process;
    this.#state = state;
  }

  /** The next record of all; undefined at the end. Waits only where more must be read. */
  next(): Soon<string | undefined> {
    const reading = this.#reader?.next(textOf(this.#state.special('RS'), '%.6g'));
    if (typeof reading !== 'string') return this.#later(reading);
    this.#state.countRecord();
    return reading;
  }

  async #later(first: Soon<string | undefined>): Promise<string | undefined> {
    const state = this.#state;
    for (let reading = first; ; reading = undefined) {
      const reader = this.#reader ?? (await this.#open());
      if (!reader) return undefined;
      let text: string | undefined;
      try {
        text = await (reading ?? reader.next(textOf(state.special('RS'), '%.6g')));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        await this.#complain(error);
      }
      if (text !== undefined) {
        state.countRecord();
        return text;
      }
      await this.skipFile();
    }
  }

  async skipFile(): Promise<void> {
    await this.#reader?.close();
    this.#reader = undefined;
  }

  async #complain({ operand, words }: InputError): Promise<void> {
    this.status = 2;
    await this.#state.streams.flush();
    await this.#process.complain(
      this.#process.flavour === 'busybox' ? `${operand}: ${words}` : `cannot open "${operand}" (${words})`,
    );
  }

  async #open(): Promise<RecordReader | undefined> {
    const state = this.#state;
    const argv = state.array('ARGV');
    while (!this.#isAtEnd) {
      const count = Math.trunc(numberOf(state.variable('ARGC')));
      if (this.#argument >= count) {
        if (this.#hasOpened) break;
        this.#hasOpened = true;
        return this.#read('-', '');
      }
      const operand = textOf(argv.get(String(this.#argument++)), '%.6g');
      if (operand === '') continue;
      const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(operand);
      if (assignment) {
        state.assign(assignment[1] as string, inputValue(unescapeArgument(assignment[2] as string)));
        continue;
      }
      this.#hasOpened = true;
      const reader = await this.#read(operand, operand);
      if (reader) return reader;
    }
    this.#isAtEnd = true;
    return undefined;
  }

  async #read(operand: string, name: string): Promise<RecordReader | undefined> {
    try {
      const input = await openInput(this.#process, operand);
      this.#state.setSpecial('FILENAME', name);
      this.#state.setSpecial('FNR', 0);
      this.#reader = new RecordReader({ read: () => input.read(), close: () => input.close() }, () =>
        this.#state.streams.flush(),
      );
      return this.#reader;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await this.#complain(error);
      return undefined;
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  '/': '/',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** Escapes of `-v` and operands that assign. */
export function unescapeArgument(text: string): string {
  return text.replace(/\\(?:([0-7]{1,3})|(.))/gs, (whole, octal: string | undefined, letter: string) =>
    octal !== undefined ? String.fromCharCode(Number.parseInt(octal, 8) & 0x7f) : (ESCAPES[letter] ?? whole),
  );
}

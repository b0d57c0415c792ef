import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { andThen } from '../interpreter/waiting.ts';
import { eachInput, type TextInput } from './textInput.ts';
import { utility } from './utility.ts';

/** An encoding of RFC 4648: how many bits a letter stands for, and its letters. */
interface Encoding {
  readonly letters: string;
  readonly bits: number;
  /** Letters of a whole group, to which `=` fills up. */
  readonly group: number;
}

const NEWLINE = 0x0a;
const PAD = 0x3d;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const BASE64: Encoding = { letters: `${LETTERS}${LETTERS.toLowerCase()}0123456789+/`, bits: 6, group: 4 };
const BASE64URL: Encoding = { ...BASE64, letters: BASE64.letters.replace('+/', '-_') };
const BASE32: Encoding = { letters: `${LETTERS}234567`, bits: 5, group: 8 };
const BASE32HEX: Encoding = { ...BASE32, letters: '0123456789ABCDEFGHIJKLMNOPQRSTUV' };
const BASE16: Encoding = { letters: '0123456789ABCDEF', bits: 4, group: 2 };
const BASE2: Encoding = { letters: '01', bits: 1, group: 8 };
const NAMED = {
  base64: BASE64,
  base64url: BASE64URL,
  base32: BASE32,
  base32hex: BASE32HEX,
  base16: BASE16,
  base2msbf: BASE2,
} as const;

const OPTIONS = {
  decode: '-d --decode -D',
  ignore: '-i --ignore-garbage',
  wrap: '-w --wrap=COLS',
} as const;

function encoder(encoding: Encoding | undefined): Program {
  return utility(
    {
      usage: '[OPTION]... [FILE]',
      options: { ...OPTIONS, ...(encoding ? {} : named()) },
    },
    (process, options) => {
      const chosen =
        encoding ??
        NAMED[
          (Object.keys(NAMED) as (keyof typeof NAMED)[]).findLast((name) =>
            (options as { has(name: string): boolean }).has(name),
          ) ?? 'base64'
        ];
      if (
        !encoding &&
        !(Object.keys(NAMED) as string[]).some((name) => (options as { has(name: string): boolean }).has(name))
      ) {
        throw new UsageError('operand', 'missing encoding type');
      }
      const extra = options.operands[1];
      if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
      const wrap = options.value('wrap') ?? '76';
      if (!/^\d+$/.test(wrap)) throw new UsageError('operand', `invalid wrap size: ${quoted(wrap)}`, { bare: true });
      let failed = false;
      const status = eachInput(
        process,
        options.operands,
        async (input) => {
          if (!options.has('decode')) await encode(process, input, chosen, Number(wrap));
          else failed = !(await decode(process, input, chosen, options.has('ignore')));
        },
        {
          words: ({ stage, operand, words }) =>
            stage === 'read' ? `read error: ${words}` : `${quotedIfNeeded(operand)}: ${words}`,
        },
      );
      return andThen(status, (code) => code || (failed ? 1 : 0));
    },
  );
}

function named(): Record<string, string> {
  return Object.fromEntries(Object.keys(NAMED).map((name) => [name, `--${name}`]));
}

export const base64 = encoder(BASE64);
export const base32 = encoder(BASE32);
export const basenc = encoder(undefined);

/** Bytes as letters, in lines. */
class Encoder {
  readonly #encoding: Encoding;
  readonly #codes: Uint8Array;
  readonly #wrap: number;
  #held = 0;
  #heldBits = 0;
  #letters = 0;
  #column = 0;
  #out = new Uint8Array(0);
  #length = 0;

  constructor(encoding: Encoding, wrap: number) {
    this.#encoding = encoding;
    this.#codes = Uint8Array.from(encoding.letters, (letter) => letter.charCodeAt(0));
    this.#wrap = wrap;
  }

  /** What these bytes add. */
  add(chunk: Uint8Array): Uint8Array {
    const { bits } = this.#encoding;
    this.#reserve(Math.ceil((chunk.length * 8) / bits) + 2);
    const codes = this.#codes;
    const mask = (1 << bits) - 1;
    let held = this.#held;
    let heldBits = this.#heldBits;
    for (let i = 0; i < chunk.length; i++) {
      held = ((held << 8) | (chunk[i] as number)) & 0xffff;
      heldBits += 8;
      while (heldBits >= bits) {
        heldBits -= bits;
        this.#put(codes[(held >> heldBits) & mask] as number);
      }
    }
    this.#held = held;
    this.#heldBits = heldBits;
    return this.#out.subarray(0, this.#length);
  }

  /** What is left, filled up to a whole group. */
  end(): Uint8Array {
    const { bits, group } = this.#encoding;
    this.#reserve(group + 2);
    if (this.#heldBits > 0)
      this.#put(this.#codes[(this.#held << (bits - this.#heldBits)) & ((1 << bits) - 1)] as number);
    while (this.#letters % group !== 0) this.#put(PAD);
    if (this.#column > 0) this.#out[this.#length++] = NEWLINE;
    return this.#out.subarray(0, this.#length);
  }

  /** A new piece for so many letters, and their newlines: what was handed out is the reader's. */
  #reserve(letters: number): void {
    this.#out = new Uint8Array(letters + (this.#wrap > 0 ? Math.ceil(letters / this.#wrap) + 1 : 0));
    this.#length = 0;
  }

  #put(code: number): void {
    this.#out[this.#length++] = code;
    this.#letters++;
    if (this.#wrap > 0 && ++this.#column === this.#wrap) {
      this.#out[this.#length++] = NEWLINE;
      this.#column = 0;
    }
  }
}

async function encode(process: Process, input: TextInput, encoding: Encoding, wrap: number): Promise<void> {
  const encoder = new Encoder(encoding, wrap);
  for (;;) {
    const chunk = await input.read();
    if (chunk.length === 0) break;
    await process.print(encoder.add(chunk));
    if (process.isDue) await process.pause();
  }
  await process.print(encoder.end());
}

/** Gives whether all of it was of that encoding. */
async function decode(
  process: Process,
  input: TextInput,
  encoding: Encoding,
  ignoresGarbage: boolean,
): Promise<boolean> {
  const values = new Int8Array(256).fill(-1);
  for (let value = 0; value < encoding.letters.length; value++) values[encoding.letters.charCodeAt(value)] = value;
  let held = 0;
  let heldBits = 0;
  let letters = 0;
  let pads = 0;
  let isValid = true;
  while (isValid) {
    const chunk = await input.read();
    if (chunk.length === 0) break;
    const out = new Uint8Array(Math.ceil((chunk.length * encoding.bits) / 8) + 1);
    let length = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === NEWLINE) continue;
      if (byte === PAD && encoding.bits > 4) {
        letters++;
        pads++;
        continue;
      }
      const value = values[byte] as number;
      if (value < 0 || (pads > 0 && letters % encoding.group !== 0)) {
        if (value < 0 && ignoresGarbage) continue;
        isValid = false;
        break;
      }
      if (pads > 0) {
        held = 0;
        heldBits = 0;
        pads = 0;
      }
      letters++;
      held = ((held << encoding.bits) | value) & 0xffff;
      heldBits += encoding.bits;
      if (heldBits >= 8) {
        heldBits -= 8;
        out[length++] = held >> heldBits;
      }
    }
    await process.print(out.subarray(0, length));
    if (process.isDue) await process.pause();
  }
  if (isValid && letters % encoding.group === 0) return true;
  await process.complain('invalid input');
  return false;
}

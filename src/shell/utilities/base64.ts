import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { eachInput, type TextInput } from './textInput.ts';
import { utility } from './utility.ts';

/** An encoding of RFC 4648: how many bits a letter stands for, and its letters. */
interface Encoding {
  readonly letters: string;
  readonly bits: number;
  /** Letters of a whole group, to which `=` fills up. */
  readonly group: number;
}

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
      return status.then((code) => code || (failed ? 1 : 0));
    },
  );
}

function named(): Record<string, string> {
  return Object.fromEntries(Object.keys(NAMED).map((name) => [name, `--${name}`]));
}

export const base64 = encoder(BASE64);
export const base32 = encoder(BASE32);
export const basenc = encoder(undefined);

async function encode(process: Process, input: TextInput, encoding: Encoding, wrap: number): Promise<void> {
  let [held, heldBits, column, letters] = [0, 0, 0, 0];
  let text = '';
  const add = (letter: string) => {
    text += letter;
    letters++;
    if (wrap > 0 && ++column === wrap) {
      text += '\n';
      column = 0;
    }
  };
  for (;;) {
    const chunk = await input.read();
    if (chunk.length === 0) break;
    for (const byte of chunk) {
      held = ((held << 8) | byte) & 0xffff;
      heldBits += 8;
      while (heldBits >= encoding.bits) {
        heldBits -= encoding.bits;
        add(encoding.letters[(held >> heldBits) & ((1 << encoding.bits) - 1)] as string);
      }
    }
    await process.print(text);
    text = '';
    if (process.isDue) await process.pause();
  }
  if (heldBits > 0) add(encoding.letters[(held << (encoding.bits - heldBits)) & ((1 << encoding.bits) - 1)] as string);
  while (letters % encoding.group !== 0) add('=');
  await process.print(text + (column > 0 ? '\n' : ''));
}

/** Gives whether all of it was of that encoding. */
async function decode(
  process: Process,
  input: TextInput,
  encoding: Encoding,
  ignoresGarbage: boolean,
): Promise<boolean> {
  const values = new Map([...encoding.letters].map((letter, value) => [letter.charCodeAt(0), value]));
  let [held, heldBits, letters, pads] = [0, 0, 0, 0];
  let isValid = true;
  while (isValid) {
    const chunk = await input.read();
    if (chunk.length === 0) break;
    const out: number[] = [];
    for (const byte of chunk) {
      if (byte === 0x0a) continue;
      if (byte === 0x3d && encoding.bits > 4) {
        letters++;
        pads++;
        continue;
      }
      const value = values.get(byte);
      if (value === undefined || (pads > 0 && letters % encoding.group !== 0)) {
        if (value === undefined && ignoresGarbage) continue;
        isValid = false;
        break;
      }
      if (pads > 0) [held, heldBits, pads] = [0, 0, 0];
      letters++;
      held = ((held << encoding.bits) | value) & 0xffff;
      heldBits += encoding.bits;
      if (heldBits >= 8) {
        heldBits -= 8;
        out.push((held >> heldBits) & 0xff);
      }
    }
    await process.print(Uint8Array.from(out));
    if (process.isDue) await process.pause();
  }
  if (isValid && letters % encoding.group === 0) return true;
  await process.complain('invalid input');
  return false;
}

import { encodeName } from '../../bytes/byteName.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { readWhole } from './readWhole.ts';
import { eachInput } from './textInput.ts';
import { utility } from './utility.ts';

/** What iconv writes; it reads whatever the platform decodes. */
const TARGETS = [
  'UTF-8',
  'ASCII',
  'US-ASCII',
  'ISO-8859-1',
  'LATIN1',
  'UTF-16',
  'UTF-16LE',
  'UTF-16BE',
  'UTF-32LE',
] as const;

/** iconv(1). */
export const iconv: Program = utility(
  {
    usage: '[OPTION...] [FILE...]',
    options: {
      from: '-f --from-code=NAME',
      to: '-t --to-code=NAME',
      list: '-l --list',
      skip: '-c',
      output: '-o --output=FILE',
      silent: '-s --silent',
    },
    version: '(Debian GLIBC 2.36) 2.36',
  },
  async (process, options) => {
    if (options.has('list')) {
      await process.print(`${TARGETS.map((name) => `${name}//`).join(' ')}\n`);
      return 0;
    }
    const [target = '', ...suffixes] = (options.value('to') ?? 'UTF-8').toUpperCase().split('//');
    const source = (options.value('from') ?? 'UTF-8').replace(/\/\/.*$/, '');
    const encode = encoderOf(target, {
      skips: options.has('skip') || suffixes.includes('IGNORE'),
      approximates: suffixes.includes('TRANSLIT'),
    });
    const decoder = decoderOf(source);
    if (!encode || !decoder) {
      const words =
        !decoder && !encode
          ? `conversions from \`${source}' and to \`${target}' are not supported`
          : !decoder
            ? `conversion from \`${source}' is not supported`
            : `conversion to \`${target}' is not supported`;
      await process.complain(words);
      await process.write(2, `Try \`${process.name} --help' or \`${process.name} --usage' for more information.\n`);
      return 1;
    }
    const path = options.value('output');
    const file = path === undefined ? undefined : await open(process, path, O_WRONLY | O_CREAT | O_TRUNC);
    let failed = false;
    const status = await eachInput(
      process,
      options.operands,
      async (input) => {
        const bytes = await readWhole(process, input);
        failed =
          (await convert(process, bytes, decoder, encode, options.has('skip'), (out) =>
            file ? file.write(out) : process.print(out),
          )) || failed;
      },
      { words: ({ operand, words }) => `cannot open input file \`${operand}': ${words}` },
    );
    file?.close();
    return status || (failed ? 1 : 0);
  },
);

type Encoder = (text: string) => { readonly bytes: Uint8Array; readonly badAt: number };

/** Gives whether it failed. What came before the fault is written. */
async function convert(
  process: Process,
  bytes: Uint8Array,
  decode: (bytes: Uint8Array, isStrict: boolean) => string,
  encode: Encoder,
  skips: boolean,
  write: (out: Uint8Array) => undefined | Promise<void>,
): Promise<boolean> {
  let text: string;
  try {
    text = decode(bytes, !skips);
  } catch {
    let good = bytes.length - 1;
    for (let low = 0; low < good;) {
      const middle = (low + good + 1) >> 1;
      if (decodes(bytes.subarray(0, middle), decode)) low = middle;
      else good = middle - 1;
    }
    await write(encode(decode(bytes.subarray(0, good), false)).bytes);
    await process.complain(`illegal input sequence at position ${good}`);
    return true;
  }
  const { bytes: out, badAt } = encode(skips ? text.replace(/\ufffd/g, '') : text);
  await write(out);
  if (badAt < 0) return false;
  await process.complain(`illegal input sequence at position ${encodeName(text.slice(0, badAt)).length}`);
  return true;
}

function decodes(bytes: Uint8Array, decode: (bytes: Uint8Array, isStrict: boolean) => string): boolean {
  try {
    decode(bytes, true);
    return true;
  } catch {
    return false;
  }
}

function decoderOf(name: string): ((bytes: Uint8Array, isStrict: boolean) => string) | undefined {
  const label = name.toUpperCase();
  // The platform takes these two for windows-1252.
  if (label === 'ASCII' || label === 'US-ASCII' || label === 'ISO-8859-1' || label === 'LATIN1') {
    const limit = label.includes('ASCII') ? 0x80 : 0x100;
    return (bytes, isStrict) => {
      let text = '';
      for (const byte of bytes) {
        if (byte >= limit && isStrict) throw new RangeError('not of this encoding');
        if (byte < limit) text += String.fromCharCode(byte);
      }
      return text;
    };
  }
  try {
    new TextDecoder(name);
  } catch {
    return undefined;
  }
  return (bytes, isStrict) => new TextDecoder(name, { fatal: isStrict, ignoreBOM: label === 'UTF-8' }).decode(bytes);
}

function encoderOf(
  name: string,
  form: { readonly skips: boolean; readonly approximates: boolean },
): Encoder | undefined {
  const units =
    (width: 2 | 4, isLittle: boolean, mark: boolean): Encoder =>
    (text) => {
      const codes =
        width === 2
          ? Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
          : [...text].map((character) => character.codePointAt(0) as number);
      if (mark) codes.unshift(0xfeff);
      const view = new DataView(new ArrayBuffer(codes.length * width));
      for (const [i, code] of codes.entries()) {
        if (width === 2) view.setUint16(i * 2, code, isLittle);
        else view.setUint32(i * 4, code, isLittle);
      }
      return { bytes: new Uint8Array(view.buffer), badAt: -1 };
    };
  const bytewise =
    (limit: number): Encoder =>
    (text) => {
      const out: number[] = [];
      for (let at = 0; at < text.length;) {
        const code = text.codePointAt(at) as number;
        if (code < limit) out.push(code);
        else if (form.approximates) out.push(...approximation(code, limit));
        else if (!form.skips) return { bytes: Uint8Array.from(out), badAt: at };
        at += code > 0xffff ? 2 : 1;
      }
      return { bytes: Uint8Array.from(out), badAt: -1 };
    };
  switch (name) {
    case 'UTF-8':
    case 'UTF8':
      return (text) => ({ bytes: encodeName(text), badAt: -1 });
    case 'ASCII':
    case 'US-ASCII':
      return bytewise(0x80);
    case 'ISO-8859-1':
    case 'LATIN1':
      return bytewise(0x100);
    case 'UTF-16':
      return units(2, true, true);
    case 'UTF-16LE':
      return units(2, true, false);
    case 'UTF-16BE':
      return units(2, false, false);
    case 'UTF-32LE':
      return units(4, true, false);
    default:
      return undefined;
  }
}

/** A letter without its accents, or a question mark. */
function approximation(code: number, limit: number): number[] {
  const plain = [...String.fromCodePoint(code).normalize('NFKD')]
    .map((part) => part.codePointAt(0) as number)
    .filter((part) => part < limit);
  return plain.length > 0 ? plain : [0x3f];
}

import { S_IFMT, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import { statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { quotedIfNeeded } from './quote.ts';
import { readNameList } from './nameList.ts';
import { eachInput, InputError, type TextInput } from './textInput.ts';
import { utility } from './utility.ts';

type Figure = 'lines' | 'words' | 'chars' | 'bytes' | 'width';
const ORDER: readonly Figure[] = ['lines', 'words', 'chars', 'bytes', 'width'];

type Counts = Record<Figure, number>;

const READ_BYTES = 1 << 18;

/** wc(1). */
export const wc: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: {
      bytes: '-c --bytes',
      chars: '-m --chars',
      lines: '-l --lines',
      width: '-L --max-line-length',
      words: '-w --words',
      files: '--files0-from=F',
    },
  },
  async (process, options) => {
    const asked = ORDER.filter((figure) => options.has(figure));
    const shown = asked.length > 0 ? asked : (['lines', 'words', 'bytes'] as const);
    const list = options.value('files');
    const operands = list === undefined ? options.operands : await readNameList(process, list);
    const width = fieldWidth(process, operands, shown.length);
    const total: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, width: 0 };
    const print = (counts: Counts, name: string | undefined) => {
      const fields = shown.map((figure) => String(counts[figure]).padStart(width)).join(' ');
      return process.print(`${fields}${name === undefined ? '' : ` ${name}`}\n`);
    };
    let failed = false;
    const status = await eachInput(process, operands, async (input) => {
      const counts: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, width: 0 };
      const name = operands.length === 0 ? undefined : quotedIfNeeded(input.operand);
      try {
        await count(process, input, counts, effortOf(shown));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        await process.complain(`${quotedIfNeeded(input.operand)}: ${error.words}`);
        failed = true;
      }
      for (const figure of ORDER) {
        if (figure === 'width') total.width = Math.max(total.width, counts.width);
        else total[figure] += counts[figure];
      }
      await print(counts, name);
    });
    if (operands.length > 1) await print(total, 'total');
    return failed ? 1 : status;
  },
);

/** As wide as the sum of sizes, so that columns stand below each other; 7 where sizes are not known before. */
function fieldWidth(process: Process, operands: readonly string[], columns: number): number {
  if (process.flavour === 'busybox') return columns === 1 && operands.length < 2 ? 1 : 9;
  if (columns === 1 && operands.length <= 1) return 1;
  if (operands.length === 0) return 7;
  let sum = 0;
  let least = 1;
  for (const operand of operands) {
    const found = operand === '-' ? process.file(0).stat() : statIfThere(process, operand);
    if (!found) continue;
    if ((found.mode & S_IFMT) === S_IFREG) sum += found.sizeBytes;
    else least = 7;
  }
  return Math.max(least, String(sum).length);
}

/** What has to be looked at for those figures. */
type Effort = 'sizes' | 'lines' | 'text';

function effortOf(figures: readonly Figure[]): Effort {
  if (figures.some((figure) => figure !== 'bytes' && figure !== 'lines')) return 'text';
  return figures.includes('lines') ? 'lines' : 'sizes';
}

async function count(process: Process, input: TextInput, counts: Counts, effort: Effort): Promise<void> {
  const isUtf8 = /utf-?8/i.test(
    process.env.get('LC_ALL') || process.env.get('LC_CTYPE') || process.env.get('LANG') || '',
  );
  const counter = new WordCounter(counts, isUtf8);
  for (;;) {
    const reading = input.read(READ_BYTES);
    const chunk = reading instanceof Promise ? await reading : reading;
    if (chunk.length === 0) break;
    if (effort === 'text') {
      counter.add(chunk);
    } else {
      counts.bytes += chunk.length;
      if (effort === 'lines') counts.lines += newlinesIn(chunk);
    }
    if (process.isDue) await process.pause();
  }
  counter.end();
}

/** Lines of text are short: a loop over bytes beats a search for each. */
function newlinesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0x0a) count++;
  return count;
}

/** What a byte is, in a table of 256. */
const Kind = { other: 0, space: 1, newline: 2, lineBreak: 3, tab: 4, printable: 5, continuation: 6 } as const;

function kindsOf(isUtf8: boolean): Uint8Array {
  const kinds = new Uint8Array(256);
  for (let byte = 0x21; byte < 0x7f; byte++) kinds[byte] = Kind.printable;
  if (isUtf8)
    for (let byte = 0x80; byte < 0x100; byte++)
      kinds[byte] = (byte & 0xc0) === 0x80 ? Kind.continuation : Kind.printable;
  kinds[0x09] = Kind.tab;
  kinds[0x0a] = Kind.newline;
  kinds[0x0b] = Kind.space;
  kinds[0x0c] = Kind.lineBreak;
  kinds[0x0d] = Kind.lineBreak;
  kinds[0x20] = Kind.space;
  return kinds;
}

const UTF8_KINDS = kindsOf(true);
const BYTE_KINDS = kindsOf(false);
const BLANK = 0x20;

class WordCounter {
  readonly #counts: Counts;
  readonly #kinds: Uint8Array;
  #inWord = false;
  #width = 0;

  constructor(counts: Counts, isUtf8: boolean) {
    this.#counts = counts;
    this.#kinds = isUtf8 ? UTF8_KINDS : BYTE_KINDS;
  }

  add(chunk: Uint8Array): void {
    const kinds = this.#kinds;
    const counts = this.#counts;
    let { lines, words, width: widest } = counts;
    let width = this.#width;
    let inWord = this.#inWord;
    let continuations = 0;
    for (let i = 0; i < chunk.length; i++) {
      switch (kinds[chunk[i] as number]) {
        case Kind.printable:
          width++;
          if (!inWord) {
            inWord = true;
            words++;
          }
          break;
        case Kind.space:
          if (chunk[i] === BLANK) width++;
          inWord = false;
          break;
        case Kind.newline:
          lines++;
          if (width > widest) widest = width;
          width = 0;
          inWord = false;
          break;
        case Kind.lineBreak:
          if (width > widest) widest = width;
          width = 0;
          inWord = false;
          break;
        case Kind.tab:
          width += 8 - (width % 8);
          inWord = false;
          break;
        case Kind.continuation:
          continuations++;
          if (!inWord) {
            inWord = true;
            words++;
          }
          break;
        default:
          break;
      }
    }
    this.#width = width;
    this.#inWord = inWord;
    counts.lines = lines;
    counts.words = words;
    counts.width = widest;
    counts.bytes += chunk.length;
    counts.chars += chunk.length - continuations;
  }

  end(): void {
    this.#counts.width = Math.max(this.#counts.width, this.#width);
    this.#width = 0;
  }
}

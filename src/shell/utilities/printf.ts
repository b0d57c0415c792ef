import type { Program } from '../kernel/program.ts';
import { expandEscapes } from './escapes.ts';
import { type Conversion, formatFloat, formatInteger, formatText, splitFormat, withStars } from './formatPrintf.ts';
import { quoted } from './quote.ts';

const MAX_LENGTH = 1 << 26;

/** printf(1), the program. */
export const printf: Program = async (process) => {
  const words = process.argv.slice(1);
  if (words[0] === '--') words.shift();
  const [format, ...given] = words;
  if (format === undefined) {
    if (process.flavour === 'gnu') {
      await process.complain('missing operand');
      await process.write(2, `Try '${process.name} --help' for more information.\n`);
    } else {
      await process.write(2, 'usage: printf FORMAT [ARG]...\n');
    }
    return 1;
  }
  const printer = new Printer(given);
  const text = printer.run(format);
  await process.print(text);
  for (const fault of printer.faults) await process.complain(fault);
  if (printer.unused !== undefined && process.flavour === 'gnu') {
    await process.complain(`warning: ignoring excess arguments, starting with ${quoted(printer.unused)}`);
  }
  return printer.faults.length > 0 ? 1 : 0;
};

class Printer {
  readonly faults: string[] = [];
  unused: string | undefined;
  readonly #given: readonly string[];
  #next = 0;
  #isStopped = false;

  constructor(given: readonly string[]) {
    this.#given = given;
  }

  run(format: string): string {
    let out = '';
    do {
      const before = this.#next;
      out += this.#once(format);
      if (this.#next === before) {
        this.unused = this.#given[before];
        break;
      }
    } while (this.#next < this.#given.length && !this.#isStopped && out.length < MAX_LENGTH);
    return out;
  }

  #once(format: string): string {
    let out = '';
    let bad: string | undefined;
    const parts = splitFormat(format, (rest) => {
      bad ??= rest;
    });
    for (const part of parts) {
      if (this.#isStopped) break;
      if ('text' in part) {
        if (part.text === '%' && bad !== undefined) {
          this.faults.push(`${bad.slice(0, 2)}: invalid conversion specification`);
          this.#isStopped = true;
          break;
        }
        const expanded = expandEscapes(part.text, { octal: 'plain', stops: true });
        out += expanded.text;
        this.#isStopped = expanded.stopped;
        continue;
      }
      const width = part.stars & 1 ? Number(this.#integer()) : undefined;
      const precision = part.stars & 2 ? Number(this.#integer()) : undefined;
      out += this.#convert(withStars(part.conversion, width, precision), part.source);
    }
    return out;
  }

  #take(): string | undefined {
    return this.#given[this.#next++];
  }

  #convert(conversion: Conversion, source: string): string {
    switch (conversion.letter) {
      case 's':
        return formatText(conversion, this.#take() ?? '');
      case 'c':
        return formatText({ ...conversion, precision: undefined }, [...(this.#take() ?? '')][0] ?? '');
      case 'b': {
        const { text, stopped } = expandEscapes(this.#take() ?? '', { octal: 'both', stops: true });
        this.#isStopped = stopped;
        return formatText(conversion, text);
      }
      case 'q':
        return formatText(conversion, shellQuoted(this.#take() ?? ''));
      case 'd':
      case 'i':
      case 'o':
      case 'u':
      case 'x':
      case 'X':
        return formatInteger(
          conversion,
          this.#integer(/[di]/.test(conversion.letter) ? 2n ** 63n - 1n : 2n ** 64n - 1n),
        );
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        return formatFloat(conversion, this.#number());
      default:
        this.faults.push(`${source}: invalid conversion specification`);
        this.#isStopped = true;
        return '';
    }
  }

  #integer(most = 2n ** 63n - 1n): bigint {
    const text = this.#take();
    if (text === undefined || text === '') return 0n;
    if (/^["']./s.test(text)) return BigInt(codeOf(text));
    const match = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
    if (!match) {
      this.faults.push(`${quoted(text)}: expected a numeric value`);
      return 0n;
    }
    if (match[0].length < text.length) this.faults.push(`${quoted(text)}: value not completely converted`);
    const digits = match[2] as string;
    const size = /^0[0-7]/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
    const limit = match[1] === '-' ? 2n ** 63n : most;
    if (size > limit) {
      this.faults.push(`${quoted(text)}: Numerical result out of range`);
      return match[1] === '-' ? -limit : limit;
    }
    return match[1] === '-' ? -size : size;
  }

  #number(): number {
    const text = this.#take();
    if (text === undefined || text === '') return 0;
    if (/^["']./s.test(text)) return codeOf(text);
    const match = /^\s*[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)/i.exec(text);
    if (!match) {
      this.faults.push(`${quoted(text)}: expected a numeric value`);
      return 0;
    }
    if (match[0].length < text.length) this.faults.push(`${quoted(text)}: value not completely converted`);
    const word = match[0].trim().toLowerCase();
    if (word.includes('inf')) return word.startsWith('-') ? -1 / 0 : 1 / 0;
    return word.includes('nan') ? Number.NaN : Number(word.replace(/^\+/, ''));
  }
}

function codeOf(text: string): number {
  const code = text.codePointAt(1) ?? 0;
  return code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
}

/** As coreutils' %q: quoted where a shell needs it. */
function shellQuoted(text: string): string {
  if (text === '') return "''";
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (!/[\x00-\x1f\x7f]/.test(text)) return text.includes("'") ? `"${text}"` : `'${text}'`;
  return [...text]
    .map((character) =>
      /[\x00-\x1f\x7f]/.test(character)
        ? `''$'\\${character.charCodeAt(0).toString(8).padStart(3, '0')}'''`
        : character,
    )
    .join('');
}

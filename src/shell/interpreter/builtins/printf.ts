import { localTime, strftime } from '../../utilities/strftime.ts';
import { zoneOf } from '../../utilities/timeZone.ts';
import { charactersOf, sliceOf } from '../expansion/pattern.ts';
import {
  ASH_FORMAT_ESCAPES,
  DASH_FORMAT_ESCAPES,
  FORMAT_ESCAPES,
  PERCENT_B_ESCAPES,
  unescapeText,
} from '../expansion/escapes.ts';
import { backslashQuote, transformQuote } from '../expansion/quote.ts';
import type { Builtin } from '../execution/builtin.ts';
import { assign, parseAssigned } from '../execution/assign.ts';
import { complain } from '../execution/complain.ts';
import { ShellError } from '../shellError.ts';
import { each, andThen as then } from '../waiting.ts';
import type { Shell } from '../state/shell.ts';
import { usageError } from './options.ts';

/** Output that one call may make. */
const MAX_WIDTH = 1 << 20;

/** printf: formats of bash(1) and printf(1). */
export const printf: Builtin = (shell, argv) => {
  let i = 1;
  let target: string | undefined;
  while (shell.isBash && argv[i] === '-v') {
    target = argv[i + 1];
    if (target === undefined) throw usageError(shell, 'printf', '-v: option requires an argument');
    if (!/^[A-Za-z_]\w*(?:\[.*\])?$/s.test(target))
      throw new ShellError('command', `\`${target}': not a valid identifier`, 2);
    i += 2;
  }
  if (argv[i] === '--') i++;
  else if (shell.isBash && /^-[^-]/.test(argv[i] ?? '') && target === undefined)
    throw usageError(shell, 'printf', `${(argv[i] as string).slice(0, 2)}: invalid option`);
  const format = argv[i];
  if (format === undefined) {
    if (shell.isBash) throw new ShellError('command', 'usage: printf [-v var] format [arguments]', 2);
    throw new ShellError('command', 'usage: printf format [arg ...]', 2);
  }
  const formatter = new Formatter(shell, argv.slice(i + 1));
  const text = formatter.run(format);
  const told = each([...formatter.faults, ...formatter.warnings], (message) => complain(shell, message, 'printf'));
  return then(told, () => {
    if (target !== undefined) {
      const assigned = parseAssigned(`${target}=`);
      if (assigned) assign(shell, { ...assigned, value: text });
      return formatter.faults.length > 0 ? 1 : 0;
    }
    return then(shell.print(text), () => (formatter.faults.length > 0 ? 1 : 0));
  });
};

const FORMATS = { bash: FORMAT_ESCAPES, dash: DASH_FORMAT_ESCAPES, ash: ASH_FORMAT_ESCAPES } as const;

const SPEC = /%(?:([-+ #0']*)(\*|-?\d+)?(?:\.(\*|-?\d*))?([hlLjzt]*)(\([^)]*\)T|[A-Za-z%])?)/y;

class Formatter {
  readonly faults: string[] = [];
  readonly warnings: string[] = [];
  readonly #shell: Shell;
  readonly #arguments: readonly string[];
  #next = 0;
  #ended = false;
  #out = '';

  constructor(shell: Shell, arguments_: readonly string[]) {
    this.#shell = shell;
    this.#arguments = arguments_;
  }

  run(format: string): string {
    do {
      const before = this.#next;
      this.#once(format);
      if (this.#next === before) break;
    } while (this.#next < this.#arguments.length && !this.#ended && this.#out.length < MAX_WIDTH * 64);
    return this.#out;
  }

  #once(format: string): void {
    let literal = '';
    const flush = (): void => {
      const { text, ended } = unescapeText(literal, FORMATS[this.#shell.dialect]);
      this.#out += text;
      this.#ended ||= ended;
      literal = '';
    };
    for (let i = 0; i < format.length && !this.#ended;) {
      const character = format[i] as string;
      if (character === '\\') {
        literal += format.slice(i, i + 2);
        i += 2;
        continue;
      }
      if (character !== '%') {
        literal += character;
        i++;
        continue;
      }
      flush();
      SPEC.lastIndex = i;
      const match = SPEC.exec(format);
      if (!match || match[5] === undefined) {
        const rest = match?.[0] ?? '%';
        this.faults.push(
          rest === '%' && i + 1 >= format.length
            ? "`%': missing format character"
            : `\`${format[i + rest.length] ?? '%'}': invalid format character`,
        );
        this.#ended = true;
        return;
      }
      i += match[0].length;
      this.#convert(match);
    }
    flush();
  }

  #take(): string | undefined {
    return this.#arguments[this.#next] === undefined ? undefined : this.#arguments[this.#next++];
  }

  #convert(match: RegExpExecArray): void {
    const [, flagText = '', widthText, precisionText, , kind = ''] = match;
    if (kind === '%') {
      this.#out += '%';
      return;
    }
    let flags = flagText;
    let width =
      widthText === undefined ? 0 : widthText === '*' ? Number(this.#integer(this.#take())) : Number(widthText);
    if (width < 0) {
      flags += '-';
      width = -width;
    }
    width = Math.min(width, MAX_WIDTH);
    let precision: number | undefined;
    if (precisionText !== undefined)
      precision = precisionText === '*' ? Number(this.#integer(this.#take())) : Number(precisionText);
    if (precision !== undefined && precision < 0) precision = undefined;
    if (precision !== undefined) precision = Math.min(precision, MAX_WIDTH);
    this.#out += this.#formatted(kind, flags, width, precision);
  }

  #formatted(kind: string, flags: string, width: number, precision: number | undefined): string {
    if (kind.startsWith('(')) return pad(this.#time(kind.slice(1, -2)), flags, width);
    switch (kind) {
      case 's':
        return pad(cut(this.#take() ?? '', precision), flags, width);
      case 'c':
        return pad((this.#take() ?? '').slice(0, 1), flags, width);
      case 'b': {
        const { text, ended } = unescapeText(this.#take() ?? '', PERCENT_B_ESCAPES);
        this.#ended = ended;
        return pad(cut(text, precision), flags, width);
      }
      case 'q':
        if (this.#shell.dialect === 'dash') break;
        return pad(cut(backslashQuote(this.#take() ?? ''), precision), flags, width);
      case 'Q':
        if (!this.#shell.isBash) break;
        return pad(transformQuote(cut(this.#take() ?? '', precision)), flags, width);
      case 'd':
      case 'i':
        return padNumber(
          signed(this.#integer(this.#take()), flags, precision),
          flags,
          precision === undefined ? width : -width,
          width,
        );
      case 'u':
        return padNumber(
          digitsOf(BigInt.asUintN(64, this.#integer(this.#take())), 10, precision),
          flags,
          precision === undefined ? width : -width,
          width,
        );
      case 'o': {
        let text = digitsOf(BigInt.asUintN(64, this.#integer(this.#take())), 8, precision);
        if (flags.includes('#') && !text.startsWith('0')) text = `0${text}`;
        return padNumber(text, flags, precision === undefined ? width : -width, width);
      }
      case 'x':
      case 'X': {
        const value = BigInt.asUintN(64, this.#integer(this.#take()));
        let text = digitsOf(value, 16, precision);
        if (flags.includes('#') && value !== 0n) text = `0x${text}`;
        if (kind === 'X') text = text.toUpperCase();
        return padNumber(text, flags, precision === undefined ? width : -width, width);
      }
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        return padNumber(float(this.#number(this.#take()), kind, flags, precision), flags, width, width);
      case 'n':
        return '';
      default:
        break;
    }
    this.faults.push(this.#shell.isBash ? `\`${kind}': invalid format character` : `%${kind}: invalid directive`);
    this.#ended = true;
    return '';
  }

  #time(format: string): string {
    const argument = this.#take();
    const { process } = this.#shell;
    const now = process.kernel.clock.now();
    let sec = now.sec;
    if (argument !== undefined && argument !== '-1') {
      sec = argument === '-2' ? Math.floor(this.#shell.startedAtMs / 1000) : Number(this.#integer(argument));
    }
    return strftime(format === '' ? '%X' : format, localTime({ sec, nsec: 0 }, zoneOf(process)));
  }

  #integer(text: string | undefined): bigint {
    if (text === undefined || text === '') return 0n;
    if (/^["']/.test(text)) return BigInt(codeOf(text));
    const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
    if (!match) {
      this.#invalid(text);
      return 0n;
    }
    const digits = match[2] as string;
    const value = /^0[0-7]/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
    if (match[0].length < text.length) this.#invalid(text);
    const negative = match[1] === '-';
    const limit = negative ? 2n ** 63n : 2n ** 63n - 1n;
    if (value > limit) {
      this.warnings.push(
        `warning: ${text}: ${this.#shell.isBash ? 'Numerical result out of range' : 'Numerical result out of range'}`,
      );
      return negative ? -limit : limit;
    }
    return negative ? -value : value;
  }

  #number(text: string | undefined): number {
    if (text === undefined || text === '') return 0;
    if (/^["']/.test(text)) return codeOf(text);
    const match = /^\s*[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)/i.exec(text);
    if (!match) {
      this.#invalid(text);
      return 0;
    }
    if (match[0].length < text.length) this.#invalid(text);
    const body = match[0].trim().toLowerCase();
    if (body.includes('inf')) return body.startsWith('-') ? -Infinity : Infinity;
    if (body.includes('nan')) return Number.NaN;
    if (/^[+-]?0x/.test(body)) return (body.startsWith('-') ? -1 : 1) * Number.parseInt(body.replace(/^[+-]/, ''), 16);
    return Number(body);
  }

  #invalid(text: string): void {
    const { dialect } = this.#shell;
    if (dialect === 'bash') this.faults.push(`${text}: invalid ${/^\s*0\d/.test(text) ? 'octal ' : ''}number`);
    else if (dialect === 'dash')
      this.faults.push(`${text}: ${/^\s*[+-]?\d/.test(text) ? 'not completely converted' : 'expected numeric value'}`);
    else this.faults.push(`invalid number '${text}'`);
  }
}

function codeOf(text: string): number {
  const code = text.codePointAt(1) ?? 0;
  return code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
}

function cut(text: string, precision: number | undefined): string {
  return precision === undefined ? text : sliceOf(charactersOf(text), 0, precision);
}

function pad(text: string, flags: string, width: number): string {
  const missing = width - charactersOf(text).length;
  if (missing <= 0) return text;
  return flags.includes('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

/** `zeroWidth` negative: a precision was given, so that no zeros pad. */
function padNumber(text: string, flags: string, zeroWidth: number, width: number): string {
  if (flags.includes('-') || !flags.includes('0') || zeroWidth < 0 || !/\d/.test(text)) return pad(text, flags, width);
  const sign = /^(?:[+ -]?(?:0[xX])?)/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function digitsOf(value: bigint, base: number, precision: number | undefined): string {
  if (precision === 0 && value === 0n) return '';
  return value.toString(base).padStart(precision ?? 0, '0');
}

function signed(value: bigint, flags: string, precision: number | undefined): string {
  const digits = digitsOf(value < 0n ? -value : value, 10, precision);
  const sign = value < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  return sign + digits;
}

function float(value: number, kind: string, flags: string, precision: number | undefined): string {
  const lower = kind.toLowerCase();
  let text: string;
  if (!Number.isFinite(value)) text = Number.isNaN(value) ? 'nan' : 'inf';
  else text = finite(Math.abs(value), lower, flags, precision);
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  return sign + (kind === lower ? text : text.toUpperCase());
}

function finite(value: number, kind: string, flags: string, given: number | undefined): string {
  const precision = Math.min(given ?? 6, 100);
  switch (kind) {
    case 'f':
      return value < 1e21
        ? fixed(value, precision)
        : BigInt(value).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '');
    case 'e':
      return exponent(value.toExponential(precision));
    case 'a':
      return hexadecimal(value);
    default: {
      const digits = Math.max(1, precision);
      const power = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1]);
      let text =
        power < -4 || power >= digits
          ? exponent(value.toExponential(digits - 1))
          : fixed(value, Math.max(0, digits - 1 - power));
      if (!flags.includes('#') && text.includes('.')) text = text.replace(/\.?0+(?=e|$)/, '');
      return text;
    }
  }
}

function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function hexadecimal(value: number): string {
  if (value === 0) return '0x0p+0';
  const power = Math.floor(Math.log2(value));
  const fraction = (value / 2 ** power - 1).toString(16).slice(2);
  return `0x1${fraction === '' ? '' : `.${fraction}`}p${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}

/** A half goes to the even digit, as in C. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  const exact = value.toFixed(Math.min(100, digits + 40));
  const at = exact.indexOf('.') + 1 + digits;
  if (!/^50*$/.test(exact.slice(at).replace('.', ''))) return text;
  const down = digits === 0 ? exact.slice(0, at - 1) : exact.slice(0, at);
  return Number(down.at(-1)) % 2 === 0 ? down : text;
}

import { localTime, strftime } from './strftime.ts';
import { zoneOf } from './timeZone.ts';
import type { Process } from '../kernel/process.ts';
import { compareValues, leadingNumber } from './awkValue.ts';
import type { AwkArray, Value } from './awkSyntax.ts';

/** Functions of numbers and texts that need nothing else of the program. `number(i)` and `text(i)` give the arguments. */
export interface PlainArguments {
  readonly count: number;
  number(index: number): number;
  text(index: number): string;
}

export function callPlain(name: string, given: PlainArguments, process: Process): Value {
  switch (name) {
    case 'sin':
      return Math.sin(given.number(0));
    case 'cos':
      return Math.cos(given.number(0));
    case 'atan2':
      return Math.atan2(given.number(0), given.number(1));
    case 'exp':
      return Math.exp(given.number(0));
    case 'log':
      return Math.log(given.number(0));
    case 'sqrt':
      return Math.sqrt(given.number(0));
    case 'int':
      return Math.trunc(given.number(0));
    case 'tolower':
      return cased(given.text(0), 'toLowerCase');
    case 'toupper':
      return cased(given.text(0), 'toUpperCase');
    case 'index':
      return characterCount(given.text(0), given.text(0).indexOf(given.text(1))) + 1;
    case 'substr':
      return substring(given.text(0), given.number(1), given.count > 2 ? given.number(2) : undefined);
    case 'strtonum':
      return strtonum(given.text(0));
    case 'and':
      return bits(given, (a, b) => a & b);
    case 'or':
      return bits(given, (a, b) => a | b);
    case 'xor':
      return bits(given, (a, b) => a ^ b);
    case 'lshift':
      return Number(
        BigInt.asUintN(64, BigInt(Math.trunc(given.number(0))) << BigInt(Math.min(64, Math.trunc(given.number(1))))),
      );
    case 'rshift':
      return Number(BigInt(Math.trunc(given.number(0))) >> BigInt(Math.min(64, Math.trunc(given.number(1)))));
    case 'compl':
      return Number(BigInt(Math.trunc(given.number(0))) ^ 0x1fffffffffffffn);
    case 'systime':
      return process.kernel.clock.now().sec;
    case 'strftime': {
      const zone = zoneOf(process);
      const sec = given.count > 1 ? Math.trunc(given.number(1)) : process.kernel.clock.now().sec;
      return strftime(given.count > 0 ? given.text(0) : '%a %b %e %H:%M:%S %Z %Y', localTime({ sec, nsec: 0 }, zone));
    }
    case 'mktime': {
      const parts = given.text(0).trim().split(/\s+/).map(Number);
      if (parts.length < 6 || parts.some(Number.isNaN)) return -1;
      const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
      const sec = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
      return sec - zoneOf(process).offsetSec(sec);
    }
    default:
      return undefined;
  }
}

/** Character by character: none becomes two. */
function cased(text: string, how: 'toLowerCase' | 'toUpperCase'): string {
  const whole = text[how]();
  if (whole.length === text.length) return whole;
  return [...text].map((letter) => (letter[how]().length === letter.length ? letter[how]() : letter)).join('');
}

const SURROGATES = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Characters before a place; pairs count as one. */
export function characterCount(text: string, end: number): number {
  if (end <= 0) return end;
  const part = text.slice(0, end);
  return end - (part.match(SURROGATES)?.length ?? 0);
}

export function lengthOf(text: string): number {
  return characterCount(text, text.length);
}

function substring(text: string, from: number, length: number | undefined): string {
  const first = Math.max(1, round(from));
  const last = length === undefined ? Number.POSITIVE_INFINITY : round(from) + round(length) - 1;
  if (Number.isNaN(from) || last < first) return '';
  if (!/[\ud800-\udbff]/.test(text)) return text.slice(first - 1, last === Number.POSITIVE_INFINITY ? undefined : last);
  return [...text].slice(first - 1, last === Number.POSITIVE_INFINITY ? undefined : last).join('');
}

/** To the nearest, ties to even. */
function round(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

function strtonum(text: string): number {
  const trimmed = text.trim();
  if (/^[-+]?0[xX]/.test(trimmed)) return Number.parseInt(trimmed, 16) || 0;
  if (/^[-+]?0[0-7]+$/.test(trimmed)) return Number.parseInt(trimmed, 8);
  return leadingNumber(trimmed);
}

function bits(given: PlainArguments, join: (a: bigint, b: bigint) => bigint): number {
  let value = BigInt(Math.trunc(given.number(0)));
  for (let i = 1; i < given.count; i++) value = join(value, BigInt(Math.trunc(given.number(i))));
  return Number(value);
}

/** gawk's asort and asorti: into the second array, or the first itself. */
export function sortArray(from: AwkArray, to: AwkArray, what: 'values' | 'keys', convFmt: string): number {
  const items: Value[] = what === 'values' ? [...from.values()] : [...from.keys()];
  const rank = (value: Value) => (typeof value === 'string' ? 1 : 0);
  items.sort((a, b) => rank(a) - rank(b) || compareValues(a, b, convFmt));
  to.clear();
  for (const [i, item] of items.entries()) to.set(String(i + 1), item);
  return items.length;
}

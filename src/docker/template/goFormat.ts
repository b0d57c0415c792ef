import { exponentText, fixedText, generalText } from '../../build/go/floatText.ts';
import { quoteGo } from '../commandLine/flagValue.ts';
import { formatDuration, formatTime } from './goTime.ts';
import { goString, type GoStruct, type GoValue, items, members, sortedMembers, typeName } from './goValue.ts';

/** Where everything lies that is not shown. */
const ADDRESS = '0xc000010000';
/** Flags, width, precision, the number of an operand, the verb. */
const DIRECTIVE = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:\[(\d+)\])?(.)?/gsu;
/** Widest field that a format may ask for. */
const MAX_WIDTH = 10_000;

/** As `%v` prints it; as `%+v` with names of fields. */
export function formatValue(value: GoValue | undefined, options: { readonly withNames?: boolean } = {}): string {
  return print(value, options.withNames ?? false, 0);
}

function print(value: GoValue | undefined, withNames: boolean, depth: number): string {
  if (!value) return '<nil>';
  const { type, data } = value;
  switch (type.kind) {
    case 'int':
      return type.name === 'time.Duration' ? formatDuration(data as bigint) : String(data);
    case 'string':
      return type.name === 'time.Time' ? formatTime(data as string) : (data as string);
    case 'bool':
      return String(data);
    case 'float64':
      return formatFloat(data as number);
    case 'interface':
      return data === null ? '<nil>' : print(data as GoValue, withNames, depth);
    case 'pointer':
      return printPointer(value, withNames, depth);
    case 'slice':
      return `[${items(value)
        .map((item) => print(item, withNames, depth + 1))
        .join(' ')}]`;
    case 'map':
      return `map[${sortedMembers(value)
        .map(([key, one]) => `${key}:${print(one, withNames, depth + 1)}`)
        .join(' ')}]`;
    case 'struct':
      return printStruct(value, type, withNames, depth);
  }
}

// A pointer to something composed is shown by what it points to at the top, by its address below.
function printPointer({ data }: GoValue, withNames: boolean, depth: number): string {
  if (data === null) return '<nil>';
  const target = data as GoValue;
  if (target.type.kind === 'struct' && target.type.text) return target.type.text(members(target));
  const isComposed = ['struct', 'map', 'slice'].includes(target.type.kind);
  return depth === 0 && isComposed ? `&${print(target, withNames, depth + 1)}` : ADDRESS;
}

function printStruct(value: GoValue, type: GoStruct, withNames: boolean, depth: number): string {
  const values = members(value);
  if (type.text) return type.text(values);
  const parts = type.fields.map(({ name }) => {
    const text = print(values.get(name), withNames, depth + 1);
    return withNames ? `${name}:${text}` : text;
  });
  return `{${parts.join(' ')}}`;
}

/** Go's `%v` of a float64: the shortest form, with an exponent from 1e21 on and below 1e-4. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) {
    const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  return String(value);
}

/** fmt.Sprintf, for what templates hand to it. */
export function sprintf(format: string, values: readonly (GoValue | undefined)[]): string {
  let next = 0;
  let isReordered = false;
  const text = format.replace(DIRECTIVE, (match: string, ...groups: (string | undefined)[]) => {
    const [flags = '', width, precision, index, verb] = groups;
    if (verb === undefined) return '%!(NOVERB)';
    if (verb === '%') return '%';
    const star = (size: string | undefined) =>
      size === '*' ? Number(values[next++]?.data ?? 0) : size === undefined ? undefined : Number(size);
    const columns = star(width);
    const digits = /\.(?:\*|\d+)?(?:\[\d+\])?.$/su.test(match) ? (star(precision) ?? 0) : undefined;
    if (index !== undefined) {
      isReordered = true;
      next = Number(index) - 1;
      if (next < 0 || next >= values.length) return `%!${verb}(BADINDEX)`;
    }
    if (next >= values.length) return `%!${verb}(MISSING)`;
    const written = formatVerb(verb, flags, digits, values[next++]);
    return pad(written, Math.min(Math.abs(columns ?? 0), MAX_WIDTH), flags + ((columns ?? 0) < 0 ? '-' : ''), verb);
  });
  if (isReordered || next >= values.length) return text;
  const extra = values.slice(next).map((value) => (value ? `${typeName(value.type)}=${formatValue(value)}` : '<nil>'));
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

function pad(text: string, width: number, flags: string, verb: string): string {
  const length = [...text].length;
  if (length >= width) return text;
  const missing = width - length;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0') || 'sqvT'.includes(verb)) return ' '.repeat(missing) + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

function formatVerb(
  verb: string,
  flags: string,
  precision: number | undefined,
  value: GoValue | undefined,
  depth = 0,
): string {
  if (!value) return verb === 'v' ? '<nil>' : `%!${verb}(<nil>)`;
  if (verb === 'T') return typeName(value.type);
  if (verb === 'v') return formatValue(value, { withNames: flags.includes('+') });
  const { data } = value;
  switch (value.type.kind) {
    case 'string':
      return stringVerb(verb, precision, value);
    case 'int':
      return integerVerb(verb, flags, value);
    case 'float64':
      return floatVerb(verb, precision, data as number) ?? badVerb(verb, value);
    case 'bool':
      return verb === 't' ? String(data) : badVerb(verb, value);
    case 'slice':
      return `[${items(value)
        .map((item) => formatVerb(verb, flags, precision, item, depth + 1))
        .join(' ')}]`;
    case 'map':
      return `map[${sortedMembers(value)
        .map(([key, one]) => `${key}:${formatVerb(verb, flags, precision, one, depth + 1)}`)
        .join(' ')}]`;
    case 'interface':
      if (data !== null) return formatVerb(verb, flags, precision, data as GoValue, depth);
      return depth > 0 ? '<nil>' : `%!${verb}(<nil>)`;
    case 'pointer':
      return pointerVerb(verb, flags, precision, value, depth);
    case 'struct': {
      if (value.type.text) return stringVerb(verb, precision, goString(value.type.text(members(value))));
      const fields = [...members(value).values()];
      return `{${fields.map((one) => formatVerb(verb, flags, precision, one, depth + 1)).join(' ')}}`;
    }
  }
}

// A pointer to something composed is followed at the top; else it is an address.
function pointerVerb(
  verb: string,
  flags: string,
  precision: number | undefined,
  value: GoValue,
  depth: number,
): string {
  const target = value.data as GoValue | null;
  if (target?.type.kind === 'struct' && target.type.text) return formatVerb(verb, flags, precision, target, depth);
  if (target && depth === 0 && ['struct', 'map', 'slice'].includes(target.type.kind)) {
    return `&${formatVerb(verb, flags, precision, target, depth + 1)}`;
  }
  const address: GoValue = { type: { kind: 'int', name: 'uintptr' }, data: target ? BigInt(ADDRESS) : 0n };
  if ('bodxX'.includes(verb)) return integerVerb(verb, flags, address);
  return verb === 'p' ? `0x${(address.data as bigint).toString(16)}` : badVerb(verb, value);
}

function stringVerb(verb: string, precision: number | undefined, value: GoValue): string {
  const whole = typeName(value.type) === 'time.Time' ? formatTime(value.data as string) : (value.data as string);
  const text = precision === undefined ? whole : [...whole].slice(0, precision).join('');
  const hex = () => [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (verb === 's') return text;
  if (verb === 'q') return quoteGo(text);
  if (verb === 'x') return hex();
  return verb === 'X' ? hex().toUpperCase() : badVerb(verb, value);
}

function integerVerb(verb: string, flags: string, value: GoValue): string {
  const number = value.data as bigint;
  const sign = number < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const size = number < 0n ? -number : number;
  const prefix = flags.includes('#');
  switch (verb) {
    case 'd':
      return sign + String(size);
    case 'x':
      return sign + (prefix ? '0x' : '') + size.toString(16);
    case 'X':
      return sign + (prefix ? '0X' : '') + size.toString(16).toUpperCase();
    case 'o':
      return sign + (prefix ? '0' : '') + size.toString(8);
    case 'b':
      return sign + size.toString(2);
    case 'c':
      return String.fromCodePoint(Number(size));
    case 'q':
      return `'${String.fromCodePoint(Number(size))}'`;
    default:
      return badVerb(verb, value);
  }
}

function floatVerb(verb: string, precision: number | undefined, value: number): string | undefined {
  if (verb === 'f' || verb === 'F') return fixedText(value, Math.min(precision ?? 6, MAX_WIDTH));
  if (verb === 'e') return exponentText(value, Math.min(precision ?? 6, MAX_WIDTH));
  if (verb !== 'g') return undefined;
  return precision === undefined ? formatFloat(value) : generalText(value, Math.min(precision, MAX_WIDTH));
}

function badVerb(verb: string, value: GoValue): string {
  return `%!${verb}(${typeName(value.type)}=${formatValue(value)})`;
}

/** fmt.Sprint: blanks between operands of which neither is a string. */
export function sprint(values: readonly (GoValue | undefined)[]): string {
  return values
    .map((value, i) => {
      const before = values[i - 1];
      const isApart = i > 0 && !isText(value) && !isText(before);
      return (isApart ? ' ' : '') + formatValue(value);
    })
    .join('');
}

function isText(value: GoValue | undefined): boolean {
  return value?.type.kind === 'string' && value.type.name !== 'time.Time';
}

/** fmt.Sprintln. */
export function sprintln(values: readonly (GoValue | undefined)[]): string {
  return `${values.map((value) => formatValue(value)).join(' ')}\n`;
}

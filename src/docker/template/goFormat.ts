import { exponentText, fixedText, generalText } from '../../build/go/floatText.ts';
import { quoteGo } from '../commandLine/flagValue.ts';
import { formatDuration, formatTime } from './goTime.ts';
import { goString, type GoStruct, type GoValue, items, members, sortedMembers, STRING, typeName } from './goValue.ts';

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
    let fault = '';
    const star = (size: string | undefined, what: string) => {
      if (size !== '*') return size === undefined ? undefined : Number(size);
      const operand = values[next++];
      if (operand?.type.kind === 'int') return Number(operand.data);
      fault += `%!(BAD${what})`;
      return undefined;
    };
    const columns = star(width, 'WIDTH');
    const digits = /\.(?:\*|\d+)?(?:\[\d+\])?.$/su.test(match) ? (star(precision, 'PREC') ?? 0) : undefined;
    if (index !== undefined) {
      isReordered = true;
      next = Number(index) - 1;
      if (next < 0 || next >= values.length) return `${fault}%!${verb}(BADINDEX)`;
    }
    if (next >= values.length) return `${fault}%!${verb}(MISSING)`;
    const layout = {
      flags: flags + ((columns ?? 0) < 0 ? '-' : ''),
      width: Math.min(Math.abs(columns ?? 0), MAX_WIDTH),
      precision: digits,
    };
    return fault + formatVerb(verb, layout, values[next++]);
  });
  if (isReordered || next >= values.length) return text;
  const extra = values.slice(next).map((value) => (value ? `${typeName(value.type)}=${formatValue(value)}` : '<nil>'));
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

/** How a directive of a format lays a value out; in what is composed, each of its values. */
interface Layout {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

function pad(text: string, { width, flags }: Layout, verb: string): string {
  const length = [...text].length;
  if (length >= width) return text;
  const missing = width - length;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0') || 'sqvT'.includes(verb)) return ' '.repeat(missing) + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

function formatVerb(verb: string, layout: Layout, value: GoValue | undefined, depth = 0): string {
  if (!value) return pad(verb === 'v' ? '<nil>' : `%!${verb}(<nil>)`, layout, verb);
  if (verb === 'T' && depth === 0) return pad(typeName(value.type), layout, verb);
  const { type, data } = value;
  switch (type.kind) {
    case 'string':
    case 'int':
    case 'float64':
    case 'bool':
      return pad(leafVerb(verb, layout, value), layout, verb);
    case 'slice': {
      const parts = items(value).map((item) => formatVerb(verb, layout, item, depth + 1));
      return `[${parts.join(' ')}]`;
    }
    case 'map': {
      const parts = sortedMembers(value).map(([key, one]) => {
        const written = formatVerb(verb, layout, { type: type.key ?? STRING, data: key }, depth + 1);
        return `${written}:${formatVerb(verb, layout, one, depth + 1)}`;
      });
      return `map[${parts.join(' ')}]`;
    }
    case 'interface':
      if (data !== null) return formatVerb(verb, layout, data as GoValue, depth);
      return depth > 0 || verb === 'v' ? '<nil>' : `%!${verb}(<nil>)`;
    case 'pointer':
      return pointerVerb(verb, layout, value, depth);
    case 'struct':
      return structVerb(verb, layout, value, depth);
  }
}

function leafVerb(verb: string, { flags, precision }: Layout, value: GoValue): string {
  if (verb === 'v') return formatValue(value);
  switch (value.type.kind) {
    case 'string':
      return stringVerb(verb, precision, value);
    case 'int':
      return integerVerb(verb, flags, value);
    case 'float64':
      return floatVerb(verb, precision, value.data as number) ?? badVerb(verb, value);
    default:
      return verb === 't' ? String(value.data) : badVerb(verb, value);
  }
}

function structVerb(verb: string, layout: Layout, value: GoValue, depth: number): string {
  const type = value.type as GoStruct;
  const values = members(value);
  if (type.text) return formatVerb(verb, layout, goString(type.text(values)), depth);
  const withNames = verb === 'v' && layout.flags.includes('+');
  const parts = type.fields.map(({ name }) => {
    const text = formatVerb(verb, layout, values.get(name), depth + 1);
    return withNames ? `${name}:${text}` : text;
  });
  return `{${parts.join(' ')}}`;
}

// A pointer to something composed is followed at the top; else it is an address.
function pointerVerb(verb: string, layout: Layout, value: GoValue, depth: number): string {
  const target = value.data as GoValue | null;
  if (target?.type.kind === 'struct' && target.type.text) return formatVerb(verb, layout, target, depth);
  if (target && depth === 0 && ['struct', 'map', 'slice'].includes(target.type.kind)) {
    return `&${formatVerb(verb, layout, target, depth + 1)}`;
  }
  if (verb === 'v') return pad(target ? ADDRESS : '<nil>', layout, verb);
  const address: GoValue = { type: { kind: 'int', name: 'uintptr' }, data: target ? BigInt(ADDRESS) : 0n };
  if ('bodxX'.includes(verb)) return pad(integerVerb(verb, layout.flags, address), layout, verb);
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

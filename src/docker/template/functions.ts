import { formatValue, sprint, sprintf, sprintln } from './goFormat.ts';
import { toJson } from './goJson.ts';
import {
  ANY,
  asElement,
  behind,
  goBool,
  goInt,
  goString,
  goStrings,
  type GoType,
  type GoValue,
  INT,
  isTrue,
  items,
  members,
  STRING,
  STRINGS,
  typeName,
  withoutInterface,
} from './goValue.ts';

/** A function of templates. */
export interface GoFunction {
  readonly parameters: readonly GoType[];
  /** The last parameter may stand any number of times. */
  readonly isVariadic?: boolean;
  /** Parameters as they are, pointers and missing values included; else nil is refused where a value is needed. */
  call(parameters: readonly (GoValue | undefined)[]): GoValue | undefined;
}

/** A call that failed: `error calling NAME: MESSAGE`. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
}

const MAX_REPEAT = 100_000;

export const BUILTINS: Readonly<Record<string, GoFunction>> = {
  and: anyNumber(([first, ...rest]) => rest.reduce((so, next) => (isTrue(so) ? next : so), first)),
  or: anyNumber(([first, ...rest]) => rest.reduce((so, next) => (isTrue(so) ? so : next), first)),
  not: { parameters: [ANY], call: ([value]) => goBool(!isTrue(value)) },
  len: { parameters: [ANY], call: ([value]) => goInt(lengthOf(value)) },
  index: anyNumber(([value, ...keys]) => {
    if (!plain(value)) throw new FunctionError('index of untyped nil');
    return keys.reduce(indexed, value);
  }),
  slice: anyNumber(([value, ...ends]) => sliced(value, ends)),
  print: { parameters: [ANY], isVariadic: true, call: (values) => goString(sprint(values)) },
  println: { parameters: [ANY], isVariadic: true, call: (values) => goString(sprintln(values)) },
  printf: {
    parameters: [STRING, ANY],
    isVariadic: true,
    call: ([format, ...values]) => goString(sprintf(format?.data as string, values)),
  },
  html: escaper((text) => text.replace(/[\0"'&<>]/g, (character) => HTML[character] ?? character)),
  js: escaper((text) => text.replace(/[\\'"<>&=\u0000-\u001f]/g, jsEscape)),
  urlquery: escaper((text) =>
    encodeURIComponent(text)
      .replace(/[!'()*]/g, percent)
      .replaceAll('%20', '+'),
  ),
  eq: {
    parameters: [ANY, ANY],
    isVariadic: true,
    call: ([first, ...others]) => {
      if (others.length === 0) throw new FunctionError('missing argument for comparison');
      return goBool(others.some((other) => isEqual(first, other)));
    },
  },
  ne: { parameters: [ANY, ANY], call: ([a, b]) => goBool(!isEqual(a, b)) },
  lt: { parameters: [ANY, ANY], call: ([a, b]) => goBool(isLess(a, b)) },
  le: { parameters: [ANY, ANY], call: ([a, b]) => goBool(isLess(a, b) || isEqual(a, b)) },
  gt: { parameters: [ANY, ANY], call: ([a, b]) => goBool(!(isLess(a, b) || isEqual(a, b))) },
  ge: { parameters: [ANY, ANY], call: ([a, b]) => goBool(!isLess(a, b)) },
};

/** What docker adds (docker/cli templates). */
export const DOCKER_FUNCTIONS: Readonly<Record<string, GoFunction>> = {
  ...BUILTINS,
  json: { parameters: [ANY], call: ([value]) => goString(toJson(value)) },
  split: textual([STRING, STRING], ([text, separator]) => goStrings(splitText(text as string, separator as string))),
  join: {
    parameters: [STRINGS, STRING],
    call: ([list, separator]) => {
      const texts = list ? items(list).map(({ data }) => data as string) : [];
      return goString(texts.join(separator?.data as string));
    },
  },
  title: textual([STRING], ([text]) =>
    goString(
      (text as string).replace(
        /(^|[^\p{L}\p{N}_'])(\p{L})/gu,
        (_, before: string, letter: string) => before + letter.toUpperCase(),
      ),
    ),
  ),
  lower: textual([STRING], ([text]) => goString((text as string).toLowerCase())),
  upper: textual([STRING], ([text]) => goString((text as string).toUpperCase())),
  pad: textual([STRING, INT, INT], ([text, before, after]) => {
    if (text === '') return goString('');
    return goString(blanks(before as bigint) + (text as string) + blanks(after as bigint));
  }),
  truncate: textual([STRING, INT], ([text, length]) => {
    if ((length as bigint) < 0n) throw new FunctionError(`runtime error: slice bounds out of range [:${length}]`);
    return goString((text as string).slice(0, Number(length)));
  }),
};

/** In the line of headers, functions leave the header as it is. */
export const HEADER_FUNCTIONS: Readonly<Record<string, GoFunction>> = {
  ...DOCKER_FUNCTIONS,
  json: sameText([STRING]),
  split: sameText([STRING, STRING]),
  join: sameText([STRING, STRING]),
  title: sameText([STRING]),
  lower: sameText([STRING]),
  upper: sameText([STRING]),
  truncate: sameText([STRING, INT]),
};

function anyNumber(call: GoFunction['call']): GoFunction {
  return { parameters: [ANY, ANY], isVariadic: true, call };
}

function textual(parameters: readonly GoType[], call: (data: readonly unknown[]) => GoValue): GoFunction {
  return { parameters, call: (values) => call(values.map((value) => value?.data)) };
}

function sameText(parameters: readonly GoType[]): GoFunction {
  return { parameters, call: ([text]) => text };
}

function escaper(escapeText: (text: string) => string): GoFunction {
  return { parameters: [ANY], isVariadic: true, call: (values) => goString(escapeText(sprint(values.map(printable)))) };
}

// As an action prints it: what a pointer points to, and a text for what is missing.
function printable(value: GoValue | undefined): GoValue {
  if (value?.type.kind === 'pointer') return behind(value) ?? value;
  return plain(value) ?? goString('<no value>');
}

function blanks(count: bigint): string {
  if (count < 0n) throw new FunctionError('strings: negative Repeat count');
  if (count > BigInt(MAX_REPEAT)) throw new FunctionError('strings: Repeat output length overflow');
  return ' '.repeat(Number(count));
}

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

function jsEscape(character: string): string {
  if (character === '\\' || character === "'" || character === '"') return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function splitText(text: string, separator: string): string[] {
  return separator === '' ? [...text] : text.split(separator);
}

/** A time is kept as a text; to Go it is a struct. */
function isTime({ type }: GoValue): boolean {
  return type.kind === 'string' && type.name === 'time.Time';
}

function lengthOf(value: GoValue | undefined): number {
  const target = behind(value);
  if (!target)
    throw new FunctionError(value ? 'len of nil pointer' : 'reflect: call of reflect.Value.Type on zero Value');
  switch (isTime(target) ? 'struct' : target.type.kind) {
    case 'string':
      return new TextEncoder().encode(target.data as string).length;
    case 'slice':
      return items(target).length;
    case 'map':
      return members(target).size;
    default:
      throw new FunctionError(`len of type ${typeName(target.type)}`);
  }
}

function indexed(value: GoValue | undefined, key: GoValue | undefined): GoValue | undefined {
  const target = behind(value);
  if (!target) throw new FunctionError('index of nil pointer');
  if (isTime(target)) throw new FunctionError(`can't index item of type ${typeName(target.type)}`);
  const wanted = plain(key);
  switch (target.type.kind) {
    case 'slice': {
      const list = items(target);
      const at = position(wanted, list.length);
      if (at === list.length) throw new FunctionError('reflect: slice index out of range');
      return asElement(target.type.element, list[at] as GoValue);
    }
    case 'string': {
      const bytes = new TextEncoder().encode(target.data as string);
      const at = position(wanted, bytes.length);
      if (at === bytes.length) throw new FunctionError('reflect: string index out of range');
      return { type: { kind: 'int', name: 'uint8' }, data: BigInt(bytes[at] as number) };
    }
    case 'map': {
      const expected = target.type.key ?? STRING;
      if (!wanted) throw new FunctionError(`value is nil; should be of type ${typeName(expected)}`);
      if (typeName(wanted.type) !== typeName(expected)) {
        throw new FunctionError(`value has type ${typeName(wanted.type)}; should be ${typeName(expected)}`);
      }
      const member = members(target).get(wanted.data as string);
      return member ? asElement(target.type.element, member) : missingMember(target.type.element);
    }
    default:
      throw new FunctionError(`can't index item of type ${typeName(target.type)}`);
  }
}

// reflect.Zero of the element type.
function missingMember(element: GoType): GoValue {
  switch (element.kind) {
    case 'string':
      return { type: element, data: '' };
    case 'bool':
      return { type: element, data: false };
    case 'int':
      return { type: element, data: 0n };
    case 'float64':
      return { type: element, data: 0 };
    case 'struct':
      return { type: element, data: new Map(element.fields.map(({ name, type }) => [name, missingMember(type)])) };
    default:
      return { type: element, data: null };
  }
}

/** An index up to the length itself, as where a slice may end. */
function position(index: GoValue | undefined, length: number): number {
  if (!index) throw new FunctionError('cannot index slice/array with nil');
  if (index.type.kind !== 'int') {
    throw new FunctionError(`cannot index slice/array with type ${typeName(index.type)}`);
  }
  const at = index.data as bigint;
  if (at < 0n || at > BigInt(length)) throw new FunctionError(`index out of range: ${at}`);
  return Number(at);
}

function sliced(value: GoValue | undefined, ends: readonly (GoValue | undefined)[]): GoValue {
  const target = plain(value);
  if (!target) throw new FunctionError('slice of untyped nil');
  if (ends.length > 3) throw new FunctionError(`too many slice indexes: ${ends.length}`);
  const isString = target.type.kind === 'string' && !isTime(target);
  if (isString && ends.length === 3) throw new FunctionError('cannot 3-index slice a string');
  if (!isString && target.type.kind !== 'slice') {
    throw new FunctionError(`can't slice item of type ${typeName(target.type)}`);
  }
  const bytes = isString ? new TextEncoder().encode(target.data as string) : undefined;
  const length = bytes?.length ?? items(target).length;
  const [from = 0, to = length] = ends.map((end) => position(plain(end), length));
  if (from > to) throw new FunctionError(`invalid slice index: ${from} > ${to}`);
  if (bytes) return goString(new TextDecoder().decode(bytes.subarray(from, to)));
  return { type: target.type, data: items(target).slice(from, to) };
}

type BasicKind = 'bool' | 'int' | 'float' | 'string';

function basicKind(value: GoValue | undefined): BasicKind | undefined {
  switch (value?.type.kind) {
    case 'bool':
      return 'bool';
    case 'int':
      return 'int';
    case 'float64':
      return 'float';
    case 'string':
      return isTime(value) ? undefined : 'string';
    default:
      return undefined;
  }
}

function isEqual(a: GoValue | undefined, b: GoValue | undefined): boolean {
  const left = plain(a);
  const right = plain(b);
  const kind = basicKind(left);
  if (kind !== basicKind(right)) {
    if (left && right) throw new FunctionError('incompatible types for comparison');
    return false;
  }
  if (kind !== undefined) return left?.data === right?.data;
  if (left && right && left.type.kind !== right.type.kind) {
    const [one, other] = [`${sprintf('%s', [left])}: ${typeName(left.type)}`, sprintf('%v', [right])];
    throw new FunctionError(`non-comparable types ${one}, ${typeName(right.type)}: ${other}`);
  }
  if (!left || !right || left.data === null || right.data === null) return isNil(left) === isNil(right);
  if (!isComparable(right.type)) {
    throw new FunctionError(`non-comparable type ${sprintf('%s', [right])}: ${typeName(right.type)}`);
  }
  if (typeName(left.type) !== typeName(right.type)) return false;
  return left.data === right.data || (left.type.kind === 'struct' && formatValue(left) === formatValue(right));
}

function isNil(value: GoValue | undefined): boolean {
  return !value || value.data === null;
}

function isComparable(type: GoType): boolean {
  if (type.kind === 'struct') return type.fields.every((field) => isComparable(field.type));
  return type.kind !== 'slice' && type.kind !== 'map';
}

function isLess(a: GoValue | undefined, b: GoValue | undefined): boolean {
  const left = plain(a);
  const right = plain(b);
  const kind = basicKind(left);
  if (!left || !right || kind === undefined || basicKind(right) === undefined) {
    throw new FunctionError('invalid type for comparison');
  }
  if (kind !== basicKind(right)) throw new FunctionError('incompatible types for comparison');
  if (kind === 'bool') throw new FunctionError('invalid type for comparison');
  return (left.data as string) < (right.data as string);
}

/** What an interface holds; undefined for nil. */
function plain(value: GoValue | undefined): GoValue | undefined {
  const inner = withoutInterface(value);
  return inner?.type.kind === 'interface' ? undefined : inner;
}

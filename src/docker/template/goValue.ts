// Values as Go's reflection sees them: templates print, compare and complain by type.

export type GoType =
  | { readonly kind: 'bool' | 'float64' | 'interface'; readonly name?: string }
  | { readonly kind: 'string'; readonly name?: string; readonly methods?: Readonly<Record<string, GoMethod>> }
  /** `name` is the Go type: `int`, `int64`, `uint16`, `time.Duration`. */
  | { readonly kind: 'int'; readonly name: string }
  | { readonly kind: 'slice'; readonly element: GoType; readonly name?: string }
  /** `key`: where it is no plain string; a member is then no field. */
  | { readonly kind: 'map'; readonly element: GoType; readonly name?: string; readonly key?: GoType }
  | GoStruct
  | { readonly kind: 'pointer'; readonly to: GoType };

export interface GoStruct {
  readonly kind: 'struct';
  /** `types.ContainerJSON`. */
  readonly name: string;
  /** In order. */
  readonly fields: readonly GoField[];
  /** What the struct or a pointer to it answers to. */
  readonly methods?: Readonly<Record<string, GoMethod>>;
  /** What its String method gives: it is printed so, not field by field. */
  readonly text?: (members: ReadonlyMap<string, GoValue>) => string;
}

export interface GoField {
  readonly name: string;
  /** Of its JSON; undefined: the field's own. `-`: in no JSON. */
  readonly json?: string;
  readonly type: GoType;
  readonly omitsEmpty?: boolean;
  readonly isEmbedded?: boolean;
}

export interface GoMethod {
  /** Of strings, in order; most have none. */
  readonly parameters?: readonly GoType[];
  readonly call: (receiver: GoValue, parameters: readonly GoValue[]) => GoValue;
}

export type GoData =
  | boolean
  | string
  | bigint
  | number
  | readonly GoValue[]
  | ReadonlyMap<string, GoValue>
  | GoValue
  /** A nil slice, map, pointer or interface. */
  | null;

export interface GoValue {
  readonly type: GoType;
  readonly data: GoData;
}

export const BOOL: GoType = { kind: 'bool' };
export const STRING: GoType = { kind: 'string' };
export const INT: GoType = { kind: 'int', name: 'int' };
export const INT64: GoType = { kind: 'int', name: 'int64' };
export const ANY: GoType = { kind: 'interface' };
/** RFC 3339 in JSON. */
export const TIME: GoType = { kind: 'string', name: 'time.Time' };
/** Nanoseconds. */
export const DURATION: GoType = { kind: 'int', name: 'time.Duration' };
export const EMPTY: GoStruct = { kind: 'struct', name: 'struct {}', fields: [] };
/** encoding/json's Number: a string of digits. */
export const JSON_NUMBER: GoType = { kind: 'string', name: 'json.Number' };
export const STRINGS: GoType = { kind: 'slice', element: STRING };
export const STRING_MAP: GoType = { kind: 'map', element: STRING };

export function goString(data: string): GoValue {
  return { type: STRING, data };
}

export function goBool(data: boolean): GoValue {
  return { type: BOOL, data };
}

export function goInt(data: number | bigint): GoValue {
  return { type: INT, data: BigInt(data) };
}

export function goStrings(items: readonly string[]): GoValue {
  return { type: STRINGS, data: items.map(goString) };
}

export function slice(element: GoType): GoType {
  return { kind: 'slice', element };
}

export function map(element: GoType): GoType {
  return { kind: 'map', element };
}

export function pointer(to: GoType): GoType {
  return { kind: 'pointer', to };
}

/** The type as Go's `%T` writes it. */
export function typeName(type: GoType): string {
  switch (type.kind) {
    case 'interface':
      return type.name ?? 'interface {}';
    case 'slice':
      return type.name ?? `[]${typeName(type.element)}`;
    case 'map':
      return type.name ?? `map[string]${typeName(type.element)}`;
    case 'pointer':
      return `*${typeName(type.to)}`;
    default:
      return type.name ?? type.kind;
  }
}

export function isAssignable(from: GoType, to: GoType): boolean {
  return to.kind === 'interface' || typeName(from) === typeName(to);
}

/** The value behind a pointer; undefined for a nil pointer and for nil. */
export function behind(value: GoValue | undefined): GoValue | undefined {
  let current = value;
  while (current && (current.type.kind === 'pointer' || current.type.kind === 'interface')) {
    if (current.data === null) return undefined;
    current = current.data as GoValue;
  }
  return current;
}

export function items(value: GoValue): readonly GoValue[] {
  return (value.data ?? []) as readonly GoValue[];
}

export function members(value: GoValue): ReadonlyMap<string, GoValue> {
  return (value.data ?? new Map()) as ReadonlyMap<string, GoValue>;
}

/** A map's members, keys in the order of their bytes. */
export function sortedMembers(value: GoValue): [string, GoValue][] {
  return [...members(value)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** A field of a struct, also of those that are embedded in it. */
export function fieldOf(value: GoValue, name: string): GoValue | undefined {
  const type = value.type as GoStruct;
  const values = members(value);
  if (type.fields.some((field) => field.name === name)) return values.get(name);
  for (const field of type.fields) {
    if (!field.isEmbedded) continue;
    const inner = behind(values.get(field.name));
    const found = inner && fieldOf(inner, name);
    if (found) return found;
  }
  return undefined;
}

/** What a pointer points to in the end. */
export function pointedType(type: GoType): GoType {
  return type.kind === 'pointer' ? pointedType(type.to) : type;
}

/** Also one of those that are embedded. */
export function hasField(type: GoStruct, name: string): boolean {
  return type.fields.some((field) => {
    if (field.name === name) return true;
    const inner = field.isEmbedded ? pointedType(field.type) : undefined;
    return inner?.kind === 'struct' && hasField(inner, name);
  });
}

/** Empty as `if` sees it. */
export function isTrue(value: GoValue | undefined): boolean {
  if (!value) return false;
  switch (value.type.kind) {
    case 'bool':
      return value.data === true;
    case 'int':
      return value.data !== 0n;
    case 'float64':
      return value.data !== 0;
    case 'string':
      return value.data !== '';
    case 'slice':
      return items(value).length > 0;
    case 'map':
      return members(value).size > 0;
    case 'pointer':
      return value.data !== null;
    case 'interface':
      return value.data !== null && isTrue(value.data as GoValue);
    case 'struct':
      return true;
  }
}

/** What an interface holds; a nil interface stays. */
export function withoutInterface(value: GoValue | undefined): GoValue | undefined {
  if (value?.type.kind !== 'interface' || value.data === null) return value;
  return withoutInterface(value.data as GoValue);
}

/** An element of a slice or a map as reflection gives it: within an interface where the type says so. */
export function asElement(element: GoType, value: GoValue): GoValue {
  return element.kind === 'interface' && value.type.kind !== 'interface' ? { type: element, data: value } : value;
}

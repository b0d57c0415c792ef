import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { specialParameter } from '../state/specials.ts';
import {
  elementsOf,
  indexesOf,
  keysOf,
  listIndex,
  scalarOf,
  setElement,
  setMapElement,
  type ReadonlyVariable,
} from '../state/variables.ts';
import type { Operation, ParameterPart, Part, Word } from '../syntax/tree.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import { charactersOf, compilePattern, sliceOf } from './pattern.ts';
import { changeCase, replaceIn, transform, trim } from './parameterText.ts';

export type ParameterValue =
  | { readonly kind: 'text'; readonly text: string }
  /** `joins`: as `*` does. */
  | { readonly kind: 'list'; readonly values: readonly string[]; readonly joins: boolean }
  /** The operand of `${x:-operand}`, yet to be expanded. */
  | { readonly kind: 'parts'; readonly parts: readonly Part[] };

/** How operands are expanded: the callers' ways, to keep the modules apart. */
interface Expanders {
  string(shell: Shell, word: Word): Soon<string>;
  pattern(shell: Shell, word: Word): Soon<string>;
  arithmetic(shell: Shell, expression: { text: string; parts: readonly Part[] | undefined }): Soon<number | bigint>;
  complain(shell: Shell, message: string): Soon<void>;
}

/** What a parameter is: a value, a list of them, or nothing. */
type Found =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly values: readonly string[]; readonly joins: boolean }
  | undefined;

/** A parameter with its subscript evaluated. */
interface Place {
  readonly name: string;
  readonly all: '@' | '*' | undefined;
  /** Evaluated: an index or a key. */
  readonly key: string | undefined;
}

const EMPTY: ParameterValue = { kind: 'text', text: '' };
const SPECIAL = /^(?:[?#$!-]|\d+)$/;

/** `$x`, `${x…}`. Throws ShellError. */
export function expandParameter(
  shell: Shell,
  part: ParameterPart,
  isQuoted: boolean,
  expanders: Expanders,
): Soon<ParameterValue> {
  if (part.prefix === undefined && part.index === undefined && part.operation === undefined) {
    return simple(shell, part);
  }
  if (part.operation?.kind === 'bad') throw badSubstitution(shell, part.text);
  if (!shell.isBash) requirePosix(shell, part);
  if (part.prefix === '!') return indirect(shell, part, isQuoted, expanders);
  return then(placeOf(shell, part, expanders), (place) => valueAt(shell, part, place, expanders));
}

function simple(shell: Shell, part: ParameterPart): ParameterValue {
  const { name } = part;
  if (name === '@' || name === '*') return { kind: 'list', values: shell.positional, joins: name === '*' };
  if (SPECIAL.test(name)) {
    const text = specialParameter(shell, name);
    if (text !== undefined) return { kind: 'text', text };
  } else {
    const variable = shell.variables.findOwn(name);
    if (variable?.attributes.has('nameref')) {
      const found = lookUpReference(shell, shell.variables.resolveName(name));
      if (found) return found;
    } else {
      const text = variable && scalarOf(variable);
      if (text !== undefined) return { kind: 'text', text };
    }
  }
  if (shell.options.has('nounset')) throw unbound(shell, /^\d+$/.test(name) ? `$${name}` : name);
  return EMPTY;
}

function requirePosix(shell: Shell, part: ParameterPart): void {
  const kind = part.operation?.kind;
  const isAsh = shell.dialect === 'ash';
  const isKnown =
    part.index === undefined &&
    part.prefix !== '!' &&
    (kind === undefined ||
      kind === 'default' ||
      kind === 'assign' ||
      kind === 'alternative' ||
      kind === 'error' ||
      kind === 'remove' ||
      (isAsh && (kind === 'slice' || kind === 'replace')));
  if (!isKnown) throw badSubstitution(shell, part.text);
}

function badSubstitution(shell: Shell, text: string): ShellError {
  if (shell.isBash) return new ShellError('expansion', `${text}: bad substitution`);
  return new ShellError(
    'expansion',
    shell.dialect === 'ash' ? 'syntax error: bad substitution' : 'Bad substitution',
    2,
  );
}

function unbound(shell: Shell, name: string): ShellError {
  if (shell.isBash)
    return new ShellError(
      'fatal',
      `${name}: unbound variable`,
      shell.isInteractive || shell.subshellDepth > 0 ? 1 : 127,
    );
  return new ShellError('expansion', `${name.replace('$', '')}: parameter not set`, 2);
}

function placeOf(shell: Shell, part: ParameterPart, expanders: Expanders): Soon<Place> {
  const { name, index } = part;
  if (name === '@' || name === '*') return { name, all: name, key: undefined };
  if (index === undefined) return { name, all: undefined, key: undefined };
  if (typeof index === 'string') return { name, all: index, key: undefined };
  return then(expanders.string(shell, index), (text) => keyOf(shell, name, text, expanders));
}

/** Evaluates a subscript's text for the kind of array that it is. */
function keyOf(shell: Shell, name: string, text: string, expanders: Expanders): Soon<Place> {
  if (text === '@' || text === '*') return { name, all: text, key: undefined };
  const variable = shell.variables.find(name);
  if (variable?.map) return { name, all: undefined, key: text };
  return then(expanders.arithmetic(shell, { text, parts: undefined }), (value) => {
    const at = listIndex(variable?.list ?? [], Number(value));
    if (at !== undefined) return { name, all: undefined, key: String(at) };
    // Told, and nothing all the same.
    return then(expanders.complain(shell, `${name}: bad array subscript`), () => ({
      name,
      all: undefined,
      key: 'none',
    }));
  });
}

function lookUp(shell: Shell, place: Place): Found {
  const { name, all, key } = place;
  if (name === '@' || name === '*') {
    return shell.positional.length === 0 ? undefined : { kind: 'list', values: shell.positional, joins: name === '*' };
  }
  if (SPECIAL.test(name)) {
    const text = specialParameter(shell, name);
    return text === undefined ? undefined : { kind: 'text', text };
  }
  const variable = shell.variables.find(name);
  if (!variable) return undefined;
  if (all !== undefined) {
    const values = elementsOf(variable);
    return values.length === 0 ? undefined : { kind: 'list', values, joins: all === '*' };
  }
  const text = key === undefined ? scalarOf(variable) : elementAt(variable, key);
  return text === undefined ? undefined : { kind: 'text', text };
}

function elementAt(variable: ReadonlyVariable, key: string): string | undefined {
  if (variable.map) return variable.map.get(key);
  if (variable.list) return variable.list[Number(key)];
  return key === '0' ? scalarOf(variable) : undefined;
}

/** A reference made of text: `name`, `name[index]`, `1`, `@`. */
function lookUpReference(shell: Shell, reference: string): Found {
  const match = /^([A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[(.*)\])?$/s.exec(reference);
  if (!match) return undefined;
  const [, name = '', index] = match;
  if (index === undefined) return lookUp(shell, { name, all: undefined, key: undefined });
  if (index === '@' || index === '*') return lookUp(shell, { name, all: index, key: undefined });
  return lookUp(shell, { name, all: undefined, key: index });
}

function indirect(shell: Shell, part: ParameterPart, isQuoted: boolean, expanders: Expanders): Soon<ParameterValue> {
  const { name, index, operation } = part;
  if (operation?.kind === 'names') {
    const values = shell.variables
      .names()
      .filter((one) => one.startsWith(name) && shell.variables.find(one) !== undefined);
    return { kind: 'list', values, joins: operation.joins };
  }
  if (typeof index === 'string' && operation === undefined) {
    const variable = shell.variables.find(name);
    return { kind: 'list', values: variable ? keysOf(variable) : [], joins: index === '*' };
  }
  const own = shell.variables.findOwn(name);
  if (own?.attributes.has('nameref') && index === undefined && operation === undefined) {
    return { kind: 'text', text: own.value ?? '' };
  }
  return then(placeOf(shell, { ...part, prefix: undefined }, expanders), (place) => {
    const found = lookUp(shell, place);
    if (!found) {
      if (operation?.kind === 'default' || operation?.kind === 'alternative') {
        return operate(shell, part, operation, place, undefined, expanders);
      }
      throw new ShellError(
        'expansion',
        shell.options.has('nounset')
          ? `${name}: unbound variable`
          : `${part.text.slice(2, -1)}: invalid indirect expansion`,
      );
    }
    const reference = found.kind === 'text' ? found.text : found.values.join(' ');
    const match = /^([A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[(.*)\])?$/s.exec(reference);
    if (!match) {
      throw new ShellError('expansion', `${reference}: invalid variable name`);
    }
    const [, target = '', subscript] = match;
    const all = target === '@' || target === '*' ? target : undefined;
    const at: Soon<Place> =
      subscript === undefined ? { name: target, all, key: undefined } : keyOf(shell, target, subscript, expanders);
    void isQuoted;
    return then(at, (where) => valueAt(shell, { ...part, name: target, prefix: undefined }, where, expanders));
  });
}

function valueAt(shell: Shell, part: ParameterPart, place: Place, expanders: Expanders): Soon<ParameterValue> {
  const found = lookUp(shell, place);
  const { operation } = part;
  if (part.prefix === '#') return { kind: 'text', text: String(lengthOf(shell, part, place, found)) };
  if (operation !== undefined) return operate(shell, part, operation, place, found, expanders);
  if (found) return found;
  if (place.all !== undefined) return { kind: 'list', values: [], joins: place.all === '*' };
  if (shell.options.has('nounset')) throw unbound(shell, shownName(part));
  return EMPTY;
}

function shownName(part: ParameterPart): string {
  const { name, index } = part;
  if (/^\d+$/.test(name)) return `$${name}`;
  return index === undefined ? name : `${name}[${typeof index === 'string' ? index : index.text}]`;
}

function lengthOf(shell: Shell, part: ParameterPart, place: Place, found: Found): number {
  if (place.all !== undefined) return found?.kind === 'list' ? found.values.length : 0;
  if (!found) {
    if (shell.options.has('nounset')) throw unbound(shell, shownName(part));
    return 0;
  }
  return found.kind === 'text' ? charactersOf(found.text).length : found.values.length;
}

function operate(
  shell: Shell,
  part: ParameterPart,
  operation: Operation,
  place: Place,
  found: Found,
  expanders: Expanders,
): Soon<ParameterValue> {
  switch (operation.kind) {
    case 'default':
    case 'assign':
    case 'alternative':
    case 'error':
      return otherwise(shell, part, operation, place, found, expanders);
    case 'slice':
      return slice(shell, operation, place, found, expanders);
    case 'transform':
      return transformed(shell, part, operation.operator, place, found);
    case 'bad':
    case 'names':
      throw badSubstitution(shell, part.text);
  }
  if (!found) {
    if (place.all === undefined && shell.options.has('nounset')) throw unbound(shell, shownName(part));
    return place.all === undefined ? EMPTY : { kind: 'list', values: [], joins: place.all === '*' };
  }
  if (operation.kind === 'remove') {
    return then(expanders.pattern(shell, operation.pattern), (text) => {
      const pattern = compilePattern(text, groups(shell));
      return mapped(found, (value) => trim(value, pattern, operation.side, operation.isLongest));
    });
  }
  if (operation.kind === 'replace') {
    const options = { ...groups(shell), ignoresCase: shell.isSet('nocasematch') };
    return then(expanders.pattern(shell, operation.pattern), (text) =>
      then(expanders.pattern(shell, operation.replacement), (replacement) => {
        const pattern = compilePattern(text, options);
        const hasMatch = shell.isBash && shell.isSet('patsub_replacement');
        return mapped(found, (value) => replaceIn(value, pattern, replacement, operation.where, hasMatch));
      }),
    );
  }
  const { pattern } = operation;
  return then(pattern ? expanders.pattern(shell, pattern) : '', (text) => {
    const compiled = text === '' ? undefined : compilePattern(text, groups(shell));
    return mapped(found, (value) => changeCase(value, operation.change, operation.isAll, compiled));
  });
}

function groups(shell: Shell): { hasGroups: boolean; ignoresCase: boolean } {
  return { hasGroups: shell.isBash && shell.isSet('extglob'), ignoresCase: false };
}

function mapped(found: NonNullable<Found>, change: (text: string) => string): ParameterValue {
  if (found.kind === 'text') return { kind: 'text', text: change(found.text) };
  return { kind: 'list', values: found.values.map(change), joins: found.joins };
}

function otherwise(
  shell: Shell,
  part: ParameterPart,
  operation: Extract<Operation, { kind: 'default' | 'assign' | 'alternative' | 'error' }>,
  place: Place,
  found: Found,
  expanders: Expanders,
): Soon<ParameterValue> {
  const isEmpty =
    found === undefined ||
    (operation.isEmptyUnset &&
      (found.kind === 'text' ? found.text === '' : found.values.length < 2 && (found.values[0] ?? '') === ''));
  const { operand } = operation;
  if (operation.kind === 'alternative') return isEmpty ? EMPTY : { kind: 'parts', parts: operand.parts };
  if (!isEmpty) return found as ParameterValue;
  if (operation.kind === 'default') return { kind: 'parts', parts: operand.parts };
  if (operation.kind === 'error')
    return then(expanders.string(shell, operand), (text) => raise(shell, part, operation.isEmptyUnset, text));
  if (place.all !== undefined || SPECIAL.test(place.name)) {
    throw new ShellError('expansion', `$${place.name}: cannot assign in this way`);
  }
  return then(expanders.string(shell, operand), (text) => {
    assignAt(shell, place, text);
    return {
      kind: 'text',
      text:
        shell.variables.get(place.name) === undefined || place.key !== undefined
          ? text
          : (shell.variables.get(place.name) as string),
    };
  });
}

function raise(shell: Shell, part: ParameterPart, isEmptyUnset: boolean, text: string): never {
  const words = isEmptyUnset
    ? shell.isBash
      ? 'parameter null or not set'
      : 'parameter not set or null'
    : 'parameter not set';
  const message = `${shownName(part).replace(/^\$/, '')}: ${text === '' ? words : text}`;
  const status = shell.isInteractive || shell.subshellDepth > 0 ? 1 : 127;
  throw new ShellError('fatal', message, shell.isBash ? status : 2);
}

function assignAt(shell: Shell, place: Place, text: string): void {
  const { variables } = shell;
  if (place.key === undefined) {
    variables.set(place.name, text);
    if (shell.options.has('allexport')) variables.findToChange(place.name)?.attributes.add('export');
    return;
  }
  const variable = variables.forAssignment(place.name);
  if (variable.map) setMapElement(variable, place.key, text);
  else setElement(variable, Number(place.key), text);
}

function slice(
  shell: Shell,
  operation: Extract<Operation, { kind: 'slice' }>,
  place: Place,
  found: Found,
  expanders: Expanders,
): Soon<ParameterValue> {
  return then(expanders.arithmetic(shell, operation.offset), (offset) => {
    const length = operation.length ? expanders.arithmetic(shell, operation.length) : undefined;
    return then(length, (given) => {
      const count = given === undefined ? undefined : Number(given);
      if (place.all !== undefined) return sliceList(shell, place, Number(offset), count);
      if (!found) {
        if (shell.options.has('nounset')) throw unbound(shell, place.name);
        return EMPTY;
      }
      const text = found.kind === 'text' ? found.text : found.values.join(' ');
      const characters = charactersOf(text);
      const start = Number(offset) < 0 ? characters.length + Number(offset) : Number(offset);
      if (start < 0 || start > characters.length) return EMPTY;
      const end = count === undefined ? characters.length : count < 0 ? characters.length + count : start + count;
      if (end < start) throw new ShellError('expansion', `${operation.length?.text}: substring expression < 0`);
      return { kind: 'text', text: sliceOf(characters, start, end) };
    });
  });
}

function sliceList(shell: Shell, place: Place, offset: number, count: number | undefined): ParameterValue {
  const joins = place.all === '*';
  if (count !== undefined && count < 0) {
    throw new ShellError('expansion', `${count}: substring expression < 0`);
  }
  if (place.name === '@' || place.name === '*') {
    const all = [shell.name, ...shell.positional];
    const start = offset < 0 ? all.length + offset : offset;
    if (start < 0) return { kind: 'list', values: [], joins };
    return { kind: 'list', values: all.slice(start, count === undefined ? undefined : start + count), joins };
  }
  const variable = shell.variables.find(place.name);
  if (!variable) return { kind: 'list', values: [], joins };
  if (!variable.list) {
    const values = elementsOf(variable);
    const start = offset < 0 ? values.length + offset : Math.max(0, offset);
    return {
      kind: 'list',
      values: start < 0 ? [] : values.slice(start, count === undefined ? undefined : start + count),
      joins,
    };
  }
  const { list } = variable;
  const start = offset < 0 ? list.length + offset : offset;
  if (start < 0) return { kind: 'list', values: [], joins };
  const indexes = indexesOf(list).filter((index) => index >= start);
  const values = indexes.slice(0, count ?? indexes.length).map((index) => list[index] as string);
  return { kind: 'list', values, joins };
}

function transformed(shell: Shell, part: ParameterPart, operator: string, place: Place, found: Found): ParameterValue {
  const variable = SPECIAL.test(place.name) ? undefined : shell.variables.find(place.name);
  if (!found && !(variable && (operator === 'a' || operator === 'A'))) {
    if (place.all !== undefined) return { kind: 'list', values: [], joins: place.all === '*' };
    if (shell.options.has('nounset')) throw unbound(shell, shownName(part));
    return EMPTY;
  }
  return transform(shell, operator, place, found, variable);
}

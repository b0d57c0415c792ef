import type { Shell } from '../state/shell.ts';
import { type Attribute, keysOf, scalarOf, type ReadonlyVariable } from '../state/variables.ts';
import { FORMAT_ESCAPES, unescapeText } from './escapes.ts';
import { charactersOf, type Pattern, sliceOf } from './pattern.ts';
import { expandPrompt } from './prompt.ts';
import { doubleQuote, keyQuote, singleQuote, transformQuote } from './quote.ts';

/** `${x#pattern}` and its kin. */
export function trim(text: string, pattern: Pattern, side: 'prefix' | 'suffix', isLongest: boolean): string {
  const { literal } = pattern;
  if (literal !== undefined) {
    if (side === 'prefix') return text.startsWith(literal) ? text.slice(literal.length) : text;
    return text.endsWith(literal) ? text.slice(0, text.length - literal.length) : text;
  }
  const { afterStar, beforeStar } = pattern;
  if (side === 'prefix' && afterStar !== undefined) {
    const at = isLongest ? text.lastIndexOf(afterStar) : text.indexOf(afterStar);
    return at < 0 ? text : text.slice(at + afterStar.length);
  }
  if (side === 'suffix' && beforeStar !== undefined) {
    const at = isLongest ? text.indexOf(beforeStar) : text.lastIndexOf(beforeStar);
    return at < 0 ? text : text.slice(0, at);
  }
  const characters = charactersOf(text);
  if (side === 'prefix') {
    const end = pattern.prefixEnd(characters, isLongest);
    return end < 0 ? text : sliceOf(characters, end);
  }
  const start = pattern.suffixStart(characters, isLongest);
  return start < 0 ? text : sliceOf(characters, 0, start);
}

/** `${x/pattern/replacement}`. `replacement`: backslashes quote; `&` is what matched, where `hasMatch`. */
export function replaceIn(
  text: string,
  pattern: Pattern,
  replacement: string,
  where: 'first' | 'all' | 'prefix' | 'suffix',
  hasMatch: boolean,
): string {
  const put = (matched: string): string => replacementOf(replacement, matched, hasMatch);
  const { literal } = pattern;
  if (literal === '') return where === 'prefix' ? put('') + text : where === 'suffix' ? text + put('') : text;
  if (literal !== undefined && where === 'all') return text.split(literal).join(put(literal));
  const characters = charactersOf(text);
  if (where === 'prefix') {
    const end = pattern.prefixEnd(characters, true);
    return end < 0 ? text : put(sliceOf(characters, 0, end)) + sliceOf(characters, end);
  }
  if (where === 'suffix') {
    const start = pattern.suffixStart(characters, true);
    return start < 0 ? text : sliceOf(characters, 0, start) + put(sliceOf(characters, start));
  }
  let out = '';
  let from = 0;
  for (let at = 0; at < characters.length || (at === 0 && characters.length === 0);) {
    const end = pattern.matchAt(characters, at);
    if (end < 0 || (end === at && at < characters.length && where === 'all')) {
      at++;
      continue;
    }
    out += sliceOf(characters, from, at) + put(sliceOf(characters, at, end));
    from = end;
    at = Math.max(end, at + 1);
    if (where === 'first' || characters.length === 0) break;
  }
  return from === 0 && out === '' ? text : out + sliceOf(characters, from);
}

function replacementOf(replacement: string, matched: string, hasMatch: boolean): string {
  if (!/[\\&]/.test(replacement)) return replacement;
  return replacement.replace(/\\(.)|&/gsu, (whole, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    return hasMatch ? matched : whole;
  });
}

/** `${x^^}` and its kin. */
export function changeCase(
  text: string,
  change: 'upper' | 'lower' | 'toggle',
  isAll: boolean,
  pattern: Pattern | undefined,
): string {
  const one = (character: string): string => {
    if (pattern && !pattern.matches(character)) return character;
    const upper = character.toUpperCase();
    const isUpper = change === 'upper' || (change === 'toggle' && upper !== character);
    const changed = isUpper ? upper : character.toLowerCase();
    return changed.length === character.length ? changed : character;
  };
  const characters = [...text];
  if (isAll) return characters.map(one).join('');
  return characters.length === 0 ? '' : one(characters[0] as string) + characters.slice(1).join('');
}

const LETTERS: readonly (readonly [Attribute | 'list' | 'map', string])[] = [
  ['list', 'a'],
  ['map', 'A'],
  ['integer', 'i'],
  ['lower', 'l'],
  ['nameref', 'n'],
  ['readonly', 'r'],
  ['trace', 't'],
  ['upper', 'u'],
  ['export', 'x'],
];

/** The letters that `declare` has for a variable's attributes, `-` for none. */
export function attributeLetters(variable: ReadonlyVariable): string {
  let letters = '';
  for (const [attribute, letter] of LETTERS) {
    if (
      attribute === 'list' ? variable.list : attribute === 'map' ? variable.map : variable.attributes.has(attribute)
    ) {
      letters += letter;
    }
  }
  return letters;
}

/** The elements as `declare -p` shows them: `([0]="a" [1]="b")`. */
export function arrayText(variable: ReadonlyVariable): string {
  const keys = keysOf(variable);
  const shown = keys.map((key) =>
    variable.map
      ? `[${keyQuote(key)}]=${doubleQuote(variable.map.get(key) ?? '')}`
      : `[${key}]=${doubleQuote(variable.list?.[Number(key)] ?? '')}`,
  );
  return variable.map && shown.length > 0 ? `(${shown.join(' ')} )` : `(${shown.join(' ')})`;
}

/** `${x@Q}` and the other letters. */
export function transform(
  shell: Shell,
  operator: string,
  place: { readonly name: string; readonly all: '@' | '*' | undefined },
  found: { kind: 'text'; text: string } | { kind: 'list'; values: readonly string[]; joins: boolean } | undefined,
  variable: ReadonlyVariable | undefined,
) {
  const text = (value: string) => ({ kind: 'text', text: value }) as const;
  if (operator === 'a') {
    const letters = variable ? attributeLetters(variable) : '';
    if (found?.kind === 'list')
      return { kind: 'list', values: found.values.map(() => letters), joins: found.joins } as const;
    return text(letters);
  }
  if (operator === 'A') return text(assignmentText(place, found, variable));
  if ((operator === 'K' || operator === 'k') && found?.kind === 'list' && variable)
    return pairs(operator, found.joins, variable);
  const change = (value: string): string => {
    switch (operator) {
      case 'Q':
      case 'K':
      case 'k':
        return transformQuote(value);
      case 'E':
        return unescapeText(value, FORMAT_ESCAPES).text;
      case 'P':
        return expandPrompt(shell, value);
      case 'U':
        return changeCase(value, 'upper', true, undefined);
      case 'u':
        return changeCase(value, 'upper', false, undefined);
      case 'L':
        return changeCase(value, 'lower', true, undefined);
      default:
        return value;
    }
  };
  if (!found) return text('');
  if (found.kind === 'text') return text(change(found.text));
  return { kind: 'list', values: found.values.map(change), joins: found.joins } as const;
}

function pairs(operator: string, joins: boolean, variable: ReadonlyVariable) {
  const values = keysOf(variable).flatMap((key) => {
    const value = variable.map
      ? (variable.map.get(key) ?? '')
      : (variable.list?.[Number(key)] ?? scalarOf(variable) ?? '');
    return operator === 'k' ? [key, value] : [`${variable.map ? keyQuote(key) : key} ${doubleQuote(value)}`];
  });
  if (operator === 'k') return { kind: 'list', values, joins } as const;
  return { kind: 'text', text: values.join(' ') + (variable.map ? ' ' : '') } as const;
}

function assignmentText(
  place: { readonly name: string; readonly all: '@' | '*' | undefined },
  found: { kind: 'text'; text: string } | { kind: 'list'; values: readonly string[] } | undefined,
  variable: ReadonlyVariable | undefined,
): string {
  if (place.name === '@' || place.name === '*') {
    return found?.kind === 'list' ? `set -- ${found.values.map(singleQuote).join(' ')}` : '';
  }
  const letters = variable ? attributeLetters(variable) : '';
  if (variable && (variable.list || variable.map) && place.all !== undefined) {
    return `declare -${letters} ${place.name}=${arrayText(variable)}`;
  }
  const value = found?.kind === 'text' ? transformQuote(found.text) : undefined;
  const tail = value === undefined ? place.name : `${place.name}=${value}`;
  return letters === '' ? tail : `declare -${letters} ${tail}`;
}

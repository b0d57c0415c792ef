import { complain } from '../execution/complain.ts';
import { evaluateArithmetic } from '../arithmetic/evaluate.ts';
import type { Shell } from '../state/shell.ts';
import type { Arithmetic, Part, Word } from '../syntax/tree.ts';
import { each, type Soon, andThen as then } from '../waiting.ts';
import { expandBraces } from './braces.ts';
import { FieldBuilder, Separators } from './fields.ts';
import { expandPathname, isFilePattern } from './pathname.ts';
import { escapePattern } from './pattern.ts';
import { type ParameterValue, expandParameter } from './parameter.ts';
import { LARGE_CHARACTERS, requireSize } from './size.ts';
import { tildeValue } from './tilde.ts';

let lastSeparators = new Separators(' \t\n');

export function separatorsOf(shell: Shell): Separators {
  const ifs = shell.variables.get('IFS') ?? ' \t\n';
  if (lastSeparators.all !== ifs) lastSeparators = new Separators(ifs);
  return lastSeparators;
}

/** What `"$*"` puts between. */
export function joiner(shell: Shell): string {
  return (shell.variables.get('IFS') ?? ' ').slice(0, 1);
}

/** The arguments that words expand to: braces, tildes, parameters, splitting, file names. Throws ShellError. */
export function expandWords(shell: Shell, words: readonly Word[]): Soon<string[]> {
  const out: string[] = [];
  return then(
    each(words, (word) => expandWordInto(shell, word, out)),
    () => out,
  );
}

export function expandWordInto(shell: Shell, word: Word, out: string[]): Soon<void> {
  if (word.hasBraces && shell.isBash && shell.options.has('braceexpand')) {
    return each(expandBraces(word), (one) => expandOne(shell, one, out));
  }
  return expandOne(shell, word, out);
}

function expandOne(shell: Shell, word: Word, out: string[]): Soon<void> {
  if (word.literal !== undefined) {
    out.push(word.literal);
    return undefined;
  }
  const [only] = word.parts;
  if (word.parts.length === 1 && only) {
    if (only.kind === 'quoted' && only.parts.every(isOneText)) {
      return then(expandParts(shell, only.parts), (text) => {
        out.push(text);
      });
    }
    if (only.kind === 'parameter' && addSimple(shell, only, out)) return undefined;
  }
  const builder = new FieldBuilder(separatorsOf(shell), true);
  return then(addParts(shell, word.parts, builder, false), () => {
    for (const { text, pattern } of builder.finish()) {
      const isPattern = pattern !== undefined && !shell.options.has('noglob') && isFilePattern(pattern, shell);
      if (isPattern) expandPathname(shell, pattern, text, out);
      else out.push(text);
    }
  });
}

/** Whether a part between quotes is sure to be one text, not a list of fields. */
function isOneText(part: Part): boolean {
  if (part.kind !== 'parameter') return true;
  const { name, prefix, index, operation } = part;
  return name !== '@' && prefix === undefined && index === undefined && operation === undefined;
}

/** The usual `$x`: one field or none, without the work of splitting. False where there is more to do. */
function addSimple(shell: Shell, part: Extract<Part, { kind: 'parameter' }>, out: string[]): boolean {
  if (part.name === '*' || !isOneText(part)) return false;
  const value = parameterValue(shell, part, false);
  if (value instanceof Promise || value.kind !== 'text') return false;
  const { text } = value;
  if (separatorsOf(shell).occurIn(text) || /[*?[(\\]/.test(text)) return false;
  if (text !== '') out.push(text);
  return true;
}

/** The value of a word where nothing is split: an assignment's, a redirection's, a `case` word. */
export function expandString(shell: Shell, word: Word): Soon<string> {
  if (word.literal !== undefined) return word.literal;
  return expandParts(shell, word.parts);
}

/** As between double quotes: a here-document, a prompt. */
export function expandParts(shell: Shell, parts: readonly Part[]): Soon<string> {
  const pieces = new Pieces();
  return then(addText(shell, parts, pieces, true), () => pieces.text);
}

/** As `expandString`, with what was quoted escaped: a pattern. */
export function expandPattern(shell: Shell, word: Word): Soon<string> {
  const pieces = new PatternPieces();
  return then(addText(shell, word.parts, pieces, false), () => pieces.text);
}

/** A regular expression of `[[ =~ ]]`: what was quoted is literal. */
export function expandRegex(shell: Shell, word: Word): Soon<string> {
  const pieces = new RegexPieces();
  return then(addText(shell, word.parts, pieces, false), () => pieces.text);
}

/** The text of an expression, and then its value. */
export function expandArithmetic(shell: Shell, expression: Arithmetic, command = ''): Soon<number | bigint> {
  if (!expression.parts) return evaluateArithmetic(shell, expression.text, command);
  return then(expandParts(shell, expression.parts), (text) => evaluateArithmetic(shell, text, command));
}

// Joined, without splitting

class Pieces {
  text = '';
  add(text: string, _isQuoted: boolean): void {
    if (text.length > LARGE_CHARACTERS) requireSize(this.text.length + text.length);
    this.text += text;
  }
}

class PatternPieces extends Pieces {
  override add(text: string, isQuoted: boolean): void {
    this.text += isQuoted ? escapePattern(text) : text;
  }
}

class RegexPieces extends Pieces {
  override add(text: string, isQuoted: boolean): void {
    this.text += isQuoted ? text.replace(/[\\^$.[\]|()*+?{}]/g, '\\$&') : text;
  }
}

function addText(shell: Shell, parts: readonly Part[], pieces: Pieces, isQuoted: boolean): Soon<void> {
  return each(parts, (part) => addTextPart(shell, part, pieces, isQuoted));
}

function addTextPart(shell: Shell, part: Part, pieces: Pieces, isQuoted: boolean): Soon<void> {
  switch (part.kind) {
    case 'text':
      pieces.add(part.text, part.isQuoted);
      return undefined;
    case 'quoted':
      return addText(shell, part.parts, pieces, true);
    case 'parameter':
      return then(parameterValue(shell, part, isQuoted), (value) => {
        if (value.kind === 'text') pieces.add(value.text, isQuoted);
        else if (value.kind === 'list') {
          pieces.add(value.values.join(value.joins ? joiner(shell) : ' '), isQuoted);
        } else return addText(shell, value.parts, pieces, isQuoted);
      });
    default:
      return then(plainValue(shell, part), (text) => pieces.add(text, isQuoted || part.kind === 'tilde'));
  }
}

// Split into fields

function addParts(shell: Shell, parts: readonly Part[], builder: FieldBuilder, isQuoted: boolean): Soon<void> {
  return each(parts, (part) => addPart(shell, part, builder, isQuoted));
}

function addPart(shell: Shell, part: Part, builder: FieldBuilder, isQuoted: boolean): Soon<void> {
  switch (part.kind) {
    case 'text':
      if (part.isQuoted || isQuoted) builder.quoted(part.text);
      else builder.literal(part.text);
      return undefined;
    case 'quoted': {
      // "$@" without parameters gives no field; all else in quotes gives one.
      const isOnlyList = part.parts.length > 0 && part.parts.every((inner) => isList(inner));
      if (!isOnlyList) builder.quoted('');
      return addParts(shell, part.parts, builder, true);
    }
    case 'parameter':
      return then(parameterValue(shell, part, isQuoted), (value) => addValue(shell, value, builder, isQuoted));
    default:
      return then(plainValue(shell, part), (text) => {
        if (isQuoted || part.kind === 'tilde' || part.kind === 'process') builder.quoted(text);
        else builder.expanded(text);
      });
  }
}

function isList(part: Part): boolean {
  return (
    part.kind === 'parameter' &&
    part.prefix !== '#' &&
    (part.name === '@' || part.index === '@' || part.operation?.kind === 'names')
  );
}

function addValue(shell: Shell, value: ParameterValue, builder: FieldBuilder, isQuoted: boolean): Soon<void> {
  if (value.kind === 'text') {
    if (isQuoted) builder.quoted(value.text);
    else builder.expanded(value.text);
    return undefined;
  }
  if (value.kind === 'parts') return addOperand(shell, value.parts, builder, isQuoted);
  if (value.joins && isQuoted) {
    builder.quoted(value.values.join(joiner(shell)));
    return undefined;
  }
  value.values.forEach((one, i) => {
    if (i > 0) builder.endField();
    if (isQuoted) builder.quoted(one);
    else builder.expanded(one);
  });
  return undefined;
}

/** The word of `${x:-word}`: its unquoted text is split as an expansion's is. */
function addOperand(shell: Shell, parts: readonly Part[], builder: FieldBuilder, isQuoted: boolean): Soon<void> {
  return each(parts, (part) => {
    if (part.kind === 'text' && !part.isQuoted && !isQuoted) {
      builder.expanded(part.text);
      return undefined;
    }
    return addPart(shell, part, builder, isQuoted);
  });
}

function plainValue(shell: Shell, part: Exclude<Part, { kind: 'text' | 'quoted' | 'parameter' }>): Soon<string> {
  switch (part.kind) {
    case 'tilde':
      return tildeValue(shell, part.user);
    case 'command':
      return shell.interpreter.substitute(shell, part.script);
    case 'arithmetic':
      return then(expandArithmetic(shell, part.expression), String);
    case 'process':
      return shell.interpreter.processSubstitution(shell, part.direction, part.script);
  }
}

function parameterValue(
  shell: Shell,
  part: Extract<Part, { kind: 'parameter' }>,
  isQuoted: boolean,
): Soon<ParameterValue> {
  return expandParameter(shell, part, isQuoted, EXPANDERS);
}

const EXPANDERS = { string: expandString, pattern: expandPattern, arithmetic: expandArithmetic, complain };

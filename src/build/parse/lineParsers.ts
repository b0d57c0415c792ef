// How each instruction's arguments are cut into words; what they mean is for `src/build/instructions`.
import { BuildError } from '../buildError.ts';
import type { EscapeCharacter } from '../expand/lexer.ts';
import { type JsonTail, parseJsonStrings } from '../go/jsonStrings.ts';
import { quote } from '../go/quote.ts';
import { isSpace, splitBlanks } from '../go/space.ts';
import { argumentWords } from './argumentWords.ts';

export interface Arguments {
  readonly args: readonly string[];
  readonly json: boolean;
}

type LineParser = (rest: string, escapeToken: EscapeCharacter, tail: JsonTail) => Arguments;

/** Every instruction but ONBUILD, whose rest is an instruction itself. */
export const LINE_PARSERS: ReadonlyMap<string, LineParser> = new Map<string, LineParser>([
  ['add', jsonOrList],
  ['arg', (rest, escapeToken) => shell(argumentWords(rest, escapeToken))],
  ['cmd', jsonOrText],
  ['copy', jsonOrList],
  ['entrypoint', jsonOrText],
  ['env', (rest, escapeToken) => keysAndValues(rest, 'ENV', escapeToken)],
  ['expose', list],
  ['from', list],
  ['healthcheck', healthcheck],
  ['label', (rest, escapeToken) => keysAndValues(rest, 'LABEL', escapeToken)],
  ['maintainer', text],
  ['run', jsonOrText],
  ['shell', jsonOrText],
  ['stopsignal', text],
  ['user', text],
  ['volume', jsonOrList],
  ['workdir', text],
]);

export const ONBUILD = 'onbuild';

/** In lower case, in the order of the alphabet. */
export const INSTRUCTION_NAMES: readonly string[] = [...LINE_PARSERS.keys(), ONBUILD].sort();

function shell(args: readonly string[]): Arguments {
  return { args, json: false };
}

function text(rest: string): Arguments {
  return shell(rest === '' ? [] : [rest]);
}

function list(rest: string): Arguments {
  return shell(rest === '' ? [] : splitBlanks(rest, Number.POSITIVE_INFINITY));
}

function jsonOrText(rest: string, _escapeToken: EscapeCharacter, tail: JsonTail): Arguments {
  return execForm(rest, tail) ?? text(rest);
}

function jsonOrList(rest: string, _escapeToken: EscapeCharacter, tail: JsonTail): Arguments {
  return execForm(rest, tail) ?? list(rest);
}

function execForm(rest: string, tail: JsonTail): Arguments | undefined {
  const strings = parseJsonStrings(rest, tail);
  if (strings === 'mixed') {
    throw new BuildError('syntax', 'when using JSON array syntax, arrays must be comprised of strings only');
  }
  return strings && { args: strings, json: true };
}

// `HEALTHCHECK NONE`, or `CMD` and a command.
function healthcheck(rest: string, escapeToken: EscapeCharacter, tail: JsonTail): Arguments {
  let end = 0;
  while (end < rest.length && !isSpace(rest.charCodeAt(end))) end++;
  if (end === 0) return shell([]);
  let next = end;
  while (next < rest.length && isSpace(rest.charCodeAt(next))) next++;
  const command = jsonOrText(rest.slice(next), escapeToken, tail);
  return { args: [rest.slice(0, end), ...command.args], json: command.json };
}

/** Triples: key, value, and `=` or, in the old form `KEY value`, nothing. */
function keysAndValues(rest: string, name: string, escapeToken: EscapeCharacter): Arguments {
  const words = argumentWords(rest, escapeToken);
  const [first] = words;
  if (first === undefined) return shell([]);
  if (!first.includes('=')) {
    const [key, value] = splitBlanks(rest, 2);
    if (value === undefined) throw new BuildError('syntax', `${name} must have two arguments`);
    return shell([key as string, value, '']);
  }
  const args: string[] = [];
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 0) {
      throw new BuildError('syntax', `Syntax error - can't find = in ${quote(word)}. Must be of the form: name=value`);
    }
    args.push(word.slice(0, at), word.slice(at + 1), '=');
  }
  return shell(args);
}

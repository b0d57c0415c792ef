import { parsePattern, type SedSyntax } from './sedPattern.ts';
import type { SedReader } from './sedReader.ts';
import { parseReplacement } from './sedReplacement.ts';
import type { Substitution } from './sedScript.ts';

/** What stands behind `s`, its flags and the end of the command included. */
export function parseSubstitution(reader: SedReader, syntax: SedSyntax): Substitution {
  const delimiter = reader.take();
  const source =
    delimiter === undefined || delimiter === '\n' || delimiter === '\\'
      ? undefined
      : reader.delimited(delimiter, 'regex');
  const replacement = source === undefined ? undefined : reader.delimited(delimiter as string, 'replacement');
  if (source === undefined || replacement === undefined) throw reader.error("unterminated `s' command");
  const flags = parseFlags(reader);
  const regex = parsePattern(reader, source, { ...syntax, ...flags });
  const parts = parseReplacement(replacement);
  if (regex !== 'last') {
    for (const part of parts) {
      if (part.kind === 'group' && part.group > regex.groupCount) {
        throw reader.error(`invalid reference \\${part.group} on \`s' command's RHS`);
      }
    }
  }
  return { regex, parts, ...flags };
}

function parseFlags(reader: SedReader) {
  const flags = { global: false, print: false, evaluate: false, number: 1, ignoreCase: false, multiline: false };
  let hasNumber = false;
  for (;;) {
    const letter = reader.take();
    switch (letter) {
      case undefined:
      case '\n':
      case ';':
        return { ...flags, file: undefined };
      case '}':
      case '#':
        reader.at--;
        return { ...flags, file: undefined };
      case 'i':
      case 'I':
        flags.ignoreCase = true;
        break;
      case 'm':
      case 'M':
        flags.multiline = true;
        break;
      case 'e':
        flags.evaluate = true;
        break;
      case 'g':
        if (flags.global) throw reader.error("multiple `g' options to `s' command");
        flags.global = true;
        break;
      case 'p':
        if (flags.print) throw reader.error("multiple `p' options to `s' command");
        flags.print = true;
        break;
      case 'w': {
        reader.skip(/[ \t]/);
        const file = reader.restOfLine();
        if (file === '') throw reader.error('missing filename in r/R/w/W commands');
        return { ...flags, file };
      }
      case ' ':
      case '\t':
      case '\r':
        break;
      default:
        if (letter < '0' || letter > '9') throw reader.error("unknown option to `s'");
        if (hasNumber) throw reader.error("multiple number options to `s' command");
        reader.at--;
        flags.number = Number(reader.word(/[^0-9]/));
        hasNumber = true;
        if (flags.number === 0) throw reader.error("number option to `s' command may not be zero");
    }
  }
}

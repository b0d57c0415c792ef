import type { Flavour } from '../kernel/program.ts';

export type DcFaultCode =
  | 'empty'
  | 'emptyRegister'
  | 'notNumber'
  | 'zeroDivisor'
  | 'zeroModulus'
  | 'negativeRoot'
  | 'inputBase'
  | 'outputBase'
  | 'scale'
  | 'index'
  | 'levels'
  | 'tooManyLevels'
  | 'unknown'
  | 'limit';

/** What dc does not take. GNU's goes on with the next command, busybox's ends. */
export class DcFault extends Error {
  readonly code: DcFaultCode;
  /** The register or the command that it is about. */
  readonly character: string;
  constructor(code: DcFaultCode, character = '') {
    super(code);
    this.code = code;
    this.character = character;
  }
}

const GNU_WORDS: Readonly<Record<DcFaultCode, string>> = {
  empty: 'stack empty',
  emptyRegister: 'is empty',
  notNumber: 'non-numeric value',
  zeroDivisor: 'divide by zero',
  zeroModulus: 'remainder by zero',
  negativeRoot: 'square root of negative number',
  inputBase: 'input base must be a number between 2 and 16 (inclusive)',
  outputBase: 'output base must be a number greater than 1',
  scale: 'scale must be a nonnegative number',
  index: 'array index must be a nonnegative integer',
  levels: 'Q command requires a number >= 1',
  tooManyLevels: 'Q command argument exceeded string execution depth',
  unknown: 'unimplemented',
  limit: 'out of memory',
};

const BUSYBOX_WORDS: Readonly<Partial<Record<DcFaultCode, string>>> = {
  empty: 'stack has too few elements',
  emptyRegister: 'stack has too few elements',
  notNumber: 'variable is wrong type',
  zeroModulus: 'divide by zero',
  negativeRoot: 'negative number',
  inputBase: 'bad ibase; must be [2,16]',
  outputBase: 'bad obase; must be [2,999999999]',
  scale: 'negative number',
  index: 'negative number',
  levels: 'negative number',
};

/** As `code 'c' (0142)`, the form in which dc names a character. */
function named(character: string): string {
  return `'${character}' (0${(character.codePointAt(0) ?? 0).toString(8)})`;
}

export function dcWords({ code, character }: DcFault, flavour: Flavour): string {
  if (flavour === 'busybox')
    return code === 'unknown' ? `bad character '${character}'` : (BUSYBOX_WORDS[code] ?? GNU_WORDS[code]);
  if (code === 'emptyRegister') return `stack register ${named(character)} is empty`;
  return code === 'unknown' ? `${named(character)} unimplemented` : GNU_WORDS[code];
}

import { BuildError } from '../buildError.ts';

export type CodeSet = (code: number) => boolean;

const POSIX: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  ascii: /[\u0000-\u007f]/,
  blank: /[\t ]/,
  cntrl: /[\u0000-\u001f\u007f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t\n\u000b\f\r ]/,
  upper: /[A-Z]/,
  word: /[0-9A-Za-z_]/,
  xdigit: /[0-9A-Fa-f]/,
};
const PERL: Readonly<Record<string, RegExp>> = { d: /[0-9]/, s: /[\t\n\f\r ]/, w: /[0-9A-Za-z_]/ };
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const MAX_CODE = 0x10ffff;

/** Go's words for a pattern that is none. */
export function badPattern(): BuildError {
  return new BuildError('pattern', 'syntax error in pattern');
}

/** `[...]`, from after the bracket; `end` is after the closing one. Throws BuildError `pattern`. */
export function parseClass(source: readonly string[], from: number): { set: CodeSet; end: number } {
  const negated = source[from] === '^';
  let at = negated ? from + 1 : from;
  const sets: CodeSet[] = [];
  for (let first = true; first || source[at] !== ']'; first = false) {
    if (at >= source.length) throw badPattern();
    const named = namedSet(source, at);
    if (named) {
      sets.push(named.set);
      at = named.end;
      continue;
    }
    const low = classCode(source, at);
    at = low.end;
    let high = low.code;
    if (source[at] === '-' && source[at + 1] !== undefined && source[at + 1] !== ']') {
      const upper = classCode(source, at + 1);
      at = upper.end;
      high = upper.code;
      if (high < low.code) throw badPattern();
    }
    sets.push((code) => low.code <= code && code <= high);
  }
  return { set: (code) => sets.some((set) => set(code)) !== negated, end: at + 1 };
}

/** What follows a backslash, as a set. Throws BuildError `pattern`. */
export function parseEscape(source: readonly string[], at: number): { set: CodeSet; end: number } {
  const named = escapedSet(source, at);
  if (named) return named;
  const { code, end } = escapedCode(source, at);
  return { set: (other) => other === code, end };
}

function namedSet(source: readonly string[], at: number): { set: CodeSet; end: number } | undefined {
  if (source[at] === '\\') return escapedSet(source, at + 1);
  if (source[at] !== '[' || source[at + 1] !== ':') return undefined;
  const text = source.slice(at + 2, at + 16).join('');
  const match = /^(\^?)([^:\]]*):\]/.exec(text);
  if (!match) return undefined;
  const pattern = Object.hasOwn(POSIX, match[2] as string) ? POSIX[match[2] as string] : undefined;
  if (!pattern) throw badPattern();
  return { set: setOf(pattern, { negated: match[1] === '^' }), end: at + 2 + match[0].length };
}

function escapedSet(source: readonly string[], at: number): { set: CodeSet; end: number } | undefined {
  const character = source[at] ?? '';
  const perl = Object.hasOwn(PERL, character.toLowerCase()) ? PERL[character.toLowerCase()] : undefined;
  if (perl) return { set: setOf(perl, { negated: character < 'a' }), end: at + 1 };
  if (character !== 'p' && character !== 'P') return undefined;
  const text = source.slice(at + 1, at + 60).join('');
  const match = /^(?:([A-Z])|\{(\^?)([A-Za-z_]+)\})/.exec(text);
  if (!match) throw badPattern();
  const name = match[1] ?? (match[3] as string);
  const negated = (character === 'P') !== (match[2] === '^');
  return { set: setOf(unicodeClass(name), { negated }), end: at + 1 + match[0].length };
}

function unicodeClass(name: string): RegExp {
  for (const property of [name, `Script=${name}`]) {
    try {
      return new RegExp(`\\p{${property}}`, 'u');
    } catch {
      // Not of this kind.
    }
  }
  throw badPattern();
}

function setOf(pattern: RegExp, { negated }: { negated: boolean }): CodeSet {
  return (code) => pattern.test(String.fromCodePoint(code)) !== negated;
}

function classCode(source: readonly string[], at: number): { code: number; end: number } {
  const character = source[at];
  if (character === undefined) throw badPattern();
  if (character === '\\') return escapedCode(source, at + 1);
  return { code: character.codePointAt(0) as number, end: at + 1 };
}

// Go takes `\` before ASCII punctuation and the escapes below, and nothing else.
function escapedCode(source: readonly string[], at: number): { code: number; end: number } {
  const character = source[at];
  if (character === undefined) throw badPattern();
  const code = character.codePointAt(0) as number;
  if (code < 0x80 && !/[0-9A-Za-z]/.test(character)) return { code, end: at + 1 };
  const control = Object.hasOwn(CONTROLS, character) ? CONTROLS[character] : undefined;
  if (control !== undefined) return { code: control, end: at + 1 };
  const rest = source.slice(at, at + 20).join('');
  const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
  if (octal) return { code: Number.parseInt(octal[0], 8), end: at + octal[0].length };
  const hex = /^x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest);
  if (!hex) throw badPattern();
  const value = Number.parseInt(hex[1] ?? (hex[2] as string), 16);
  if (value > MAX_CODE) throw badPattern();
  return { code: value, end: at + hex[0].length };
}

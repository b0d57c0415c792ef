import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { UsageError } from './options.ts';

export type NameTransform = (name: string) => string;

/** `s/REGEX/REPLACEMENT/FLAGS` of `--transform`: flags g, i, x and a number. Throws UsageError. */
export function compileTransform(expression: string): NameTransform {
  const delimiter = expression[1];
  if (expression[0] !== 's' || delimiter === undefined) throw invalid();
  const parts = split(expression.slice(2), delimiter);
  const [source, replacement, flags = ''] = parts;
  if (source === undefined || replacement === undefined || !/^[gixrsSRhH\d]*$/.test(flags)) throw invalid();
  let regex: Regex;
  try {
    regex = new Regex(source, { syntax: flags.includes('x') ? 'extended' : 'basic', ignoreCase: flags.includes('i') });
  } catch (error) {
    if (error instanceof RegexError) throw new UsageError('argument', `Invalid transform expression: ${error.message}`);
    throw error;
  }
  const first = Number(/\d+/.exec(flags)?.[0] ?? 1);
  const isGlobal = flags.includes('g');
  return (name) => {
    let out = '';
    let at = 0;
    for (let count = 1; at <= name.length; count++) {
      const slots = regex.exec(name, at);
      if (!slots) break;
      const [start = 0, end = 0] = slots;
      out += name.slice(at, start);
      out += count >= first ? expand(replacement, name, slots) : name.slice(start, end);
      at = end;
      if (end === start) {
        out += name[at] ?? '';
        at++;
      }
      if (count >= first && !isGlobal) break;
    }
    return out + name.slice(at);
  };
}

function expand(replacement: string, name: string, slots: ArrayLike<number>): string {
  const group = (index: number) => name.slice(slots[index * 2] ?? 0, slots[index * 2 + 1] ?? 0);
  return replacement.replace(/\\(.)|&/gs, (whole, escaped: string | undefined) => {
    if (whole === '&') return group(0);
    if (escaped !== undefined && /\d/.test(escaped))
      return (slots[Number(escaped) * 2] ?? -1) >= 0 ? group(Number(escaped)) : '';
    return escaped === 'n' ? '\n' : (escaped ?? '');
  });
}

/** At delimiters that no backslash stands before. */
function split(text: string, delimiter: string): string[] {
  const parts = [''];
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '\\' && i + 1 < text.length) {
      const next = text[++i] as string;
      parts[parts.length - 1] += next === delimiter ? next : character + next;
    } else if (character === delimiter) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function invalid(): UsageError {
  return new UsageError('argument', 'Invalid transform expression', { bare: true });
}

import type { Regex } from '../regex/regex.ts';
import { AwkError } from './awkSyntax.ts';

const MAX_LENGTH = 1 << 27;

/** sub, gsub and gensub: which matches are replaced, and how backslashes work in the replacement. */
export interface SubstituteRules {
  /** From that match on, or every one. */
  readonly which: number | 'all';
  /** `\1` names a group (gensub). */
  readonly hasGroups: boolean;
}

export function substitute(
  text: string,
  regex: Regex,
  replacement: string,
  { which, hasGroups }: SubstituteRules,
): { readonly text: string; readonly count: number } {
  const parts = parse(replacement, hasGroups);
  let out = '';
  let kept = 0;
  let from = 0;
  let seen = 0;
  let count = 0;
  let lastEnd = -1;
  while (from <= text.length) {
    const slots = hasGroups ? regex.exec(text, from) : undefined;
    const span = hasGroups ? slots && { start: slots[0] as number, end: slots[1] as number } : regex.find(text, from);
    if (!span) break;
    const { start, end } = span;
    const isEmptyBehind = start === end && start === lastEnd;
    if (!isEmptyBehind) {
      seen++;
      if (which === 'all' || seen === which) {
        count++;
        out += text.slice(kept, start);
        for (const part of parts) {
          if (typeof part === 'string') out += part;
          else if (part === 0) out += text.slice(start, end);
          else if (slots && (slots[part * 2] ?? -1) >= 0) out += text.slice(slots[part * 2], slots[part * 2 + 1]);
        }
        if (out.length > MAX_LENGTH) throw new AwkError('out of memory');
        kept = end;
        if (which !== 'all') break;
      }
      lastEnd = end;
    }
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
  return { text: count === 0 ? text : out + text.slice(kept), count };
}

/** `&` is the match; `\&` an ampersand; `\\` a backslash. */
function parse(replacement: string, hasGroups: boolean): (string | number)[] {
  const parts: (string | number)[] = [];
  let plain = '';
  for (let at = 0; at < replacement.length; at++) {
    const character = replacement[at] as string;
    const next = replacement[at + 1];
    if (character === '&') {
      parts.push(plain, 0);
      plain = '';
    } else if (character === '\\' && (next === '&' || next === '\\')) {
      plain += next;
      at++;
    } else if (character === '\\' && hasGroups && next !== undefined && next >= '0' && next <= '9') {
      parts.push(plain, Number(next));
      plain = '';
      at++;
    } else {
      plain += character;
    }
  }
  parts.push(plain);
  return parts.filter((part) => part !== '');
}
